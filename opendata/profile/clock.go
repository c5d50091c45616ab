package profile

import "bytes"

// readTime reads 09:05, 9:05:30.25, 上午 9:05, 9:05 PM, with Z or +08:00 behind.
func readTime(v []byte) (seconds, micros, offset int64, ok bool) {
	half := 0 // 1 before noon, 2 after
	switch {
	case bytes.HasPrefix(v, []byte("上午")):
		half, v = 1, trim(v[6:])
	case bytes.HasPrefix(v, []byte("下午")):
		half, v = 2, trim(v[6:])
	}
	var hms [3]int64
	n := 0
	for ; n < 3; n++ {
		w := 0
		for w < len(v) && w < 2 && v[w]-'0' <= 9 {
			hms[n] = hms[n]*10 + int64(v[w]-'0')
			w++
		}
		if w == 0 || n > 0 && w != 2 {
			return 0, 0, 0, false
		}
		v = v[w:]
		if n == 2 || len(v) == 0 || v[0] != ':' {
			n++
			break
		}
		v = v[1:]
	}
	if n < 2 || hms[0] > 23 || hms[1] > 59 || hms[2] > 59 {
		return 0, 0, 0, false
	}
	if n == 3 && len(v) > 1 && v[0] == '.' {
		unit := int64(100_000)
		v = v[1:]
		for len(v) > 0 && v[0]-'0' <= 9 {
			micros += unit * int64(v[0]-'0')
			unit /= 10
			v = v[1:]
		}
	}
	offset = taipei
	switch rest := trim(v); {
	case len(rest) == 0:
	case half == 0 && (foldIs(rest, "am") || foldIs(rest, "pm")):
		half = 1
		if rest[0]|0x20 == 'p' {
			half = 2
		}
	case len(rest) == 1 && rest[0]|0x20 == 'z':
		offset = 0
	default:
		if offset, ok = readOffset(rest); !ok {
			return 0, 0, 0, false
		}
	}
	if half > 0 && (hms[0] == 0 || hms[0] > 12) {
		return 0, 0, 0, false
	}
	if half > 0 {
		hms[0] = hms[0]%12 + int64(half-1)*12
	}
	return hms[0]*3600 + hms[1]*60 + hms[2], micros, offset, true
}

// readOffset reads +08:00, +0800 and +08.
func readOffset(v []byte) (seconds int64, ok bool) {
	if v[0] != '+' && v[0] != '-' {
		return 0, false
	}
	plain := bytes.Replace(v[1:], []byte(":"), nil, 1)
	if !allDigits(plain) || len(plain) != 2 && len(plain) != 4 {
		return 0, false
	}
	seconds = int64(digitsOf(plain[:2])) * 3600
	if len(plain) == 4 {
		seconds += int64(digitsOf(plain[2:])) * 60
	}
	if v[0] == '-' {
		seconds = -seconds
	}
	return seconds, seconds > -18*3600 && seconds < 18*3600
}
