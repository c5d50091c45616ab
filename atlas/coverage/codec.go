package coverage

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/standards/topojson"
)

// Encode writes the coverage as TopoJSON on a grid of 1e-7°, one object a
// level, outermost first. Areas have their code as id, and the properties
// code, name, name_en, parent, km2 and label ([lon, lat]).
func (c *Coverage) Encode(levels ...Level) ([]byte, error) {
	t := topojson.Topology{Scale: [2]float64{1.0 / Degree, 1.0 / Degree}, Arcs: c.Arcs}
	for _, l := range levels {
		g := topojson.Geometry{Type: topojson.GeometryCollection, Geometries: make([]topojson.Geometry, len(c.Areas[l]))}
		for i := range c.Areas[l] {
			g.Geometries[i] = c.geometry(l, &c.Areas[l][i])
		}
		t.Objects = append(t.Objects, topojson.Object{Name: l.String(), Geometry: g})
	}
	if len(levels) < len(c.Areas) {
		onlyUsed(&t)
	}
	return topojson.Encode(&t)
}

func (c *Coverage) geometry(l Level, a *Area) topojson.Geometry {
	g := topojson.Geometry{Type: topojson.MultiPolygon, ID: a.Code, Polygons: a.Polygons, Properties: []topojson.Property{
		{Name: "code", Value: a.Code}, {Name: "name", Value: a.Name.ZhTW}, {Name: "name_en", Value: a.Name.En},
		{Name: "parent", Value: c.parentCode(l, a)},
		{Name: "km2", Value: json.Number(strconv.FormatFloat(a.KM2, 'f', -1, 64))},
		{Name: "label", Value: json.RawMessage(appendPosition(nil, a.Label, 7))},
	}}
	if len(a.Polygons) == 1 {
		g.Type = topojson.PolygonType
	}
	return g
}

func (c *Coverage) parentCode(l Level, a *Area) string {
	if l == Nation {
		return ""
	}
	return c.Areas[l-1][a.Parent].Code
}

// onlyUsed drops the arcs that no object refers to.
func onlyUsed(t *topojson.Topology) {
	to := make([]topojson.Ref, len(t.Arcs))
	var kept [][]Point
	for o := range t.Objects {
		for g := range t.Objects[o].Geometries {
			area := &t.Objects[o].Geometries[g]
			polygons := make([]topojson.Polygon, len(area.Polygons))
			for p, polygon := range area.Polygons {
				for _, ring := range polygon {
					fresh := make(topojson.Ring, len(ring))
					for i, ref := range ring {
						arc := ref.Arc()
						if to[arc] == 0 {
							kept = append(kept, t.Arcs[arc])
							to[arc] = topojson.Ref(len(kept)) // one more than the place, so that 0 is none
						}
						if fresh[i] = to[arc] - 1; ref.Reversed() {
							fresh[i] = ^fresh[i]
						}
					}
					polygons[p] = append(polygons[p], fresh)
				}
			}
			area.Polygons = polygons
		}
	}
	t.Arcs = kept
}

// ErrStored says that a stored coverage is not one that Encode wrote.
var ErrStored = errors.New("coverage: the stored boundaries are damaged")

// Decode reads what Encode wrote with all levels.
func Decode(b []byte) (*Coverage, error) {
	t, err := topojson.Decode(b, topojson.Limits{})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStored, err)
	}
	c := &Coverage{Arcs: t.Arcs}
	for l := Nation; l <= Village; l++ {
		o := t.Object(l.String())
		if o == nil {
			return nil, ErrStored
		}
		c.Areas[l] = make([]Area, len(o.Geometries))
		for i := range o.Geometries {
			if c.Areas[l][i], err = area(&o.Geometries[i]); err != nil {
				return nil, err
			}
		}
	}
	c.Areas[Nation][0].Parent = -1
	c.adopt()
	if err := c.index(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStored, err)
	}
	c.boxes()
	return c, nil
}

func area(g *topojson.Geometry) (a Area, err error) {
	a = Area{Code: g.ID, Name: civic.Text{ZhTW: g.Text("name"), En: g.Text("name_en")}, Polygons: g.Polygons}
	var label [2]float64
	for _, p := range g.Properties {
		switch v := p.Value.(type) {
		case json.Number:
			a.KM2, err = v.Float64()
		case json.RawMessage:
			err = json.Unmarshal(v, &label)
		}
		if err != nil {
			return a, fmt.Errorf("%w: %s: %w", ErrStored, p.Name, err)
		}
	}
	a.Label = Point{X: round(label[0]), Y: round(label[1])}
	return a, nil
}

// boxes fills what Encode does not write.
func (c *Coverage) boxes() {
	for l := range c.Areas {
		for i := range c.Areas[l] {
			a := &c.Areas[l][i]
			a.Box = emptyBox
			for _, polygon := range a.Polygons {
				for _, ring := range polygon {
					for _, ref := range ring {
						a.Vertices += len(c.Arcs[ref.Arc()]) - 1
						a.Box.add(c.Arcs[ref.Arc()])
					}
				}
			}
		}
	}
}
