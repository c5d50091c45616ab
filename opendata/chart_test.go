package opendata

import (
	"math"
	"testing"
	"time"

	"github.com/gongdao/gongdao/internal/web/chart"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

func columnOf(name, typ string, distinct int64, more ...func(*profile.Column)) profile.Column {
	c := profile.Column{Name: name, Label: name, Type: typ, Stats: profile.Stats{Distinct: distinct, Exact: true, Filled: 5000}}
	for _, f := range more {
		f(&c)
	}
	return c
}

func noted(note string) func(*profile.Column) { return func(c *profile.Column) { c.Note = note } }

func between(from, to string) func(*profile.Column) {
	return func(c *profile.Column) { c.Stats.Min, c.Stats.Max = from, to }
}

func percent(c *profile.Column) { c.Unit = "%" }

func TestPlanChart(t *testing.T) {
	county, town, code := columnOf("縣市", "text", 22), columnOf("鄉鎮市區", "text", 357), columnOf("代碼", "code", 368)
	cases, people := columnOf("件數", "int", 300), columnOf("人口數", "int", 360)
	day := columnOf("日期", "date", 90, between("2025-01-01", "2025-03-31"))
	for _, tt := range []struct {
		name    string
		columns []profile.Column
		ask     ChartAsk
		x, y    string // "-" and "-" for no chart; y empty counts rows
		dates   bool
		grain   chart.Grain
	}{
		{"the text with the fewest parts, people first", []profile.Column{code, town, county, cases, people}, ChartAsk{}, "縣市", "人口數", false, 0},
		{"what the reader chose", []profile.Column{code, town, county, cases, people}, ChartAsk{"鄉鎮市區", "件數"}, "鄉鎮市區", "件數", false, 0},
		{"rows are counted when only the column across is chosen", []profile.Column{town, county, cases}, ChartAsk{X: "縣市"}, "縣市", "", false, 0},
		{"a column that is not there is chosen anew", []profile.Column{county, cases}, ChartAsk{"x", "y"}, "縣市", "件數", false, 0},
		{"an unknown value is chosen anew", []profile.Column{county, cases}, ChartAsk{"縣市", "y"}, "縣市", "件數", false, 0},
		{"a number cannot stand across", []profile.Column{county, cases}, ChartAsk{X: "件數"}, "縣市", "件數", false, 0},
		{"dates make a line", []profile.Column{county, day, cases}, ChartAsk{}, "日期", "件數", true, chart.Day},
		{"two months are no line", []profile.Column{county, columnOf("月", "int", 2, noted("roc_month")), cases}, ChartAsk{}, "縣市", "件數", false, 0},
		{"two months are a line when nothing else is there", []profile.Column{columnOf("月", "int", 2, noted("roc_month")), cases}, ChartAsk{}, "月", "件數", true, chart.Month},
		{"years", []profile.Column{columnOf("年度", "int", 12, noted("roc_year")), cases}, ChartAsk{}, "年度", "件數", true, chart.Year},
		{"thousands of days are joined into months", []profile.Column{columnOf("日期", "date", 4000, between("2010-01-01", "2020-12-31")), cases}, ChartAsk{}, "日期", "件數", true, chart.Month},
		{"few days far apart stay days", []profile.Column{columnOf("日期", "date", 40, between("1946-01-01", "2020-12-31")), cases}, ChartAsk{}, "日期", "件數", true, chart.Day},
		{"moments of one day are no line", []profile.Column{columnOf("時間", "datetime", 400, between("2025-01-01 08:00:00", "2025-01-01 09:00:00")), county, cases}, ChartAsk{}, "縣市", "件數", false, 0},
		{"no numbers: rows are counted", []profile.Column{county}, ChartAsk{}, "縣市", "", false, 0},
		{"codes where there are no names", []profile.Column{code, cases}, ChartAsk{}, "代碼", "件數", false, 0},
		{"too many names", []profile.Column{columnOf("名稱", "text", 2001), cases}, ChartAsk{}, "-", "-", false, 0},
		{"one value only", []profile.Column{columnOf("縣市", "text", 1), cases}, ChartAsk{}, "-", "-", false, 0},
		{"numbers alone", []profile.Column{cases, people}, ChartAsk{}, "-", "-", false, 0},
		{"nothing at all", nil, ChartAsk{}, "-", "-", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, ok := PlanChart(&profile.Profile{Rows: 5000, Columns: tt.columns}, tt.ask)
			if want := tt.x != "-"; ok != want {
				t.Fatalf("PlanChart() = %v, want %v", ok, want)
			}
			if !ok {
				return
			}
			if plan.X.Name != tt.x || plan.Y.Name != tt.y || plan.Count != (tt.y == "") || plan.Dates != tt.dates || plan.Grain != tt.grain {
				t.Errorf("PlanChart() = %s × %q, count %v, dates %v, grain %v; want %s × %q, %v, %v",
					plan.X.Name, plan.Y.Name, plan.Count, plan.Dates, plan.Grain, tt.x, tt.y, tt.dates, tt.grain)
			}
		})
	}
}

