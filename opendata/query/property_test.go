package query

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gongdao/gongdao/fault"
)

// marks draws what a reader types: values and names that stand nowhere in our
// own SQL, so that finding one there means that it was copied.
type marks struct {
	t    *rapid.T
	used []string
	real bool // draw what stands in the test table instead
}

func (m *marks) word() string {
	if m.real {
		return m.pick("臺北市", "台北", "臺中市", "捷運", "站", "abc", "YouBike", "hub", "2.0", "a", "a/b", "b", "O'Brien", "%", "\\", "市 站", "*", "ＡＢ", "")
	}
	w := rapid.StringMatching(`Zq[a-z0-9';"\-\\臺)(*%]{1,12}Z`).Draw(m.t, "word")
	m.used = append(m.used, w)
	return w
}

func (m *marks) str() string { return quote(m.word(), '"') }
func (m *marks) alias() string {
	return quote(fmt.Sprint(m.word(), len(m.used)), '`')
}

func (m *marks) number() string {
	if m.real {
		return m.pick("0", "48", "60", "180", "7", "12.5", "0.1", "3.25", "10", "1", "2012", "3")
	}
	s := fmt.Sprint(rapid.IntRange(100_000_000, 999_999_999_999).Draw(m.t, "number"))
	if rapid.Bool().Draw(m.t, "fraction") {
		s += ".5"
	}
	m.used = append(m.used, s)
	return s
}

func (m *marks) date() string {
	if m.real {
		return "date'" + m.pick("2012-03-01", "2012/03", "2012-03-15", "2025-01-01T00:10:00Z", "2025-01-02", "2024-12-31T23:59:59.5", "2020-02-29", "1970", "2025-01-01T16:30:00+00:00", "2025-01-02T00:30") + "'"
	}
	d := fmt.Sprintf("%d-0%d-1%d", rapid.IntRange(2100, 2999).Draw(m.t, "year"), rapid.IntRange(1, 9).Draw(m.t, "month"), rapid.IntRange(0, 9).Draw(m.t, "day"))
	m.used = append(m.used, d)
	return "date'" + d + "'"
}

func (m *marks) small() string {
	s := fmt.Sprintf("%d.%d", rapid.IntRange(10, 80).Draw(m.t, "degrees"), rapid.IntRange(100_000, 999_999).Draw(m.t, "part"))
	m.used = append(m.used, s)
	return s
}

func (m *marks) point() string {
	if m.real {
		return m.pick("geom'POINT(121.5654 25.0408)'", "geom'POINT(120.2 23)'")
	}
	return "geom'POINT(" + m.small() + " " + m.small() + ")'"
}

func (m *marks) pick(list ...string) string { return rapid.SampledFrom(list).Draw(m.t, "pick") }

// value draws an expression of a type.
func (m *marks) value(typ Type, depth int) string {
	more := rapid.IntRange(0, 3).Draw(m.t, "kind")
	if depth <= 0 {
		more %= 2
	}
	switch {
	case typ == Int && more == 0:
		return m.pick("docks", "docks", "_size")
	case typ == Int && more == 1:
		return m.number()
	case typ == Int && more == 2:
		return "(" + m.value(Int, depth-1) + m.pick(" + ", " - ", " * ", " / ") + m.value(Int, depth-1) + ")"
	case typ == Int:
		return m.pick("length("+m.value(Text, depth-1)+")", "year("+m.value(Date, depth-1)+")", "ifnull(docks, "+m.number()+")", "-"+m.value(Int, depth-1))
	case typ == Text && more == 0:
		return m.pick("name", "city", "`path`")
	case typ == Text && more == 1:
		return m.str()
	case typ == Text && more == 2:
		return m.pick("lower", "upper") + "(" + m.value(Text, depth-1) + ")"
	case typ == Text:
		return "date_format(" + m.value(Date, depth-1) + ", " + quote("yyyy-MM'"+strings.ReplaceAll(m.word(), "'", "")+"'", '"') + ")"
	case more == 0:
		return m.pick("since", "seen")
	case more == 1:
		return m.date()
	case more == 2:
		return m.pick("now()", "now(days=-"+fmt.Sprint(rapid.IntRange(1, 9).Draw(m.t, "days"))+")")
	}
	return "ifnull(" + m.pick("since, "+m.date(), "since, seen", "seen, since", "seen, "+m.date()) + ")"
}

