package chart

import (
	"math"
	"time"
)

// step returns the nice number that is not below v: 1, 2, 2.5 or 5 times a
// power of ten. Whole asks for a whole number.
func step(v float64, whole bool) float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return 1
	}
	ten := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if s := m * ten; s >= v*(1-1e-9) && (!whole || s >= 1 && s == math.Trunc(s)) {
			return s
		}
	}
	return max(1, 10*ten)
}

// ticks returns about n nice values around lo to hi; the first is not above lo
// and the last not below hi.
func ticks(lo, hi float64, n int, whole bool) []float64 {
	if hi <= lo {
		hi = lo + 1
	}
	s := step((hi-lo)/float64(n), whole)
	first, last := math.Floor(lo/s+1e-9), math.Ceil(hi/s-1e-9)
	var out []float64
	for i := first; i <= last; i++ {
		out = append(out, i*s)
	}
	return out
}

// span is a linear scale.
type span struct{ lo, hi, from, to float64 }

func (s span) at(v float64) float64 {
	if s.hi == s.lo {
		return s.from
	}
	return s.from + (v-s.lo)/(s.hi-s.lo)*(s.to-s.from)
}

// pace is a distance between dates on an axis.
type pace struct {
	days, months int
	grain        Grain
}

var paces = []pace{
	{1, 0, Day}, {2, 0, Day}, {7, 0, Day}, {14, 0, Day},
	{0, 1, Month}, {0, 2, Month}, {0, 3, Month}, {0, 6, Month},
	{0, 12, Year}, {0, 24, Year}, {0, 60, Year}, {0, 120, Year}, {0, 240, Year}, {0, 600, Year}, {0, 1200, Year},
}

// dates returns the dates to write on an axis from one day to another: the
// closest pace, not finer than the grain, that leaves at most most of them. Every
// fifth or tenth year is one of the reader's calendar, whose year 0 is given.
func dates(from, to time.Time, finest Grain, most, year0 int) ([]time.Time, Grain) {
	for i, p := range paces {
		if p.grain < finest {
			continue
		}
		list := p.walk(from, to, most+1, year0)
		if len(list) <= most || i == len(paces)-1 {
			if len(list) == 0 {
				return []time.Time{from}, finest
			}
			return list, p.grain
		}
	}
	return []time.Time{from}, finest
}

// walk lists dates of the pace, at most most.
func (p pace) walk(from, to time.Time, most, year0 int) []time.Time {
	t := from
	switch {
	case p.months >= 12:
		years := p.months / 12
		t = time.Date(from.Year()-(from.Year()-year0)%years, 1, 1, 0, 0, 0, 0, time.UTC)
	case p.months > 0:
		t = time.Date(from.Year(), from.Month()-(from.Month()-1)%time.Month(p.months), 1, 0, 0, 0, 0, time.UTC)
	}
	var out []time.Time
	for ; !t.After(to) && len(out) < most; t = t.AddDate(0, p.months, p.days) {
		if !t.Before(from) {
			out = append(out, t)
		}
	}
	return out
}
