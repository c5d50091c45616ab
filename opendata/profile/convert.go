package profile

import (
	"bytes"
	"strconv"
)

// deed is what was done with a cell on its way into the table.
type deed uint8

const (
	loaded  deed = iota // stored as it stands
	missing             // empty
	marker              // a word for missing, or a value a recipe calls so
	failed              // not of the column's type: null, and reported
	cleaned             // stored after signs, widths or zeros were put right
	guarded             // stored without the apostrophe in front
	deeds   = iota
)

// converter writes the cells of one column in the normal form.
type converter struct {
	typ     string
	accept  set
	plain   bool // the first reading saw only cells that are stored as they stand
	safe    bool // plain, and none needs quotes
	trims   bool // it saw blanks around cells
	missing map[string]bool
	percent bool    // 12.5% is 12.5
	bare    bool    // text is not quoted: for statistics, not for the file
	ranged  bool    // lo and hi are known: coordinates
	lo, hi  float64 // the values that make sense
}

// converterOf makes the converter for a column from all that was seen of it.
func converterOf(c *column, v verdict) converter {
	k := converter{typ: v.typ, missing: c.missing, percent: v.percent, trims: c.spaced.count > 0 || c.blanks}
	k.accept = accepts[v.typ]
	if v.typ == TypeDate {
		k.accept |= of(isDateShort)
	}
	if v.percent {
		k.accept = of(isPercent)
	}
	if v.typ == TypeDate && c.present()&of(isIntDate) != 0 {
		k.accept |= of(isIntDate)
	}
	if v.typ == TypeNumber && v.sql == "DOUBLE" {
		k.accept |= of(isExp)
	}
	if v.forced {
		k.accept |= takes[v.typ]
		if v.typ == TypeNumber && !v.percent {
			k.accept &^= of(isPercent)
		}
	}
	have := c.present()
	switch v.typ {
	case TypeInt:
		k.plain = have&^of(isInt, isIntDate) == 0
	case TypeNumber:
		k.plain = have&^of(isInt, isIntDate, isNum) == 0
	case TypeDate:
		k.plain = have&^of(isDateISO) == 0
	case TypeText, TypeCode, TypeGeoShape:
		k.plain = have&of(isGuard, isNull) == 0
	}
	k.plain = k.plain && !k.trims
	k.safe = k.plain && !c.special && !c.opaque
	return k
}

// isTextual reports whether the column stores text, which may need quotes.
func (k *converter) isTextual() bool {
	return k.typ == TypeText || k.typ == TypeCode || k.typ == TypeGeoShape
}

// put appends the stored form of v, which is trimmed and not empty.
func (k *converter) put(dst, v []byte) ([]byte, deed) {
	if k.missing != nil && k.missing[string(v)] {
		return dst, marker
	}
	if k.isTextual() {
		if v[0] == '\'' && len(v) > 1 && allDigits(v[1:]) {
			return append(dst, v[1:]...), guarded
		}
		if k.bare {
			return append(dst, v...), loaded
		}
		return quote(dst, v), loaded
	}
	l := lex(v)
	if l.class == isMarker {
		return dst, marker
	}
	if !k.accept.has(l.class) {
		return dst, failed
	}
	switch k.typ {
	case TypeInt, TypeNumber:
		return k.number(dst, v, l)
	case TypeDate:
		if l.class == isDateISO {
			return append(dst, v...), loaded
		}
		return appendDay(dst, l.moment), loaded
	case TypeDatetime:
		if l.class != isDatetime { // a day, where a person set the type
			l.moment = (l.moment*86400 - taipei) * 1e6
		}
		return appendDatetime(dst, l.moment), loaded
	}
	for _, c := range v { // true, false
		dst = append(dst, c|0x20)
	}
	return dst, loaded
}

// number appends the digits of v as SQL writes them.
func (k *converter) number(dst, v []byte, l lexeme) ([]byte, deed) {
	switch l.class {
	case isInt, isIntDate, isNum, isExp, isLong:
		if !l.narrow && v[0] != '+' {
			return append(dst, v...), loaded
		}
	}
	if l.narrow {
		v, _ = narrow(v)
	}
	v = bytes.TrimPrefix(v, []byte("'"))
	v = bytes.TrimSuffix(bytes.TrimSuffix(v, []byte("%")), []byte("％"))
	if v[0] == '-' {
		dst = append(dst, '-')
	}
	v = bytes.TrimLeft(v, "+-")
	for len(v) > 1 && v[0] == '0' && v[1]-'0' <= 9 {
		v = v[1:]
	}
	if v[0] == '.' {
		dst = append(dst, '0')
	}
	for _, c := range v {
		if c != ',' {
			dst = append(dst, c)
		}
	}
	if l.class == isPercent && !l.narrow {
		return dst, loaded // the unit is in the schema
	}
	return dst, cleaned
}

// sensible reports whether a coordinate lies where it should.
func (k *converter) sensible(stored []byte) bool {
	if !k.ranged {
		return true
	}
	f, err := strconv.ParseFloat(string(stored), 64)
	return err == nil && f >= k.lo && f <= k.hi
}

// quote appends v as a CSV cell.
func quote(dst, v []byte) []byte {
	if !needsQuote(v) {
		return append(dst, v...)
	}
	dst = append(dst, '"')
	for {
		i := bytes.IndexByte(v, '"')
		if i < 0 {
			break
		}
		dst = append(append(dst, v[:i+1]...), '"')
		v = v[i+1:]
	}
	return append(append(dst, v...), '"')
}

func needsQuote(v []byte) bool {
	for _, c := range v {
		if special[c] {
			return true
		}
	}
	return false
}

var special = [256]bool{',': true, '"': true, '\n': true, '\r': true}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }
