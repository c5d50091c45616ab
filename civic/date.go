package civic

import (
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar without a time or zone.
type Date struct {
	Year  int        // Gregorian
	Month time.Month // 1–12
	Day   int        // 1–31
}

// DateOf returns the day of t in t's location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD (ISO 8601).
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("civic: %q is not a date of the form 2026-11-23", s)
	}
	return DateOf(t), nil
}

// String returns YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText writes YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD.
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDate(string(b))
	return err
}

// Period is a span of days, both ends included; a zero end is open.
type Period struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// Money is an amount in whole New Taiwan dollars (新臺幣元).
type Money int64
