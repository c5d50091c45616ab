//go:build cgo && linux

package olap

import (
	"math"
	"time"
)

// appendDate appends a count of days since 1970 as year, month and day.
func appendDate(b []byte, days int64) []byte {
	if days >= math.MaxInt32 || days <= -math.MaxInt32 {
		return b // infinite
	}
	year, month, day := civil(days)
	if year < 0 || year > 9999 {
		return b // ISO 8601 has four digits without agreement
	}
	b = appendTwo(appendTwo(b, year/100), year%100)
	b = appendTwo(append(b, '-'), month)
	return appendTwo(append(b, '-'), day)
}

// civil turns days since 1970 into a date of the Gregorian calendar, with years
// that begin in March so that the leap day is last.
func civil(days int64) (year, month, day int64) {
	days += 719468 // from 0000-03-01
	era := days / 146097
	if days < 0 {
		era = (days - 146096) / 146097
	}
	doe := days - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	year = yoe + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// appendTimestamp appends a moment with its offset in zone.
func appendTimestamp(b []byte, us int64, zone *time.Location) []byte {
	offset := 0
	if zone != time.UTC {
		_, offset = time.UnixMicro(us).In(zone).Zone()
	}
	us += int64(offset) * 1e6
	const day = 24 * 3600 * 1e6
	days := us / day
	rest := us % day
	if rest < 0 {
		days, rest = days-1, rest+day
	}
	mark := len(b)
	if b = appendDate(b, days); len(b) == mark {
		return b
	}
	b = appendClock(append(b, 'T'), rest)
	if offset < 0 {
		b, offset = append(b, '-'), -offset
	} else {
		b = append(b, '+')
	}
	b = appendTwo(b, int64(offset/3600))
	return appendTwo(append(b, ':'), int64(offset/60%60))
}

// appendClock appends a time of day, with six more digits where there is a
// fraction.
func appendClock(b []byte, us int64) []byte {
	s := us / 1e6
	b = append(appendTwo(b, s/3600), ':')
	b = append(appendTwo(b, s/60%60), ':')
	b = appendTwo(b, s%60)
	if fraction := us % 1e6; fraction != 0 {
		b = appendPadded(append(b, '.'), uint64(fraction), 6)
	}
	return b
}

// appendTwo appends two digits.
func appendTwo(b []byte, n int64) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
