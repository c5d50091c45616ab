package atlas

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/atlas/figure"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/i18n"
)

// words are the sentences of a drawing in its language.
type words struct{ title, desc string }

func (f *shown) in(t civic.Text) string {
	s, _ := t.In(string(f.spec.Lang))
	return s
}

// unit is what a value counts, with "per km²" where it was divided.
func (f *shown) unit() string {
	unit := f.in(f.spec.Unit)
	if f.spec.PerKm2 {
		return i18n.T(f.ctx, "atlas.unit.per-km2", unit)
	}
	return unit
}

// words writes the title and the description that stands for the picture: how
// many areas, the range, the highest and the lowest, and what is not shown.
// It is made from what is shown; a suppressed value cannot be in it.
func (f *shown) words() words {
	w := words{title: f.in(f.spec.Title)}
	if period := f.in(f.spec.Period); period != "" {
		w.title = i18n.T(f.ctx, "atlas.title.period", w.title, period)
	}
	n := f.counts()
	parts := []string{i18n.T(f.ctx, "atlas.desc.what", len(f.areas), i18n.T(f.ctx, "atlas.level."+f.level.String()), f.unit())}
	if low, high, ok := f.ends(); ok {
		parts = append(parts, i18n.T(f.ctx, "atlas.desc.range",
			f.fullName(low), f.number(f.cells[f.code(low)].Value), f.fullName(high), f.number(f.cells[f.code(high)].Value)))
	}
	for _, mark := range []figure.Mark{figure.Zero, figure.Missing, figure.Suppressed} {
		if n[mark] > 0 {
			parts = append(parts, i18n.N(f.ctx, "atlas.desc."+string(mark), int64(n[mark])))
		}
	}
	w.desc = strings.Join(parts, i18n.T(f.ctx, "atlas.desc.join"))
	return w
}

func (f *shown) code(i int) string     { return f.h.areas.Areas[f.level][i].Code }
func (f *shown) fullName(i int) string { return f.h.fullName(f.level, i, string(f.spec.Lang)) }

// counts returns how many areas have each mark.
func (f *shown) counts() map[figure.Mark]int {
	n := map[figure.Mark]int{}
	for _, c := range f.cells {
		n[c.Mark]++
	}
	return n
}

// ends returns the areas with the lowest and the highest value; of equals, the
// first by code.
func (f *shown) ends() (low, high int, ok bool) {
	for _, i := range f.areas {
		c := f.cells[f.code(i)]
		if c.Mark != figure.Present {
			continue
		}
		if !ok || c.Value < f.cells[f.code(low)].Value {
			low = i
		}
		if !ok || c.Value > f.cells[f.code(high)].Value {
			high = i
		}
		ok = true
	}
	return low, high, ok
}

// number writes a value: shares in per cent, whole numbers whole, others with
// about three digits.
func (f *shown) number(v float64) string {
	if f.kind == figure.Share {
		return i18n.Decimal(f.ctx, v*100, 1) + " %"
	}
	places := 0
	if size := math.Abs(v); v != math.Trunc(v) && size < 100 {
		places = min(6, max(1, 1-int(math.Floor(math.Log10(size)))))
	}
	return i18n.Decimal(f.ctx, v, places)
}

// bound writes a class break with the digits it has, no more.
func (f *shown) bound(v float64) string {
	if f.kind == figure.Share {
		return i18n.Number(f.ctx, math.Round(v*1e10)/1e8)
	}
	if places := decimals(v); places > 3 && f.classes.Method == figure.Equal {
		return f.number(v)
	}
	return i18n.Number(f.ctx, v)
}

func decimals(v float64) int {
	_, after, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return len(after)
}

// notes are the sentences under the map, each true of this map only.
func (f *shown) notes() []string {
	var notes []string
	if reason := f.in(f.spec.Reason); reason != "" && f.kind == figure.Count {
		notes = append(notes, i18n.T(f.ctx, "atlas.note.reason", reason))
	}
	if f.circles {
		notes = append(notes, i18n.T(f.ctx, "atlas.note.circles"))
	} else {
		notes = append(notes, i18n.T(f.ctx, "atlas.note.method."+string(f.classes.Method)))
		if n := f.classes.Len(); n > 0 && n < f.classes.Asked {
			notes = append(notes, i18n.N(f.ctx, "atlas.note.fewer", int64(n), f.classes.Asked))
		}
	}
	if len(f.aside) > 0 {
		var names []string
		for _, a := range f.aside[:min(len(f.aside), 10)] {
			i, _ := f.h.areas.Find(f.level, a.Code)
			names = append(names, f.fullName(i))
		}
		notes = append(notes, i18n.N(f.ctx, "atlas.note.aside", int64(len(f.aside)), strings.Join(names, i18n.T(f.ctx, "atlas.list"))))
	}
	if f.foreign > 0 {
		notes = append(notes, i18n.N(f.ctx, "atlas.note.foreign", int64(f.foreign)))
	}
	layer := f.h.layers[f.level.String()]
	if source := f.in(f.spec.Source); source != "" {
		notes = append(notes, i18n.T(f.ctx, "atlas.note.source", source))
	}
	return append(notes, i18n.T(f.ctx, "atlas.note.boundaries", f.in(layer.Source), i18n.DayShort(f.ctx, layer.Valid)))
}

