package coverage

import (
	"math"

	"github.com/gongdao/gongdao/standards/tm2"
)

// Plane is the coverage on the TM2 grids, ready to be drawn at any scale.
type Plane struct {
	Arcs [][]Metre // as in Coverage.Arcs
	// Weight of each point: how far, in metres, the line would move without it.
	// The ends of an arc weigh infinitely much: junctions stay where they are.
	Weight [][]float32
	trace  *tracer
}

// Metre is a place on a TM2 grid in whole centimetres.
type Metre struct{ E, N int32 }

// ZoneOf returns the grid a place is drawn on: that of 119° for the islands in
// the strait, that of 121° for the rest.
func ZoneOf(p Point) tm2.Zone {
	if p.X < 119.85*Degree {
		return tm2.Penghu
	}
	return tm2.Taiwan
}

// Plane projects the arcs once and keeps them.
func (c *Coverage) Plane() *Plane {
	c.once.Do(func() {
		p := &Plane{Arcs: make([][]Metre, len(c.Arcs)), Weight: make([][]float32, len(c.Arcs)), trace: newTracer(c.Arcs)}
		n := c.Points()
		metres, weights := make([]Metre, n), make([]float32, n)
		for i, a := range c.Arcs {
			p.Arcs[i], metres = metres[:len(a):len(a)], metres[len(a):]
			p.Weight[i], weights = weights[:len(a):len(a)], weights[len(a):]
			zone := ZoneOf(a[0])
			for j, q := range a {
				e, n := zone.Project(float64(q.X)/Degree, float64(q.Y)/Degree)
				p.Arcs[i][j] = Metre{int32(math.Round(e * 100)), int32(math.Round(n * 100))}
			}
			weigh(p.Arcs[i], p.Weight[i])
		}
		c.plane = p
	})
	return c.plane
}

// weigh gives each point of a line its importance after Douglas and Peucker:
// the distance at which it would be the next to be dropped.
func weigh(line []Metre, weight []float32) {
	last := len(line) - 1
	inf := float32(math.Inf(1))
	weight[0], weight[last] = inf, inf
	split(line, weight, 0, last, inf)
}

func split(line []Metre, weight []float32, from, to int, limit float32) {
	for to-from > 1 {
		at, far := from+1, -1.0
		for i := from + 1; i < to; i++ {
			if d := distance(line[i], line[from], line[to]); d > far {
				at, far = i, d
			}
		}
		limit = min(limit, float32(far/100))
		weight[at] = limit
		split(line, weight, from, at, limit)
		from = at
	}
}

// distance from p to the segment a b, in centimetres.
func distance(p, a, b Metre) float64 {
	px, py := float64(p.E-a.E), float64(p.N-a.N)
	dx, dy := float64(b.E-a.E), float64(b.N-a.N)
	if l := dx*dx + dy*dy; l > 0 {
		t := max(0, min(1, (px*dx+py*dy)/l))
		px, py = px-t*dx, py-t*dy
	}
	return math.Hypot(px, py)
}

// Junctions returns the number of the junction at which each arc begins and
// ends, and how many junctions there are.
func (c *Coverage) Junctions() (from, to []int32, n int) {
	p := c.Plane()
	return p.trace.start, p.trace.end, p.trace.junctions
}
