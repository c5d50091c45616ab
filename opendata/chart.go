package opendata

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gongdao/gongdao/internal/web/chart"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

// ChartAsk says what a reader wants to see in the chart of a table.
type ChartAsk struct {
	X string // name of a column of dates or categories; empty lets the room choose
	Y string // name of a number column; empty counts rows, unless X is empty too
}

// ChartPlan is which column is drawn against which.
type ChartPlan struct {
	X, Y  profile.Column
	Count bool // rows are counted; Y is empty
	Mean  bool // values are averaged: a rate cannot be added up
	Dates bool // X is dates, so that the chart is a line
	Grain chart.Grain
}

const (
	maxCategories = 2000 // of a column that is worth drawing by category
	fewCategories = 30   // so many at most are the best default
)

// ChartColumns lists the columns that stand across a chart: those of dates,
// then those of categories.
func ChartColumns(p *profile.Profile) (dates, categories []profile.Column) {
	for _, c := range p.Columns {
		switch {
		case c.Stats.Distinct < 2:
		case isCalendar(c):
			dates = append(dates, c)
		case c.Type == profile.TypeDate, c.Type == profile.TypeDatetime:
			if spanOf(c) >= 1 {
				dates = append(dates, c)
			}
		case c.Type == profile.TypeText, c.Type == profile.TypeCode, c.Type == profile.TypeBoolean:
			if c.Stats.Distinct <= maxCategories {
				categories = append(categories, c)
			}
		}
	}
	return dates, categories
}

func isCalendar(c profile.Column) bool {
	switch c.Note {
	case "year", "roc_year", "month", "roc_month":
		return c.Stats.Distinct <= chart.MaxMarks
	}
	return false
}

// spanOf returns how many days lie between the first and the last date.
func spanOf(c profile.Column) int {
	from, ok := dayOf(c.Stats.Min)
	to, also := dayOf(c.Stats.Max)
	if !ok || !also {
		return 0
	}
	return int(to.Sub(from).Hours() / 24)
}

func dayOf(s string) (time.Time, bool) {
	if len(s) > len(time.DateOnly) {
		s = s[:len(time.DateOnly)]
	}
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil
}

// PlanChart chooses what to draw of a table; ok is false where nothing fits. A
// column that the table does not have is chosen as if none had been named.
func PlanChart(p *profile.Profile, a ChartAsk) (plan ChartPlan, ok bool) {
	dates, categories := ChartColumns(p)
	x, ok := named(append(dates, categories...), a.X)
	if !ok {
		a.X = ""
		if x, ok = bestAcross(dates, categories); !ok {
			return ChartPlan{}, false
		}
	}
	plan.X = x
	for _, c := range dates {
		plan.Dates = plan.Dates || c.Name == x.Name
	}
	if plan.Dates {
		plan.Grain = grainOf(x)
	}
	measures := Measures(p)
	plan.Y, ok = named(measures, a.Y)
	if !ok && (a.X == "" || a.Y != "") {
		plan.Y, ok = choose(measures, "")
	}
	plan.Count = !ok
	plan.Mean = ok && isRate(plan.Y)
	return plan, true
}

func named(list []profile.Column, name string) (profile.Column, bool) {
	for _, c := range list {
		if c.Name == name && name != "" {
			return c, true
		}
	}
	return profile.Column{}, false
}

// bestAcross prefers dates that make a line, then the text that divides the
// table into the fewest parts.
func bestAcross(dates, categories []profile.Column) (best profile.Column, ok bool) {
	for _, c := range dates {
		if c.Stats.Distinct >= 3 {
			return c, true
		}
	}
	rank := func(c profile.Column) int64 {
		r := c.Stats.Distinct
		if r <= 2 {
			r += fewCategories // says little
		}
		if c.Type == profile.TypeCode {
			r += maxCategories // people read names
		}
		return r
	}
	for _, c := range categories {
		if !ok || rank(c) < rank(best) {
			best, ok = c, true
		}
	}
	if !ok && len(dates) > 0 {
		return dates[0], true
	}
	return best, ok
}

// rates are words of columns whose values cannot be added up.
var rates = []string{"率", "比例", "平均", "密度", "指數", "百分比", "rate", "ratio", "average", "mean", "density", "percent", "index"}

func isRate(c profile.Column) bool {
	if c.Unit == "%" {
		return true
	}
	label := strings.ToLower(c.Label)
	for _, w := range rates {
		if strings.Contains(label, w) {
			return true
		}
	}
	return false
}

// grainOf says how fine dates are drawn, so that a line has at most
// chart.MaxMarks points.
func grainOf(c profile.Column) chart.Grain {
	switch c.Note {
	case "year", "roc_year":
		return chart.Year
	case "month", "roc_month":
		return chart.Month
	}
	days := spanOf(c)
	switch {
	case days < chart.MaxMarks, c.Type == profile.TypeDate && c.Stats.Distinct <= chart.MaxMarks && c.Stats.Exact:
		return chart.Day
	case days/30 < chart.MaxMarks:
		return chart.Month
	}
	return chart.Year
}

// Params returns the question that answers the plan: a key and a number a row.
func (c ChartPlan) Params() query.Params {
	x, y := query.Name(c.X.Name), "count(*)"
	switch {
	case c.Mean:
		y = "avg(" + query.Name(c.Y.Name) + ")"
	case !c.Count:
		y = "sum(" + query.Name(c.Y.Name) + ")"
	}
	p := query.Params{Where: []string{x + " is not null"}, Timezone: "Asia/Taipei"}
	if c.Dates {
		if c.X.Note == "" {
			x = "date_format(" + x + ", '" + map[chart.Grain]string{chart.Day: "YYYY-MM-dd", chart.Month: "YYYY-MM", chart.Year: "YYYY"}[c.Grain] + "')"
		}
		p.Limit, p.OrderBy = chart.MaxMarks, x
	} else {
		p.Limit, p.OrderBy = chart.MaxBars, y+" desc, "+x
	}
	p.Select, p.GroupBy = x+", "+y, x
	return p
}

// when reads the date that a key of the answer stands for.
func (c ChartPlan) when(key string) (time.Time, bool) {
	parts := strings.FieldsFunc(key, func(r rune) bool { return !unicode.IsDigit(r) })
	var n [3]int
	for i, p := range parts {
		if i < len(n) {
			n[i], _ = strconv.Atoi(p)
		}
	}
	if c.Grain == chart.Month && len(parts) == 1 { // 11403, 202503
		n[0], n[1] = n[0]/100, n[0]%100
	}
	if strings.HasPrefix(c.X.Note, "roc_") && n[0] < 1000 {
		n[0] += 1911
	}
	if c.Grain > chart.Day {
		n[2] = 1
	}
	if c.Grain > chart.Month {
		n[1] = 1
	}
	if len(parts) == 0 || n[0] < 1 || n[0] > 9999 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31 {
		return time.Time{}, false
	}
	return time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC), true
}
