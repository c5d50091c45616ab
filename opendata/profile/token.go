package profile

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/bits"

	"github.com/gongdao/gongdao/fault"
)

// The limits of one table.
const (
	maxCell    = 1 << 20
	maxRow     = 8 << 20
	maxColumns = 4096
	batchSize  = 256 << 10
)

// tokeniser reads delimited text by RFC 4180, and what is not quite that.
type tokeniser struct {
	in      *stream
	delim   byte // newline for one column
	newline byte // \n, or \r in a file without \n
	target  int
	rest    []byte // text of a row that the last batch cut
	end     bool
	line    int64 // of the next row
	watchCR bool  // the file has carriage returns that end no line
	noted   []note
	shape
}

// note is what was odd about the row being read. It is counted when the row is
// whole, since a row that a batch cuts is read again.
type note struct {
	what  *tally
	value []byte
}

func newTokeniser(in *stream, delim byte, crOnly bool) *tokeniser {
	t := &tokeniser{in: in, delim: delim, newline: '\n', target: batchSize, line: 1, shape: shape{widths: map[int]int64{}}}
	if crOnly {
		t.newline = '\r'
	}
	if delim == 0 {
		t.delim = t.newline
	}
	return t
}

func (t *tokeniser) tallies() *shape { return &t.shape }

// next fills b with whole rows.
func (t *tokeniser) next(b *batch) error {
	b.text = append(b.text[:0], t.rest...)
	b.cells, b.recs, b.start, b.width = b.cells[:0], b.recs[:0], t.rows, 0
	target := t.target
	for {
		for len(b.text) < target && !t.end {
			var err error
			b.text, err = t.in.append(b.text, target-len(b.text))
			if err == io.EOF {
				t.end = true
			} else if err != nil {
				return err
			}
		}
		if len(b.text) == 0 {
			return io.EOF
		}
		b.text = grow(b.text, 8)
		clear(b.text[len(b.text) : len(b.text)+8])
		n, err := t.tokenise(b)
		if err != nil {
			return err
		}
		if n > 0 {
			t.rest = append(t.rest[:0], b.text[n:]...)
			b.text = b.text[:n]
			b.recs = append(b.recs, record{first: uint32(len(b.cells))})
			return nil
		}
		if len(b.text) > maxRow+maxCell {
			return t.rowTooLarge(t.line)
		}
		target = 2 * len(b.text)
	}
}

// tokenise cuts b.text into rows and returns where the first unfinished one begins.
func (t *tokeniser) tokenise(b *batch) (int, error) {
	p, end := 0, len(b.text)
	for p < end {
		first := len(b.cells)
		t.noted = t.noted[:0]
		q, lines, doubled, err := t.row(b, p)
		if err != nil {
			return 0, err
		}
		if q < 0 {
			b.cells = b.cells[:first]
			break
		}
		line := t.line
		t.line += lines
		if t.watchCR && bytes.IndexByte(bytes.TrimRight(b.text[p:q], "\r\n"), '\r') >= 0 {
			t.noted = append(t.noted, note{&t.loneCR, b.text[p:q]})
		}
		for _, n := range t.noted {
			n.what.add(t.rows, line, n.value)
		}
		if q-p > maxRow {
			return 0, t.rowTooLarge(line)
		}
		p = q
		n := len(b.cells) - first
		if n > maxColumns {
			return 0, fault.TooLarge.Errorf("opendata.profile.too-many-columns",
				"line %d has %d columns, and a table may have %d: check the delimiter, or turn columns into rows", line, n, maxColumns)
		}
		t.read += int64(n)
		if doubled {
			b.undouble(first)
		}
		if b.blank(first) {
			b.cells = b.cells[:first]
			t.blank.add(0, line, nil)
			t.blankCells += int64(n)
			continue
		}
		b.recs = append(b.recs, record{uint32(first), line})
		b.width = max(b.width, n)
		t.widths[n]++
		t.rows++
	}
	return p, nil
}

const lowBits, highBits = 0x0101010101010101, 0x8080808080808080

