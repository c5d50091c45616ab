package profile

// cell is where a value stands in the text of its batch. The two highest bits
// of from tell that it was quoted and that quotes in it are still doubled.
type cell struct{ from, to uint32 }

const (
	wasQuoted = 1 << 31
	isDoubled = 1 << 30
	fromMask  = isDoubled - 1
)

// record is one row: its first cell, and its physical line.
type record struct {
	first uint32
	line  int64
}

// batch is some whole rows. Rows are numbered from 0 over the file, blank ones
// and nothing else left out; a header counts here.
type batch struct {
	text  []byte
	cells []cell
	recs  []record // and one more, which ends the last
	start int64    // number of the first row
	width int      // of the widest row
}

func (b *batch) rows() int { return len(b.recs) - 1 }

// row returns the cells of row i.
func (b *batch) row(i int) []cell { return b.cells[b.recs[i].first:b.recs[i+1].first] }

func (b *batch) value(c cell) []byte { return b.text[c.from&fromMask : c.to] }

// reader gives a table in batches; io.EOF after the last.
type reader interface {
	next(b *batch) error
	tallies() *shape
}

// shape counts what the rows of a file look like.
type shape struct {
	rows         int64 // not blank
	read         int64 // cells, those of blank rows too
	widths       map[int]int64
	blank        tally
	blankCells   int64
	unterminated tally
	misplaced    tally
	loneCR       tally
}

// best returns the width, at least least, that most rows have, and their share.
func (s *shape) best(least int) (width int, share float64) {
	most := int64(0)
	for w, n := range s.widths {
		if w >= least && (n > most || n == most && w > width) {
			width, most = w, n
		}
	}
	return width, float64(most) / float64(max(s.rows, 1))
}

// undouble turns "" into " in the cells from first on.
func (b *batch) undouble(first int) {
	for i := first; i < len(b.cells); i++ {
		c := &b.cells[i]
		if c.from&isDoubled == 0 {
			continue
		}
		v := b.value(*c)
		w := 0
		for r := 0; r < len(v); r++ {
			v[w] = v[r]
			w++
			if v[r] == '"' {
				r++ // its double
			}
		}
		c.from &^= isDoubled
		c.to = c.from&fromMask + uint32(w)
	}
}

// blank reports whether no cell from first on holds anything.
func (b *batch) blank(first int) bool {
	for _, c := range b.cells[first:] {
		v := b.value(c)
		if len(v) > 0 && (!needsTrim(v) || len(trim(v)) > 0) {
			return false
		}
	}
	return true
}
