package query

import (
	"strconv"
	"strings"
	"testing"
)

func TestSelect(t *testing.T) {
	db := openStations(t)
	for _, tt := range []struct {
		name string
		p    Params
		want string
	}{
		{"fields in the order they are named", Params{Select: "docks, name", Limit: 1}, "180,捷運市政府站"},
		{"a field twice is once", Params{Select: "docks, docks", Limit: 1}, "180"},
		{"patterns", Params{Select: "include(p*), exclude(place)", Limit: 1}, "a/b/c,12.5"},
		{"all but", Params{Select: "exclude(p*), exclude(s*), exclude(name)", Limit: 1}, "臺北市,180,true"},
		{"arithmetic", Params{Select: "docks * 2 + 1, -docks, docks / 0", Limit: 2}, "361,-180,-; 97,-48,-"},
		{"an overflow is missing", Params{Select: "docks * 999999999999999999 * 1000", Limit: 1}, "-"},
		{"literals", Params{Select: `2 as two, "hello" as hello, 1.5, true, null, date'2024/04'`, Limit: 1}, "2,hello,1.5,true,-,2024-04-01"},
		{"a point is two columns", Params{Select: "place", Limit: 1}, "121.5654,25.0408"},
		{"pseudo-fields", Params{Select: "_id, _timestamp", Offset: 5}, "6,2025-01-09"},
		{"moments in a zone are asked as local time", Params{Select: "hour(seen), day(seen)", Where: []string{"_id='2'"}, Timezone: "Asia/Taipei"}, "0,2"},
		{"a distance", Params{Select: "distance(place, geom'POINT(121.5654 25.0408)') as d", Limit: 1}, "0"},
		{"sorted", Params{Select: "docks", OrderBy: "-docks"}, "180; 60; 48; 0; -7; -"},
		{"missing comes last both ways", Params{Select: "docks", OrderBy: "docks asc"}, "-7; 0; 48; 60; 180; -"},
		{"sorted by alias", Params{Select: "docks * -1 as minus", OrderBy: "minus", Limit: 2}, "-180; -60"},
		{"sorted by two", Params{Select: "_id", OrderBy: "city desc, docks desc"}, "1; 2; 6; 3; 4; 5"},
		{"a page", Params{Select: "_id", OrderBy: "docks", Limit: 2, Offset: 1}, "4; 2"},
		{"at random, but the same each time", Params{Select: "_id", OrderBy: "random(7)", Limit: 0}, "SAME"},
		{"date formats", Params{Select: `date_format(since, "dd/MM/YYYY"), date_format(since, "'The date is '''d/M/yy''"), date_format(seen, "HH:mm:ss w ww e E EEEE D DDD xxxx MMMM")`, Limit: 1},
			"01/03/2012,The date is '1/3/12',00:10:00 1 01 3 Wed Wednesday 1 001 2025 January"},
		{"date formats in Chinese", Params{Select: `date_format(since, "E EEEE MMMM")`, Limit: 1, Lang: "zh-TW"}, "週四 星期四 三月"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := answer(t, db, tt.p)
			if tt.want == "SAME" {
				tt.want = answer(t, db, tt.p)
			}
			if got != tt.want {
				t.Errorf("answer(%+v) = %q, want %q", tt.p, got, tt.want)
			}
		})
	}
}

