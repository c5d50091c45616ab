package profile

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"github.com/gongdao/gongdao/fault"
)

// The first places of a row of features; the properties follow in the order in
// which the file brings them.
const (
	placeGeometry = iota
	placeLon
	placeLat
	placeProperties
)

// features reads a GeoJSON FeatureCollection (RFC 7946 section 3.3) as rows.
type features struct {
	jsonText
	shape
	index   map[string]int // place of each property
	names   []string       // of the properties
	lines   []int64        // where each name came first
	inArray bool
	done    bool
	isOne   bool // the type member says FeatureCollection
	box     []float64
	nul     bool  // a text holds a NUL
	far     tally // features whose coordinates are no degrees
	points  int64
	out     bytes.Buffer
	row     []cell
}

func newFeatures(in *stream) *features {
	return &features{jsonText: jsonText{in: in, line: 1}, shape: shape{widths: map[int]int64{}}, index: map[string]int{}}
}

func (f *features) tallies() *shape { return &f.shape }

// next fills b with features.
func (f *features) next(b *batch) error {
	b.text, b.cells, b.recs, b.start, b.width = b.text[:0], b.cells[:0], b.recs[:0], f.rows, 0
	for !f.done && len(b.text) < batchSize {
		if !f.inArray {
			if err := f.members(); err != nil {
				return err
			}
			continue
		}
		if err := f.feature(b); err != nil {
			return err
		}
	}
	if f.done && b.start == f.rows {
		if !f.isOne {
			return notGeoJSON()
		}
		return io.EOF
	}
	b.recs = append(b.recs, record{first: uint32(len(b.cells))})
	return nil
}

func notGeoJSON() error {
	return fault.Malformed.Errorf("opendata.profile.json-not-geojson",
		"the file is JSON, but not a GeoJSON FeatureCollection, which is all that is read of JSON yet: export it as CSV or GeoJSON")
}

// members reads the collection's members up to its features, or to its end.
func (f *features) members() error {
	if f.at() == 0 && f.rows == 0 && !f.opened {
		f.opened = true
		if c, err := f.peek(); err != nil {
			return err
		} else if c != '{' {
			return notGeoJSON()
		}
		f.pos++
		if c, err := f.peek(); err != nil {
			return err
		} else if c == '}' {
			return notGeoJSON()
		}
	} else {
		c, err := f.peek()
		if err != nil {
			return err
		}
		f.pos++
		if c == '}' {
			f.done = true
			if c, err := f.peek(); err == nil {
				return f.broken("text after the end: " + string(rune(c)))
			}
			return nil
		}
		if c != ',' {
			return f.broken("a comma is missing")
		}
	}
	key, err := f.key()
	if err != nil {
		return err
	}
	c, err := f.peek()
	if err != nil {
		return err
	}
	if key == "features" && c == '[' {
		f.pos++
		f.inArray = true
		f.discard()
		return nil
	}
	raw, err := f.value()
	if err != nil {
		if fault.Of(err).Kind == fault.TooLarge {
			return notGeoJSON()
		}
		return err
	}
	switch key {
	case "type":
		f.isOne = string(raw) == `"FeatureCollection"`
		if !f.isOne {
			return notGeoJSON()
		}
	case "crs":
		if err := f.checkCRS(raw); err != nil {
			return err
		}
	}
	f.discard()
	return nil
}

// checkCRS refuses the crs member of 2008 unless it names longitude and latitude.
func (f *features) checkCRS(raw []byte) error {
	var crs struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if json.Unmarshal(raw, &crs) != nil || crs.Properties.Name == "" {
		return nil
	}
	name := crs.Properties.Name
	for _, known := range []string{"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326", "CRS84"} {
		if name == known {
			return nil
		}
	}
	return fault.Malformed.Errorf("opendata.profile.json-crs",
		"line %d: the coordinates are in %s, and GeoJSON is read in longitude and latitude (WGS 84) only: convert it and send it again", f.line, name)
}

// feature reads one element of the array, or its end.
func (f *features) feature(b *batch) error {
	c, err := f.peek()
	if err != nil {
		return err
	}
	if c == ']' && (f.rows == 0 || !f.comma) {
		f.pos++
		f.inArray = false
		return nil
	}
	f.discard()
	line := f.line
	raw, err := f.value()
	if err != nil {
		return err
	}
	if err := f.addRow(b, raw, line); err != nil {
		return err
	}
	if c, err = f.peek(); err != nil {
		return err
	}
	if f.comma = c == ','; f.comma {
		f.pos++
	} else if c != ']' {
		return f.broken("a comma is missing between features")
	}
	return nil
}

