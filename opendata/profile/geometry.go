package profile

import "strconv"

// shapeReader checks a geometry (RFC 7946 section 3.1) and finds its bounds.
type shapeReader struct {
	box   []float64
	point bool
	x, y  []byte // of a Point
	first []byte // the first position
}

// nested says how deep the positions of a type lie.
var nested = map[string]int{
	`"Point"`: 0, `"MultiPoint"`: 1, `"LineString"`: 1, `"MultiLineString"`: 2, `"Polygon"`: 2, `"MultiPolygon"`: 3,
}

// geometry returns what is wrong, or nothing.
func (g *shapeReader) geometry(raw []byte, depth int) (why string) {
	if len(raw) == 0 || raw[0] != '{' {
		return "it is no object"
	}
	var typ string
	var coordinates, geometries []byte
	each(raw, func(key string, value []byte) {
		switch key {
		case "type":
			typ = string(value)
		case "coordinates":
			coordinates = value
		case "geometries":
			geometries = value
		}
	})
	if typ == `"GeometryCollection"` {
		if len(geometries) == 0 || geometries[0] != '[' || depth > 8 {
			return "geometries is missing"
		}
		return elements(geometries, func(e []byte) string { return g.geometry(e, depth+1) })
	}
	level, known := nested[typ]
	if !known {
		return "its type is unknown"
	}
	g.point = typ == `"Point"` && depth == 0
	return g.positions(coordinates, level)
}

func (g *shapeReader) positions(raw []byte, level int) string {
	if len(raw) == 0 || raw[0] != '[' {
		return "coordinates has no array where it should"
	}
	if level > 0 {
		return elements(raw, func(e []byte) string { return g.positions(e, level-1) })
	}
	n := 0
	var at [2]float64
	why := elements(raw, func(e []byte) string {
		v, err := strconv.ParseFloat(string(e), 64)
		if err != nil {
			return "a coordinate is no number"
		}
		if n < 2 {
			at[n] = v
		}
		if g.point && n == 0 {
			g.x = e
		} else if g.point && n == 1 {
			g.y = e
		}
		n++
		return ""
	})
	switch {
	case why != "":
		return why
	case n == 0 && g.point:
		return "" // an empty point
	case n < 2:
		return "a position has fewer than two numbers"
	}
	if g.first == nil {
		g.first = raw
	}
	if g.box == nil {
		g.box = []float64{at[0], at[1], at[0], at[1]}
	}
	b := g.box
	b[0], b[1], b[2], b[3] = min(b[0], at[0]), min(b[1], at[1]), max(b[2], at[0]), max(b[3], at[1])
	return ""
}
