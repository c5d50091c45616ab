//go:build cgo && linux

package olap

import (
	"encoding/json"

	"github.com/gongdao/gongdao/fault"
)

// geoEncoder writes a FeatureCollection (RFC 7946 section 3.3). The geometry is
// the first shape, else the first point; the other columns are properties.
type geoEncoder struct {
	place  field
	fields []field
}

func newGeoEncoder(fields []field) (*geoEncoder, error) {
	at := -1
	for i, f := range fields {
		if f.Type == TypeGeoShape && f.from != nil {
			at = i
			break
		}
		if f.from == nil && at < 0 {
			at = i
		}
	}
	if at < 0 {
		return nil, fault.Invalid.Errorf("olap.no-geometry",
			"GeoJSON needs a place, and no column of this answer is one; choose another format, or add such a column")
	}
	e := &geoEncoder{place: fields[at]}
	e.fields = append(append(e.fields, fields[:at]...), fields[at+1:]...)
	return e, nil
}

func (e *geoEncoder) begin(b []byte) []byte {
	return append(b, `{"type":"FeatureCollection","features":[`...)
}

func (e *geoEncoder) end(b []byte) []byte { return append(b, "]}"...) }

func (e *geoEncoder) row(b []byte, row int, first bool) []byte {
	if !first {
		b = append(b, ',', '\n')
	}
	b = append(b, `{"type":"Feature","geometry":`...)
	b = e.geometry(b, row)
	b = append(b, `,"properties":`...)
	b = appendObject(b, e.fields, row)
	return append(b, '}')
}

func (e *geoEncoder) geometry(b []byte, row int) []byte {
	if e.place.from != nil {
		if e.place.from.null(row) {
			return append(b, "null"...)
		}
		return appendGeometry(b, e.place.from.text(row))
	}
	mark := len(b)
	b = append(b, `{"type":"Point","coordinates":[`...)
	b, ok := e.place.appendPlace(b, row, ",")
	if !ok {
		return append(b[:mark], "null"...)
	}
	return append(b, "]}"...)
}

// shape is what can be told of a GeoJSON text at its first level.
type shape struct {
	Type     string          `json:"type"`
	Geometry json.RawMessage `json:"geometry"`
}

// appendGeometry appends the geometry in text, which is one or is a feature;
// null if it is neither.
func appendGeometry(b []byte, text string) []byte {
	var s shape
	if json.Unmarshal([]byte(text), &s) != nil || s.Type == "" {
		return append(b, "null"...)
	}
	if s.Type != "Feature" {
		return append(b, text...)
	}
	if len(s.Geometry) == 0 {
		return append(b, "null"...)
	}
	return append(b, s.Geometry...)
}

// appendFeature appends the feature in text, which is one or is a geometry.
func appendFeature(b []byte, text string) []byte {
	var s shape
	if json.Unmarshal([]byte(text), &s) != nil || s.Type == "" {
		return append(b, "null"...)
	}
	if s.Type == "Feature" {
		return append(b, text...)
	}
	b = append(b, `{"type":"Feature","geometry":`...)
	b = append(b, text...)
	return append(b, `,"properties":{}}`...)
}
