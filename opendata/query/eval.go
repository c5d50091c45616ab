package query

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gongdao/gongdao/standards/hanvariant"
)

// Row is one record in memory. A value is nil, a string, an int64, a float64, a
// bool, a time.Time (a Date at midnight UTC), a Point, or []string for a field
// that is Multi. What a row does not hold is missing.
type Row map[string]any

// Point is a place in WGS 84 degrees.
type Point struct{ Lon, Lat float64 }

// memory answers a query over rows in memory, with the meaning that SQL gives.
type memory struct {
	q     *Query
	now   time.Time
	subst map[string]any // values of keys and aggregates by canonical text
}

// value computes n for a row.
func (m *memory) value(n *node, row Row) any {
	if m.subst != nil {
		if v, ok := m.subst[n.String()]; ok {
			return v
		}
	}
	switch n.op {
	case opField:
		return m.field(n.field, row)
	case opString:
		return n.text
	case opNumber:
		if n.typ == Int {
			return int64Of(n.text)
		}
		return n.float()
	case opBool:
		return n.text == "true"
	case opDate:
		t, _ := moment(n.text, m.q.zone)
		return t
	case opNeg:
		return calculate("-", int64(0), m.value(n.args[0], row), n.typ)
	case opArith:
		return calculate(n.text, m.value(n.args[0], row), m.value(n.args[1], row), n.typ)
	case opCall:
		return m.call(n, row)
	}
	return nil
}

func (m *memory) field(f *Field, row Row) any {
	if v, ok := row[f.Name]; ok {
		return v
	}
	if f.pseudo && f.Name == "_timestamp" {
		return m.q.schema.Updated
	}
	return nil
}

// calculate is arithmetic in which an overflow and a division by zero are missing.
func calculate(sign string, a, b any, t Type) any {
	if a == nil || b == nil {
		return nil
	}
	if t == Int {
		return calculateInt(sign, toInt(a), toInt(b))
	}
	x, y := toFloat(a), toFloat(b)
	switch sign {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	}
	if y == 0 {
		return nil
	}
	return x / y
}

func calculateInt(sign string, x, y int64) any {
	switch sign {
	case "+":
		if z := x + y; (z > x) == (y > 0) {
			return z
		}
	case "-":
		if z := x - y; (z < x) == (y > 0) {
			return z
		}
	case "*":
		if x == 0 || y == 0 {
			return int64(0)
		}
		if z := x * y; z/y == x && !(x == -1 && y == math.MinInt64) && !(y == -1 && x == math.MinInt64) {
			return z
		}
	}
	return nil
}

func toInt(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case float64:
		return int64(v)
	}
	return 0
}

