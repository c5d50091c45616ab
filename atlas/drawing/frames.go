package drawing

import (
	"math"

	"github.com/gongdao/gongdao/atlas/coverage"
)

// frame is a part of the country that is drawn at a scale of its own. Every
// arc belongs to one frame, by the place of its first point.
type frame struct {
	name   string // of the inset, "" for the main island
	window coverage.Box
}

const (
	mainFrame = iota
	lienchiang
	kinmen
	wuqiu
	penghu
	frames
)

// windows are checked in this order; what is in none is on the main frame.
var windows = [frames]frame{
	mainFrame:  {"", coverage.Box{}},
	lienchiang: {"lienchiang", box(119.7, 25.85, 120.7, 26.6)},
	kinmen:     {"kinmen", box(118, 24, 118.7, 24.7)},
	wuqiu:      {"wuqiu", box(119.3, 24.8, 119.6, 25.1)},
	penghu:     {"penghu", box(119, 23, 119.85, 24)},
}

func box(w, s, e, n float64) coverage.Box {
	d := func(v float64) int32 { return int32(math.Round(v * coverage.Degree)) }
	return coverage.Box{West: d(w), South: d(s), East: d(e), North: d(n)}
}

// frameOf returns the frame of a place.
func frameOf(p coverage.Point) int {
	for f := mainFrame + 1; f < frames; f++ {
		w := windows[f].window
		if p.X >= w.West && p.X <= w.East && p.Y >= w.South && p.Y <= w.North {
			return f
		}
	}
	return mainFrame
}

// rect is a place on the drawing, in px.
type rect struct{ x, y, w, h float64 }

// places of the insets on a map of the whole country, and its size: the strait
// has room for the islands in it.
var national = [frames]rect{
	mainFrame:  {172, 6, 422, 780},
	lienchiang: {6, 6, 168, 132},
	kinmen:     {6, 148, 168, 176},
	wuqiu:      {104, 264, 66, 56},
	penghu:     {6, 388, 130, 200},
}

// Width and height of a map of the country, in px.
const (
	nationalWidth  = 600
	nationalHeight = 792
)

// extent is a rectangle on a grid, in centimetres.
type extent struct{ w, s, e, n int32 }

var emptyExtent = extent{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}

func (x *extent) add(m coverage.Metre) {
	x.w, x.e = min(x.w, m.E), max(x.e, m.E)
	x.s, x.n = min(x.s, m.N), max(x.n, m.N)
}

func (x extent) empty() bool { return x.w > x.e }

// view puts a part of a grid on a part of the drawing.
type view struct {
	on     bool
	scale  float64 // tenths of a px for a centimetre
	x0, y0 float64 // tenths of a px at grid position 0, 0
}

// headroom is what the name of an inset takes of its height, in px.
const headroom = 16

// below returns the part of an inset under its name.
func (r rect) below() rect { return rect{r.x, r.y + headroom, r.w, r.h - headroom} }

// fit centres x in place, as large as it fits with a margin in px.
func fit(x extent, place rect, margin float64) view {
	w, h := math.Max(float64(x.e-x.w), 1), math.Max(float64(x.n-x.s), 1)
	scale := 10 * math.Min((place.w-2*margin)/w, (place.h-2*margin)/h)
	cx, cy := 10*(place.x+place.w/2), 10*(place.y+place.h/2)
	return view{
		on: true, scale: scale,
		x0: cx - scale*(float64(x.w)+w/2),
		y0: cy + scale*(float64(x.s)+h/2),
	}
}

// at returns where m is drawn, in tenths of a px.
func (v *view) at(m coverage.Metre) pixel {
	return pixel{int32(math.Round(v.x0 + v.scale*float64(m.E))), int32(math.Round(v.y0 - v.scale*float64(m.N)))}
}

// metres returns how many metres a distance in px stands for.
func (v *view) metres(px float64) float32 { return float32(px * 10 / v.scale / 100) }

// pixel is a place on the drawing in tenths of a px, from the upper left.
type pixel struct{ x, y int32 }
