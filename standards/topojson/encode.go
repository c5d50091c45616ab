package topojson

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Encode writes t as a TopoJSON document. The same topology gives the same
// bytes. It fails only on a property that JSON cannot hold.
func Encode(t *Topology) ([]byte, error) {
	e := encoder{t: t, b: make([]byte, 0, 64+16*t.Points())}
	e.b = append(e.b, `{"type":"Topology","transform":{"scale":`...)
	e.pair(t.Scale)
	e.b = append(e.b, `,"translate":`...)
	e.pair(t.Translate)
	e.b = append(e.b, `},"objects":{`...)
	for i := range t.Objects {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.quote(t.Objects[i].Name)
		e.b = append(e.b, ':')
		e.geometry(&t.Objects[i].Geometry)
	}
	e.b = append(e.b, `},"arcs":[`...)
	for i, arc := range t.Arcs {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.arc(arc)
	}
	e.b = append(e.b, "]}\n"...)
	return e.b, e.err
}

type encoder struct {
	t   *Topology
	b   []byte
	err error
}

func (e *encoder) pair(p [2]float64) {
	e.b = append(e.b, '[')
	e.b = strconv.AppendFloat(e.b, p[0], 'g', -1, 64)
	e.b = append(e.b, ',')
	e.b = strconv.AppendFloat(e.b, p[1], 'g', -1, 64)
	e.b = append(e.b, ']')
}

func (e *encoder) point(x, y int64) {
	e.b = append(e.b, '[')
	e.b = strconv.AppendInt(e.b, x, 10)
	e.b = append(e.b, ',')
	e.b = strconv.AppendInt(e.b, y, 10)
	e.b = append(e.b, ']')
}

func (e *encoder) arc(arc []Point) {
	e.b = append(e.b, '[')
	var x, y int64
	for i, p := range arc {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.point(int64(p.X)-x, int64(p.Y)-y)
		x, y = int64(p.X), int64(p.Y)
	}
	e.b = append(e.b, ']')
}

func (e *encoder) quote(s string) { e.any(s) }

func (e *encoder) any(v any) {
	raw, err := json.Marshal(v)
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("topojson: a property cannot be written: %w", err)
	}
	e.b = append(e.b, raw...)
}

func (e *encoder) geometry(g *Geometry) {
	if g.Type == "" {
		e.b = append(e.b, `{"type":null`...)
	} else {
		e.b = append(e.b, `{"type":`...)
		e.quote(string(g.Type))
	}
	if g.ID != "" {
		e.b = append(e.b, `,"id":`...)
		e.quote(g.ID)
	}
	if g.Properties != nil {
		e.b = append(e.b, `,"properties":{`...)
		for i, p := range g.Properties {
			if i > 0 {
				e.b = append(e.b, ',')
			}
			e.quote(p.Name)
			e.b = append(e.b, ':')
			e.any(p.Value)
		}
		e.b = append(e.b, '}')
	}
	e.shape(g)
	e.b = append(e.b, '}')
}

func (e *encoder) shape(g *Geometry) {
	switch g.Type {
	case PointType:
		e.b = append(e.b, `,"coordinates":`...)
		e.point(int64(g.Points[0].X), int64(g.Points[0].Y))
	case MultiPoint:
		e.b = append(e.b, `,"coordinates":`...)
		list(e, g.Points, func(p Point) { e.point(int64(p.X), int64(p.Y)) })
	case LineString:
		e.b = append(e.b, `,"arcs":`...)
		e.ring(g.Lines[0])
	case MultiLineString:
		e.b = append(e.b, `,"arcs":`...)
		list(e, g.Lines, e.ring)
	case PolygonType:
		e.b = append(e.b, `,"arcs":`...)
		list(e, g.Polygons[0], e.ring)
	case MultiPolygon:
		e.b = append(e.b, `,"arcs":`...)
		list(e, g.Polygons, func(p Polygon) { list(e, p, e.ring) })
	case GeometryCollection:
		e.b = append(e.b, `,"geometries":`...)
		list(e, g.Geometries, func(sub Geometry) { e.geometry(&sub) })
	}
}

func (e *encoder) ring(r Ring) {
	list(e, r, func(ref Ref) { e.b = strconv.AppendInt(e.b, int64(ref), 10) })
}

func list[T any](e *encoder, items []T, write func(T)) {
	e.b = append(e.b, '[')
	for i, item := range items {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		write(item)
	}
	e.b = append(e.b, ']')
}