func toFloat(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

func (m *memory) call(n *node, row Row) any {
	if n.text == "now" {
		return shift(m.now.In(m.q.zone), n.args)
	}
	v := m.value(n.args[0], row)
	if n.text == "ifnull" {
		x := n.args[0]
		if v == nil {
			x = n.args[1]
			v = m.value(x, row)
		}
		switch {
		case n.typ == Double && v != nil:
			return toFloat(v)
		case n.typ == Date && v != nil:
			t := m.wall(x, v)
			return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
		}
		return v
	}
	switch v := v.(type) {
	case string:
		return ofText(n.text, v)
	case Point:
		lon, lat, _ := n.args[1].lonLat()
		return distance(v, Point{lon, lat})
	case time.Time:
		if n.text == "date_format" {
			return m.formatDate(n, m.wall(n.args[0], v))
		}
		return datePartOf(n.text, m.wall(n.args[0], v))
	}
	return nil
}

func ofText(name, s string) any {
	switch name {
	case "length":
		return int64(utf8.RuneCountInString(s))
	case "lower":
		return strings.ToLower(s)
	}
	return strings.ToUpper(s)
}

func datePartOf(name string, t time.Time) any {
	switch name {
	case "year":
		return int64(t.Year())
	case "month":
		return int64(t.Month())
	case "day":
		return int64(t.Day())
	case "hour":
		return int64(t.Hour())
	case "minute":
		return int64(t.Minute())
	case "second":
		return int64(t.Second())
	}
	return nil
}

// wall is the local date and time of a value of n, as if it were UTC.
func (m *memory) wall(n *node, v any) time.Time {
	t, _ := v.(time.Time)
	if n.typ == Date {
		return t.UTC()
	}
	if n.op != opDate {
		t = t.In(m.q.zone)
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func distance(a, b Point) float64 {
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	h := math.Pow(math.Sin(rad(a.Lat-b.Lat)/2), 2) +
		math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*math.Pow(math.Sin(rad(a.Lon-b.Lon)/2), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}

// true reports whether a row meets a condition; unknown is false.
func (m *memory) true(n *node, row Row) bool {
	switch n.op {
	case opAnd:
		return !slices.ContainsFunc(n.args, func(a *node) bool { return !m.true(a, row) })
	case opOr:
		return slices.ContainsFunc(n.args, func(a *node) bool { return m.true(a, row) })
	case opNot:
		return !m.true(n.args[0], row)
	case opString:
		return m.fullText(n.text, m.q.textFields(), row, false)
	case opField:
		return m.value(n, row) == true
	case opCall:
		return m.predicate(n, row)
	case opCompare:
		return m.compare(n.text, n.args[0], n.args[1], row)
	case opIsNull:
		return (m.value(n.args[0], row) == nil) != n.not
	case opIsBool:
		return (m.value(n.args[0], row) == (n.text == "true")) != n.not
	}
	return m.negatable(n, row) != n.not
}

func (m *memory) negatable(n *node, row Row) bool {
	switch n.op {
	case opLike:
		return m.fullText(n.args[1].text, n.args[:1], row, false)
	case opIn:
		return slices.ContainsFunc(n.args[1:], func(a *node) bool { return m.compare("=", n.args[0], a, row) })
	case opMember:
		if list, ok := m.value(n.args[1], row).([]string); ok {
			return slices.Contains(list, n.args[0].text)
		}
		return m.compare("=", n.args[1], n.args[0], row)
	case opBetween:
		x, lo, hi := n.args[0], n.args[1], n.args[2]
		return m.value(x, row) != nil &&
			(lo.op == opStar || m.compare(bracket(n.openLo, ">", ">="), x, lo, row)) &&
			(hi.op == opStar || m.compare(bracket(n.openHi, "<", "<="), x, hi, row))
	}
	return false
}

func (m *memory) compare(sign string, a, b *node, row Row) bool {
	x, y := m.value(a, row), m.value(b, row)
	if x == nil || y == nil {
		return false
	}
	if list, ok := x.([]string); ok { // a Multi field equals each of its values
		return slices.Contains(list, b.text) == (sign == "=")
	}
	if a.typ == Date || b.typ == Date {
		x, y = m.wall(a, x), m.wall(b, y)
	}
	if !scalarValue(x) || !scalarValue(y) {
		return false
	}
	c := order2(x, y)
	switch sign {
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func scalarValue(v any) bool {
	switch v.(type) {
	case string, int64, float64, bool, time.Time:
		return true
	}
	return false
}

func (m *memory) predicate(n *node, row Row) bool {
	last := n.args[len(n.args)-1]
	fields := n.args[:len(n.args)-1]
	if len(fields) == 0 {
		fields = m.q.textFields()
	}
	switch n.text {
	case "search", "suggest":
		return m.fullText(last.text, fields, row, n.text == "suggest")
	case "startswith":
		return slices.ContainsFunc(fields, func(f *node) bool {
			return slices.ContainsFunc(texts(m.value(f, row)), func(s string) bool { return strings.HasPrefix(s, last.text) })
		})
	}
	p, ok := m.value(n.args[0], row).(Point)
	if !ok {
		return false
	}
	if n.text == "within_distance" {
		lon, lat, _ := n.args[1].lonLat()
		return distance(p, Point{lon, lat}) <= last.float()*metres[last.unit]
	}
	v := [4]float64{n.args[1].float(), n.args[2].float(), n.args[3].float(), n.args[4].float()}
	return p.Lat >= min(v[0], v[2]) && p.Lat <= max(v[0], v[2]) && p.Lon >= min(v[1], v[3]) && p.Lon <= max(v[1], v[3])
}

func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	}
	return nil
}

// fullText reports whether every word stands in one of the fields.
func (m *memory) fullText(text string, fields []*node, row Row, beginning bool) bool {
	for _, t := range terms(text) {
		var start *regexp.Regexp
		if beginning {
			start = regexp.MustCompile(t.prefixPattern())
		}
		if !slices.ContainsFunc(fields, func(f *node) bool {
			return slices.ContainsFunc(texts(m.value(f, row)), func(s string) bool {
				if start != nil {
					return start.MatchString(s)
				}
				return strings.Contains(hanvariant.Fold(s), t.folded)
			})
		}) {
			return false
		}
	}
	return true
}
