package profile

import (
	"bytes"

	"github.com/gongdao/gongdao/standards/twid"
)

// marks say what a reader or a reviewer should know about a text.
type marks uint8

const (
	holdsID      marks = 1 << iota // a national ID or resident number whose check digit is right
	isPhone                        // the whole cell is a telephone number
	holdsEmail                     // an e-mail address
	holdsPrivate                   // private-use characters, as 造字 become
	holdsLost                      // U+FFFD: a character was lost before the file came
	markCount    = 5
)

// inspect looks for personal data and for characters outside the standard.
func inspect(v []byte) (m marks) {
	if bytes.IndexByte(v, '@') > 0 && hasEmail(v) {
		m |= holdsEmail
	}
	digits := 0 // at the end of what was read, since the last letter
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c-'0' <= 9:
			digits++
		case c >= 0xEE:
			if i+2 < len(v) {
				m |= outside(c, v[i+1], v[i+2])
			}
			fallthrough
		default:
			digits = 0
		}
		if digits == 8 && i >= 9 && hasID(v, i-9) || digits == 9 && i >= 9 && hasID(v, i-9) {
			m |= holdsID
		}
	}
	if isPhoneNumber(v) {
		m |= isPhone
	}
	return m
}

// hasID reports whether an ID stands at v[at:], alone among letters and digits.
func hasID(v []byte, at int) bool {
	if at > 0 && isWord(v[at-1]) || at+10 < len(v) && isWord(v[at+10]) {
		return false
	}
	return at+10 <= len(v) && twid.Personal(v[at:at+10])
}

func isWord(c byte) bool { return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'z' }

// outside tells a private-use character or U+FFFD by its three bytes.
func outside(a, b, c byte) marks {
	switch {
	case a == 0xEE, a == 0xEF && b <= 0xA3:
		return holdsPrivate
	case a == 0xEF && b == 0xBF && c == 0xBD:
		return holdsLost
	case a == 0xF3 && b >= 0xB0, a == 0xF4: // planes 15 and 16
		return holdsPrivate
	}
	return 0
}

func hasEmail(v []byte) bool {
	for at := bytes.IndexByte(v, '@'); at >= 0; {
		before, after := v[:at], v[at+1:]
		n := 0
		for n < len(after) && (isWord(after[n]) || after[n] == '.' || after[n] == '-') {
			n++
		}
		host := bytes.TrimRight(after[:n], ".")
		if len(before) > 0 && isWord(before[len(before)-1]) && bytes.IndexByte(host, '.') > 0 {
			return true
		}
		next := bytes.IndexByte(after, '@')
		if next < 0 {
			return false
		}
		at += 1 + next
	}
	return false
}

// isPhoneNumber knows 0912345678, 0912-345-678, (02)2345-6789#12, +886-2-2345-6789.
func isPhoneNumber(v []byte) bool {
	if len(v) < 9 || len(v) > 24 || v[0] != '0' && v[0] != '(' && v[0] != '+' {
		return false
	}
	var digits [16]byte
	n, formed := 0, false
	for i, c := range v {
		switch {
		case c-'0' <= 9:
			if n == len(digits) {
				return false
			}
			digits[n] = c
			n++
		case c == '#' && n >= 9:
			return allDigits(v[i+1:]) && phoneDigits(digits[:n], true)
		case c == '-' || c == '(' || c == ')' || c == ' ' || c == '+' && i == 0:
			formed = true
		default:
			return false
		}
	}
	return phoneDigits(digits[:n], formed)
}

func phoneDigits(d []byte, formed bool) bool {
	if len(d) >= 11 && string(d[:3]) == "886" {
		return len(d) <= 12
	}
	if len(d) < 9 || len(d) > 10 || d[0] != '0' || d[1] == '0' {
		return false
	}
	return formed || len(d) == 10 && d[1] == '9'
}
