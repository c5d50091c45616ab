// Package topojson reads and writes TopoJSON: areas as references to arcs that
// neighbours share, so that a border is drawn once and stays one border.
//
// A reference i ≥ 0 is arc i forwards; ^i (−1−i) is arc i backwards. The arcs of
// a ring follow each other: each begins where the one before ends, and the last
// ends where the first begins.
//
// Decode refuses what it cannot trust, and says where: a reference out of
// range, arcs that do not meet, an open ring, a hole outside its polygon, a
// member that stands twice, and anything over the limits.
//
// Source: The TopoJSON Format Specification 1.0.
package topojson

import "fmt"

// Limits bound what Decode accepts. A zero field means the default.
type Limits struct {
	Bytes  int // size of the document; default 64 MB
	Points int // points of all arcs and geometries; default 5,000,000
	Depth  int // nesting of objects and arrays; default 16
}

func (l Limits) orDefault() Limits {
	if l.Bytes == 0 {
		l.Bytes = 64 << 20
	}
	if l.Points == 0 {
		l.Points = 5_000_000
	}
	if l.Depth == 0 {
		l.Depth = 16
	}
	return l
}

// Unquantised is the grid step of a topology that has no transform of its own.
const Unquantised = 1e-7

// Topology is a set of objects over shared arcs.
type Topology struct {
	Scale     [2]float64 // size of a grid step
	Translate [2]float64 // where the grid begins
	Arcs      [][]Point  // positions, not differences; at least two each
	Objects   []Object   // in the order of the document
}

// Position returns the coordinates of p: longitude and latitude in degrees,
// or x and y in the units of the document.
func (t *Topology) Position(p Point) (x, y float64) {
	return float64(p.X)*t.Scale[0] + t.Translate[0], float64(p.Y)*t.Scale[1] + t.Translate[1]
}

// Point is a place on the grid.
type Point struct{ X, Y int32 }

// Ref is one arc, forwards or backwards.
type Ref int32

// Arc returns the index of the arc.
func (r Ref) Arc() int {
	if r < 0 {
		return int(^r)
	}
	return int(r)
}

// Reversed reports whether the arc is taken backwards.
func (r Ref) Reversed() bool { return r < 0 }

// Ring is a closed line of arcs, or an open one in a LineString.
type Ring []Ref

// Polygon is an exterior ring and its holes.
type Polygon []Ring

// Type is the type of a geometry as GeoJSON names it; empty for null.
type Type string

// The types of geometries.
const (
	PointType          Type = "Point"
	MultiPoint         Type = "MultiPoint"
	LineString         Type = "LineString"
	MultiLineString    Type = "MultiLineString"
	PolygonType        Type = "Polygon"
	MultiPolygon       Type = "MultiPolygon"
	GeometryCollection Type = "GeometryCollection"
)

// Object is a geometry with a name.
type Object struct {
	Name string
	Geometry
}

// Geometry is a place with properties. Which field holds it follows from Type.
type Geometry struct {
	Type       Type
	ID         string // as text, also where the document has a number
	Properties []Property
	Points     []Point    // Point (one), MultiPoint
	Lines      []Ring     // LineString (one), MultiLineString
	Polygons   []Polygon  // Polygon (one), MultiPolygon
	Geometries []Geometry // GeometryCollection
}

// Property is a member of a geometry's properties.
type Property struct {
	Name  string
	Value any // string, json.Number, bool, nil, or json.RawMessage of an array or object
}

// Text returns the property called name if it is a text, and "" otherwise.
func (g *Geometry) Text(name string) string {
	for i := range g.Properties {
		if g.Properties[i].Name == name {
			s, _ := g.Properties[i].Value.(string)
			return s
		}
	}
	return ""
}

// Object returns the object called name, or nil.
func (t *Topology) Object(name string) *Object {
	for i := range t.Objects {
		if t.Objects[i].Name == name {
			return &t.Objects[i]
		}
	}
	return nil
}

// Points returns how many points all arcs have together.
func (t *Topology) Points() int {
	n := 0
	for _, a := range t.Arcs {
		n += len(a)
	}
	return n
}

// Error is what is wrong with a document, and where.
type Error struct {
	Path     string // "objects.villages.geometries[12].arcs[0][3]", or "byte 812"
	Problem  string
	TooLarge bool // over a limit, not malformed
}

// Error returns the problem with its place.
func (e *Error) Error() string { return fmt.Sprintf("topojson: %s: %s", e.Path, e.Problem) }
