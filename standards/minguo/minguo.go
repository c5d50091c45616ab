// Package minguo reads and writes dates of the calendar of the Republic of
// China (民國紀年): year n is the Gregorian year n + 1911, and 民前 n, the years
// before it, is 1912 − n. Months and days are the Gregorian ones.
//
// Invariants, each with a test of the same name:
//   - UnknownStaysUnknown: a month or day that is not given is 0, never 1.
//   - WhatIsWrittenIsRead: Parse reads every form that Format writes.
//
// Sources: 中華民國紀年; 公文程式條例 art. 6; CNS 7648 for the forms without Han.
package minguo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Date is a day in Gregorian numbers. Month 0 means that only the year is
// known, Day 0 that only the year and month are.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Year returns the Gregorian year of the year n of the Republic; −n, or 民前 n,
// counts back from 1911. There is no year 0, for which it returns 0.
func Year(n int) int {
	switch {
	case n > 0:
		return n + 1911
	case n < 0:
		return 1912 + n
	}
	return 0
}

// Of returns the year of the Republic of a Gregorian year; negative for 民前.
func Of(gregorian int) int {
	if gregorian >= 1912 {
		return gregorian - 1911
	}
	return gregorian - 1912
}

// Valid reports whether d is a day, month or year that exists.
func (d Date) Valid() bool {
	switch {
	case d.Year < 1 || d.Month < 0 || d.Month > 12 || d.Day < 0:
		return false
	case d.Month == 0:
		return d.Day == 0
	}
	return d.Day <= Days(d.Year, d.Month)
}

// Days returns how many days the month of the Gregorian year has.
func Days(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// Parse reads a date of the Republic:
//
//	112/4/1  112.04.01  112-04-01  1120401  1120400 (day unknown)
//	112年4月1日  民國112年4月  中華民國一百一十二年四月一日  民國元年  民前5年3月2日
//
// Spaces and full-width digits are allowed. A bare number, unless it has seven
// digits, and a two-digit or one-digit year without 年 or 民國 are refused,
// since they can mean something else.
func Parse(s string) (Date, error) {
	d, ok := parse(narrow(s))
	if !ok || !d.Valid() {
		return Date{}, fmt.Errorf("minguo: %q is not a date of the forms 112/4/1, 1120401 or 民國112年4月1日", s)
	}
	return d, nil
}

func parse(s string) (Date, bool) {
	s, era := strings.CutPrefix(s, "中華")
	back := false
	switch {
	case strings.HasPrefix(s, "民國前"):
		s, era, back = s[len("民國前"):], true, true
	case strings.HasPrefix(s, "民前"):
		s, era, back = s[len("民前"):], true, true
	case strings.HasPrefix(s, "民國"):
		s, era = s[len("民國"):], true
	case era:
		return Date{}, false
	}
	if y, rest, found := strings.Cut(s, "年"); found {
		return han(y, rest, back)
	}
	if back {
		return Date{}, false
	}
	if len(s) == 7 && allDigits(s) {
		return numeric(s[:3], s[3:5], s[5:])
	}
	for _, sep := range []string{"/", ".", "-"} {
		p := strings.Split(s, sep)
		if len(p) != 3 {
			continue
		}
		if len(p[0]) > 3 || !era && len(p[0]) < 3 || len(p[1]) > 2 || len(p[2]) > 2 {
			return Date{}, false
		}
		d, ok := numeric(p[0], p[1], p[2])
		return d, ok && d.Month > 0 && d.Day > 0
	}
	return Date{}, false
}

// han reads what stands around 年, 月 and 日.
func han(y, rest string, back bool) (Date, bool) {
	n, ok := number(y)
	if !ok || n < 1 || n > 999 {
		return Date{}, false
	}
	if back {
		n = -n
	}
	d := Date{Year: Year(n)}
	if rest == "" {
		return d, true
	}
	m, rest, found := strings.Cut(rest, "月")
	month, ok := number(m)
	if !found || !ok || month < 1 {
		return Date{}, false
	}
	d.Month = time.Month(month)
	if rest == "" {
		return d, true
	}
	day, found := strings.CutSuffix(rest, "日")
	if !found {
		day, found = strings.CutSuffix(rest, "號")
	}
	n, ok = number(day)
	d.Day = n
	return d, found && ok && n > 0
}

func numeric(y, m, d string) (Date, bool) {
	if !allDigits(y) || !allDigits(m) || !allDigits(d) {
		return Date{}, false
	}
	year, _ := strconv.Atoi(y)
	month, _ := strconv.Atoi(m)
	day, _ := strconv.Atoi(d)
	return Date{Year(year), time.Month(month), day}, year > 0
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number reads 112, 一百一十二, 一一二, 廿三, 元.
func number(s string) (int, bool) {
	if allDigits(s) && len(s) <= 4 {
		n, err := strconv.Atoi(s)
		return n, err == nil
	}
	if s == "元" {
		return 1, true
	}
	total, digit, spelled, run := 0, 0, 0, 0
	for i, c := range s {
		unit := 0
		switch c {
		case '十':
			unit = 10
		case '百':
			unit = 100
		case '廿':
			unit, digit = 10, 2
		case '卅':
			unit, digit = 10, 3
		default:
			at := strings.IndexRune(numerals, c)
			if at < 0 {
				return 0, false
			}
			digit = utf8.RuneCountInString(numerals[:at]) % 10
			spelled, run = spelled*10+digit, run+1
			if run > 3 {
				return 0, false
			}
			continue
		}
		if digit == 0 && i == 0 {
			digit = 1 // 十二
		}
		if digit == 0 && unit == 10 && total%100 == 0 && total > 0 {
			digit = 1 // 一百十二
		}
		if total > 0 && total%(unit*10) != 0 {
			return 0, false // 十百
		}
		total, digit, run, spelled = total+digit*unit, 0, 0, 0
	}
	switch {
	case s == "":
		return 0, false
	case total == 0:
		return spelled, true // 一一二, one numeral after another
	case run > 2 || run == 2 && !strings.ContainsAny(s, "零〇"):
		return 0, false
	}
	return total + digit, true
}

// numerals are ten signs and ten more for the same numbers.
const numerals = "〇一二三四五六七八九零壹貳參肆伍陸柒捌玖"

// narrow leaves out spaces and makes full-width digits and marks narrow.
func narrow(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == ' ' || c == '\t' || c == '\u3000' || c == '\u00A0':
			return -1
		case c >= '０' && c <= '９' || c == '／' || c == '．' || c == '－':
			return c - 0xFEE0
		}
		return c
	}, s)
}

// Style is a way to write a date.
type Style int

// The styles.
const (
	Han     Style = iota // 112年4月1日, and 民前5年3月2日
	Era                  // 民國112年4月1日
	Formal               // 中華民國112年4月1日, as on official letters
	Slash                // 112/04/01
	Compact              // 1120401; an unknown month or day is 00
)

// Format writes d. What is unknown is left out. Dates before 1912 have a form
// with Han only, which every style gives them.
func (d Date) Format(style Style) string {
	n := Of(d.Year)
	if n > 0 && style == Compact {
		return fmt.Sprintf("%03d%02d%02d", n, int(d.Month), d.Day)
	}
	if n > 0 && style == Slash && d.Day > 0 {
		return fmt.Sprintf("%03d/%02d/%02d", n, int(d.Month), d.Day)
	}
	var b strings.Builder
	switch {
	case n < 0:
		b.WriteString("民前")
		n = -n
	case style == Formal:
		b.WriteString("中華民國")
	case style == Era:
		b.WriteString("民國")
	}
	fmt.Fprintf(&b, "%d年", n)
	if d.Month > 0 {
		fmt.Fprintf(&b, "%d月", int(d.Month))
	}
	if d.Day > 0 {
		fmt.Fprintf(&b, "%d日", d.Day)
	}
	return b.String()
}
