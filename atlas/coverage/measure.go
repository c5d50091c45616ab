package coverage

import (
	"math"
	"slices"

	"github.com/gongdao/gongdao/standards/topojson"
)

// GRS 80.
const (
	semiMajorKM = 6378.137
	flattening  = 1 / 298.257222101
	e2          = flattening * (2 - flattening)
)

// equalArea is the ordinate, in km, of the cylindrical equal-area projection
// of the ellipsoid: with longitude times the semi-major axis as abscissa, areas
// in the plane are areas on the ground.
// Source: Snyder, "Map Projections: A Working Manual" (1987), equation 3-12.
func equalArea(lat float64) float64 {
	e := math.Sqrt(e2)
	s := math.Sin(lat * math.Pi / 180)
	q := (1 - e2) * (s/(1-e2*s*s) + math.Atanh(e*s)/e)
	return semiMajorKM * q / 2
}

// measure fills size, box, label and number of vertices of all areas.
func (c *Coverage) measure() {
	sweep := make([]float64, len(c.Arcs)) // of each arc, seen from the origin of the projection
	for i, a := range c.Arcs {
		px, py := abscissa(a[0]), equalArea(float64(a[0].Y)/Degree)
		for _, p := range a[1:] {
			x, y := abscissa(p), equalArea(float64(p.Y)/Degree)
			sweep[i] += (px*y - x*py) / 2
			px, py = x, y
		}
	}
	for l := range c.Areas {
		for i := range c.Areas[l] {
			c.measureArea(&c.Areas[l][i], sweep)
		}
	}
}

// abscissa is measured from 121° E, so that the sweeps stay small.
func abscissa(p Point) float64 {
	return (float64(p.X)/Degree - 121) * math.Pi / 180 * semiMajorKM
}

func (c *Coverage) measureArea(a *Area, sweep []float64) {
	a.Box = emptyBox
	a.KM2, a.Vertices = 0, 0
	largest, best := 0.0, -1
	for i, polygon := range a.Polygons {
		size := 0.0
		for _, ring := range polygon {
			for _, ref := range ring {
				a.Vertices += len(c.Arcs[ref.Arc()]) - 1
				a.Box.add(c.Arcs[ref.Arc()])
				if ref.Reversed() {
					size += sweep[ref.Arc()]
				} else {
					size -= sweep[ref.Arc()]
				}
			}
		}
		a.KM2 += size
		if size > largest {
			largest, best = size, i
		}
	}
	a.KM2 = math.Round(a.KM2*1e6) / 1e6
	if best >= 0 {
		a.Label = c.labelPoint(a.Polygons[best])
	}
}

// emptyBox holds nothing; add makes it a box.
var emptyBox = Box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}

func round(deg float64) int32 { return int32(math.Round(deg * Degree)) }

func (b *Box) add(line []Point) {
	for _, p := range line {
		b.West, b.East = min(b.West, p.X), max(b.East, p.X)
		b.South, b.North = min(b.South, p.Y), max(b.North, p.Y)
	}
}

// labelPoint returns a place inside a polygon: the middle of the widest of nine
// chords, those near the middle preferred.
func (c *Coverage) labelPoint(polygon topojson.Polygon) Point {
	var lines [][]Point
	for _, ring := range polygon {
		lines = append(lines, lineOf(c.Arcs, ring))
	}
	box := emptyBox
	box.add(lines[0])
	best, score := lines[0][0], -1.0
	for i := 1; i <= 9; i++ {
		y := float64(box.South) + (float64(box.North)-float64(box.South))*float64(i)/10
		xs := chords(lines, y)
		for j := 1; j < len(xs); j += 2 {
			width := xs[j] - xs[j-1]
			if s := width * (1 - math.Abs(float64(i)-5)/10); s > score {
				best, score = Point{X: int32((xs[j] + xs[j-1]) / 2), Y: int32(y)}, s
			}
		}
	}
	return best
}

// chords returns where a parallel crosses the rings, from west to east.
func chords(lines [][]Point, y float64) []float64 {
	var xs []float64
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			ay, by := float64(a.Y), float64(b.Y)
			if (ay > y) == (by > y) {
				continue
			}
			xs = append(xs, float64(a.X)+(y-ay)/(by-ay)*float64(b.X-a.X))
		}
	}
	slices.Sort(xs)
	return xs
}
