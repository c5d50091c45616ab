package atlas

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/atlas/figure"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// Draw draws a map of values by area, with legend, table and the data for the
// island. A count without a reason is drawn as circles, since shaded areas
// would show how large areas are; PerKm2 makes it a density. Errors:
// fault.Invalid for what cannot be drawn honestly, fault.NotFound for an
// unknown level or area.
func (s *Service) Draw(ctx context.Context, spec DrawSpec) (Drawing, error) {
	h, err := s.current(ctx)
	if err != nil {
		return Drawing{}, err
	}
	f, err := h.figure(spec)
	if err != nil {
		return Drawing{}, err
	}
	if spec.Lang == "" {
		spec.Lang = i18n.LangOf(ctx)
		f.spec.Lang = spec.Lang
	}
	f.ctx = i18n.With(ctx, s.words, spec.Lang)
	return f.draw()
}

// shown is a figure on its way to a drawing.
type shown struct {
	ctx     context.Context // our words, in the language of the spec
	h       *holding
	spec    DrawSpec
	level   coverage.Level
	kind    figure.Kind
	cells   map[string]figure.Cell // by code, clean, of the areas that are drawn
	classes figure.Classes
	circles bool
	aside   []figure.SetAside
	foreign int   // codes that are no area of the level
	areas   []int // indexes of the areas that are drawn, by code
}

// figure checks the rules and classifies.
func (h *holding) figure(spec DrawSpec) (*shown, error) {
	f := &shown{h: h, spec: spec, kind: spec.Kind}
	var ok bool
	if f.level, ok = coverage.LevelOf(spec.Level); !ok || f.level == coverage.Nation {
		return nil, fault.NotFound.Errorf("atlas.no-map-level", "maps of values show counties, towns or villages, not %s", spec.Level)
	}
	if err := f.window(); err != nil {
		return nil, err
	}
	if err := f.rules(); err != nil {
		return nil, err
	}
	f.take()
	method, k := f.method(), spec.Classes
	c, err := figure.Classify(method, k, f.cells)
	if err != nil {
		return nil, fault.Invalid.Errorf("atlas.bad-classes", "a map has 3 to 7 classes, made by jenks, quantile or equal; this asks for %d by %s", k, method)
	}
	f.classes = c
	return f, nil
}

// method is Jenks where the caller has no wish, but for densities: they are so
// skewed that all but the cities would be one class.
func (f *shown) method() figure.Method {
	switch {
	case f.spec.Method != "":
		return figure.Method(f.spec.Method)
	case f.kind == figure.Density:
		return figure.Quantile
	}
	return figure.Jenks
}

// window finds the areas that are drawn.
func (f *shown) window() error {
	f.spec.Within = bareCode(f.spec.Within)
	if f.spec.Within == coverage.NationCode {
		f.spec.Within = ""
	}
	if f.spec.Within != "" {
		l, _, ok := f.h.find(f.spec.Within)
		if !ok || l >= f.level {
			return fault.NotFound.Errorf("atlas.no-within", "there is no area %s that holds areas of the level %s", f.spec.Within, f.spec.Level)
		}
	}
	for i := range f.h.areas.Areas[f.level] {
		if strings.HasPrefix(f.h.areas.Areas[f.level][i].Code, f.spec.Within) {
			f.areas = append(f.areas, i)
		}
	}
	return nil
}

// rules refuses what would mislead.
func (f *shown) rules() error {
	if !f.kind.Known() {
		return fault.Invalid.Errorf("atlas.bad-kind", "say what the values are: rate, share, density, index or count")
	}
	if f.spec.Title.Empty() || f.spec.Unit.Empty() {
		return fault.Invalid.Errorf("atlas.no-title", "a map needs a title and a unit")
	}
	if f.spec.PerKm2 {
		if f.kind != figure.Count {
			return fault.Invalid.Errorf("atlas.per-area", "only a count can be divided by the area of land; this is a %s", f.kind)
		}
		f.kind = figure.Density
	}
	f.circles = f.kind == figure.Count && f.spec.Reason.Empty()
	if f.circles && len(f.areas) > maxCircles {
		return fault.Invalid.Errorf("atlas.too-many-circles", "counts of %d areas cannot be drawn as circles; draw them per km², zoom to one county, or give a reason for shading them", len(f.areas))
	}
	return nil
}

// maxCircles is how many circles a drawing can hold and still be read.
const maxCircles = 1200

