package query

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// inMemory are the rows of the test table.
func inMemory() []Row {
	var out []Row
	for _, v := range stationRows {
		r := Row{"_id": fmt.Sprint(v[0])}
		set := func(name string, v any) {
			if v != nil {
				r[name] = v
			}
		}
		when := func(name, form string, v any) {
			if v != nil {
				t, err := time.Parse(form, v.(string))
				if err != nil {
					panic(err)
				}
				r[name] = t
			}
		}
		set("name", v[1])
		set("city", v[2])
		set("path", v[3])
		if n, ok := v[4].(int); ok {
			r["docks"] = int64(n)
		}
		set("price", v[5])
		set("open", v[6])
		when("since", time.DateOnly, v[7])
		when("seen", time.DateTime, v[8])
		if v[9] != nil {
			r["place"] = Point{v[9].(float64), v[10].(float64)}
		}
		set("shape", v[11])
		out = append(out, r)
	}
	return out
}

func evaluated(a Answer) string {
	return show(a.Rows)
}

func TestSameAnswerInMemory(t *testing.T) {
	db := openStations(t)
	rows := inMemory()
	rapid.Check(t, func(r *rapid.T) {
		m := &marks{t: r, real: true}
		p := Params{Where: []string{m.condition(2)}, Timezone: m.pick("", "Asia/Taipei")}
		switch rapid.IntRange(0, 2).Draw(r, "shape") {
		case 0:
			p.Select, p.OrderBy = "_id", m.pick("_id", "-docks", "city desc, _id", "lower(name)")
		case 1:
			p.Select, p.OrderBy = "_id, "+m.value(Int, 2)+" as a, "+m.value(Text, 2)+" as b, date_format(seen, 'xxxx ww e HH:mm:ss DDD') as c", "_id"
		case 2:
			p.GroupBy = m.pick("city", "open", "year(since)", "date_format(seen, 'YYYY-MM-dd')", "ifnull(city, 'x')")
			p.Select = "count(*) as n, count(price), count(distinct city), sum(docks), min(since), max(name), median(docks), percentile(docks, 25), sum(docks) / count(*) as r"
			p.OrderBy = m.pick("", "count(*) desc", "-avg(docks)")
		}
		if strings.Contains(p.Where[0]+p.Select, "_size") {
			r.Skip()
		}
		q, err := Parse(stations(), p)
		if err != nil {
			r.Fatalf("Parse(%+v) = %v", p, err)
		}
		s, err := q.SQL(Options{Now: clock})
		if err != nil {
			r.Fatal(err)
		}
		a, err := q.Eval(rows, clock)
		if err != nil {
			r.Fatal(err)
		}
		if want, got := show(ask(t, db, s)), evaluated(a); got != want {
			r.Fatalf("%+v\n%s\nin memory %s\nin DuckDB %s", p, s.Text, got, want)
		}
	})
}

func TestEval(t *testing.T) {
	s := &Schema{Fields: []Field{{Name: "id", Type: Text}, {Name: "keyword", Type: Text, Multi: true}, {Name: "n", Type: Int}}}
	rows := []Row{
		{"id": "a", "keyword": []string{"人口", "臺北"}, "n": int64(1)},
		{"id": "b", "keyword": []string{"人口"}, "n": int64(2)},
		{"id": "c"},
	}
	for _, tt := range []struct {
		name string
		p    Params
		want string
	}{
		{"one of several values", Params{Select: "id", Where: []string{`"人口" in keyword`}}, "a; b"},
		{"equality means one of them", Params{Select: "id", Where: []string{`keyword = "臺北"`}}, "a"},
		{"full text", Params{Select: "id", Where: []string{`"台北"`}}, "a"},
		{"refined", Params{Select: "id", Refine: []string{"keyword:臺北"}}, "a"},
		{"grouped by each value", Params{Select: "count(*)", GroupBy: "keyword", OrderBy: "-count(*)"}, "人口,2; 臺北,1; -,1"},
		{"a page", Params{Select: "id", OrderBy: "-n", Limit: 1, Offset: 1}, "a"},
		{"beyond the end", Params{Select: "id", Offset: 9}, ""},
		{"an overflow is missing", Params{Select: "n * 9223372036854775807 + 1 as x", Limit: 1}, "-"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Parse(s, tt.p)
			if err != nil {
				t.Fatal(err)
			}
			a, err := q.Eval(rows, clock)
			if err != nil {
				t.Fatal(err)
			}
			if got := evaluated(a); got != tt.want {
				t.Errorf("Eval(%+v) = %q, want %q", tt.p, got, tt.want)
			}
		})
	}
	q, err := Parse(s, Params{GroupBy: "range(n, 2)"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Eval(rows, clock); err == nil {
		t.Error("Eval answered a range")
	}
}

func TestNow(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"now()", "2021-05-06T12:34:55.4505"},
		{"now(year=2000)", "2000-05-06T12:34:55.4505"},
		{"now(years=-1)", "2020-05-06T12:34:55.4505"},
		{"now(year=2001, months=-1)", "2001-04-06T12:34:55.4505"},
		{"now(day=31, month=2)", "2021-02-28T12:34:55.4505"},
		{"now(weekday=0)", "2021-05-10T12:34:55.4505"},
		{"now(mondays=+1)", "2021-05-10T12:34:55.4505"},
		{"now(mondays=-1)", "2021-05-03T12:34:55.4505"},
		{"now(days=-7, hour=0)", "2021-04-29T00:34:55.4505"},
		{"now(hours=13, days=1, days=2)", "2021-05-09T01:34:55.4505"},
		{"now(months=-5)", "2020-12-06T12:34:55.4505"},
		{"now(seconds=5, microseconds=-450500)", "2021-05-06T12:35:00"},
		{"now(years=-1000000)", "0001-01-06T12:34:55.4505"},
	} {
		q, err := Parse(stations(), Params{Where: []string{"seen > " + tt.text}})
		if err != nil {
			t.Fatal(err)
		}
		if !q.Volatile() {
			t.Errorf("%s is not volatile", tt.text)
		}
		if got := shift(clock, q.where.args[1].args).Format("2006-01-02T15:04:05.9999"); got != tt.want {
			t.Errorf("%s = %s, want %s", tt.text, got, tt.want)
		}
	}
	for _, bad := range []string{"now(month=13)", "now(3)", "now(days='1')", "now(fridges=1)", "now(hour=-1)", "now(days=1.5)"} {
		if _, err := Parse(stations(), Params{Where: []string{"seen > " + bad}}); err == nil {
			t.Errorf("Parse(%s) succeeded", bad)
		}
	}
}