func TestGroupBy(t *testing.T) {
	db := openStations(t)
	for _, tt := range []struct {
		name string
		p    Params
		want string
	}{
		{"counted, missing values as a group of their own", Params{Select: "count(*)", GroupBy: "city"}, "台南市,1; 臺中市,1; 臺北市,3; -,1"},
		{"the whole table is one group", Params{Select: "count(*), count(docks), count(distinct city), sum(docks), avg(docks), min(docks), max(docks), median(docks)"}, "6,5,3,281,56.2,-7,180,48"},
		{"percentiles", Params{Select: "percentile(docks, 25), percentile(docks, 100)"}, "0,180"},
		{"sums of decimals are doubles", Params{Select: "sum(price)"}, "119.1"},
		{"most first", Params{Select: "count(*) as n", GroupBy: "city", OrderBy: "count(*) desc", Limit: 1}, "臺北市,3"},
		{"by alias", Params{Select: "count(*) as n", GroupBy: "city", OrderBy: "-n, city desc", Limit: 2}, "臺北市,3; 臺中市,1"},
		{"by an aggregate that is not answered", Params{Select: "city", GroupBy: "city", OrderBy: "sum(docks) desc", Limit: 1}, "臺北市"},
		{"aggregates in arithmetic", Params{Select: "sum(docks) / count(*) * 100 as share", GroupBy: "city", Limit: 1}, "台南市,0"},
		{"an aggregate of arithmetic", Params{Select: "sum(docks * 2)"}, "562"},
		{"no aggregate at all", Params{GroupBy: "open"}, "false; true; -"},
		{"two keys", Params{Select: "count(*)", GroupBy: "city, open", Limit: 2}, "台南市,-,1; 臺中市,false,1"},
		{"by year", Params{Select: "count(*)", GroupBy: "year(since) as y", OrderBy: "y"}, "1999,1; 2012,2; 2014,1; 2020,1; -,1"},
		{"the alias of select", Params{Select: "year(since) as y, count(*)", GroupBy: "y", OrderBy: "-count(*)", Limit: 1}, "2012,2"},
		{"by month as text", Params{Select: "count(*)", GroupBy: "date_format(since, 'YYYY-MM')", OrderBy: "count(*) desc", Limit: 1}, "2012-03,2"},
		{"by hour of local time", Params{Select: "count(*)", GroupBy: "hour(seen)", Timezone: "Asia/Taipei", Limit: 2}, "0,1; 7,1"},
		{"equal ranges", Params{Select: "count(*)", GroupBy: "range(docks, 50)"}, "[-50, 0[,1; [0, 50[,2; [50, 100[,1; [150, 200[,1; -,1"},
		{"equal ranges of fractions", Params{Select: "count(*)", GroupBy: "range(price, 0.5)", Limit: 2}, "[-3.5, -3.0[,1; [0.0, 0.5[,1"},
		{"static ranges", Params{Select: "count(*)", GroupBy: "range(docks, *, 0, 50, *)"}, "[*, 0[,1; [0, 50[,2; [50, *[,2; -,1"},
		{"static ranges with ends", Params{Select: "count(*)", GroupBy: "range(docks, 0, 50, 100)", Where: []string{"docks is not null"}}, "[0, 50[,2; [50, 100[,1"},
		{"months", Params{Select: "count(*)", GroupBy: "range(since, 1 month)", Limit: 2},
			"[1999-12-01T00:00:00.000Z, 2000-01-01T00:00:00.000Z[,1; [2012-03-01T00:00:00.000Z, 2012-04-01T00:00:00.000Z[,2"},
		{"days of local time", Params{Select: "count(*)", GroupBy: "range(seen, 1d)", Timezone: "Asia/Taipei", Where: []string{"seen > date'2025-01-01'"}},
			"[2024-12-31T16:00:00.000Z, 2025-01-01T16:00:00.000Z[,2; [2025-01-01T16:00:00.000Z, 2025-01-02T16:00:00.000Z[,2"},
		{"many hours", Params{Select: "count(*)", GroupBy: "range(seen, 12 hours)", Where: []string{"seen > date'2025-01-01'"}},
			"[2025-01-01T00:00:00.000Z, 2025-01-01T12:00:00.000Z[,1; [2025-01-01T12:00:00.000Z, 2025-01-02T00:00:00.000Z[,1; [2025-01-02T00:00:00.000Z, 2025-01-02T12:00:00.000Z[,1"},
		{"ranges of dates", Params{Select: "count(*)", GroupBy: "range(since, *, date'2012-03-10', date'2020')"},
			"[*, 2012-03-10T00:00:00.000Z[,2; [2012-03-10T00:00:00.000Z, 2020-01-01T00:00:00.000Z[,2; -,1"},
		{"the box round all points", Params{Select: "bbox(place)", Where: []string{"open"}},
			`{"type":"Polygon","coordinates":[[[121.0,25.0],[121.5654,25.0],[121.5654,25.0411],[121.0,25.0411],[121.0,25.0]]]}`},
		{"a value in place of none", Params{Select: "count(*)", GroupBy: "ifnull(city, 'nowhere')", Limit: 1}, "nowhere,1"},
		{"at random", Params{Select: "count(*)", GroupBy: "city", OrderBy: "random(3)", Where: []string{"city = '臺北市'"}}, "臺北市,3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := answer(t, db, tt.p); got != tt.want {
				t.Errorf("answer(%+v)\n got %q\nwant %q", tt.p, got, tt.want)
			}
			q := must(t, tt.p)
			s, err := must(t, Params{Select: tt.p.Select, GroupBy: tt.p.GroupBy, Where: tt.p.Where, Timezone: tt.p.Timezone}).Count(Options{})
			if err != nil {
				t.Fatal(err)
			}
			if n := show(ask(t, db, s)); tt.p.Limit == 0 && !(n == "1" && len(q.group) == 0) && n != strconv.Itoa(len(strings.Split(tt.want, "; "))) {
				t.Errorf("Count(%+v) = %s, want the rows of %q", tt.p, n, tt.want)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    Params
		want string // key:type …
	}{
		{"fields", Params{Select: "name, docks as n, place"}, "name:text n:int place:geo_point_2d"},
		{"an expression is named by its text", Params{Select: "docks  *2, count( * )", GroupBy: "docks"}, "docks:int docks  *2:int count( * ):int"},
		{"an aggregate is named by its text as typed", Params{Select: "COUNT( * ), sum(docks)"}, "COUNT( * ):int sum(docks):int"},
		{"group keys stand first", Params{Select: "count(*) as n, year(since)", GroupBy: "city, year(since)"}, "city:text year(since):int n:int"},
		{"a group key takes the name it is selected by", Params{Select: "city as town, count(*)", GroupBy: "city"}, "town:text count(*):int"},
		{"both names are kept", Params{Select: "city as town", GroupBy: "city as c"}, "c:text town:text"},
		{"ranges are text", Params{GroupBy: "range(docks, 5) as r"}, "r:text"},
		{"aggregates of dates are dates", Params{Select: "min(since), max(seen), bbox(place)"}, "min(since):date max(seen):datetime bbox(place):geo_shape"},
		{"divisions are doubles", Params{Select: "docks / 2 as a, docks * 2 as b, docks * 0.5 as c"}, "a:double b:int c:double"},
		{"all", Params{}, "name:text city:text path:text docks:int price:double open:boolean since:date seen:datetime place:geo_point_2d shape:geo_shape"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := must(t, tt.p).SQL(Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range s.Columns {
				got = append(got, c.Name+":"+string(c.Type))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("columns of %+v = %q, want %q", tt.p, got, tt.want)
			}
		})
	}
}

func TestRefine(t *testing.T) {
	db := openStations(t)
	for _, tt := range []struct {
		name            string
		refine, exclude []string
		zone, want      string
	}{
		{"one value", []string{"city:臺北市"}, nil, "", "1; 2; 6"},
		{"two fields", []string{"city:臺北市", "open:true"}, nil, "", "1; 2; 6"},
		{"two values of one field fit no row", []string{"city:臺北市", "city:臺中市"}, nil, "", ""},
		{"a year", []string{"since:2012"}, nil, "", "1; 2"},
		{"a month", []string{"since:2012/03"}, nil, "", "1; 2"},
		{"a day", []string{"since:2012/03/15"}, nil, "", "2"},
		{"a day with hyphens", []string{"since:2012-03-15"}, nil, "", "2"},
		{"a local day", []string{"seen:2025/01/02"}, nil, "Asia/Taipei", "2; 3"},
		{"a number", []string{"docks:48"}, nil, "", "2"},
		{"a level", []string{"path:a"}, nil, "", "1; 2; 3"},
		{"a deeper level", []string{"path:a/b"}, nil, "", "1; 2"},
		{"without a value", nil, []string{"city:臺北市"}, "", "3; 4; 5"},
		{"without a level", nil, []string{"path:a"}, "", "4; 5; 6"},
		{"without a year", nil, []string{"since:2012"}, "", "3; 4; 5; 6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Params{Select: "_id", Refine: tt.refine, Exclude: tt.exclude, Timezone: tt.zone}
			if got := answer(t, db, p); got != tt.want {
				t.Errorf("refine %q exclude %q = rows %q, want %q", tt.refine, tt.exclude, got, tt.want)
			}
		})
	}
	s := stations()
	s.Field("city").Disjunctive = true
	q, err := Parse(s, Params{Select: "_id", Refine: []string{"city:臺北市", "city:臺中市"}})
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := q.SQL(Options{}); show(ask(t, db, c)) != "1; 2; 3; 6" {
		t.Errorf("two values of a disjunctive field = rows %s", show(ask(t, db, c)))
	}
}