// legend has a row for each class, for zero, missing and suppressed where
// there are such areas. Suppressed areas are counted apart: a class count can
// betray one.
func (f *shown) legend() []LegendRow {
	var rows []LegendRow
	n := make([]int, f.classes.Len())
	for _, c := range f.cells {
		if c.Mark == figure.Present {
			n[f.classes.Of(c.Value)]++
		}
	}
	if !f.circles {
		for i := range n {
			rows = append(rows, LegendRow{"c" + strconv.Itoa(i), f.interval(i), n[i]})
		}
	} else if present := f.counts()[figure.Present]; present > 0 {
		rows = append(rows, LegendRow{"circle", i18n.T(f.ctx, "atlas.legend.circle", f.number(f.largest())), present})
	}
	counts := f.counts()
	for _, mark := range []figure.Mark{figure.Zero, figure.Missing, figure.Suppressed} {
		if counts[mark] > 0 {
			rows = append(rows, LegendRow{string(mark), i18n.T(f.ctx, "atlas.mark."+string(mark)), counts[mark]})
		}
	}
	return rows
}

// interval writes (a, b], the first one [a, b].
func (f *shown) interval(i int) string {
	low, high := f.bound(f.classes.Breaks[i]), f.bound(f.classes.Breaks[i+1])
	percent := ""
	if f.kind == figure.Share {
		percent = " %"
	}
	switch {
	case low == high:
		return high + percent
	case i == 0:
		return i18n.T(f.ctx, "atlas.legend.first", low, high) + percent
	}
	return i18n.T(f.ctx, "atlas.legend.range", low, high) + percent
}

// table has a row for each area, by code.
func (f *shown) table() []AreaRow {
	rows := make([]AreaRow, 0, len(f.areas))
	for _, i := range f.areas {
		c := f.cells[f.code(i)]
		row := AreaRow{Code: f.code(i), Name: f.fullName(i)}
		if c.Mark == figure.Present {
			row.Value = f.number(c.Value)
			row.Class = "c" + strconv.Itoa(f.classes.Of(c.Value))
			if f.circles {
				row.Class = "circle"
			}
		} else {
			row.Value, row.Class = i18n.T(f.ctx, "atlas.mark."+string(c.Mark)), string(c.Mark)
		}
		rows = append(rows, row)
	}
	return rows
}

// json is the figure as the island and other programs read it: after the
// rules, so a suppressed value is not in it.
func (f *shown) json(legend []LegendRow) ([]byte, error) {
	type cell [5]any // class or null, value or null, low, high, mark
	doc := struct {
		Title   string          `json:"title"`
		Unit    string          `json:"unit"`
		Level   string          `json:"level"`
		Within  string          `json:"within,omitempty"`
		Kind    figure.Kind     `json:"kind"`
		Classes figureClasses   `json:"classes"`
		Legend  []LegendRow     `json:"legend"`
		Cells   map[string]cell `json:"cells"`
		Words   object          `json:"words"` // of the island
	}{
		Title: f.words().title, Unit: f.unit(), Level: f.level.String(), Within: f.spec.Within, Kind: f.kind,
		Classes: figureClasses{f.classes.Method, f.classes.Len(), slices.Clone(f.classes.Breaks), f.shades()},
		Legend:  legend, Cells: make(map[string]cell, len(f.cells)), Words: object{},
	}
	for _, w := range islandWords(f.ctx) {
		doc.Words[w.Name] = w.Text
	}
	for code, c := range f.cells {
		switch c.Mark {
		case figure.Present:
			doc.Cells[code] = cell{f.classes.Of(c.Value), c.Value, c.Low, c.High, "present"}
		case figure.Zero:
			doc.Cells[code] = cell{nil, 0, c.Low, c.High, c.Mark}
		default:
			doc.Cells[code] = cell{nil, nil, nil, nil, c.Mark}
		}
	}
	return json.Marshal(doc)
}

type figureClasses struct {
	Method figure.Method `json:"method"`
	Count  int           `json:"count"`
	Breaks []float64     `json:"breaks"`
	Shades []string      `json:"shades"` // of the nine, one a class
}

// shades are the inks of the classes, "1" to "9".
func (f *shown) shades() []string {
	shades := make([]string, f.classes.Len())
	for i := range shades {
		shades[i] = string(drawing.ClassInk(i, len(shades)))
	}
	return shades
}
