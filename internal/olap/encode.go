//go:build cgo && linux

package olap

import (
	"fmt"
	"io"
	"time"
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
