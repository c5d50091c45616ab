package topojson

import "fmt"

// validate checks what the types cannot say: references, rings, holes.
func validate(t *Topology) error {
	for i := range t.Objects {
		if err := check(t, &t.Objects[i].Geometry, "objects."+t.Objects[i].Name); err != nil {
			return err
		}
	}
	return nil
}

func check(t *Topology, g *Geometry, path string) error {
	for i := range g.Geometries {
		if err := check(t, &g.Geometries[i], fmt.Sprintf("%s.geometries[%d]", path, i)); err != nil {
			return err
		}
	}
	for i, line := range g.Lines {
		if at, problem := follow(t, line); problem != "" {
			return ringError(path, g.Type == MultiLineString, -1, i, at, problem)
		}
	}
	for p, polygon := range g.Polygons {
		if len(polygon) == 0 {
			return ringError(path, g.Type == MultiPolygon, p, -1, -1, "a polygon has at least one ring")
		}
		for r, ring := range polygon {
			at, problem := follow(t, ring)
			if problem == "" {
				at, problem = -1, closed(t, ring)
			}
			if problem == "" && r > 0 && !inside(t, polygon[0], ring) {
				problem = "this hole is not inside its polygon"
			}
			if problem != "" {
				return ringError(path, g.Type == MultiPolygon, p, r, at, problem)
			}
		}
	}
	return nil
}

func ringError(path string, multi bool, polygon, ring, at int, problem string) error {
	path += ".arcs"
	if multi && polygon >= 0 {
		path += fmt.Sprintf("[%d]", polygon)
	}
	if ring >= 0 && (polygon >= 0 || multi) {
		path += fmt.Sprintf("[%d]", ring)
	}
	if at >= 0 {
		path += fmt.Sprintf("[%d]", at)
	}
	return &Error{Path: path, Problem: problem}
}

// follow checks that the references exist and that each arc begins where the
// one before ends. It returns the place and the problem.
func follow(t *Topology, r Ring) (at int, problem string) {
	if len(r) == 0 {
		return -1, "no arcs"
	}
	for i, ref := range r {
		if ref.Arc() >= len(t.Arcs) {
			return i, fmt.Sprintf("arc %d does not exist; there are %d", ref, len(t.Arcs))
		}
		if i > 0 && t.Last(r[i-1]) != t.First(ref) {
			return i, fmt.Sprintf("arc %d does not begin where arc %d ends", ref, r[i-1])
		}
	}
	return -1, ""
}

func closed(t *Topology, r Ring) string {
	if t.First(r[0]) != t.Last(r[len(r)-1]) {
		return "the ring is open"
	}
	n := 1
	for _, ref := range r {
		n += len(t.Arcs[ref.Arc()]) - 1
	}
	if n < 4 {
		return fmt.Sprintf("a ring has at least 4 points, this one has %d", n)
	}
	return ""
}

// First returns where the arc begins when taken in r's direction.
func (t *Topology) First(r Ref) Point {
	a := t.Arcs[r.Arc()]
	if r.Reversed() {
		return a[len(a)-1]
	}
	return a[0]
}

// Last returns where the arc ends when taken in r's direction.
func (t *Topology) Last(r Ref) Point { return t.First(^r) }

// Line appends the points of a ring to dst. A point where two arcs meet comes
// once; the last point of a closed ring repeats the first.
func (t *Topology) Line(dst []Point, r Ring) []Point {
	for i, ref := range r {
		a := t.Arcs[ref.Arc()]
		first := 0
		if i > 0 {
			first = 1
		}
		if !ref.Reversed() {
			dst = append(dst, a[first:]...)
			continue
		}
		for j := len(a) - 1 - first; j >= 0; j-- {
			dst = append(dst, a[j])
		}
	}
	return dst
}

// inside reports whether hole lies in outer, judged by its first point that is
// not on the border; a hole that only follows the border counts as inside.
func inside(t *Topology, outer, hole Ring) bool {
	border := t.Line(nil, outer)
	for _, p := range t.Line(nil, hole) {
		if in, on := contains(border, p); !on {
			return in
		}
	}
	return true
}

// contains counts the crossings of a ray, in whole numbers, so exactly.
func contains(border []Point, p Point) (in, on bool) {
	for i := 1; i < len(border); i++ {
		a, b := border[i-1], border[i]
		ax, ay, bx, by := int64(a.X)-int64(p.X), int64(a.Y)-int64(p.Y), int64(b.X)-int64(p.X), int64(b.Y)-int64(p.Y)
		if (ay > 0 && by > 0) || (ay < 0 && by < 0) {
			continue
		}
		cross := product(ax, by, ay, bx)
		if cross == 0 && min(ax, bx) <= 0 && max(ax, bx) >= 0 {
			return false, true
		}
		if (ay > 0) != (by > 0) && (cross > 0) == (by > ay) {
			in = !in
		}
	}
	return in, false
}

// product returns the sign of a·b − c·d. Differences of 32-bit numbers have 33
// bits, so the products need more than 64.
func product(a, b, c, d int64) int {
	x, y := wide(a, b), wide(c, d)
	switch {
	case x.hi != y.hi:
		if x.hi > y.hi {
			return 1
		}
		return -1
	case x.lo != y.lo:
		if x.lo > y.lo {
			return 1
		}
		return -1
	}
	return 0
}
