package query

import "time"

// weekdays are the names that now() counts by.
var weekdays = []string{"mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays"}

// shift applies the arguments of now(). First the singular names set parts, a
// day that the month does not have becoming its last; then the plural ones add;
// then weekdays are looked for. Of arguments with one name the last counts.
func shift(t time.Time, args []*node) time.Time {
	part := map[string]int{}
	for _, a := range args {
		part[a.text] = int(a.args[0].float())
	}
	get := func(name string, otherwise int) int {
		if v, ok := part[name]; ok {
			return v
		}
		return otherwise
	}
	year, month := get("year", t.Year()), get("month", int(t.Month()))
	micro := get("microsecond", t.Nanosecond()/1000)
	day := min(get("day", t.Day()), daysIn(year, month))
	hour, minute, second := get("hour", t.Hour()), get("minute", t.Minute()), get("second", t.Second())

	months := year*12 + month - 1 + bounded(part["years"], 10_000)*12 + bounded(part["months"], 120_000)
	year, month = months/12, months%12+1
	if year < 1 || year > 9999 {
		year, month = min(max(year, 1), 9999), min(max(month, 1), 12)
	}
	day = min(day, daysIn(year, month))
	u := time.Date(year, time.Month(month), day, hour, minute, second, micro*1000, t.Location())
	u = u.AddDate(0, 0, bounded(part["days"], 3_650_000))
	u = u.Add(time.Duration(bounded(part["hours"], 2_000_000)) * time.Hour)
	u = u.Add(time.Duration(bounded(part["minutes"], 100_000_000)) * time.Minute)
	u = u.Add(time.Duration(part["seconds"]) * time.Second)
	u = u.Add(time.Duration(part["microseconds"]) * time.Microsecond)
	if v, ok := part["weekday"]; ok {
		u = toWeekday(u, v, 1)
	}
	for i, name := range weekdays {
		if v := bounded(part[name], 500_000); v != 0 {
			u = toWeekday(u, i, v)
		}
	}
	return clampYear(u)
}

func bounded(v, most int) int { return min(max(v, -most), most) }

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// toWeekday goes to the n-th such day on or after t, or before it for n < 0;
// 0 is Monday.
func toWeekday(t time.Time, weekday, n int) time.Time {
	today := (int(t.Weekday()) + 6) % 7
	if n > 0 {
		return t.AddDate(0, 0, (weekday-today+7)%7+7*(n-1))
	}
	return t.AddDate(0, 0, -(today-weekday+7)%7+7*(n+1))
}

// clampYear keeps t within what a TIMESTAMP literal can say.
func clampYear(t time.Time) time.Time {
	switch {
	case t.Year() < 1:
		return time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	case t.Year() > 9999:
		return time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	return t
}