// TestChartParams: every question that a plan asks is one the room understands.
func TestChartParams(t *testing.T) {
	county, odd := columnOf("縣市", "text", 22), columnOf("a b`c", "text", 9)
	day, rate := columnOf("日期", "date", 4000, between("2010-01-01", "2020-12-31")), columnOf("核定率", "number", 40, percent)
	p := &profile.Profile{Rows: 5000, Columns: []profile.Column{county, odd, day, rate, columnOf("件數", "int", 30), columnOf("年度", "int", 9, noted("roc_year"))}}
	schema := schemaOf(p, Version{})
	for _, tt := range []struct {
		ask  ChartAsk
		want string // of select
	}{
		{ChartAsk{"縣市", "件數"}, "縣市, sum(件數)"},
		{ChartAsk{"縣市", "核定率"}, "縣市, avg(核定率)"},
		{ChartAsk{"縣市", ""}, "縣市, count(*)"},
		{ChartAsk{"年度", "件數"}, "年度, sum(件數)"},
		{ChartAsk{"日期", "件數"}, "date_format(日期, 'YYYY-MM'), sum(件數)"},
		{ChartAsk{"a b`c", "件數"}, ""},
	} {
		plan, ok := PlanChart(p, tt.ask)
		if !ok {
			t.Fatalf("PlanChart(%+v) found nothing", tt.ask)
		}
		asked := plan.Params()
		if tt.want != "" && asked.Select != tt.want {
			t.Errorf("%+v selects %s, want %s", tt.ask, asked.Select, tt.want)
		}
		q, err := query.Parse(schema, asked)
		if err != nil {
			t.Errorf("%+v asks %+v: %v", tt.ask, asked, err)
			continue
		}
		if _, err := q.SQL(query.Options{Table: tableName}); err != nil {
			t.Errorf("%+v: %v", tt.ask, err)
		}
	}
}

func TestChartDates(t *testing.T) {
	for _, tt := range []struct {
		key, note string
		grain     chart.Grain
		want      string
	}{
		{"2025-03-31", "", chart.Day, "2025-03-31"}, {"2025-03", "", chart.Month, "2025-03-01"}, {"2025", "", chart.Year, "2025-01-01"},
		{"114", "roc_year", chart.Year, "2025-01-01"}, {"114年", "roc_year", chart.Year, "2025-01-01"}, {"2025", "year", chart.Year, "2025-01-01"},
		{"11403", "roc_month", chart.Month, "2025-03-01"}, {"114年03月", "roc_month", chart.Month, "2025-03-01"}, {"9912", "roc_month", chart.Month, "2010-12-01"},
		{"202503", "month", chart.Month, "2025-03-01"}, {"2026-08", "month", chart.Month, "2026-08-01"},
		{"11413", "roc_month", chart.Month, ""}, {"合計", "roc_year", chart.Year, ""}, {"", "", chart.Day, ""}, {"2025-13-01", "", chart.Day, ""},
	} {
		plan := ChartPlan{X: profile.Column{Note: tt.note}, Grain: tt.grain}
		got, ok := plan.when(tt.key)
		if day := got.Format(time.DateOnly); ok != (tt.want != "") || ok && day != tt.want {
			t.Errorf("when(%q, %s) = %s, %v; want %q", tt.key, tt.note, day, ok, tt.want)
		}
	}
}

func TestSilenceBreaksTheLine(t *testing.T) {
	at := func(y, m, d int) chart.Point {
		return chart.Point{At: time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC), Value: 1}
	}
	weekdays := []chart.Point{at(2025, 1, 2), at(2025, 1, 3), at(2025, 1, 6), at(2025, 1, 7), at(2025, 1, 8)}
	for _, tt := range []struct {
		name   string
		plan   ChartPlan
		points []chart.Point
		gaps   int // points that are missing
		zeros  int
	}{
		{"a month without rows", ChartPlan{Grain: chart.Month}, []chart.Point{at(2025, 1, 1), at(2025, 2, 1), at(2025, 5, 1)}, 2, 0},
		{"a month without rows counts none", ChartPlan{Grain: chart.Month, Count: true}, []chart.Point{at(2025, 1, 1), at(2025, 3, 1)}, 0, 1},
		{"years", ChartPlan{Grain: chart.Year}, []chart.Point{at(2020, 1, 1), at(2023, 1, 1)}, 2, 0},
		{"weekends", ChartPlan{Grain: chart.Day}, weekdays, 0, 0},
		{"days of a table that has one a quarter", ChartPlan{Grain: chart.Day}, []chart.Point{at(2025, 1, 1), at(2025, 4, 1), at(2025, 7, 1)}, 0, 0},
		{"nothing", ChartPlan{Grain: chart.Month}, nil, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			gaps, zeros := 0, 0
			for _, p := range whole(tt.points, tt.plan) {
				if math.IsNaN(p.Value) {
					gaps++
				} else if p.Value == 0 {
					zeros++
				}
			}
			if gaps != tt.gaps || zeros != tt.zeros {
				t.Errorf("%d gaps and %d zeros, want %d and %d", gaps, zeros, tt.gaps, tt.zeros)
			}
		})
	}
	var daily []chart.Point
	for i := range 60 {
		if p := at(2025, 1, 1+i); i < 20 || i > 40 {
			daily = append(daily, p)
		}
	}
	if got := len(whole(daily, ChartPlan{Grain: chart.Day})); got != len(daily)+1 {
		t.Errorf("three weeks without rows: %d points, want %d and a gap", got, len(daily))
	}
}
