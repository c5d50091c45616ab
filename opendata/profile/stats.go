package profile

import (
	"cmp"
	"slices"
	"strconv"
)

const topValues = 20

// statsOf describes the stored values of a column.
func statsOf(c *column, k converter, typ string, rows, filled int64) Stats {
	s := Stats{Filled: filled, Missing: rows - filled, Exact: !c.table.spilled, MaxLength: int(c.maxLen)}
	if c.minLen <= c.maxLen {
		s.MinLength = int(c.minLen)
	}
	if c.opaque {
		s.Exact, s.Distinct = false, 0
		return s
	}
	k.bare = true
	if c.table.spilled {
		c.estimate(&s, k, typ)
	} else {
		c.exactly(&s, k, typ)
	}
	return s
}

// exactly reads the statistics off a table that holds every value.
func (c *column) exactly(s *Stats, k converter, typ string) {
	counts := make(map[string]int64, len(c.table.entries))
	var values []weighted
	var sums numbers
	var stored []byte
	for i := range c.table.entries {
		e := &c.table.entries[i]
		raw := c.table.value(e)
		var d deed
		if stored, d = k.put(stored[:0], raw); d == marker || d == failed || e.class == isNull {
			continue
		}
		if e.size > keptBytes { // the value was cut: its hash tells it from others
			stored = append(strconv.AppendUint(append(stored, "…\x00"...), e.hash, 36), '\x00')
		}
		counts[string(stored)] += e.count
		if isOrdered(typ) {
			w := weighted{ordinal(e.lexeme, typ), e.count}
			values = append(values, w)
			sums.total(w.value, stored, w.count)
		}
	}
	s.Distinct = int64(len(counts))
	s.Top = topOf(counts)
	if sums.n == 0 {
		return
	}
	s.Min, s.Max = string(sums.minT), string(sums.maxT)
	if isNumeric(typ) {
		slices.SortFunc(values, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
		mean := sums.mean()
		s.Mean, s.Quantiles, s.Bins = &mean, quantiles(values), bins(values, 1, typ == TypeInt)
	}
}

// estimate reads them off the sketches.
func (c *column) estimate(s *Stats, k converter, typ string) {
	s.Distinct = min(c.hll.estimate(), s.Filled)
	counts := map[string]int64{}
	for i := range c.table.entries {
		e := &c.table.entries[i]
		stored, d := k.put(nil, c.table.value(e))
		if e.count > c.table.lost && d != marker && d != failed {
			counts[clip(stored)] += e.count
		}
	}
	s.Top = topOf(counts)
	sums := c.sums[familyFor(typ)]
	if !isOrdered(typ) || sums == nil || sums.n == 0 {
		return
	}
	low, _ := k.put(nil, sums.minT)
	high, _ := k.put(nil, sums.maxT)
	s.Min, s.Max = string(low), string(high)
	if isNumeric(typ) {
		mean := sums.mean()
		values := sums.sortedSample()
		s.Mean, s.Quantiles = &mean, quantiles(values)
		s.Bins = bins(values, float64(sums.n)/float64(len(values)), typ == TypeInt)
	}
}

// total is add without a sample.
func (s *numbers) total(value float64, text []byte, n int64) {
	s.skip = n
	s.add(value, text, n)
}

func isNumeric(typ string) bool { return typ == TypeInt || typ == TypeNumber }

func isOrdered(typ string) bool { return isNumeric(typ) || typ == TypeDate || typ == TypeDatetime }

// ordinal is what values of the type are ordered by.
func ordinal(l lexeme, typ string) float64 {
	switch typ {
	case TypeDate:
		return float64(l.moment)
	case TypeDatetime:
		if l.class != isDatetime {
			return float64((l.moment*86400 - taipei) * 1e6)
		}
		return float64(l.moment)
	}
	return l.num
}

func familyFor(typ string) family {
	switch typ {
	case TypeDate:
		return calendar
	case TypeDatetime:
		return clock
	}
	return quantity
}

func topOf(counts map[string]int64) []Frequent {
	list := make([]Frequent, 0, len(counts))
	for v, n := range counts {
		list = append(list, Frequent{v, n})
	}
	slices.SortFunc(list, func(a, b Frequent) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	list = slices.Clone(list[:min(len(list), topValues)])
	for i := range list {
		list[i].Value = shown(list[i].Value)
	}
	return list
}

// shown cuts a value for a page.
func shown(v string) string {
	for i := range len(v) {
		if v[i] == 0 {
			v = v[:i]
			break
		}
	}
	return clip([]byte(v))
}
