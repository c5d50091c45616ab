package profile

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// lexNumeric reads what begins with a digit, a sign or a point.
func lexNumeric(v []byte) lexeme {
	i, negative := 0, false
	if v[0] == '-' || v[0] == '+' {
		negative = v[0] == '-'
		i = 1
	}
	start, mantissa := i, uint64(0)
	for i < len(v) && v[i]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(v[i]-'0') // wraps only beyond 18 digits, when it is not used
		i++
	}
	digits := i - start
	if i == len(v) {
		return lexInt(v, digits, mantissa, negative)
	}
	if v[0] != '+' && !negative && digits > 0 {
		switch v[i] {
		case '/', '-', 0xE5: // 年
			return lexDay(v, digits)
		case '.':
			if bytes.IndexByte(v[i+1:], '.') >= 0 {
				return lexDay(v, digits)
			}
		}
	}
	if v[i] == ',' && digits > 0 && digits <= 3 {
		return lexGrouped(v)
	}
	if v[i] >= utf8.RuneSelf {
		if n, ok := narrow(v); ok {
			l := lexNumeric(n)
			l.narrow = true
			return l.cleaned()
		}
		return lexeme{}
	}
	return lexDecimal(v, start, i, mantissa, negative)
}

func lexInt(v []byte, digits int, mantissa uint64, negative bool) lexeme {
	first := len(v) - digits
	switch {
	case digits == 0:
		if isMarkerText(v) {
			return lexeme{class: isMarker}
		}
		return lexeme{}
	case digits > 1 && v[first] == '0':
		l := lexeme{class: isZero, num: float64(mantissa), whole: uint8(min(digits, 255))}
		if digits == 7 && first == 0 {
			if day, ok := compactDay(v); ok {
				l.class, l.moment = isZeroDate, day
			}
		}
		return l
	case digits > 18:
		return lexeme{class: isLong}
	}
	l := lexeme{class: isInt, whole: uint8(digits), num: float64(mantissa)}
	if negative {
		l.num = -l.num
	}
	if v[0] == '+' {
		l.class = isIntClean
	} else if (digits == 7 || digits == 8) && !negative {
		if day, ok := compactDay(v); ok {
			l.class, l.moment = isIntDate, day
		}
	}
	return l
}

// lexDecimal reads from the point, the percent sign or the exponent at i.
func lexDecimal(v []byte, start, i int, mantissa uint64, negative bool) lexeme {
	whole, scale := i-start, 0
	if v[i] == '.' {
		i++
		for i < len(v) && v[i]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(v[i]-'0')
			i++
			scale++
		}
		if scale == 0 {
			return lexeme{}
		}
	}
	if whole+scale == 0 || whole > 18 || whole > 1 && v[start] == '0' {
		return lexeme{}
	}
	l := lexeme{class: isNum, whole: uint8(whole), scale: uint8(min(scale, 255))}
	if v[0] == '+' || whole == 0 {
		l.class = isNumClean
	}
	end := i
	switch rest := v[i:]; {
	case len(rest) == 0:
	case len(rest) == 1 && rest[0] == '%', string(rest) == "％":
		l.class = isPercent
	case rest[0] == 'e' || rest[0] == 'E':
		n := 1
		if len(rest) > 1 && (rest[1] == '-' || rest[1] == '+') {
			n = 2
		}
		if !allDigits(rest[n:]) || len(rest)-n > 3 {
			return lexeme{}
		}
		l.class, end = isExp, len(v)
	default:
		return lexeme{}
	}
	if l.class != isExp && whole+scale <= 15 {
		l.num = float64(mantissa) / pow10[scale]
		if negative {
			l.num = -l.num
		}
		return l
	}
	var err error
	if l.num, err = strconv.ParseFloat(string(v[:end]), 64); err != nil {
		return lexeme{}
	}
	return l
}

var pow10 = [16]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// lexGrouped reads 1,234 and -1,234,567.8 where every group has three digits.
func lexGrouped(v []byte) lexeme {
	plain := make([]byte, 0, 32)
	i, group := 0, -1 // digits since the last separator, -1 before the first
	if v[0] == '-' || v[0] == '+' {
		plain = append(plain, v[0])
		i = 1
	}
	for ; i < len(v) && (v[i] == ',' || v[i]-'0' <= 9); i++ {
		if v[i] == ',' {
			if group >= 0 && group != 3 {
				return lexeme{}
			}
			group = 0
			continue
		}
		if group >= 0 {
			group++
		}
		plain = append(plain, v[i])
	}
	if group != 3 || len(plain) > 19 {
		return lexeme{}
	}
	l := lexNumeric(append(plain, v[i:]...))
	switch l = l.cleaned(); l.class {
	case isIntClean, isNumClean, isPercent:
		return l
	}
	return lexeme{}
}
