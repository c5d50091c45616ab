package profile

// fill writes the rows of p.
func (l *layout) fill(p *page) {
	p.out = p.out[:0]
	for i := range p.rows() {
		row := p.row(i)
		at := p.start + int64(i)
		if at < l.skip {
			p.ledger.reported += int64(len(row))
			continue
		}
		l.fillRow(p, row, at, p.recs[i].line)
	}
}

func (l *layout) fillRow(p *page, row []cell, at, line int64) {
	led := p.ledger
	led.rows++
	out := appendInt(p.out, at-l.skip+1)
	for c := 0; c < len(l.cols); c++ {
		out = append(out, ',')
		if end := l.runs[c]; end > c+1 && end <= len(row) {
			if run, ok := p.verbatim(led, row[c:end], c); ok {
				out = append(out, run...)
				c = end - 1
				continue
			}
		}
		place := l.order[c]
		if place >= len(row) {
			continue
		}
		span := row[place]
		from := span.from & fromMask
		if from == span.to {
			led.missing++
			continue
		}
		k := &l.cols[c]
		v := p.text[from:span.to]
		if k.plain && !k.ranged {
			if !k.safe && k.isTextual() {
				out = quote(out, v)
			} else {
				out = append(out, v...)
			}
			led.loaded++
			led.filled[c]++
			continue
		}
		out = l.fillCell(led, out, c, v, at, line)
	}
	if len(row) != l.width && !l.loose {
		l.ragged(p, row, at, line)
		if l.over && len(row) > l.width {
			out = p.overflow(append(out, ','), row[l.width:])
		} else if l.over {
			out = append(out, ',')
		}
	} else if l.over {
		out = append(out, ',')
	}
	p.out = append(out, '\n')
}

// verbatim returns the text of neighbouring cells as the file has it, if none of
// them was quoted.
func (p *page) verbatim(led *ledger, run []cell, first int) ([]byte, bool) {
	for _, c := range run {
		if c.from&wasQuoted != 0 {
			return nil, false
		}
	}
	for i, c := range run {
		if c.from == c.to {
			led.missing++
			continue
		}
		led.loaded++
		led.filled[first+i]++
	}
	return p.text[run[0].from:run[len(run)-1].to], true
}

// findRuns finds columns that can be copied together. It needs the columns in
// the order of the file.
func (l *layout) findRuns() {
	l.runs = make([]int, len(l.cols))
	for c := len(l.cols) - 1; c >= 0 && l.comma; c-- {
		switch {
		case !l.cols[c].safe || l.cols[c].ranged || l.order[c] != c:
		case c+1 < len(l.cols) && l.runs[c+1] > 0:
			l.runs[c] = l.runs[c+1]
		default:
			l.runs[c] = c + 1
		}
	}
}

// fillCell is the slow way of a cell that may need cleaning.
func (l *layout) fillCell(led *ledger, out []byte, c int, v []byte, at, line int64) []byte {
	k := &l.cols[c]
	if k.trims {
		if v = trim(v); len(v) == 0 {
			led.missing++
			return out
		}
	}
	before := len(out)
	out, d := k.put(out, v)
	if d > missing {
		led.of(c)[d].add(at, line, v)
	}
	switch d {
	case marker:
		led.missing++
	case failed:
		led.reported++
	default:
		led.loaded++
		led.filled[c]++
		if !k.sensible(out[before:]) {
			led.outside[c].add(at, line, v)
		}
	}
	return out
}

// ragged counts a row that has not as many cells as the table has columns.
func (l *layout) ragged(p *page, row []cell, at, line int64) {
	led := p.ledger
	if len(row) < l.width {
		led.short.add(at, line, nil)
		return
	}
	extra := row[l.width:]
	if p.firstFilled(extra) < 0 {
		if len(extra) != l.drop {
			led.extra.add(at, line, nil)
		}
		led.missing += int64(len(extra))
		return
	}
	led.long.add(at, line, p.value(extra[p.firstFilled(extra)]))
	led.loaded += int64(len(extra))
}

func (b *batch) firstFilled(cells []cell) int {
	for i, c := range cells {
		if v := b.value(c); len(v) > 0 && len(trim(v)) > 0 {
			return i
		}
	}
	return -1
}

// overflow appends the cells beyond the last column as one cell that is CSV itself.
func (b *batch) overflow(dst []byte, cells []cell) []byte {
	if b.firstFilled(cells) < 0 {
		return dst
	}
	var inner []byte
	for i, c := range cells {
		if i > 0 {
			inner = append(inner, ',')
		}
		inner = quote(inner, b.value(c))
	}
	return quote(dst, inner)
}
