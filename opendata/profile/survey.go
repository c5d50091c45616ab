package profile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// survey counts what the dialect needs to know of the whole text.
type survey struct {
	delims [4]int64 // in the order of delimiters
	lf, cr int64
	crlf   int64
	quotes int64
	nul    int64 // offset of the first NUL in the text, -1 for none
	nulRow int64 // its line
	size   int64
}

var delimiters = [4]byte{',', '\t', ';', '|'}

func (s *survey) count(text []byte, lastCR bool) {
	for i, d := range delimiters {
		s.delims[i] += int64(bytes.Count(text, []byte{d}))
	}
	if s.nul < 0 {
		if at := bytes.IndexByte(text, 0); at >= 0 {
			s.nul = s.size + int64(at)
			s.nulRow = s.lf + int64(bytes.Count(text[:at], []byte{'\n'})) + 1
		}
	}
	s.lf += int64(bytes.Count(text, []byte{'\n'}))
	s.quotes += int64(bytes.Count(text, []byte{'"'}))
	if cr := int64(bytes.Count(text, []byte{'\r'})); cr > 0 {
		s.cr += cr
		s.crlf += int64(bytes.Count(text, []byte("\r\n")))
	}
	if lastCR && len(text) > 0 && text[0] == '\n' {
		s.crlf++
	}
	s.size += int64(len(text))
}

// ending names the line ends.
func (s *survey) ending() string {
	switch {
	case s.lf == 0 && s.cr > 0:
		return "CR"
	case s.crlf == s.lf && s.lf > 0:
		return "CRLF"
	case s.crlf > 0:
		return "mixed"
	}
	return "LF"
}

// look reads the whole text once and counts. Bytes that do not belong to the
// codec are an *invalidError.
func (r *run) look(c codec, stage string) (survey, error) {
	s := survey{nul: -1}
	in := open(r.file, r.size, c)
	in.mark = func(done int64) { r.say(Progress{Stage: stage, Done: done, Total: r.size}) }
	var text []byte
	kept, lastCR := 0, false // bytes of a character that the last piece cut
	for {
		if err := r.ctx.Err(); err != nil {
			return s, stopped(r.ctx)
		}
		var err error
		text, err = in.append(text[:kept], surveyPiece)
		end := err == io.EOF
		if err != nil && !end {
			return s, err
		}
		whole := len(text)
		if c.decode == nil {
			if whole, err = wholeUTF8(text, end); err != nil {
				return s, &invalidError{in.at - int64(len(text)) + int64(whole)}
			}
		}
		s.count(text[:whole], lastCR)
		if whole > 0 {
			lastCR = text[whole-1] == '\r'
		}
		kept = copy(text, text[whole:])
		if end {
			return s, nil
		}
	}
}

// wholeUTF8 returns how much of b is whole valid characters; b may end within
// one unless it is the end of the text.
func wholeUTF8(b []byte, end bool) (int, error) {
	n := len(b)
	if !end {
		for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
			if c := b[len(b)-back]; utf8.RuneStart(c) {
				if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-back:]) {
					n = len(b) - back
				}
				break
			}
		}
	}
	if utf8.Valid(b[:n]) {
		return n, nil
	}
	for at := 0; at < n; {
		c, size := utf8.DecodeRune(b[at:n])
		if c == utf8.RuneError && size == 1 {
			return at, errNotUTF8
		}
		at += size
	}
	return n, errNotUTF8
}

var errNotUTF8 = errors.New("not UTF-8")
