//go:build cgo && linux

package olap

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf8"

	duck "github.com/duckdb/duckdb-go/v2/mapping"
)

// appendJSON appends row as a JSON value. Not a number and infinity are null.
func (c *column) appendJSON(b []byte, row int) []byte {
	if c.null(row) {
		return append(b, "null"...)
	}
	switch c.sql {
	case duck.TypeVarchar:
		if s := c.text(row); c.json && json.Valid([]byte(s)) {
			return append(b, s...)
		}
		return appendString(b, c.text(row))
	case duck.TypeEnum:
		return appendString(b, c.word(row))
	case duck.TypeList, duck.TypeArray:
		b = append(b, '[')
		from, to := c.span(row)
		for i := from; i < to; i++ {
			if i > from {
				b = append(b, ',')
			}
			b = c.parts[0].appendJSON(b, i)
		}
		return append(b, ']')
	case duck.TypeStruct:
		b = append(b, '{')
		for i, p := range c.parts {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, p.name), ':')
			b = p.appendJSON(b, row)
		}
		return append(b, '}')
	}
	mark := len(b)
	if c.bare {
		if b = c.appendRaw(b, row); len(b) > mark {
			return b
		}
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = c.appendRaw(b, row)
	if len(b) == mark+1 {
		return append(b[:mark], "null"...)
	}
	return append(b, '"')
}

// appendRaw appends row, which is not null, as plain text; nothing for what has
// no text, such as infinity.
func (c *column) appendRaw(b []byte, row int) []byte {
	switch c.sql {
	case duck.TypeVarchar:
		return append(b, c.text(row)...)
	case duck.TypeBoolean:
		return strconv.AppendBool(b, at[bool](c.data, row))
	case duck.TypeTinyInt, duck.TypeSmallInt, duck.TypeInteger, duck.TypeBigInt,
		duck.TypeUTinyInt, duck.TypeUSmallInt, duck.TypeUInteger:
		return strconv.AppendInt(b, c.integer(c.sql, row), 10)
	case duck.TypeUBigInt:
		return strconv.AppendUint(b, at[uint64](c.data, row), 10)
	case duck.TypeDouble:
		return appendFloat(b, at[float64](c.data, row), 64)
	case duck.TypeFloat:
		return appendFloat(b, float64(at[float32](c.data, row)), 32)
	case duck.TypeHugeInt, duck.TypeUHugeInt:
		high, low, negative := c.wide(row)
		if negative {
			b = append(b, '-')
		}
		return appendWide(b, high, low)
	case duck.TypeDecimal:
		return c.appendDecimal(b, row)
	case duck.TypeDate:
		return appendDate(b, c.integer(c.sql, row))
	case duck.TypeTimestamp, duck.TypeTimestampS, duck.TypeTimestampMS, duck.TypeTimestampNS, duck.TypeTimestampTZ:
		if us, ok := c.micros(row); ok {
			return appendTimestamp(b, us, c.zone)
		}
		return b
	case duck.TypeTime:
		return appendClock(b, c.integer(c.sql, row))
	case duck.TypeEnum:
		return append(b, c.word(row)...)
	case duck.TypeBlob:
		return base64.StdEncoding.AppendEncode(b, []byte(c.text(row)))
	case duck.TypeUUID:
		return c.appendUUID(b, row)
	case duck.TypeList, duck.TypeArray, duck.TypeStruct:
		return c.appendJSON(b, row)
	}
	return b
}

// known reports whether appendRaw knows the type.
func (c *column) known() bool {
	switch c.sql {
	case duck.TypeUUID, duck.TypeTime, duck.TypeBlob, duck.TypeEnum, duck.TypeVarchar, duck.TypeSQLNull:
		return true
	case duck.TypeList, duck.TypeArray, duck.TypeStruct:
		for _, p := range c.parts {
			if !p.known() {
				return false
			}
		}
		return true
	}
	return c.kind() != TypeText
}

// appendFloat appends f as encoding/json writes it; nothing if it is no number.
func appendFloat(b []byte, f float64, size int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return b
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, size)
}

// appendWide appends a number of 128 bits.
func appendWide(b []byte, high, low uint64) []byte {
	if high == 0 {
		return strconv.AppendUint(b, low, 10)
	}
	const e19 = 1e19 // the largest power of ten in 64 bits
	top, rest := high/e19, high%e19
	mid, last := bits.Div64(rest, low, e19)
	if top > 0 {
		// high ≥ 10^19: the quotient has two words, divide it once more.
		first, second := bits.Div64(top%e19, mid, e19)
		b = strconv.AppendUint(b, first, 10)
		b = appendPadded(b, second, 19)
	} else {
		b = strconv.AppendUint(b, mid, 10)
	}
	return appendPadded(b, last, 19)
}

// appendPadded appends width digits.
func appendPadded(b []byte, n uint64, width int) []byte {
	var digits [20]byte
	for i := width - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return append(b, digits[:width]...)
}

// appendDecimal appends all digits of a DECIMAL.
func (c *column) appendDecimal(b []byte, row int) []byte {
	var digits [48]byte
	var d []byte
	negative := false
	if c.store == duck.TypeHugeInt {
		high, low, minus := c.wide(row)
		negative, d = minus, appendWide(digits[:0], high, low)
	} else {
		n := c.integer(c.store, row)
		negative = n < 0
		if negative {
			n = -n
		}
		d = strconv.AppendUint(digits[:0], uint64(n), 10)
	}
	if negative {
		b = append(b, '-')
	}
	if c.scale == 0 {
		return append(b, d...)
	}
	if len(d) <= c.scale {
		b = append(b, '0', '.')
		for range c.scale - len(d) {
			b = append(b, '0')
		}
		return append(b, d...)
	}
	point := len(d) - c.scale
	b = append(b, d[:point]...)
	b = append(b, '.')
	return append(b, d[point:]...)
}

// appendUUID appends a UUID, which DuckDB keeps with its first bit flipped so
// that it sorts.
func (c *column) appendUUID(b []byte, row int) []byte {
	low := at[uint64](c.data, 2*row)
	high := at[uint64](c.data, 2*row+1) ^ 1<<63
	const hex = "0123456789abcdef"
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			b = append(b, '-')
		}
		word := high
		if i >= 16 {
			word = low
		}
		b = append(b, hex[word>>(60-4*(uint(i)%16))&15])
	}
	return b
}

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if ch >= 0x20 && ch != '"' && ch != '\\' && ch < utf8.RuneSelf {
			continue
		}
		if ch >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n - 1
				continue
			}
			b = append(append(b, s[from:i]...), `\ufffd`...)
			from = i + 1
			continue
		}
		b = append(b, s[from:i]...)
		switch ch {
		case '"', '\\':
			b = append(b, '\\', ch)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[ch>>4], hex[ch&15])
		}
		from = i + 1
	}
	return append(append(b, s[from:]...), '"')
}
