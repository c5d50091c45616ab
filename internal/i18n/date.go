package i18n

import (
	"context"
	"fmt"
	"time"

	"github.com/gongdao/gongdao/civic"
)

// Taipei is the zone of every time people read. Its offset is fixed: Taiwan has
// had no summer time since 1979, and no event here is older. A fixed zone needs
// no zone files on the machine.
func Taipei() *time.Location { return time.FixedZone("Asia/Taipei", 8*60*60) }

// Date writes the day of t in Taipei: 115年11月23日（星期一）, 23 November 2026.
func Date(ctx context.Context, t time.Time) string { return Day(ctx, civic.DateOf(t.In(Taipei()))) }

// DateShort writes the day of t for a table: 115/11/23, 23 Nov 2026.
func DateShort(ctx context.Context, t time.Time) string {
	return DayShort(ctx, civic.DateOf(t.In(Taipei())))
}

// Time writes the clock time of t in Taipei, 24 hours: 09:05.
func Time(_ context.Context, t time.Time) string { return t.In(Taipei()).Format("15:04") }

// DateTime writes day and clock time: 115年11月23日（星期一）09:05,
// 23 November 2026, 09:05.
func DateTime(ctx context.Context, t time.Time) string {
	if LangOf(ctx) == En {
		return Date(ctx, t) + ", " + Time(ctx, t)
	}
	return Date(ctx, t) + Time(ctx, t)
}

// DateTimeShort writes day and clock time for a table: 115/11/23 09:05.
func DateTimeShort(ctx context.Context, t time.Time) string {
	return DateShort(ctx, t) + " " + Time(ctx, t)
}

// Day writes a day as Date does.
func Day(ctx context.Context, d civic.Date) string {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
	if LangOf(ctx) == En {
		return t.Format("2 January 2006")
	}
	weekday := []rune("日一二三四五六")[t.Weekday()]
	return fmt.Sprintf("%s年%d月%d日（星期%c）", Minguo(d.Year), d.Month, d.Day, weekday)
}

// DayShort writes a day as DateShort does.
func DayShort(ctx context.Context, d civic.Date) string {
	if LangOf(ctx) == En {
		return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Format("2 Jan 2006")
	}
	return fmt.Sprintf("%s/%02d/%02d", Minguo(d.Year), d.Month, d.Day)
}

// Minguo writes a Gregorian year in the calendar of the Republic (民國): 115;
// 民前1 for 1911, since there is no year 0.
func Minguo(year int) string {
	if year < 1912 {
		return fmt.Sprintf("民前%d", 1912-year)
	}
	return fmt.Sprintf("%d", year-1911)
}

// Machine writes t for the datetime attribute of <time> and for programs
// (RFC 3339, UTC).
func Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }
