package topojson

import (
	"encoding/json"
	"math"
)

// Decode reads and validates a document. Arcs with a transform stay on its
// grid; without one they are put on a grid of 1e-7. Errors are of type *Error.
func Decode(b []byte, l Limits) (*Topology, error) {
	l = l.orDefault()
	if len(b) > l.Bytes {
		return nil, &Error{Path: "document", Problem: "more than the limit of bytes", TooLarge: true}
	}
	d := decoder{cursor: cursor{b: b, max: l.Depth}, limits: l, names: map[string]string{}}
	if err := d.document(); err != nil {
		return nil, err
	}
	if err := validate(&d.t); err != nil {
		return nil, err
	}
	return &d.t, nil
}

type decoder struct {
	cursor
	t         Topology
	limits    Limits
	quantised bool
	isATopo   bool
	arcs      bool
	coords    []float64         // x, y of all arcs, as they stand
	ends      []int             // of each arc in coords
	loose     [][2]float64      // coordinates of points that are in no arc, until the transform is known
	names     map[string]string // property names, kept once
	points    int
}

func (d *decoder) document() error {
	if d.peek() != '{' {
		return d.fail("this is not a JSON object")
	}
	if err := d.object(d.member); err != nil {
		return err
	}
	if d.peek() != 0 || d.i < len(d.b) {
		return d.fail("something follows the document")
	}
	if !d.isATopo {
		return &Error{Path: "type", Problem: "missing: this is not a TopoJSON topology"}
	}
	if !d.arcs || d.t.Objects == nil {
		return &Error{Path: "document", Problem: "a topology has arcs and objects"}
	}
	return d.place()
}

func (d *decoder) member(name string) error {
	switch name {
	case "type":
		kind, err := d.text()
		if err == nil && kind != "Topology" {
			err = d.fail("%q is not Topology", kind)
		}
		d.isATopo = err == nil
		return err
	case "transform":
		return d.transform()
	case "arcs":
		d.arcs = true
		return d.allArcs()
	case "objects":
		d.t.Objects = []Object{}
		return d.object(func(name string) error {
			g, err := d.geometry()
			d.t.Objects = append(d.t.Objects, Object{name, g})
			return err
		})
	default: // bbox and foreign members
		_, err := d.skip()
		return err
	}
}