func (f *features) addRow(b *batch, raw []byte, line int64) error {
	if !json.Valid(raw) {
		var any json.RawMessage
		return f.broken(json.Unmarshal(raw, &any).Error())
	}
	notFeature := func() error {
		return fault.Malformed.Errorf("opendata.profile.json-not-feature",
			"line %d: element %d of features is no Feature: export the file again", line, f.rows+1)
	}
	if raw[0] != '{' {
		return notFeature()
	}
	f.row = append(f.row[:0], make([]cell, placeProperties+len(f.names))...)
	isFeature := false
	var props, geometry, id []byte
	each(raw, func(key string, value []byte) {
		switch key {
		case "type":
			isFeature = string(value) == `"Feature"`
		case "properties":
			props = value
		case "geometry":
			geometry = value
		case "id":
			id = value
		}
	})
	if !isFeature {
		return notFeature()
	}
	if err := f.geometry(b, geometry, line); err != nil {
		return err
	}
	if len(props) > 0 && props[0] == '{' {
		each(props, func(key string, value []byte) { f.property(b, key, value, line) })
	}
	if at, has := f.index["id"]; id != nil && (!has || f.row[at] == cell{}) {
		f.property(b, "id", id, line)
	}
	if f.nul {
		return f.broken("a text holds a NUL (\\u0000), which no table can")
	}
	if len(f.row) > maxColumns {
		return fault.TooLarge.Errorf("opendata.profile.too-many-columns",
			"line %d has %d columns, and a table may have %d: check the delimiter, or turn columns into rows", line, len(f.row), maxColumns)
	}
	for _, c := range f.row[placeProperties:] {
		if c.to-c.from > maxCell {
			return fault.TooLarge.Errorf("opendata.profile.cell-too-large",
				"line %d holds a cell of more than 1 MiB: look for a quotation mark that is not closed, or leave the column out", line)
		}
	}
	b.recs = append(b.recs, record{uint32(len(b.cells)), line})
	b.cells = append(b.cells, f.row...)
	b.width = max(b.width, len(f.row))
	f.widths[len(f.row)]++
	f.read += int64(len(f.row)) - 2 // longitude and latitude, which the geometry holds
	f.rows++
	return nil
}

// property stores a value as the text that a CSV cell would hold.
func (f *features) property(b *batch, key string, value []byte, line int64) {
	at, known := f.index[key]
	if !known {
		at = placeProperties + len(f.names)
		f.index[key] = at
		f.names = append(f.names, key)
		f.lines = append(f.lines, line)
		f.row = append(f.row, cell{})
	}
	from := uint32(len(b.text))
	switch value[0] {
	case 'n': // null
		return
	case '"':
		b.text = append(b.text, unquoted(value)...)
	case '{', '[':
		f.out.Reset()
		_ = json.Compact(&f.out, value) // it was found valid
		b.text = append(b.text, f.out.Bytes()...)
	default:
		b.text = append(b.text, value...)
	}
	f.nul = f.nul || bytes.IndexByte(b.text[from:], 0) >= 0
	f.row[at] = cell{from, uint32(len(b.text))}
}

func (f *features) geometry(b *batch, raw []byte, line int64) error {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	g := shapeReader{}
	if why := g.geometry(raw, 0); why != "" {
		return fault.Malformed.Errorf("opendata.profile.json-geometry",
			"line %d: the geometry of feature %d is not as RFC 7946 has it: %s; export the file again", line, f.rows+1, why)
	}
	f.out.Reset()
	_ = json.Compact(&f.out, raw) // it was found valid
	f.put(b, placeGeometry, f.out.Bytes())
	if len(g.box) == 0 {
		return nil
	}
	if g.box[0] < -180 || g.box[2] > 180 || g.box[1] < -90 || g.box[3] > 90 {
		f.far.add(f.rows, line, g.first)
		return nil
	}
	f.box = joinBox(f.box, g.box)
	if g.point {
		f.points++
		f.put(b, placeLon, g.x)
		f.put(b, placeLat, g.y)
	}
	return nil
}

func (f *features) put(b *batch, place int, text []byte) {
	from := uint32(len(b.text))
	b.text = append(b.text, text...)
	f.row[place] = cell{from, uint32(len(b.text))}
}

func joinBox(a, b []float64) []float64 {
	if len(a) == 0 {
		return slices.Clone(b)
	}
	return []float64{min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])}
}
