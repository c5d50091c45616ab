package profile

import (
	"bytes"
	"io"
)

// leastShare is the share of rows of one width below which a delimiter is none.
const leastShare = 0.5

// trial is how a delimiter does.
type trial struct {
	delim byte
	width int
	share float64
}

// better orders trials: the higher share, then the wider table.
func (t trial) better(o trial) bool {
	return t.share > o.share || t.share == o.share && t.width > o.width
}

// firstDelimiter picks the delimiter that does best at the beginning of the
// text. The whole file confirms or overturns it, see rivals.
func (r *run) firstDelimiter(c codec, s survey) (byte, error) {
	text, err := r.beginning(c, surveyPiece)
	if err != nil {
		return 0, err
	}
	if int64(len(text)) < s.size { // the last row may be cut
		if at := bytes.LastIndexByte(text, '\n'); at > 0 {
			text = text[:at+1]
		}
	}
	best, tooWide := trial{share: leastShare}, byte(0)
	for i, d := range delimiters {
		if s.delims[i] == 0 {
			continue
		}
		t, err := try(newTokeniser(textStream(text), d, s.lf == 0 && s.cr > 0))
		if err != nil {
			tooWide = d // the second reading says where
			continue
		}
		if t.better(best) {
			best = t
		}
	}
	if best.delim == 0 {
		return tooWide, nil
	}
	return best.delim, nil
}

// rivals lists the delimiters that could do better over the whole file than
// the one that was read: rows with a delimiter are at most as many as there
// are delimiters. Where quotes can hide some, the bound is half.
func rivals(s survey, found trial, rows int64) (list []byte) {
	bound := found.share * float64(rows)
	if s.quotes > 0 {
		bound /= 2
	}
	for i, d := range delimiters {
		if d != found.delim && float64(s.delims[i]) >= bound {
			list = append(list, d)
		}
	}
	return list
}

// try reads a whole text and counts widths.
func try(t *tokeniser) (trial, error) {
	var b batch
	for {
		err := t.next(&b)
		if err == io.EOF {
			break
		}
		if err != nil {
			return trial{}, err
		}
	}
	width, share := t.best(2)
	return trial{t.delim, width, share}, nil
}

// beginning returns the first text of the file.
func (r *run) beginning(c codec, most int) ([]byte, error) {
	in := open(r.file, r.size, c)
	var text []byte
	for len(text) < most {
		var err error
		text, err = in.append(text, most-len(text))
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return text, nil
}

func textStream(text []byte) *stream {
	return &stream{file: bytes.NewReader(text), size: int64(len(text))}
}
