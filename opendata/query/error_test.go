package query

import (
	"errors"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/fault"
)

// TestEveryErrorHasPlace also shows what each refusal says.
func TestEveryErrorHasPlace(t *testing.T) {
	deep := strings.Repeat("(", 70) + "docks = 1" + strings.Repeat(")", 70)
	for _, tt := range []struct {
		name     string
		p        Params
		clause   Clause
		position int
		says     string // part of the sentence
		hint     string // part of the hint
	}{
		{"an unknown field near another", Params{Where: []string{"open and dokcs > 3"}}, InWhere, 9, `there is no field "dokcs"; did you mean "docks"?`, "docks"},
		{"an unknown field near none", Params{Select: "人口數"}, InSelect, 0, "the fields are name, city", "name"},
		{"an unknown field in a group", Params{GroupBy: "citi"}, InGroupBy, 0, "did you mean", "city"},
		{"an unknown field in an order", Params{OrderBy: "-pricee"}, InOrderBy, 1, "did you mean", "price"},
		{"an unknown pattern", Params{Select: "include(nam)"}, InSelect, 8, "did you mean", "name"},
		{"an unknown function", Params{Where: []string{`serch("x")`}}, InWhere, 0, `did you mean "search"?`, "search"},
		{"positions count characters, not bytes", Params{Where: []string{`city = "臺北" and x = 1`}}, InWhere, 16, "no field", ""},
		{"two operators", Params{Where: []string{"docks == 3"}}, InWhere, 7, `"=" is not expected at character 8`, "a field or a value"},
		{"a text that ends early", Params{Where: []string{"docks >"}}, InWhere, 7, "ends too early", ""},
		{"an open bracket", Params{Where: []string{"(docks = 1"}}, InWhere, 10, "ends too early", ")"},
		{"an open quote", Params{Where: []string{`name = "abc`}}, InWhere, 7, "never closed", `\"`},
		{"a sign that means nothing", Params{Where: []string{"docks = 3;"}}, InWhere, 9, `";"`, ""},
		{"two minus signs are no comment", Params{Where: []string{"docks = 3 -- x"}}, InWhere, 13, `no field "x"`, ""},
		{"a keyword as a field", Params{Where: []string{"and = 1"}}, InWhere, 0, `"and"`, "back quotes"},
		{"text with number", Params{Where: []string{"city > docks"}}, InWhere, 7, "text cannot be compared with int", ""},
		{"a number with words", Params{Where: []string{`docks = "many"`}}, InWhere, 8, "int cannot be compared with text", ""},
		{"a date that is none", Params{Where: []string{`since > "-01"`}}, InWhere, 8, `"-01" at character 9 is not a date`, "date'2024-04-01'"},
		{"a date literal that is none", Params{Where: []string{"since > date'2024-13-01'"}}, InWhere, 8, "is not a date", ""},
		{"null compared", Params{Where: []string{"docks = null"}}, InWhere, 8, "is null", "is null"},
		{"a field that is no condition", Params{Where: []string{"docks"}}, InWhere, 0, "a condition is expected", ""},
		{"a value that is a condition", Params{Where: []string{"(docks = 1) + 1 = 2"}}, InWhere, 1, "a value is expected", ""},
		{"text in arithmetic", Params{Select: "name + 1"}, InSelect, 0, "text is no number", ""},
		{"an aggregate in where", Params{Where: []string{"count(*) > 3"}}, InWhere, 0, "count() cannot stand", ""},
		{"an aggregate in an aggregate", Params{Select: "sum(avg(docks))"}, InSelect, 4, "avg() cannot stand", ""},
		{"a range outside group_by", Params{Select: "range(docks, 5)"}, InSelect, 0, "range() cannot stand", ""},
		{"a range in a function", Params{GroupBy: "length(range(docks, 5))"}, InGroupBy, 7, "range() cannot stand", ""},
		{"a sum of text", Params{Select: "sum(name)"}, InSelect, 4, "write it as sum(number)", "sum(number)"},
		{"too many arguments", Params{Select: "sum(docks, price)"}, InSelect, 0, "write it as sum(number)", ""},
		{"a percentile over 100", Params{Select: "percentile(docks, 101)"}, InSelect, 18, "percentile", ""},
		{"a polygon", Params{Where: []string{"intersects(shape, geom'POLYGON((0 0,1 1,0 1,0 0))')"}}, InWhere, 0, "intersects() is not offered", "in_bbox"},
		{"a polygon as a centre", Params{Where: []string{"within_distance(place, geom'POLYGON((0 0,1 1,0 1,0 0))', 1km)"}}, InWhere, 23, "no point", "POINT"},
		{"latitude first", Params{Where: []string{"within_distance(place, geom'POINT(25 121)', 1km)"}}, InWhere, 23, "longitude first", ""},
		{"a distance in months", Params{Where: []string{"within_distance(place, geom'POINT(121 25)', 1 month)"}}, InWhere, 44, "write it as", "1km"},
		{"a place compared", Params{Where: []string{"place = place"}}, InWhere, 8, "geo_point_2d cannot be compared", ""},
		{"a group of places", Params{GroupBy: "place"}, InGroupBy, 0, "geo_point_2d is not offered", ""},
		{"a sort by shape", Params{OrderBy: "shape"}, InOrderBy, 0, "geo_shape is not offered", ""},
		{"a field beside groups", Params{Select: "name, count(*)", GroupBy: "city"}, InSelect, 0, "neither in group_by nor in an aggregate", "max(name)"},
		{"a field beside an aggregate", Params{Select: "name, count(*)"}, InSelect, 0, "neither in group_by", ""},
		{"a sort beside groups", Params{Select: "count(*)", GroupBy: "city", OrderBy: "docks"}, InOrderBy, 0, "neither in group_by", ""},
		{"everything beside groups", Params{Select: "*, count(*)"}, InSelect, 0, "cannot stand beside", ""},
		{"an alias twice", Params{Select: "docks as n, price as n"}, InSelect, 12, `the name "n" is given to two columns`, "as"},
		{"an alias in select and group_by", Params{Select: "docks as h", GroupBy: "hour(seen) as h, docks"}, InSelect, 0, "two columns", ""},
		{"nothing left", Params{Select: "exclude(*)"}, InSelect, -1, "no field is left", ""},
		{"a date format", Params{Select: "date_format(since, 'QQ')"}, InSelect, 19, "no date format", "YYYY"},
		{"an unordered range", Params{GroupBy: "range(docks, 5, 1)"}, InGroupBy, 0, "write it as range", ""},
		{"a width of nothing", Params{GroupBy: "range(docks, 0)"}, InGroupBy, 0, "write it as range", ""},
		{"two months", Params{GroupBy: "range(since, 2 months)"}, InGroupBy, 0, "write it as range", ""},
		{"a refinement without value", Params{Refine: []string{"city"}}, InRefine, 0, "field:value", ""},
		{"a refinement of no field", Params{Refine: []string{"citi:x"}}, InRefine, 0, "did you mean", "city"},
		{"a refinement of a number by words", Params{Exclude: []string{"docks:many"}}, InExclude, 6, "is no value of docks", ""},
		{"a zone that is none", Params{Timezone: "Mars/Olympus"}, InZone, -1, "no time zone", "Asia/Taipei"},
		{"the server's zone", Params{Timezone: "Local"}, InZone, -1, "no time zone", ""},
		{"bytes that are no text", Params{Where: []string{"name = \"\xff\""}}, InWhere, -1, "UTF-8", ""},
		{"too long", Params{Where: []string{`name = "` + strings.Repeat("x", MaxBytes) + `"`}}, InWhere, -1, "longer than 16384 bytes", ""},
		{"too many words", Params{Where: []string{strings.Repeat("a=1 or ", 700)}}, InWhere, 3501, "more than 2000 words", ""},
		{"too deep", Params{Where: []string{deep}}, InWhere, 65, "nested more than 64", "64"},
		{"too many nots", Params{Where: []string{strings.Repeat("not ", 70) + "open"}}, InWhere, 260, "nested more than 64", ""},
		{"too many values", Params{Where: []string{"docks in (1" + strings.Repeat(",1", 995) + ") or docks in (1" + strings.Repeat(",1", 1000) + ")"}}, InWhere, -2, "2000 words", ""},
		{"a sum of too many", Params{Select: "1" + strings.Repeat("+1", 600)}, InSelect, 0, "512 steps", ""},
		{"a search too long", Params{Where: []string{`"` + strings.Repeat("長", 201) + `"`}}, InWhere, 0, "200 characters", ""},
		{"a number too large", Params{Where: []string{"docks = " + strings.Repeat("9", 400)}}, InWhere, 8, "too large", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(stations(), tt.p)
			var e *Error
			if !errors.As(err, &e) || !errors.Is(err, fault.Malformed) {
				t.Fatalf("Parse() = %v, want an *Error that is fault.Malformed", err)
			}
			if e.Clause != tt.clause || e.Position != tt.position && tt.position != -2 {
				t.Errorf("place = %s %d, want %s %d (%v)", e.Clause, e.Position, tt.clause, tt.position, err)
			}
			if !strings.Contains(err.Error(), tt.says) || !strings.Contains(e.Hint, tt.hint) || e.Terse == "" {
				t.Errorf("Parse() = %q, hint %q, terse %q; want %q and %q", err, e.Hint, e.Terse, tt.says, tt.hint)
			}
			if len(err.Error()) > 600 {
				t.Errorf("the sentence is %d bytes long and echoes too much", len(err.Error()))
			}
			if f := fault.Of(err); f.Code == "fault.internal" || !strings.HasPrefix(f.Code, "opendata.query-") {
				t.Errorf("fault.Of() = %q, want a code of its own", f.Code)
			}
		})
	}
}

// TestTerse pins the messages that clients of the Explore API read.
func TestTerse(t *testing.T) {
	for _, tt := range []struct{ where, want string }{
		{"garbage==", "unexpected = at position 8 in garbage=="},
		{"departement = 1", "Unknown field: departement"},
		{"since >= '-01'", "Invalid date to parse '-01'"},
	} {
		_, err := Parse(stations(), Params{Where: []string{tt.where}})
		var e *Error
		if !errors.As(err, &e) || e.Terse != tt.want {
			t.Errorf("Parse(%q) = %v, want terse %q", tt.where, err, tt.want)
		}
	}
}
