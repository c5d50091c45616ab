// Package drawing draws areas as SVG: on the TM2 grid, the islands of the
// strait in insets, one path a class and one path a level of borders.
//
// An arc with the same class on both sides is not drawn, and each arc is
// simplified and rounded once for all who use it. So 7,701 villages become a
// handful of paths, and neighbours cannot part. The same Spec gives the same
// bytes.
//
// A drawing has presentation attributes and classes only. Colours are CSS
// variables (--gd-map-1 … -9, --gd-map-paper …) with the light ones as
// fallback, or fixed for a file that stands alone.
package drawing

import (
	"fmt"
	"html"
	"math"
	"strconv"

	"github.com/gongdao/gongdao/atlas/coverage"
)

// Fill says how an area is filled: 0 … 6 for a class, or one of the others.
type Fill int8

// The fills that are not classes.
const (
	Nothing    Fill = -1 // not drawn
	OtherLand  Fill = 7  // land the figure does not speak of
	Zero       Fill = 8
	Missing    Fill = 9
	Suppressed Fill = 10
	Plain      Fill = 11 // an area of a map without values
	fills           = 12
)

// Symbol is a circle for a count.
type Symbol struct {
	Area  int     // index in the level
	Share float64 // its value as a part of the largest, above 0 to 1
}

// Spec is a drawing to make.
type Spec struct {
	Level   coverage.Level
	Within  string // code of the area to zoom to; "" is the country
	Fills   []Fill // by index of the level's areas
	Classes int    // how many classes the fills 0 … 6 are
	Symbols []Symbol
	Pointed string // code of an area to point out
	Names   bool   // write the names of the areas that are drawn, where there is room

	ID    string // begins every id in the document; letters, digits and dashes
	Title string
	Desc  string
	Lang  string                      // for the lang attribute
	Name  func(*coverage.Area) string // in the reader's language
	Inset func(name string) string    // "penghu" in the reader's language
}

// SVG draws. The theme does not change the shape of anything.
func SVG(c *coverage.Coverage, spec Spec, theme Theme) []byte {
	d := drawer{sheet: newSheet(c), spec: spec, theme: theme}
	d.layOut()
	d.begin()
	d.fills()
	d.borders()
	d.symbols()
	d.insets()
	d.pointed()
	d.names()
	d.b = append(d.b, "</svg>\n"...)
	return d.b
}

type drawer struct {
	*sheet
	spec   Spec
	theme  Theme
	b      []byte
	width  float64
	height float64
	main   int          // the frame that is not an inset
	places [frames]rect // of insets
	insetF []int        // frames that are insets, in the order they are drawn
}

func (d *drawer) printf(format string, args ...any) { d.b = fmt.Appendf(d.b, format, args...) }

func (d *drawer) begin() {
	id := d.spec.ID
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="gd-map" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-t %s-d" lang="%s">`,
		px(d.width), px(d.height), id, id, html.EscapeString(d.spec.Lang))
	d.printf("\n<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">%s</desc>\n", id, html.EscapeString(d.spec.Title), id, html.EscapeString(d.spec.Desc))
	d.b = append(d.b, "<defs>"...)
	d.pattern("hatch", Hatch, `<path d="M-2 2L2-2M0 8L8 0M6 10L10 6" stroke-width="1.1" `, "stroke")
	d.pattern("dots", Dots, `<path d="M1 2a1 1 0 1 0 2 0a1 1 0 1 0-2 0M5 6a1 1 0 1 0 2 0a1 1 0 1 0-2 0" `, "fill")
	d.b = append(d.b, "</defs>\n"...)
	if d.theme != Page {
		d.printf("<path class=\"gd-map-paper\" fill=\"%s\" d=\"M0 0h%sv%sH0z\"/>\n", d.theme.Colour(Paper), px(d.width), px(d.height))
	}
}

// pattern defines a fill of 8 × 8 px. It is defined in tenths of a px, as all
// paths are.
func (d *drawer) pattern(name string, ink Ink, open, attribute string) {
	back := Land
	if name == "dots" {
		back = Paper
	}
	d.printf(`<pattern id="%s-%s" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="scale(%s)"><path fill="%s" d="M0 0h8v8H0z"/>%s%s="%s"/></pattern>`,
		d.spec.ID, name, map[string]string{"hatch": "7", "dots": "8"}[name], d.theme.Colour(back), open, attribute, d.theme.Colour(ink))
}

