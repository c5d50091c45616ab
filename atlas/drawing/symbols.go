package drawing

import (
	"math"
	"sort"

	"github.com/gongdao/gongdao/standards/topojson"
)

// MaxRadius is the radius in px of the circle for the largest value.
const MaxRadius = 22

// symbols draws circles whose areas are in the proportion of the values, the
// largest first, so that small ones stay visible.
func (d *drawer) symbols() {
	if len(d.spec.Symbols) == 0 {
		return
	}
	order := append([]Symbol(nil), d.spec.Symbols...)
	sort.SliceStable(order, func(a, b int) bool { return order[a].Share > order[b].Share })
	d.printf("<g class=\"gd-map-circles\" fill=\"%s\" fill-opacity=\".55\" stroke=\"%s\" stroke-width=\".8\">\n", d.theme.Colour(Circle), d.theme.Colour(Paper))
	for _, s := range order {
		area := &d.c.Areas[d.spec.Level][s.Area]
		if !d.views[frameOf(area.Label)].on {
			continue
		}
		x, y := d.place(area.Label)
		d.printf("<circle cx=\"%s\" cy=\"%s\" r=\"%s\"/>", px(x), px(y), px(math.Max(0.6, MaxRadius*math.Sqrt(s.Share))))
	}
	d.b = append(d.b, "\n</g>\n"...)
}

// pointed outlines the area the reader asked for.
func (d *drawer) pointed() {
	if d.spec.Pointed == "" {
		return
	}
	i, ok := d.c.Find(d.spec.Level, d.spec.Pointed)
	if !ok {
		return
	}
	area := &d.c.Areas[d.spec.Level][i]
	var p pen
	for _, polygon := range area.Polygons {
		for _, ring := range polygon {
			d.outline(&p, ring)
		}
	}
	if len(p.b) == 0 { // too small to have an outline at this scale
		x, y := d.place(area.Label)
		d.printf("<circle class=\"gd-map-pointed\" cx=\"%s\" cy=\"%s\" r=\"5\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", px(x), px(y), d.theme.Colour(Pointed))
		return
	}
	d.printf("<path class=\"gd-map-pointed\" transform=\"scale(.1)\" fill=\"none\" stroke=\"%s\" stroke-width=\"24\" stroke-linejoin=\"round\" d=\"%s\"/>\n", d.theme.Colour(Pointed), p.b)
}

func (d *drawer) outline(p *pen, ring topojson.Ring) {
	path := make([]side, len(ring))
	for i, ref := range ring {
		if !d.shown(ref.Arc()) {
			return
		}
		if path[i] = forwards(ref.Arc()); ref.Reversed() {
			path[i] = backwards(ref.Arc())
		}
	}
	p.fill(d.sheet, path)
}
