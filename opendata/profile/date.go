package profile

import (
	"bytes"
	"time"

	"github.com/gongdao/gongdao/standards/minguo"
)

// taipei is the offset of a datetime that names none, in seconds. Summer time,
// last kept in 1979, is not undone.
const taipei = 8 * 3600

// lexDay reads a date, or a date and a time, whose first digits are year.
func lexDay(v []byte, year int) lexeme {
	d, n, ok := readDay(v, year)
	if !ok {
		return lexMonth(v, year)
	}
	if n == len(v) {
		return d
	}
	rest := v[n:]
	if rest[0] == 'T' || rest[0] == 't' {
		rest = rest[1:]
	} else if trimmed := trim(rest); len(trimmed) < len(rest) {
		rest = trimmed
	} else if !bytes.HasPrefix(rest, []byte("上午")) && !bytes.HasPrefix(rest, []byte("下午")) {
		return lexeme{}
	}
	if d.class == isDateShort {
		return lexeme{}
	}
	seconds, micros, offset, ok := readTime(rest)
	if !ok {
		return lexeme{}
	}
	d.class = isDatetime
	d.moment = (d.moment*86400+seconds-offset)*1e6 + micros
	d.num = float64(d.moment)
	return d
}

// readDay reads 2023-05-08, 2023/5/8, 112/05/08, 112.5.8, 112年5月8日 at the
// start of v and returns where it ends.
func readDay(v []byte, year int) (d lexeme, n int, ok bool) {
	if year < 2 || year > 4 {
		return d, 0, false
	}
	y := digitsOf(v[:year])
	n = year
	month, monthEnd, ok := part(v, n, "年")
	if !ok {
		return d, 0, false
	}
	han := v[n] >= 0x80
	if !han && v[monthEnd] != v[n] || han && !bytes.HasPrefix(v[monthEnd:], []byte("月")) {
		return d, 0, false
	}
	day, end, ok := lastPart(v, monthEnd, han)
	if !ok {
		return d, 0, false
	}
	switch {
	case year == 4 && y >= 1000:
		d.class = isDate
		if end == 10 && v[4] == '-' {
			d.class = isDateISO
		}
	case year == 3 && y > 0 && y <= 200, han && y > 0 && y <= 200:
		d.class, y = isDateROC, minguo.Year(y)
	case year == 2 && y > 0:
		d.class, y = isDateShort, minguo.Year(y)
	default:
		return d, 0, false
	}
	if month < 1 || month > 12 || day < 1 || day > minguo.Days(y, time.Month(month)) {
		return lexeme{}, 0, false
	}
	d.moment = daysSince1970(y, month, day)
	d.num = float64(d.moment)
	return d, end, true
}

// part reads a separator at n and one or two digits; more must follow.
func part(v []byte, n int, han string) (value, end int, ok bool) {
	if v[n] >= 0x80 {
		if !bytes.HasPrefix(v[n:], []byte(han)) {
			return 0, 0, false
		}
		n += len(han)
	} else {
		n++
	}
	for n < len(v) && v[n]-'0' <= 9 && end < 2 {
		value = value*10 + int(v[n]-'0')
		n++
		end++
	}
	return value, n, end > 0 && n < len(v)
}

func lastPart(v []byte, n int, han bool) (day, end int, ok bool) {
	if han {
		n += len("月")
	} else {
		n++
	}
	count := 0
	for n < len(v) && v[n]-'0' <= 9 && count < 2 {
		day = day*10 + int(v[n]-'0')
		n++
		count++
	}
	if count == 0 {
		return 0, 0, false
	}
	if han {
		if !bytes.HasPrefix(v[n:], []byte("日")) {
			return 0, 0, false
		}
		return day, n + len("日"), true
	}
	return day, n, n == len(v) || v[n]-'0' > 9
}

// lexMonth reads 2023-05, 2023/5, 112年5月 and 112年, which stay text.
func lexMonth(v []byte, year int) lexeme {
	if v[year] >= 0x80 {
		if bytes.HasPrefix(v[year:], []byte("年")) {
			return lexHan(v)
		}
		return lexeme{}
	}
	if year != 4 || v[year] == '.' {
		return lexeme{}
	}
	month := v[year+1:]
	if len(month) > 2 || !allDigits(month) {
		return lexeme{}
	}
	if m := digitsOf(month); m < 1 || m > 12 {
		return lexeme{}
	}
	return lexeme{class: isMonth}
}

// lexHan reads dates of the Republic in words: 民國112年5月8日, 112年5月.
func lexHan(v []byte) lexeme {
	if len(v) > 64 {
		return lexeme{}
	}
	d, err := minguo.Parse(string(v))
	switch {
	case err != nil:
		return lexeme{}
	case d.Month == 0:
		return lexeme{class: isYearROC}
	case d.Day == 0:
		return lexeme{class: isMonthROC}
	}
	day := daysSince1970(d.Year, int(d.Month), d.Day)
	return lexeme{class: isDateROC, moment: day, num: float64(day)}
}

// compactDay reads 20230508 and 1120508.
func compactDay(v []byte) (days int64, ok bool) {
	split := len(v) - 4
	y, m, d := digitsOf(v[:split]), digitsOf(v[split:split+2]), digitsOf(v[split+2:])
	if split == 3 {
		if y > 200 {
			return 0, false
		}
		y = minguo.Year(y)
	}
	if split == 4 && (y < 1900 || y > 2200) || y < 1 || m < 1 || m > 12 || d < 1 || d > minguo.Days(y, time.Month(m)) {
		return 0, false
	}
	return daysSince1970(y, m, d), true
}

func digitsOf(v []byte) (n int) {
	for _, c := range v {
		n = n*10 + int(c-'0')
	}
	return n
}

// daysSince1970 counts in the proleptic Gregorian calendar, year 1 and later.
func daysSince1970(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	return int64(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468)
}

// dayOf is the inverse of daysSince1970.
func dayOf(days int64) (y, m, d int) {
	z := int(days) + 719468
	era := z / 146097
	day := z % 146097
	yoe := (day - day/1460 + day/36524 - day/146096) / 365
	doy := day - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	y, m, d = yoe+era*400, mp+3, doy-(153*mp+2)/5+1
	if m > 12 {
		return y + 1, m - 12, d
	}
	return y, m, d
}

func appendDay(dst []byte, days int64) []byte {
	y, m, d := dayOf(days)
	dst = append2(append2(dst, y/100), y%100)
	return append2(append(append2(append(dst, '-'), m), '-'), d)
}

// appendDatetime writes 2006-01-02 15:04:05, with microseconds if there are any.
func appendDatetime(dst []byte, micros int64) []byte {
	days, rest := micros/86400e6, micros%86400e6
	if rest < 0 {
		days, rest = days-1, rest+86400e6
	}
	seconds := int(rest / 1e6)
	dst = append2(append(appendDay(dst, days), ' '), seconds/3600)
	dst = append2(append(append2(append(dst, ':'), seconds/60%60), ':'), seconds%60)
	if fraction := int(rest % 1e6); fraction > 0 {
		dst = append2(append2(append2(append(dst, '.'), fraction/10000), fraction/100%100), fraction%100)
	}
	return dst
}

func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }
