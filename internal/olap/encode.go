//go:build cgo && linux

package olap

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gongdao/gongdao/fault"
)

// field is one column of the answer, and where it comes from.
type field struct {
	Column
	from     *column // nil for a point
	lon, lat *column
	key      []byte // "name": as JSON
}

// plan finds the source of every column that is asked for; all of them if none is.
func plan(asked []Column, have []*column, zone *time.Location) ([]field, error) {
	byName := map[string]*column{}
	for _, c := range have {
		c.in(zone)
		if _, twice := byName[c.name]; !twice {
			byName[c.name] = c
		}
	}
	var fields []field
	if asked == nil {
		for _, c := range have {
			fields = append(fields, field{Column: Column{Name: c.name, Type: c.kind()}, from: c})
		}
	}
	for _, a := range asked {
		f := field{Column: a, from: byName[a.source()]}
		if a.Type == TypeGeoPoint2D && a.Lon != "" {
			f.from, f.lon, f.lat = nil, byName[a.Lon], byName[a.Lat]
		}
		if f.from == nil && (f.lon == nil || f.lat == nil) {
			return nil, fmt.Errorf("olap: the answer has no column %q", a.source())
		}
		fields = append(fields, f)
	}
	for i := range fields {
		f := &fields[i]
		if f.Type == "" {
			f.Type = f.from.kind()
		}
		if f.from != nil && !f.from.known() {
			return nil, fmt.Errorf("olap: column %q has a type that cannot be shown", f.Name)
		}
		f.key = append(appendString(nil, f.Name), ':')
	}
	return fields, nil
}

// encoder writes rows of one format into a buffer.
type encoder interface {
	begin(b []byte) []byte
	row(b []byte, row int, first bool) []byte
	end(b []byte) []byte
}

func newEncoder(q queryRequest, fields []field) (encoder, error) {
	switch q.Format {
	case Arrays:
		return arrayEncoder{fields}, nil
	case Objects, "":
		return objectEncoder{fields}, nil
	case Lines:
		return lineEncoder{fields}, nil
	case CSV:
		return newCSVEncoder(q.CSV, fields)
	case GeoJSON:
		return newGeoEncoder(fields)
	}
	return nil, fmt.Errorf("olap: no format %q", q.Format)
}

// appendJSON appends the field's value as JSON.
func (f *field) appendJSON(b []byte, row int) []byte {
	switch {
	case f.from == nil:
		return f.appendPoint(b, row)
	case f.Type == TypeGeoShape && !f.from.null(row):
		return appendFeature(b, f.from.text(row))
	}
	return f.from.appendJSON(b, row)
}

func (f *field) appendPoint(b []byte, row int) []byte {
	mark := len(b)
	b = append(b, `{"lon":`...)
	b, ok := f.appendPlace(b, row, `,"lat":`)
	if !ok {
		return append(b[:mark], "null"...)
	}
	return append(b, '}')
}

// appendPlace appends longitude, between, latitude; false if there is no place.
func (f *field) appendPlace(b []byte, row int, between string) ([]byte, bool) {
	if f.lon.null(row) || f.lat.null(row) {
		return b, false
	}
	start := len(b)
	b = f.lon.appendRaw(b, row)
	if len(b) == start {
		return b, false
	}
	b = append(b, between...)
	mark := len(b)
	b = f.lat.appendRaw(b, row)
	return b, len(b) > mark
}

type arrayEncoder struct{ fields []field }

func (e arrayEncoder) begin(b []byte) []byte { return append(b, '[') }
func (e arrayEncoder) end(b []byte) []byte   { return append(b, ']') }
func (e arrayEncoder) row(b []byte, row int, first bool) []byte {
	if !first {
		b = append(b, ',', '\n')
	}
	b = append(b, '[')
	for i := range e.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.fields[i].appendJSON(b, row)
	}
	return append(b, ']')
}

type objectEncoder struct{ fields []field }

func (e objectEncoder) begin(b []byte) []byte { return append(b, '[') }
func (e objectEncoder) end(b []byte) []byte   { return append(b, ']') }
func (e objectEncoder) row(b []byte, row int, first bool) []byte {
	if !first {
		b = append(b, ',', '\n')
	}
	return appendObject(b, e.fields, row)
}

func appendObject(b []byte, fields []field, row int) []byte {
	b = append(b, '{')
	for i := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, fields[i].key...)
		b = fields[i].appendJSON(b, row)
	}
	return append(b, '}')
}

type lineEncoder struct{ fields []field }

func (e lineEncoder) begin(b []byte) []byte { return b }
func (e lineEncoder) end(b []byte) []byte   { return b }
func (e lineEncoder) row(b []byte, row int, _ bool) []byte {
	return append(appendObject(b, e.fields, row), '\n')
}

// csvEncoder writes RFC 4180. An empty text is quoted and a null is not, so
// that they stay apart.
type csvEncoder struct {
	fields    []field
	options   CSVOptions
	delimiter string
	special   [256]bool // bytes that need quotes
	plain     []bool    // fields whose text never needs quotes
	list      string
	newline   string
}