func (d *decoder) transform() error {
	d.quantised = true
	var scale, translate bool
	err := d.object(func(name string) (err error) {
		switch name {
		case "scale":
			scale = true
			d.t.Scale, err = d.position()
		case "translate":
			translate = true
			d.t.Translate, err = d.position()
		default:
			_, err = d.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if !scale || !translate || d.t.Scale[0] == 0 || d.t.Scale[1] == 0 {
		return d.fail("needs scale and translate, two numbers each, scale not zero")
	}
	return nil
}

// position reads [x, y]; further numbers, as of heights, are passed over.
// There are as many positions as points, so it does without array.
func (d *decoder) position() (p [2]float64, err error) {
	if err = d.take('['); err != nil {
		return p, err
	}
	for i := 0; ; i++ {
		if i > 0 && d.peek() == ']' {
			d.i++
			if i < 2 {
				return p, d.fail("a position has two numbers")
			}
			return p, nil
		}
		if i > 0 {
			if err = d.take(','); err != nil {
				return p, err
			}
		}
		f, err := d.number()
		if err != nil {
			return p, err
		}
		if i < 2 {
			p[i] = f
		}
	}
}

func (d *decoder) allArcs() error {
	return d.array(func(int) error {
		before := len(d.coords)
		err := d.array(func(int) error {
			p, err := d.position()
			d.coords = append(d.coords, p[0], p[1])
			if err == nil {
				err = d.count()
			}
			return err
		})
		if err == nil && len(d.coords)-before < 4 {
			err = d.fail("an arc has at least two positions")
		}
		d.ends = append(d.ends, len(d.coords))
		return err
	})
}

func (d *decoder) count() error {
	if d.points++; d.points > d.limits.Points {
		return d.tooLarge("more than %d points", d.limits.Points)
	}
	return nil
}

// geometry reads a geometry object or null.
func (d *decoder) geometry() (g Geometry, err error) {
	if d.peek() == 'n' {
		return g, d.word()
	}
	arcs, coords := -1, -1 // where they stand, since type may follow them
	err = d.object(func(name string) (err error) {
		switch name {
		case "type":
			if d.peek() == 'n' {
				return d.word()
			}
			var kind string
			kind, err = d.text()
			g.Type = Type(kind)
		case "id":
			g.ID, err = d.id()
		case "properties":
			g.Properties, err = d.properties()
		case "arcs":
			d.space()
			arcs = d.i
			_, err = d.skip()
		case "coordinates":
			d.space()
			coords = d.i
			_, err = d.skip()
		case "geometries":
			g.Geometries = []Geometry{}
			err = d.array(func(int) error {
				sub, err := d.geometry()
				g.Geometries = append(g.Geometries, sub)
				return err
			})
		default:
			_, err = d.skip()
		}
		return err
	})
	if err != nil {
		return g, err
	}
	after := d.i
	if err := d.shape(&g, arcs, coords); err != nil {
		return g, err
	}
	d.i = after
	return g, nil
}

// shape reads the part of g that its type asks for; arcs and coords are where
// those members begin, -1 if they are missing.
func (d *decoder) shape(g *Geometry, arcs, coords int) error {
	begin, member := arcs, "arcs"
	if g.Type == PointType || g.Type == MultiPoint {
		begin, member = coords, "coordinates"
	}
	switch g.Type {
	case "":
		return nil
	case GeometryCollection:
		if g.Geometries == nil {
			return d.fail("a GeometryCollection has geometries")
		}
		return nil
	case PointType, MultiPoint, LineString, MultiLineString, PolygonType, MultiPolygon:
	default:
		return d.fail("%q is not a type of geometry", g.Type)
	}
	if begin < 0 {
		return d.fail("a %s has %s", g.Type, member)
	}
	d.i = begin
	d.path = append(d.path, step{name: member})
	err := d.parts(g)
	if err == nil {
		d.path = d.path[:len(d.path)-1]
	}
	return err
}

func (d *decoder) parts(g *Geometry) (err error) {
	switch g.Type {
	case PointType:
		err = d.point(g)
	case MultiPoint:
		err = d.array(func(int) error { return d.point(g) })
	case LineString:
		g.Lines = make([]Ring, 1)
		g.Lines[0], err = d.ring()
	case MultiLineString, PolygonType:
		var rings []Ring
		rings, err = d.rings()
		if g.Lines = rings; g.Type == PolygonType {
			g.Lines, g.Polygons = nil, []Polygon{rings}
		}
	case MultiPolygon:
		g.Polygons = []Polygon{}
		err = d.array(func(int) error {
			rings, err := d.rings()
			g.Polygons = append(g.Polygons, rings)
			return err
		})
	}
	return err
}

func (d *decoder) point(g *Geometry) error {
	p, err := d.position()
	if err != nil {
		return err
	}
	g.Points = append(g.Points, Point{})
	d.loose = append(d.loose, p)
	return d.count()
}

func (d *decoder) rings() (rings []Ring, err error) {
	rings = []Ring{}
	err = d.array(func(int) error {
		r, err := d.ring()
		rings = append(rings, r)
		return err
	})
	return rings, err
}

func (d *decoder) ring() (r Ring, err error) {
	err = d.array(func(int) error {
		f, err := d.number()
		if err == nil && (f != math.Trunc(f) || math.Abs(f) > math.MaxInt32) {
			err = d.fail("%v is not the number of an arc", f)
		}
		r = append(r, Ref(f))
		return err
	})
	return r, err
}

func (d *decoder) id() (string, error) {
	if d.peek() == '"' {
		return d.text()
	}
	raw, err := d.skip()
	return string(raw), err
}

func (d *decoder) properties() (ps []Property, err error) {
	if d.peek() == 'n' {
		return nil, d.word()
	}
	err = d.object(func(name string) error {
		known, ok := d.names[name]
		if !ok {
			known = name
			d.names[name] = name
		}
		v, err := d.value()
		ps = append(ps, Property{known, v})
		return err
	})
	return ps, err
}

func (d *decoder) value() (any, error) {
	first := d.peek()
	if first == '"' {
		return d.text()
	}
	raw, err := d.skip()
	switch {
	case err != nil:
		return nil, err
	case first == 't' || first == 'f':
		return first == 't', nil
	case first == 'n':
		return nil, nil
	case first == '[' || first == '{':
		return json.RawMessage(raw), nil
	default:
		return json.Number(raw), nil
	}
}