func TestForm(t *testing.T) {
	db := openStations(t)
	for _, tt := range []struct {
		name string
		f    Form
		want string
	}{
		{"nothing asked", Form{}, "1; 2; 3; 4; 5; 6"},
		{"words", Form{Search: " 捷運 "}, "1; 2"},
		{"is", Form{Filters: []Filter{{"city", Is, "臺中市"}}}, "3"},
		{"is not", Form{Filters: []Filter{{"city", IsNot, "臺北市"}}}, "3; 4; 5"},
		{"contains folds", Form{Filters: []Filter{{"city", Contains, "台北"}}}, "1; 2; 6"},
		{"begins", Form{Filters: []Filter{{"name", Begins, "捷運"}}}, "1; 2"},
		{"a number with separators", Form{Filters: []Filter{{"docks", AtLeast, "0,060"}}}, "1; 3"},
		{"below and above", Form{Filters: []Filter{{"docks", Below, "60"}, {"docks", Above, "0"}}}, "2"},
		{"a date", Form{Filters: []Filter{{"since", AtMost, "2012-03-01"}}}, "1; 6"},
		{"missing", Form{Filters: []Filter{{"docks", Missing, ""}}}, "5"},
		{"present", Form{Filters: []Filter{{"place", Present, ""}}}, "1; 2; 3; 5; 6"},
		{"an empty value asks nothing", Form{Filters: []Filter{{"docks", Is, " "}, {"", Is, "x"}}}, "1; 2; 3; 4; 5; 6"},
		{"sorted", Form{Sort: "docks", Desc: true, Limit: 2}, "1; 3"},
		{"no operator can be smuggled in", Form{Filters: []Filter{{"city", Is, `x" or "1"="1`}}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Build(stations(), tt.f)
			if err != nil {
				t.Fatal(err)
			}
			q.outputs = must(t, Params{Select: "_id"}).outputs
			s, err := q.SQL(Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := show(ask(t, db, s)); got != tt.want {
				t.Errorf("Build(%+v) = rows %q, want %q", tt.f, got, tt.want)
			}
		})
	}
	for _, f := range []Form{
		{Filters: []Filter{{"dock", Is, "1"}}}, {Filters: []Filter{{"docks", Is, "many"}}}, {Filters: []Filter{{"docks", "eval", "1"}}},
		{Filters: []Filter{{"place", Is, "x"}}}, {Sort: "place"}, {Sort: "dokcs"}, {Timezone: "Mars"}, {Search: "a\x00b"},
	} {
		if _, err := Build(stations(), f); err == nil {
			t.Errorf("Build(%+v) succeeded", f)
		}
	}
}

func TestRecord(t *testing.T) {
	db := openStations(t)
	for id, want := range map[string]string{"3": "臺中火車站", "99": "", "x": "", "3'": ""} {
		q, err := Record(stations(), id, "name", "", "")
		if err != nil {
			t.Fatal(err)
		}
		s, _ := q.SQL(Options{})
		if got := show(ask(t, db, s)); got != want {
			t.Errorf("Record(%q) = %q, want %q", id, got, want)
		}
	}
}