func newCSVEncoder(o CSVOptions, fields []field) (*csvEncoder, error) {
	e := &csvEncoder{fields: fields, options: o, delimiter: o.Delimiter, list: o.ListSeparator, newline: "\n"}
	if e.delimiter == "" {
		e.delimiter = ","
	}
	if utf8.RuneCountInString(e.delimiter) != 1 || strings.ContainsAny(e.delimiter, "\"\r\n\x00") {
		return nil, fault.Invalid.Errorf("olap.bad-delimiter",
			"%q cannot separate columns; use one character such as , or ;", o.Delimiter)
	}
	if e.list == "" {
		e.list = ","
	}
	if o.CRLF {
		e.newline = "\r\n"
	}
	for _, ch := range []byte(e.delimiter + "\"\r\n") {
		e.special[ch] = true
	}
	own := strings.ContainsAny(e.delimiter, "0123456789+-.:Taeflrstu") // a delimiter that numbers and dates contain
	for _, f := range fields {
		e.plain = append(e.plain, f.from != nil && f.from.kind() != TypeText && !own && !o.QuoteAll)
	}
	return e, nil
}

func (e *csvEncoder) begin(b []byte) []byte {
	if e.options.BOM {
		b = append(b, "\ufeff"...)
	}
	if e.options.NoHeader {
		return b
	}
	for i, f := range e.fields {
		if i > 0 {
			b = append(b, e.delimiter...)
		}
		label := f.Label
		if label == "" {
			label = f.Name
		}
		b = e.quote(append(b, label...), len(b), true)
	}
	return append(b, e.newline...)
}

func (e *csvEncoder) end(b []byte) []byte { return b }

func (e *csvEncoder) row(b []byte, row int, _ bool) []byte {
	for i := range e.fields {
		if i > 0 {
			b = append(b, e.delimiter...)
		}
		if e.plain[i] {
			if c := e.fields[i].from; !c.null(row) {
				b = c.appendRaw(b, row)
			}
			continue
		}
		mark := len(b)
		b = e.cell(b, &e.fields[i], row)
		b = e.quote(b, mark, e.fields[i].from != nil && !e.fields[i].from.null(row))
	}
	return append(b, e.newline...)
}

func (e *csvEncoder) cell(b []byte, f *field, row int) []byte {
	mark := len(b)
	if f.from == nil { // Explore writes latitude first
		swapped := field{lon: f.lat, lat: f.lon}
		b, ok := swapped.appendPlace(b, row, ", ")
		if !ok {
			return b[:mark]
		}
		return b
	}
	c := f.from
	switch {
	case c.null(row):
		return b
	case f.Type == TypeGeoShape:
		return appendGeometry(b, c.text(row))
	case len(c.parts) == 1 && c.parts[0].name == "":
		from, to := c.span(row)
		for i := from; i < to; i++ {
			if i > from {
				b = append(b, e.list...)
			}
			if !c.parts[0].null(i) {
				b = c.parts[0].appendRaw(b, i)
			}
		}
		return b
	}
	return c.appendRaw(b, row)
}

// quote puts quotes around b[mark:] where they are needed.
func (e *csvEncoder) quote(b []byte, mark int, present bool) []byte {
	cell := b[mark:]
	if !e.options.QuoteAll && !(len(cell) == 0 && present) && !e.needsQuotes(cell) {
		return b
	}
	quotes := 0
	for _, ch := range cell {
		if ch == '"' {
			quotes++
		}
	}
	n := len(cell)
	for range quotes + 2 {
		b = append(b, '"')
	}
	cell = b[mark:]
	to := len(cell) - 1
	cell[to] = '"'
	for from := n - 1; from >= 0; from-- { // backwards, so that nothing is overwritten unread
		to--
		cell[to] = cell[from]
		if cell[from] == '"' {
			to--
			cell[to] = '"'
		}
	}
	cell[0] = '"'
	return b
}

func (e *csvEncoder) needsQuotes(cell []byte) bool {
	for _, ch := range cell {
		if e.special[ch] {
			return true
		}
	}
	return false
}

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

// output gathers the answer into frames. Nothing is sent before the first frame
// is full or the answer complete, so that most failures come before any byte.
type output struct {
	w   io.Writer
	buf []byte
}

const frameFull = 128 << 10

func newOutput(w io.Writer) *output {
	o := &output{w: w, buf: make([]byte, headerSize, frameFull+64<<10)}
	return o
}

func (o *output) flush() error {
	for len(o.buf) > headerSize {
		n := min(len(o.buf)-headerSize, maxOutput)
		putHeader(o.buf, frameOutput, n)
		if _, err := o.w.Write(o.buf[:headerSize+n]); err != nil {
			return err
		}
		rest := copy(o.buf[headerSize:], o.buf[headerSize+n:])
		o.buf = o.buf[:headerSize+rest]
	}
	return nil
}