// fills draws one path for each fill.
func (d *drawer) fills() {
	var sides [fills][]side
	for arc := range d.c.Arcs {
		if !d.shown(arc) {
			continue
		}
		r, l := d.c.Sides(d.spec.Level, arc)
		fr, fl := d.fillOf(r), d.fillOf(l)
		if fr == fl {
			continue
		}
		if fr >= 0 {
			sides[fr] = append(sides[fr], forwards(arc))
		}
		if fl >= 0 {
			sides[fl] = append(sides[fl], backwards(arc))
		}
	}
	d.b = append(d.b, `<g transform="scale(.1)" fill-rule="evenodd" stroke-linejoin="round">`...)
	for _, f := range [fills]Fill{OtherLand, Plain, Zero, Missing, Suppressed, 0, 1, 2, 3, 4, 5, 6} {
		if len(sides[f]) == 0 {
			continue
		}
		var p pen
		d.walk(sides[f], func(path []side) { p.fill(d.sheet, path) })
		if len(p.b) == 0 {
			continue
		}
		colour := d.paint(f)
		d.printf("\n<path class=\"gd-map-%s\" fill=\"%s\"", f, colour)
		if f < OtherLand { // classes that touch must not show the paper between them
			d.printf(` stroke="%s" stroke-width="4"`, colour)
		}
		d.printf(` d="%s"/>`, p.b)
	}
}

func (d *drawer) fillOf(area int) Fill {
	if area < 0 {
		return Nothing
	}
	return d.spec.Fills[area]
}

// String is the name of the fill, as in the classes of the document.
func (f Fill) String() string {
	switch f {
	case OtherLand:
		return "land"
	case Zero:
		return "zero"
	case Missing:
		return "missing"
	case Suppressed:
		return "suppressed"
	case Plain:
		return "plain"
	}
	return "c" + strconv.Itoa(int(f))
}

func (d *drawer) paint(f Fill) string {
	switch f {
	case OtherLand:
		return d.theme.Colour(Land)
	case Zero:
		return d.theme.Colour(None)
	case Missing:
		return "url(#" + d.spec.ID + "-hatch)"
	case Suppressed:
		return "url(#" + d.spec.ID + "-dots)"
	case Plain:
		return d.theme.Colour("2")
	}
	return d.theme.Colour(ClassInk(int(f), d.spec.Classes))
}

// borders draws the lines between areas, one path a level, and the coast. On
// a map of the country villages have no lines of their own: they would be all
// that can be seen.
func (d *drawer) borders() {
	finest := d.spec.Level
	if finest == coverage.Village && d.spec.Within == "" {
		finest = coverage.Town
	}
	var arcs [coverage.Village + 1][]int
	for arc := range d.c.Arcs {
		if !d.shown(arc) {
			continue
		}
		r, l := d.c.Sides(d.spec.Level, arc)
		if r == l || d.fillOf(r) == Nothing && d.fillOf(l) == Nothing {
			continue
		}
		detail := finest
		if d.fillOf(r) == OtherLand && d.fillOf(l) == OtherLand {
			detail = coverage.County
		}
		for level := coverage.Nation; level <= detail; level++ { // the outermost level that differs
			if r, l := d.c.Sides(level, arc); r != l {
				arcs[level] = append(arcs[level], arc)
				break
			}
		}
	}
	for level := finest; level >= coverage.Nation; level-- {
		var p pen
		d.chain(arcs[level], func(path []side) { p.stroke(d.sheet, path) })
		if len(p.b) == 0 {
			continue
		}
		for _, s := range d.strokes(level) {
			d.printf("\n<path class=\"gd-map-border-%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s d=\"%s\"/>", level, d.theme.Colour(s.ink), s.width, s.opacity, p.b)
		}
	}
	d.b = append(d.b, "\n</g>\n"...)
}

type stroke struct {
	ink     Ink
	width   string // tenths of a px
	opacity string // an attribute, or nothing
}

// strokes says how the borders of a level look.
func (d *drawer) strokes(level coverage.Level) []stroke {
	near := d.spec.Within != ""
	switch {
	case level == coverage.Nation:
		return []stroke{{Border, "6", ` stroke-opacity=".75"`}}
	case level == coverage.County && near:
		return []stroke{{Border, "12", ` stroke-opacity=".8"`}}
	case level == coverage.County:
		return []stroke{{Border, "7", ` stroke-opacity=".8"`}}
	case level == coverage.Town && near:
		return []stroke{{Line, "13", ""}}
	case level == coverage.Town:
		return []stroke{{Line, "5", ` stroke-opacity=".7"`}}
	}
	return []stroke{{Line, "5", ` stroke-opacity=".8"`}}
}

func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