// condition draws a condition.
func (m *marks) condition(depth int) string {
	if depth > 0 {
		switch rapid.IntRange(0, 3).Draw(m.t, "join") {
		case 0:
			return m.condition(depth-1) + m.pick(" and ", " OR ") + m.condition(depth-1)
		case 1:
			return "not (" + m.condition(depth-1) + ")"
		case 2:
			return "(" + m.condition(depth-1) + ")"
		}
	}
	not := m.pick("", " not")
	switch rapid.IntRange(0, 15).Draw(m.t, "predicate") {
	case 0:
		return m.value(Text, 2) + m.pick("=", " != ", ":", "<", ">=") + m.value(Text, 2)
	case 1:
		return m.value(Int, 2) + m.pick("=", " != ", ":", "<", ">=") + m.value(Int, 2)
	case 2:
		return m.value(Date, 1) + m.pick("=", " != ", "<", ">=") + m.value(Date, 1)
	case 3:
		return "name" + not + " like " + m.str()
	case 4:
		return "docks" + not + " in (" + m.number() + ", -" + m.number() + ")"
	case 5:
		return "city" + not + " in (" + m.str() + ", " + m.str() + ")"
	case 6:
		return "price" + not + " in " + m.pick("[", "]") + m.number() + " .. " + m.pick("", m.number()) + m.pick("[", "]")
	case 7:
		return "seen in [" + m.date() + " to " + m.date() + "["
	case 8:
		return m.pick("docks", "place", "since") + " is" + not + " null"
	case 9:
		return m.pick("open", "open is"+not+" true", "open = false")
	case 10:
		return m.str()
	case 11:
		return m.pick("search(", "suggest(", "startswith(") + m.pick("", "name, ", "name, city, ") + m.str() + ")"
	case 12:
		return "within_distance(place, " + m.point() + ", " + m.number() + m.pick("km)", " m)", "yd)")
	case 13:
		return "in_bbox(place, " + m.small() + ", " + m.small() + ", -" + m.small() + ", " + m.small() + ")"
	case 14:
		return m.str() + not + " in city"
	}
	return "distance(place, " + m.point() + ") < " + m.number()
}

// params draws a whole query that is correct.
func (m *marks) params() Params {
	p := Params{Where: []string{m.condition(2)}, Timezone: m.pick("", "Asia/Taipei"), Lang: m.pick("", "zh-TW")}
	if rapid.Bool().Draw(m.t, "refined") {
		p.Refine = []string{"city:" + m.word()}
		p.Exclude = []string{"path:" + m.word()}
	}
	switch rapid.IntRange(0, 3).Draw(m.t, "shape") {
	case 0:
		p.Select = m.pick("*", "include(n*)", "exclude(p*)", "*, "+m.value(Text, 2)+" as "+m.alias())
		p.OrderBy = m.pick("-docks", "random("+m.number()+")", m.value(Int, 2)+" desc, name")
	case 1:
		p.Select = m.value(Int, 2) + " as " + m.alias() + ", place, " + m.value(Date, 1) + " as " + m.alias()
	case 2:
		p.GroupBy = m.pick("city", "range(docks, "+m.number()+") as "+m.alias(), "range(docks, *, 5, "+m.number()+", *)",
			"range(seen, "+m.pick("1 month", "3 hours", "1w")+")", "range(since, *, "+m.date()+")", m.value(Text, 1))
		p.Select = "count(*) as " + m.alias() + ", sum(docks + " + m.number() + ") / " + m.number() + " as " + m.alias() +
			", percentile(price, 50), max(seen), bbox(place)"
		p.OrderBy = m.pick("count(*) desc", "avg(price * "+m.number()+")", "random("+m.number()+")")
	case 3:
		p.Select = "count(distinct ifnull(city, " + m.str() + ")), avg(docks)"
	}
	return p
}

func TestNoUserTextInSQL(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &marks{t: t}
		p := m.params()
		q, err := Parse(stations(), p)
		if err != nil {
			t.Fatalf("Parse(%+v) = %v", p, err)
		}
		for _, compile := range []func(Options) (SQL, error){q.SQL, q.Count} {
			s, err := compile(Options{Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			for _, typed := range append(m.used, "Taipei") {
				if strings.Contains(s.Text, typed) {
					t.Fatalf("%q stands in the SQL of %+v:\n%s", typed, p, s.Text)
				}
			}
			if n := strings.Count(s.Text, "?"); n != len(s.Args) {
				t.Fatalf("%d question marks, %d arguments", n, len(s.Args))
			}
		}
	})
}

// TestEveryQueryRuns gives DuckDB whatever the grammar can say.
func TestEveryQueryRuns(t *testing.T) {
	db := openStations(t)
	rapid.Check(t, func(r *rapid.T) {
		p := (&marks{t: r}).params()
		q, err := Parse(stations(), p)
		if err != nil {
			r.Fatalf("Parse(%+v) = %v", p, err)
		}
		for _, compile := range []func(Options) (SQL, error){q.SQL, q.Count} {
			s, _ := compile(Options{Now: clock})
			rows, err := db.Query(s.Text, s.Args...)
			if err != nil {
				r.Fatalf("%v\n%+v\n%s\n%v", err, p, s.Text, s.Args)
			}
			for rows.Next() {
			}
			if err := rows.Err(); err != nil {
				r.Fatalf("%v\n%+v\n%s", err, p, s.Text)
			}
			rows.Close()
		}
	})
}

