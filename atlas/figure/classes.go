package figure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
)

// Method is a way to choose class breaks.
type Method string

// The methods.
const (
	Jenks    Method = "jenks"    // least variance within classes, exactly
	Quantile Method = "quantile" // as many areas in each class, as far as equal values allow
	Equal    Method = "equal"    // classes of one width
)

// The number of classes a map may have.
const (
	MinClasses     = 3
	MaxClasses     = 7
	DefaultClasses = 5
)

// ErrClasses refuses a number of classes or a method that does not exist.
var ErrClasses = errors.New("3 to 7 classes, by jenks, quantile or equal")

// Classes are the intervals of a map: the first is closed, [Breaks[0],
// Breaks[1]]; the others are open below, (Breaks[i], Breaks[i+1]].
type Classes struct {
	Method Method
	Asked  int       // how many classes were asked for
	Breaks []float64 // ascending, one more than there are classes; empty without values
}

// Len returns the number of classes. It is less than asked for where there are
// fewer different values.
func (c Classes) Len() int { return max(0, len(c.Breaks)-1) }

// Of returns the class of v, or −1 if v is outside.
func (c Classes) Of(v float64) int {
	n := c.Len()
	if n == 0 || !(v >= c.Breaks[0] && v <= c.Breaks[n]) {
		return -1
	}
	return sort.Search(n-1, func(i int) bool { return v <= c.Breaks[i+1] })
}

// Classify chooses k classes (0 is DefaultClasses) for the values that are
// present in the slices, which are periods or maps to be compared: they get
// the same breaks. Every break is the simplest number between the largest
// value of one class and the smallest of the next, so what the legend says is
// exactly what was drawn. Equal breaks stay where the width puts them.
func Classify(m Method, k int, slicesOf ...map[string]Cell) (Classes, error) {
	if k == 0 {
		k = DefaultClasses
	}
	if m == "" {
		m = Jenks
	}
	if k < MinClasses || k > MaxClasses || m != Jenks && m != Quantile && m != Equal {
		return Classes{}, fmt.Errorf("figure: %d classes by %q: %w", k, m, ErrClasses)
	}
	var values []float64
	for _, cells := range slicesOf {
		for _, c := range cells {
			if c.Mark == Present {
				values = append(values, c.Value)
			}
		}
	}
	return classify(m, k, values), nil
}

// ClassifyValues is Classify for a plain list; it leaves the list as it is.
func ClassifyValues(m Method, k int, values []float64) (Classes, error) {
	c, err := Classify(m, k)
	if err != nil {
		return c, err
	}
	finite := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			finite = append(finite, v)
		}
	}
	return classify(c.Method, c.Asked, finite), nil
}

func classify(m Method, k int, values []float64) Classes {
	c := Classes{Method: m, Asked: k}
	if len(values) == 0 {
		return c
	}
	slices.Sort(values)
	distinct, counts := group(values)
	if m == Equal {
		c.Breaks = equalBreaks(distinct, k)
		return c
	}
	ends := jenksEnds(distinct, counts, k)
	if m == Quantile {
		ends = quantileEnds(values, distinct, k)
	}
	c.Breaks = tidy(distinct, ends)
	return c
}

// group returns the different values of a sorted list, and how often each stands in it.
func group(sorted []float64) (distinct []float64, counts []int) {
	for i, v := range sorted {
		if i == 0 || v != sorted[i-1] {
			distinct = append(distinct, v)
			counts = append(counts, 0)
		}
		counts[len(counts)-1]++
	}
	return distinct, counts
}

// quantileEnds returns, for each class, the index of its largest distinct
// value. The quantile of p is interpolated as in R's type 7.
func quantileEnds(sorted, distinct []float64, k int) []int {
	var ends []int
	for i := 1; i <= k; i++ {
		h := float64(len(sorted)-1) * float64(i) / float64(k)
		lo := int(math.Floor(h))
		q := sorted[lo]
		if lo+1 < len(sorted) {
			q += (h - float64(lo)) * (sorted[lo+1] - q)
		}
		if i == k {
			q = sorted[len(sorted)-1]
		}
		end := sort.Search(len(distinct), func(j int) bool { return distinct[j] > q }) - 1
		if len(ends) == 0 || end > ends[len(ends)-1] {
			ends = append(ends, end)
		}
	}
	return ends
}

// equalBreaks divides the range; a single value is one class.
func equalBreaks(distinct []float64, k int) []float64 {
	lo, hi := distinct[0], distinct[len(distinct)-1]
	if lo == hi {
		return []float64{lo, hi}
	}
	breaks := []float64{lo}
	for i := 1; i < k; i++ {
		b := lo + (hi/float64(k)-lo/float64(k))*float64(i)
		if b > breaks[len(breaks)-1] && b < hi {
			breaks = append(breaks, b)
		}
	}
	return append(breaks, hi)
}

// tidy turns the last values of classes into breaks that are easy to read.
// The outermost two are rounded outwards to two digits.
func tidy(distinct []float64, ends []int) []float64 {
	least, most := distinct[0], distinct[len(distinct)-1]
	if least == most {
		return []float64{least, most}
	}
	breaks := []float64{-outwards(-least)}
	for _, e := range ends {
		if e == len(distinct)-1 {
			break
		}
		breaks = append(breaks, Simplest(distinct[e], distinct[e+1]))
	}
	return append(breaks, outwards(most))
}

// outwards rounds v up to two digits.
func outwards(v float64) float64 {
	if v == 0 {
		return 0
	}
	if c, ok := ceil(v, int(math.Floor(math.Log10(math.Abs(v))))-1); ok && c >= v {
		return c
	}
	return v
}

// Simplest returns the number in [lo, hi) with the fewest decimal digits; lo
// itself if no shorter one lies there.
func Simplest(lo, hi float64) float64 {
	if lo <= 0 && hi > 0 {
		return 0
	}
	top := int(math.Floor(math.Log10(max(math.Abs(lo), math.Abs(hi))))) + 1
	for p := top; p >= top-17; p-- {
		if c, ok := ceil(lo, p); ok && c >= lo && c < hi {
			return c
		}
	}
	return lo
}

// ceil rounds v up to a multiple of 10^p, exactly as its decimal reads.
func ceil(v float64, p int) (float64, bool) {
	unit := math.Pow(10, float64(p))
	c := math.Ceil(v/unit) * unit
	exact, err := strconv.ParseFloat(strconv.FormatFloat(c, 'f', max(0, -p), 64), 64)
	return exact, err == nil && !math.IsInf(exact, 0)
}