// row reads one row from p: where the next one begins, or -1 if the text ends
// before this one does, how many lines it has, and whether quotes are doubled.
func (t *tokeniser) row(b *batch, p int) (next int, lines int64, doubled bool, err error) {
	text := b.text[:len(b.text)+8] // eight zeros, so that whole words can be read
	end, newline, delim := len(b.text), t.newline, t.delim
	delims, newlines := uint64(delim)*lowBits, uint64(newline)*lowBits
	lines = 1
	for {
		from := p
		if text[p] == '"' && p < end {
			q, n, state := t.quoted(text[:end], p)
			switch state {
			case cutOff:
				return -1, 0, false, nil
			case closed:
				lines += n
				c := cell{uint32(p+1) | wasQuoted, uint32(q - 1)}
				if bytes.IndexByte(text[p+1:q-1], '"') >= 0 {
					c.from |= isDoubled
					doubled = true
				}
				if q-p > maxCell {
					return 0, 0, false, t.cellTooLarge(lines)
				}
				b.cells = append(b.cells, c)
				for q < end && text[q] == '\r' && newline != '\r' {
					q++
				}
				if q >= end {
					return end, lines, doubled, nil
				}
				p = q + 1
				if text[q] == newline {
					return p, lines, doubled, nil
				}
				continue
			}
		}
		// The next delimiter or line end, eight bytes at a time. A byte of x is
		// zero where it was sought; the lowest such byte is always marked rightly.
		i := p
		for {
			w := binary.LittleEndian.Uint64(text[i : i+8])
			x, y := w^delims, w^newlines
			if m := ((x - lowBits) &^ x & highBits) | ((y - lowBits) &^ y & highBits); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			if i += 8; i >= end {
				i = end
				break
			}
		}
		if i >= end {
			if !t.end {
				return -1, 0, false, nil
			}
			i = end
		}
		to := i
		last := i == end || text[i] == newline
		if last {
			for to > from && text[to-1] == '\r' {
				to--
			}
		}
		if to-from > maxCell {
			return 0, 0, false, t.cellTooLarge(lines)
		}
		b.cells = append(b.cells, cell{uint32(from), uint32(to)})
		p = i + 1
		if last {
			return min(p, end), lines, doubled, nil
		}
	}
}

type quoteState int

const (
	closed quoteState = iota
	cutOff            // the text ends before the quote does; read more
	broken            // no quote by the rules: the cell is read as it stands
)

// quoted reads a quoted cell from its opening quote at p and returns where it
// ends, behind the closing quote, and how many line ends it holds.
func (t *tokeniser) quoted(text []byte, p int) (q int, lines int64, state quoteState) {
	i := p + 1
	for {
		k := bytes.IndexByte(text[i:min(len(text), p+maxCell+2)], '"')
		if k < 0 {
			if !t.end && len(text)-p <= maxCell {
				return 0, 0, cutOff
			}
			t.noted = append(t.noted, note{&t.unterminated, text[p:]})
			return 0, 0, broken
		}
		i += k + 1
		if i < len(text) && text[i] == '"' {
			i++
			continue
		}
		if i == len(text) && !t.end {
			return 0, 0, cutOff
		}
		break
	}
	after := i
	for after < len(text) && text[after] == '\r' && t.newline != '\r' {
		after++
	}
	if after == len(text) && after > i && !t.end {
		return 0, 0, cutOff
	}
	if after < len(text) && text[after] != t.newline && (after > i || text[after] != t.delim) {
		t.noted = append(t.noted, note{&t.misplaced, text[p:]})
		return 0, 0, broken
	}
	return i, int64(bytes.Count(text[p:i], []byte{t.newline})), closed
}

func (t *tokeniser) cellTooLarge(lines int64) error {
	return fault.TooLarge.Errorf("opendata.profile.cell-too-large",
		"line %d holds a cell of more than 1 MiB: look for a quotation mark that is not closed, or leave the column out", t.line+lines-1)
}

func (t *tokeniser) rowTooLarge(line int64) error {
	return fault.TooLarge.Errorf("opendata.profile.row-too-large",
		"line %d begins a row of more than 8 MiB: look for a quotation mark that is not closed, or for other line ends", line)
}
