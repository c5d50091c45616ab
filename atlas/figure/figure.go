// Package figure holds one value per area, says what kind of value it is, and
// puts values into classes for a map.
//
// Zero, missing and suppressed are three different things everywhere. A
// suppressed value is forgotten on the way in: no later step can show it.
package figure

import (
	"math"
	"slices"
)

// Kind says what a value is, and so how it may be drawn.
type Kind string

// The kinds. All but Index have a meaningful zero and cannot be negative.
const (
	Rate    Kind = "rate"    // events per population and period
	Share   Kind = "share"   // part of a whole, 0 to 1; shown in per cent
	Density Kind = "density" // amount per area of land
	Index   Kind = "index"   // any number, also negative
	Count   Kind = "count"   // how many; not to be drawn by shade of areas without a reason
)

// Known reports whether k is one of the kinds.
func (k Kind) Known() bool {
	return k == Rate || k == Share || k == Density || k == Index || k == Count
}

// Mark says what a cell stands for if not for its value.
type Mark string

// The marks. The zero Mark is Present, so that a Cell with only a value is one.
const (
	Present    Mark = ""
	Zero       Mark = "zero"       // counted, and none
	Missing    Mark = "missing"    // not known
	Suppressed Mark = "suppressed" // known, and so small that it would point at people
	Withheld   Mark = "withheld"   // suppressed so that no other suppressed value can be worked out
)

// Cell is the value of one area.
type Cell struct {
	Value float64
	Low   float64 // of the interval of uncertainty; both 0 if there is none
	High  float64
	Mark  Mark
}

// Secret reports whether the value must not be shown. Withheld looks like
// Suppressed to every reader: telling them apart would undo both.
func (c Cell) Secret() bool { return c.Mark == Suppressed || c.Mark == Withheld }

// Fault is why a value was set aside.
type Fault string

// The reasons.
const (
	NotANumber Fault = "not-a-number" // NaN or infinite
	Negative   Fault = "negative"     // of a kind that cannot be
	OverOne    Fault = "over-one"     // a share above the whole
)

// SetAside is a value that Clean turned into a missing one.
type SetAside struct {
	Code  string
	Fault Fault
}

// Clean returns a copy of cells that is safe to draw: secret cells lose their
// values and become Suppressed, zeros of a kind with a meaningful zero are
// marked, and impossible values become missing and are listed by code.
func Clean(kind Kind, cells map[string]Cell) (map[string]Cell, []SetAside) {
	out := make(map[string]Cell, len(cells))
	var aside []SetAside
	for code, c := range cells {
		clean, fault := cleanOne(kind, c)
		out[code] = clean
		if fault != "" {
			aside = append(aside, SetAside{code, fault})
		}
	}
	slices.SortFunc(aside, func(a, b SetAside) int {
		switch {
		case a.Code < b.Code:
			return -1
		case a.Code > b.Code:
			return 1
		}
		return 0
	})
	return out, aside
}

func cleanOne(kind Kind, c Cell) (Cell, Fault) {
	switch {
	case c.Secret():
		return Cell{Mark: Suppressed}, ""
	case c.Mark == Missing:
		return Cell{Mark: Missing}, ""
	case c.Mark == Zero:
		return Cell{Mark: Zero}, ""
	case math.IsNaN(c.Value) || math.IsInf(c.Value, 0):
		return Cell{Mark: Missing}, NotANumber
	case kind == Index:
		return c, ""
	case c.Value < 0:
		return Cell{Mark: Missing}, Negative
	case kind == Share && c.Value > 1:
		return Cell{Mark: Missing}, OverOne
	case c.Value == 0:
		return Cell{Low: c.Low, High: c.High, Mark: Zero}, ""
	}
	return c, ""
}