// meaning drops positions, which are no part of a tree's meaning.
func meaning(q *Query) *Query {
	c := *q
	c.outputs, c.group, c.order = nil, nil, nil
	strip := func(n *node) *node {
		if n == nil {
			return nil
		}
		m := clone(n)
		m.walk(func(x *node) {
			x.pos = 0
			if len(x.args) == 0 {
				x.args = nil
			}
		})
		return m
	}
	for _, o := range q.outputs {
		c.outputs = append(c.outputs, output{strip(o.node), o.key})
	}
	for _, n := range q.group {
		c.group = append(c.group, strip(n))
	}
	for _, o := range q.order {
		c.order = append(c.order, order{strip(o.node), o.desc})
	}
	c.where, c.refine = strip(q.where), nil
	for _, r := range q.refine {
		r.test = strip(r.test)
		c.refine = append(c.refine, r)
	}
	return &c
}

// reparses says how the canonical text of q is read differently, or nothing.
func reparses(s *Schema, q *Query) string {
	again, err := Parse(s, q.Params())
	if err != nil {
		return fmt.Sprintf("%+v is refused: %v", q.Params(), err)
	}
	if a, b := q.Canonical(), again.Canonical(); a != b {
		return fmt.Sprintf("canonical\n%q becomes\n%q", a, b)
	}
	if !reflect.DeepEqual(meaning(q), meaning(again)) {
		return fmt.Sprintf("%+v has another tree", q.Params())
	}
	return ""
}

func TestCanonicalReparses(t *testing.T) {
	s := stations()
	rapid.Check(t, func(t *rapid.T) {
		p := (&marks{t: t}).params()
		q, err := Parse(s, p)
		if err != nil {
			t.Fatalf("Parse(%+v) = %v", p, err)
		}
		if diff := reparses(s, q); diff != "" {
			t.Fatalf("%+v: %s", p, diff)
		}
	})
}

func TestCanonical(t *testing.T) {
	for _, tt := range []struct{ name, where, want string }{
		{"spaces and case", "DOCKS>3   AND open IS  TRUE", "docks > 3 and open is true"},
		{"needless brackets", "((docks > 3)) or (open)", "docks > 3 or open"},
		{"needed brackets", "(docks > 3 or open) and not (open and open)", "(docks > 3 or open) and not (open and open)"},
		{"arithmetic", "(docks*2)+1 = docks*(2+1) - -docks", "docks * 2 + 1 = docks * (2 + 1) - -docks"},
		{"quotes", `name = 'it\'s "so"'`, `name = "it's \"so\""`},
		{"dates", "since:'2024/01/01'", "since = date'2024/01/01'"},
		{"ranges", "docks:]1..5]", "docks in ]1 .. 5]"},
		{"units", "within_distance(place,GEOM'POINT(121 25)',1KM) or open", ""},
		{"units in their case", "within_distance(place,GEOM'POINT(121 25)',1km)", "within_distance(place, geom'POINT(121 25)', 1 km)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Parse(stations(), Params{Where: []string{tt.where}})
			if tt.want == "" {
				if err == nil {
					t.Errorf("Parse(%q) succeeded", tt.where)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := q.Params().Where[0]; got != tt.want {
				t.Errorf("canonical of %q = %q, want %q", tt.where, got, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range [][4]string{
		{"*", "docks > 3 and search('x')", "", "-docks"},
		{"count(*), sum(docks)/2 as `a b`", "in_bbox(place,1,2,3,4) or name like 'x' or not open", "city, range(docks, *, 1, 5, *) as r", "count(*) desc"},
		{"include(p*), exclude(place), date_format(since,'YYYY') as y", "since in ]date'2024'..now(days=-3)]", "", "y, random(3)"},
		{"percentile(price, 2.5)", `"full text" and 'x' in city and docks not in (1,-2)`, "range(seen, 3 hours)", ""},
		{"- - -docks", "((docks*2))/3 - -1 != 4 or place is not null", "", "--docks"},
		{"", "within_distance(place, geom'POINT(121.5 25)', 1.5km)", "year(since) as year", "`year`"},
		{"city as town, city", "`open` is not false", "city as c", "town"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	s := stations()
	f.Fuzz(func(t *testing.T, sel, where, group, order string) {
		q, err := Parse(s, Params{Select: sel, Where: []string{where}, GroupBy: group, OrderBy: order})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || !errors.Is(err, fault.Malformed) || e.Clause == "" {
				t.Fatalf("Parse() = %v, want an *Error with a clause", err)
			}
			return
		}
		if canonical := q.Params(); len(canonical.Select)+len(strings.Join(canonical.Where, ""))+len(canonical.GroupBy)+len(canonical.OrderBy) < MaxBytes/2 {
			if diff := reparses(s, q); diff != "" {
				t.Fatalf("select %q where %q group_by %q order_by %q: %s", sel, where, group, order, diff)
			}
		}
		c, err := q.SQL(Options{Now: clock})
		if err != nil || strings.Count(c.Text, "?") != len(c.Args) {
			t.Fatalf("SQL() = %v with %d arguments for %s", err, len(c.Args), c.Text)
		}
	})
}