// take puts the values to the areas: missing where there is none.
func (f *shown) take() {
	given := make(map[string]figure.Cell, len(f.spec.Values))
	for code, c := range f.spec.Values {
		given[bareCode(code)] = c
	}
	cells := make(map[string]figure.Cell, len(f.areas))
	for _, i := range f.areas {
		a := &f.h.areas.Areas[f.level][i]
		c, ok := given[a.Code]
		if !ok {
			c = figure.Cell{Mark: figure.Missing}
		}
		if f.spec.PerKm2 && a.KM2 > 0 {
			c.Value, c.Low, c.High = c.Value/a.KM2, c.Low/a.KM2, c.High/a.KM2
		}
		cells[a.Code] = c
	}
	for code := range given {
		if _, ok := f.h.areas.Find(f.level, code); !ok && strings.HasPrefix(code, f.spec.Within) {
			f.foreign++
		}
	}
	f.cells, f.aside = figure.Clean(f.kind, cells)
}

// draw makes everything a page needs.
func (f *shown) draw() (Drawing, error) {
	words := f.words()
	d := Drawing{Title: words.title, Notes: f.notes(), Legend: f.legend(), Table: f.table()}
	var err error
	if d.Figure, err = f.json(d.Legend); err != nil {
		return Drawing{}, fmt.Errorf("atlas: draw %s: %w", words.title, err)
	}
	if !f.circles && (f.level < coverage.Village || f.spec.Within != "") { // the villages of the country are too many for one file
		d.Layers, d.Style = f.addresses()
	}
	sum := sha256.Sum256(d.Figure)
	id := "map-" + hex.EncodeToString(sum[:5])
	spec := drawing.Spec{
		Level: f.level, Within: f.spec.Within, Fills: f.fills(), Classes: f.classes.Len(), Symbols: f.symbols(),
		Pointed: bareCode(f.spec.Marked), ID: id, Title: words.title, Desc: words.desc, Lang: f.spec.Lang.HTML(),
		Name: f.name, Inset: f.inset,
	}
	spec.Names = f.spec.Within != "" && len(f.areas) <= 60
	c := f.h.areas
	d.draw = func(t drawing.Theme) []byte { return drawing.SVG(c, spec, t) }
	d.SVG = svgComponent(d.draw)
	d.Block = f.block(id, d)
	return d, nil
}

// svgComponent writes a drawing for a page. drawing escapes every text.
func svgComponent(draw func(drawing.Theme) []byte) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(draw(drawing.Page))
		return err
	})
}

// File returns the drawing as an SVG file of its own, for the themes light,
// dark and print; any other is light.
func (d Drawing) File(theme string) []byte {
	if d.draw == nil {
		return nil
	}
	switch t := drawing.Theme(theme); t {
	case drawing.Dark, drawing.Print:
		return d.draw(t)
	}
	return d.draw(drawing.Light)
}

// addresses are those of the GeoJSON and the style for the island.
func (f *shown) addresses() (layers []string, style string) {
	layer, style := "/atlas/layers/"+f.level.String()+".geojson?", "/atlas/styles/"+f.level.String()+".json"
	if f.spec.Within != "" {
		return []string{layer + "within=" + f.spec.Within + "&simplify=25"}, style + "?within=" + f.spec.Within
	}
	return []string{layer + "simplify=200"}, style
}

func (f *shown) name(a *coverage.Area) string {
	name, _ := a.Name.In(string(f.spec.Lang))
	return name
}

func (f *shown) inset(name string) string { return i18n.T(f.ctx, "atlas.inset."+name) }

// fills says how each area of the level is filled.
func (f *shown) fills() []drawing.Fill {
	fills := make([]drawing.Fill, len(f.h.areas.Areas[f.level]))
	for i := range fills {
		fills[i] = drawing.OtherLand
	}
	for _, i := range f.areas {
		fills[i] = f.fill(f.cells[f.h.areas.Areas[f.level][i].Code])
	}
	return fills
}

func (f *shown) fill(c figure.Cell) drawing.Fill {
	switch {
	case c.Mark == figure.Missing:
		return drawing.Missing
	case c.Mark == figure.Suppressed:
		return drawing.Suppressed
	case c.Mark == figure.Zero:
		return drawing.Zero
	case f.circles:
		return drawing.OtherLand
	}
	return drawing.Fill(f.classes.Of(c.Value))
}

// symbols are the circles of counts.
func (f *shown) symbols() []drawing.Symbol {
	if !f.circles {
		return nil
	}
	var out []drawing.Symbol
	most := f.largest()
	for _, i := range f.areas {
		if c := f.cells[f.h.areas.Areas[f.level][i].Code]; c.Mark == figure.Present {
			out = append(out, drawing.Symbol{Area: i, Share: c.Value / most})
		}
	}
	return out
}

func (f *shown) largest() float64 {
	most := 0.0
	for _, c := range f.cells {
		if c.Mark == figure.Present {
			most = max(most, c.Value)
		}
	}
	return most
}
