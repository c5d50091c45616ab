package drawing

import (
	"html"
	"math"
	"sort"
	"strings"

	"github.com/gongdao/gongdao/atlas/coverage"
)

// layOut decides which frames there are and where.
func (d *drawer) layOut() {
	extents := d.extents()
	if d.spec.Within == "" {
		d.width, d.height = nationalWidth, nationalHeight
		for f, x := range extents {
			switch {
			case x.empty():
			case f == mainFrame:
				d.views[f] = fit(x, national[f], 0)
			default:
				d.views[f] = fit(x, national[f].below(), 8)
				d.places[f] = national[f]
			}
		}
		d.main = mainFrame
	} else {
		d.zoom(extents)
	}
	for _, f := range []int{lienchiang, kinmen, wuqiu, penghu, mainFrame} {
		if f != d.main && d.views[f].on {
			d.insetF = append(d.insetF, f)
		}
	}
}

// extents returns how far the areas within reach on each frame.
func (d *drawer) extents() [frames]extent {
	var x [frames]extent
	for f := range x {
		x[f] = emptyExtent
	}
	for arc := range d.c.Arcs {
		r, l := d.c.Sides(d.spec.Level, arc)
		if !d.within(r) && !d.within(l) {
			continue
		}
		for _, m := range d.plane.Arcs[arc] {
			x[d.frame[arc]].add(m)
		}
	}
	return x
}

func (d *drawer) within(area int) bool {
	return area >= 0 && d.spec.Fills[area] != Nothing && strings.HasPrefix(d.c.Areas[d.spec.Level][area].Code, d.spec.Within)
}

// zoom gives the frame with the largest extent the drawing, and the others a
// column of insets on its right.
func (d *drawer) zoom(extents [frames]extent) {
	d.main = -1
	insets := 0
	for f, x := range extents {
		if x.empty() {
			continue
		}
		insets++
		if d.main < 0 || size(x) > size(extents[d.main]) {
			d.main = f
		}
	}
	if d.main < 0 { // nothing to show
		d.main, d.width, d.height = mainFrame, nationalWidth, 40
		return
	}
	x := extents[d.main]
	d.width = nationalWidth
	w := d.width
	if insets > 1 {
		w -= 128
	}
	ratio := math.Max(float64(x.n-x.s), 1) / math.Max(float64(x.e-x.w), 1)
	d.height = math.Round(math.Min(640, math.Max(260, w*ratio)))
	d.views[d.main] = fit(x, rect{0, 0, w, d.height}, 14)
	d.surroundings()
	y := 8.0
	for f, x := range extents {
		if f != d.main && !x.empty() {
			d.places[f] = rect{d.width - 124, y, 116, 96}
			d.views[f] = fit(x, d.places[f].below(), 8)
			y += 108
		}
	}
}

// surroundings leaves the counties near the area as plain land and drops the
// rest. What reaches beyond the drawing is cut off by the viewer.
func (d *drawer) surroundings() {
	near := emptyBox
	for i := range d.c.Areas[d.spec.Level] {
		if d.within(i) {
			near = join(near, d.c.Areas[d.spec.Level][i].Box)
		}
	}
	reach := max(near.East-near.West, near.North-near.South)
	near = coverage.Box{West: near.West - reach, South: near.South - reach, East: near.East + reach, North: near.North + reach}
	fills := make([]Fill, len(d.spec.Fills))
	for i, f := range d.spec.Fills {
		county := d.c.Areas[coverage.County][d.c.Up(d.spec.Level, i, coverage.County)]
		switch {
		case d.within(i):
			fills[i] = f
		case county.Box.Meets(near):
			fills[i] = OtherLand
		default:
			fills[i] = Nothing
		}
	}
	d.spec.Fills = fills
}

var emptyBox = coverage.Box{West: math.MaxInt32, South: math.MaxInt32, East: math.MinInt32, North: math.MinInt32}

func join(a, b coverage.Box) coverage.Box {
	return coverage.Box{West: min(a.West, b.West), South: min(a.South, b.South), East: max(a.East, b.East), North: max(a.North, b.North)}
}

func size(x extent) float64 { return float64(x.e-x.w) * float64(x.n-x.s) }

// insets draws the frames round islands that stand elsewhere than on the
// ground, with their names.
func (d *drawer) insets() {
	for _, f := range d.insetF {
		r := d.places[f]
		d.printf("<path class=\"gd-map-frame\" fill=\"none\" stroke=\"%s\" stroke-width=\".6\" stroke-opacity=\".5\" d=\"M%s %sh%sv%sh-%sz\"/>\n",
			d.theme.Colour(Border), px(r.x), px(r.y), px(r.w), px(r.h), px(r.w))
		if name := d.spec.Inset(windows[f].name); name != "" {
			d.text("inset", name, r.x+6, r.y+15, "start")
		}
	}
}

// textSize is the height of all writing, in px.
const textSize = 12

// text writes one line. The name of an area has paper behind it, so that it
// can be read on any fill.
func (d *drawer) text(class, s string, x, y float64, anchor string) {
	behind := ""
	if class == "name" {
		behind = ` stroke="` + d.theme.Colour(Paper) + `" stroke-width="2.6" stroke-linejoin="round" paint-order="stroke"`
	}
	d.printf("<text class=\"gd-map-text gd-map-%s\" x=\"%s\" y=\"%s\" font-size=\"%d\" font-family=\"sans-serif\" text-anchor=\"%s\" fill=\"%s\"%s>%s</text>\n",
		class, px(x), px(y), textSize, anchor, d.theme.Colour(Text), behind, html.EscapeString(s))
}

// names writes the names of areas, the largest first, where no other name is.
func (d *drawer) names() {
	if !d.spec.Names {
		return
	}
	areas := d.c.Areas[d.spec.Level]
	var order []int
	for i := range areas {
		if d.within(i) && (frameOf(areas[i].Label) == d.main || d.spec.Inset(windows[frameOf(areas[i].Label)].name) == "") {
			order = append(order, i) // an inset has a name already
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return areas[order[a]].KM2 > areas[order[b]].KM2 })
	var taken []rect
	for _, f := range d.insetF {
		r := d.places[f]
		taken = append(taken, rect{r.x, r.y, r.w, 20})
	}
	for _, i := range order {
		name := d.spec.Name(&areas[i])
		x, y := d.place(areas[i].Label)
		w := TextWidth(name, textSize)
		r := rect{x - w/2 - 1, y - 7, w + 2, 15}
		if r.x < 0 || r.x+r.w > d.width || r.y < 0 || r.y+r.h > d.height || anyMeets(taken, r) {
			continue
		}
		taken = append(taken, r)
		d.text("name", name, x, y+4, "middle")
	}
}

func anyMeets(taken []rect, r rect) bool {
	for _, t := range taken {
		if r.x < t.x+t.w && t.x < r.x+r.w && r.y < t.y+t.h && t.y < r.y+r.h {
			return true
		}
	}
	return false
}

// place returns where a point of the coverage is on the drawing, in px.
func (d *drawer) place(p coverage.Point) (x, y float64) {
	e, n := coverage.ZoneOf(p).Project(float64(p.X)/coverage.Degree, float64(p.Y)/coverage.Degree)
	v := &d.views[frameOf(p)]
	return (v.x0 + v.scale*e*100) / 10, (v.y0 - v.scale*n*100) / 10
}

// TextWidth estimates the width of a line: Han characters are as wide as the
// text is high, others about half of it.
func TextWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r >= 0x2E80:
			w++
		case strings.ContainsRune("iljtf.,' ", r):
			w += 0.3
		default:
			w += 0.56
		}
	}
	return w * size
}
