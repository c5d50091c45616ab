package topojson

import (
	"fmt"
	"math"
	"math/bits"
)

// place puts arcs and points on the grid: differences are added up, and
// positions without a transform are rounded.
func (d *decoder) place() error {
	if !d.quantised {
		d.t.Scale = [2]float64{Unquantised, Unquantised}
	}
	all := make([]Point, len(d.coords)/2)
	d.t.Arcs = make([][]Point, len(d.ends))
	begin := 0
	for i, end := range d.ends {
		var x, y float64
		for j := begin; j < end; j += 2 {
			if d.quantised {
				x, y = x+d.coords[j], y+d.coords[j+1]
			} else {
				x, y = math.Round(d.coords[j]/Unquantised), math.Round(d.coords[j+1]/Unquantised)
			}
			p, ok := onGrid(x, y)
			if !ok {
				return &Error{Path: fmt.Sprintf("arcs[%d][%d]", i, (j-begin)/2), Problem: "not a place on the grid"}
			}
			all[j/2] = p
		}
		d.t.Arcs[i] = all[begin/2 : end/2 : end/2]
		begin = end
	}
	return d.placePoints()
}

// placePoints walks the objects in the order in which their points were read:
// the members of a collection before the collection itself.
func (d *decoder) placePoints() error {
	for i := range d.t.Objects {
		if err := d.placeGeometry(&d.t.Objects[i].Geometry); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) placeGeometry(g *Geometry) error {
	for i := range g.Geometries {
		if err := d.placeGeometry(&g.Geometries[i]); err != nil {
			return err
		}
	}
	for i := range g.Points {
		x, y := d.loose[0][0], d.loose[0][1]
		if !d.quantised {
			x, y = math.Round(x/Unquantised), math.Round(y/Unquantised)
		}
		p, ok := onGrid(x, y)
		if !ok {
			return &Error{Path: "objects", Problem: fmt.Sprintf("the point [%v,%v] is not a place on the grid", d.loose[0][0], d.loose[0][1])}
		}
		g.Points[i], d.loose = p, d.loose[1:]
	}
	return nil
}

// onGrid reports whether x and y are whole and fit.
func onGrid(x, y float64) (Point, bool) {
	ok := x == math.Trunc(x) && y == math.Trunc(y) && math.Abs(x) <= math.MaxInt32 && math.Abs(y) <= math.MaxInt32
	return Point{int32(x), int32(y)}, ok
}

// int128 is a signed number in two's complement.
type int128 struct {
	hi int64
	lo uint64
}

// wide returns a·b in full.
func wide(a, b int64) int128 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if a < 0 {
		hi -= uint64(b)
	}
	if b < 0 {
		hi -= uint64(a)
	}
	return int128{int64(hi), lo}
}
