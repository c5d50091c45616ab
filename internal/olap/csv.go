//go:build cgo && linux

package olap

import (
	"strings"
	"unicode/utf8"

	"github.com/gongdao/gongdao/fault"
)

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
