package profile

import "unicode/utf8"

// family is what values of a column are ordered by.
type family uint8

const (
	noFamily family = iota
	quantity
	calendar
	clock
	families = iota
)

var familyOf = func() (f [classes]family) {
	for c := range f {
		switch set := of(class(c)); {
		case set&accepts[TypeNumber] != 0, class(c) == isPercent, class(c) == isExp, class(c) == isZero:
			f[c] = quantity
		case set&accepts[TypeDate] != 0:
			f[c] = calendar
		case set&accepts[TypeDatetime] != 0:
			f[c] = clock
		}
	}
	return f
}()

// kind counts the cells of one class.
type kind struct {
	tally
	examples []string // different ones, at most keptExamples
	more     bool     // there are others
}

const keptExamples = 20

// column keeps every candidate type with its counter-examples while the file
// is read. Nothing is decided before the last row.
type column struct {
	kinds  [classes]kind
	marked [markCount]tally
	spaced tally // had blanks around it
	blanks bool  // some cell holds blanks only
	empty  int64
	filled int64

	maxScale, maxWhole uint8
	maxDigits          uint8
	special            bool   // some value needs quotes in CSV
	dateWidths         uint16 // a bit for each number of digits of isIntDate
	minLen, maxLen     uint32
	table              *table
	hll                *hll
	sums               [families]*numbers
	missing            map[string]bool // by a recipe
	opaque             bool            // values are counted and not looked at

	small [40]*[256]uint32 // see few

	// After the table has spilled:
	idle        bool // values hardly come twice
	asked, hits int
}

func newColumn(limit, room int) *column {
	return &column{table: newTable(limit, room), minLen: 1<<32 - 1}
}

// feed takes the cells at one place of all rows of b from row on.
func (c *column) feed(b *batch, at, row int) {
	for ; row+1 < len(b.recs); row++ {
		i := b.recs[row].first + uint32(at)
		if i >= b.recs[row+1].first {
			continue
		}
		cell := b.cells[i]
		from := cell.from & fromMask
		if from == cell.to {
			c.empty++
			continue
		}
		c.value(b.text[from:cell.to], b.start+int64(row), b.recs[row].line)
	}
}

// value takes one cell that is not empty.
func (c *column) value(v []byte, row, line int64) {
	if c.opaque {
		c.filled++
		return
	}
	if needsTrim(v) {
		whole := len(v)
		v = trim(v)
		if len(v) == 0 {
			c.empty++
			c.blanks = true
			return
		}
		if len(v) < whole {
			c.spaced.add(row, line, v)
		}
	}
	c.filled++
	if len(v) <= 4 && c.missing == nil && c.few(v, row, line) {
		return
	}
	h := hashOf(v)
	if c.table.spilled {
		c.beyond(h, v, row, line)
		return
	}
	e := c.table.find(h, v)
	if e == nil {
		e = c.meet(h, v)
	}
	e.count++
	c.tell(e, v, row, line)
	if c.table.spilled { // just now
		c.estimateOne(e, v)
	}
}

// few counts the whole numbers up to 9,999, which most tables are made of, in
// an array. settle gives them to the table.
func (c *column) few(v []byte, row, line int64) bool {
	n := 0
	for _, d := range v {
		if d -= '0'; d > 9 {
			return false
		}
		n = n*10 + int(d)
	}
	if v[0] == '0' && len(v) > 1 {
		return false
	}
	page := c.small[n>>8]
	if page == nil {
		page = new([256]uint32)
		c.small[n>>8] = page
	}
	page[n&255]++
	k := &c.kinds[isInt]
	k.count++
	if len(k.rows) < keptRows || row < k.rows[0] {
		k.keep(row, line, v)
	}
	return true
}

// settle gives the table what few counted.
func (c *column) settle() {
	for n := range len(c.small) << 8 {
		page := c.small[n>>8]
		if page == nil || page[n&255] == 0 {
			continue
		}
		count := page[n&255]
		v := appendInt(nil, int64(n))
		e := c.table.find(hashOf(v), v)
		if e == nil {
			e = c.meet(hashOf(v), v)
		} else {
			c.kinds[isInt].example(v)
		}
		e.count += int64(count)
		if c.table.spilled {
			c.hll.add(e.hash)
			c.sum(quantity).add(e.num, v, int64(count))
		}
	}
	c.small = [40]*[256]uint32{}
}

// tell counts a value that is understood.
func (c *column) tell(e *seen, v []byte, row, line int64) {
	k := &c.kinds[e.class]
	k.count++
	if len(k.rows) < keptRows || row < k.rows[0] {
		k.keep(row, line, v)
	}
	if e.marks != 0 {
		c.mark(e.marks, row, line, v)
	}
}

// meet takes up a value that comes for the first time, or that the table forgot.
func (c *column) meet(h uint64, v []byte) *seen {
	e := c.learn(h, v)
	if c.table.full() {
		if !c.table.spilled {
			c.spill()
		} else {
			c.table.prune()
		}
	}
	return c.table.add(e, v)
}

// learn looks at a value.
func (c *column) learn(h uint64, v []byte) seen {
	e := seen{hash: h, lexeme: lex(v)}
	if c.missing != nil && c.missing[string(v)] {
		e.lexeme = lexeme{class: isNull}
	}
	switch e.class {
	case isInt, isIntDate, isIntClean, isDateISO, isDatetime:
		e.letters = uint32(len(v))
	default:
		e.letters = uint32(utf8.RuneCount(v))
		e.marks = inspect(v)
	}
	if e.class != isNull {
		c.minLen, c.maxLen = min(c.minLen, e.letters), max(c.maxLen, e.letters)
	}
	if e.class == isNum || e.class == isNumClean || e.class == isPercent {
		c.maxScale = max(c.maxScale, e.scale)
		c.maxDigits = max(c.maxDigits, e.scale+e.whole)
	}
	c.special = c.special || needsQuote(v)
	c.maxWhole = max(c.maxWhole, e.whole)
	if e.class == isIntDate {
		c.dateWidths |= 1 << e.whole
	}
	c.kinds[e.class].example(v)
	return e
}

func (k *kind) example(v []byte) {
	if k.more {
		return
	}
	text := clip(v)
	for _, e := range k.examples {
		if e == text {
			return
		}
	}
	if k.more = len(k.examples) == keptExamples; !k.more {
		k.examples = append(k.examples, text)
	}
}

func (c *column) mark(m marks, row, line int64, v []byte) {
	for i := range c.marked {
		if m&(1<<i) != 0 {
			c.marked[i].add(row, line, v)
		}
	}
}

func (c *column) sum(f family) *numbers {
	if c.sums[f] == nil {
		c.sums[f] = &numbers{}
	}
	return c.sums[f]
}

// count returns how many cells have a class of s.
func (c *column) count(s set) (n int64) {
	for k := range c.kinds {
		if s.has(class(k)) {
			n += c.kinds[k].count
		}
	}
	return n
}

// present returns the classes that the column holds.
func (c *column) present() (s set) {
	for k := range c.kinds {
		if c.kinds[k].count > 0 {
			s |= of(class(k))
		}
	}
	return s
}

// tallyOf returns one tally over the classes of s.
func (c *column) tallyOf(s set) (t tally) {
	for k := range c.kinds {
		if s.has(class(k)) {
			t.join(&c.kinds[k].tally)
		}
	}
	return t
}
