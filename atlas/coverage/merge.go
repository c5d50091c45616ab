package coverage

import (
	"slices"

	"github.com/gongdao/gongdao/standards/topojson"
)

// tracer walks round areas along arcs. Junctions are numbered once.
type tracer struct {
	arcs       [][]Point
	start, end []int32 // junction of each arc's first and last point
	junctions  int
}

func newTracer(arcs [][]Point) *tracer {
	t := &tracer{arcs: arcs, start: make([]int32, len(arcs)), end: make([]int32, len(arcs))}
	ids := make(map[Point]int32, len(arcs))
	id := func(p Point) int32 {
		i, ok := ids[p]
		if !ok {
			i = int32(len(ids))
			ids[p] = i
		}
		return i
	}
	for i, a := range arcs {
		t.start[i], t.end[i] = id(a[0]), id(a[len(a)-1])
	}
	t.junctions = len(ids)
	return t
}

func (t *tracer) from(r topojson.Ref) int32 {
	if r.Reversed() {
		return t.end[r.Arc()]
	}
	return t.start[r.Arc()]
}

func (t *tracer) to(r topojson.Ref) int32 { return t.from(^r) }

// rings joins the arcs round one area, which lies to their right, into closed
// lines that pass each junction once.
func (t *tracer) rings(refs []topojson.Ref) []topojson.Ring {
	out := make(map[int32][]topojson.Ref, len(refs)) // not yet walked, by where they begin
	for _, r := range refs {
		out[t.from(r)] = append(out[t.from(r)], r)
	}
	var rings []topojson.Ring
	for _, first := range refs {
		if !slices.Contains(out[t.from(first)], first) {
			continue // walked already
		}
		var path topojson.Ring
		for r := first; ; {
			leave(out, t.from(r), r)
			path = append(path, r)
			here := t.to(r)
			if cut := t.passed(path, here); cut >= 0 {
				rings = append(rings, slices.Clone(path[cut:]))
				path = path[:cut]
			}
			if len(out[here]) == 0 {
				break // the walk is back at its beginning
			}
			r = t.turn(r, out[here])
		}
	}
	return rings
}

func leave(out map[int32][]topojson.Ref, at int32, r topojson.Ref) {
	i := slices.Index(out[at], r)
	out[at] = slices.Delete(out[at], i, i+1)
}

// passed returns where in path the walk left from junction, or −1.
func (t *tracer) passed(path topojson.Ring, junction int32) int {
	for i := len(path) - 1; i >= 0; i-- {
		if t.from(path[i]) == junction {
			return i
		}
	}
	return -1
}

// turn chooses how to go on where several arcs leave a junction: the first one
// met when turning counter-clockwise from where we came, which keeps the same
// piece of the area to the right.
func (t *tracer) turn(came topojson.Ref, ways []topojson.Ref) topojson.Ref {
	if len(ways) == 1 {
		return ways[0]
	}
	back := t.heading(^came)
	best := ways[0]
	for _, w := range ways[1:] {
		if sooner(back, t.heading(w), t.heading(best)) {
			best = w
		}
	}
	return best
}

// heading is the direction in which an arc leaves its first junction.
func (t *tracer) heading(r topojson.Ref) [2]int64 {
	a := t.arcs[r.Arc()]
	p, q := a[0], a[1]
	if r.Reversed() {
		p, q = a[len(a)-1], a[len(a)-2]
	}
	return [2]int64{int64(q.X) - int64(p.X), int64(q.Y) - int64(p.Y)}
}

// sooner reports whether a is met before b when turning counter-clockwise from d.
func sooner(d, a, b [2]int64) bool {
	ha, hb := half(d, a), half(d, b)
	if ha != hb {
		return ha < hb
	}
	return cross(a, b) > 0
}

// half is 0 for directions up to 180° counter-clockwise of d, 1 for those
// beyond, 2 for d itself, which would be a way back.
func half(d, v [2]int64) int {
	switch c := cross(d, v); {
	case c > 0:
		return 0
	case c < 0:
		return 1
	case d[0]*v[0]+d[1]*v[1] < 0:
		return 0
	}
	return 2
}

func cross(a, b [2]int64) int64 { return a[0]*b[1] - a[1]*b[0] }

// merge returns the polygons of groups of villages: arcs with the same group
// on both sides vanish.
func (t *tracer) merge(right, left []int32, groups int) [][]topojson.Polygon {
	refs := make([][]topojson.Ref, groups)
	for arc := range t.arcs {
		r, l := right[arc], left[arc]
		if r == l {
			continue
		}
		if r >= 0 {
			refs[r] = append(refs[r], topojson.Ref(arc))
		}
		if l >= 0 {
			refs[l] = append(refs[l], ^topojson.Ref(arc))
		}
	}
	out := make([][]topojson.Polygon, groups)
	for i := range refs {
		out[i] = t.polygons(t.rings(refs[i]))
	}
	return out
}

// polygons gives every hole to the smallest exterior ring round it.
func (t *tracer) polygons(rings []topojson.Ring) []topojson.Polygon {
	type shell struct {
		line []Point
		size float64
	}
	var out []topojson.Polygon
	var shells []shell
	var holes []topojson.Ring
	for _, r := range rings {
		line := lineOf(t.arcs, r)
		if size := signedArea(line); size < 0 {
			out = append(out, topojson.Polygon{r})
			shells = append(shells, shell{line, -size})
		} else if size > 0 {
			holes = append(holes, r)
		}
	}
	for _, h := range holes {
		best := -1
		line := lineOf(t.arcs, h)
		for i := range shells {
			if (best < 0 || shells[i].size < shells[best].size) && holds(shells[i].line, line) {
				best = i
			}
		}
		if best >= 0 {
			out[best] = append(out[best], h)
		}
	}
	return out
}

// lineOf returns the points of a ring; the last repeats the first.
func lineOf(arcs [][]Point, r topojson.Ring) []Point {
	top := topojson.Topology{Arcs: arcs}
	return top.Line(nil, r)
}

// signedArea is positive for counter-clockwise rings; its unit does not matter.
func signedArea(line []Point) float64 {
	o, total := line[0], 0.0 // measured from the first point: the products stay small
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		total += float64(int64(a.X-o.X)*int64(b.Y-o.Y) - int64(b.X-o.X)*int64(a.Y-o.Y))
	}
	return total / 2
}

// holds reports whether inner lies in outer, by its first point off the border.
func holds(outer, inner []Point) bool {
	for _, p := range inner {
		if in, on := Contains(outer, p); !on {
			return in
		}
	}
	return true
}

// Contains reports whether p lies inside a closed line, or on it, exactly.
func Contains(line []Point, p Point) (in, on bool) {
	for i := 1; i < len(line); i++ {
		a := [2]int64{int64(line[i-1].X - p.X), int64(line[i-1].Y - p.Y)}
		b := [2]int64{int64(line[i].X - p.X), int64(line[i].Y - p.Y)}
		if (a[1] > 0 && b[1] > 0) || (a[1] < 0 && b[1] < 0) {
			continue
		}
		c := cross(a, b)
		if c == 0 && min(a[0], b[0]) <= 0 && max(a[0], b[0]) >= 0 {
			return false, true
		}
		if (a[1] > 0) != (b[1] > 0) && (c > 0) == (b[1] > a[1]) {
			in = !in
		}
	}
	return in, false
}
