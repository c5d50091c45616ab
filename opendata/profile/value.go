package profile

import (
	"bytes"
	"unicode/utf8"
)

// class is what the characters of one cell can mean. A cell has one class; a
// type accepts several (see accepts).
type class uint8

const (
	isText      class = iota
	isInt             // 42, -7, at most 18 digits
	isIntDate         // 20230508, 1120508: also a day that exists
	isIntClean        // 1,234 +5 １２
	isNum             // 12.5
	isNumClean        // 1,234.5
	isPercent         // 12.5%
	isExp             // 1.5e3
	isZero            // 007
	isZeroDate        // 0620915: also a day that exists
	isLong            // more than 18 digits
	isGuard           // '007
	isDateISO         // 2023-05-08
	isDate            // 2023/5/8
	isDateROC         // 112/05/08 112年5月8日 民國…
	isDateShort       // 99/1/2: a ROC year or something else
	isDatetime        // 2023-05-08T09:05 2023/5/8 上午 9:05
	isMonth           // 2023-05
	isMonthROC        // 112年5月
	isYearROC         // 112年
	isBool            // true false
	isMarker          // - … NA null
	isNull            // a recipe says that it is missing
	classes     = iota
)

// set is a set of classes.
type set uint32

func of(list ...class) (s set) {
	for _, c := range list {
		s |= 1 << c
	}
	return s
}

func (s set) has(c class) bool { return s&(1<<c) != 0 }

// lexeme is a cell that was understood. num orders values within a family: the
// number itself or the moment.
type lexeme struct {
	class  class
	scale  uint8 // digits behind the point
	whole  uint8 // digits before it
	narrow bool  // full-width characters stood in for ASCII
	num    float64
	moment int64 // of a date its day, of a datetime its microsecond in UTC, since 1970
}

// lex classifies v, which is trimmed and not empty.
func lex(v []byte) lexeme {
	switch c := v[0]; {
	case c >= '0' && c <= '9', c == '+', c == '-', c == '.':
		return lexNumeric(v)
	case c == '\'':
		if len(v) > 1 && allDigits(v[1:]) {
			return lexeme{class: isGuard}
		}
	case c == 0xEF, c == 0xE2: // full-width forms; … and the minus sign
		if isMarkerText(v) {
			return lexeme{class: isMarker}
		}
		if n, ok := narrow(v); ok {
			l := lexNumeric(n)
			l.narrow = true
			return l.cleaned()
		}
	case c == 0xE6 && bytes.HasPrefix(v, []byte("民")), c == 0xE4 && bytes.HasPrefix(v, []byte("中華")):
		return lexHan(v)
	case c == 't' || c == 'T' || c == 'f' || c == 'F':
		if foldIs(v, "true") || foldIs(v, "false") {
			return lexeme{class: isBool}
		}
	case c == 'n' || c == 'N':
		if isMarkerText(v) {
			return lexeme{class: isMarker}
		}
	}
	return lexeme{}
}

// cleaned is l for a cell whose text must change to be stored.
func (l lexeme) cleaned() lexeme {
	switch l.class {
	case isInt, isIntDate:
		l.class = isIntClean
	case isNum:
		l.class = isNumClean
	case isDateISO:
		l.class = isDate
	}
	return l
}

func allDigits(v []byte) bool {
	for _, c := range v {
		if c-'0' > 9 {
			return false
		}
	}
	return len(v) > 0
}

// isMarkerText reports whether v says that there is no value.
func isMarkerText(v []byte) bool {
	if len(v) > 6 {
		return false
	}
	switch string(v) {
	case "-", "－", "…", "NA", "N/A", "n/a", "null", "NULL", "Null":
		return true
	}
	return false
}

func foldIs(v []byte, lower string) bool {
	if len(v) != len(lower) {
		return false
	}
	for i, c := range v {
		if c|0x20 != lower[i] {
			return false
		}
	}
	return true
}

// narrow makes the full-width digits, signs and marks of numbers and dates
// narrow; false if v holds none.
func narrow(v []byte) ([]byte, bool) {
	if len(v) > 96 {
		return v, false
	}
	out := make([]byte, 0, len(v))
	changed := false
	for i := 0; i < len(v); {
		c, n := utf8.DecodeRune(v[i:])
		switch {
		case c >= '０' && c <= '９', c == '．', c == '，', c == '－', c == '＋', c == '／', c == '：', c == '％':
			c -= 0xFEE0
			changed = true
		case c == '−': // U+2212
			c = '-'
			changed = true
		}
		out = utf8.AppendRune(out, c)
		i += n
	}
	return out, changed && len(out) > 0 && (out[0] <= '9')
}

// trim cuts U+0020, tab, line ends, U+00A0 and U+3000 from both ends.
func trim(v []byte) []byte {
	for len(v) > 0 {
		switch c := v[0]; {
		case c == ' ', c == '\t', c == '\r', c == '\n':
			v = v[1:]
		case c == 0xC2 && len(v) > 1 && v[1] == 0xA0:
			v = v[2:]
		case c == 0xE3 && len(v) > 2 && v[1] == 0x80 && v[2] == 0x80:
			v = v[3:]
		default:
			return trimEnd(v)
		}
	}
	return v
}

func trimEnd(v []byte) []byte {
	for n := len(v); n > 0; n = len(v) {
		switch c := v[n-1]; {
		case c == ' ', c == '\t', c == '\r', c == '\n':
			v = v[:n-1]
		case c == 0xA0 && n > 1 && v[n-2] == 0xC2:
			v = v[:n-2]
		case c == 0x80 && n > 2 && v[n-2] == 0x80 && v[n-3] == 0xE3:
			v = v[:n-3]
		default:
			return v
		}
	}
	return v
}

// needsTrim is a quick no for nearly all cells.
func needsTrim(v []byte) bool {
	a, z := v[0], v[len(v)-1]
	return a <= ' ' || a == 0xC2 || a == 0xE3 || z <= ' ' || z == 0xA0 || z == 0x80
}
