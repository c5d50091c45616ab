package query

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Answer is what a query says about rows in memory. Rows hold a value a column,
// with the types that Row has.
type Answer struct {
	Columns []Column
	Rows    [][]any
	Total   int // rows or groups without limit and offset
}

// Eval answers q over rows in memory: small tables such as the catalogue. It
// gives the answer that SQL gives. range(), random() and bbox() are refused.
func (q *Query) Eval(rows []Row, now time.Time) (Answer, error) {
	var refused *node
	q.each(func(n *node) {
		if n.op == opCall && (n.text == "range" || n.text == "random" || n.text == "bbox") {
			refused = n
		}
	})
	if refused != nil {
		return Answer{}, unsupported(InSelect, refused.pos, refused.text+"()", "ask it of the records of a dataset")
	}
	m := &memory{q: q, now: now}
	var kept []Row
	cond := q.condition(nil)
	for _, r := range rows {
		if cond == nil || m.true(cond, r) {
			kept = append(kept, r)
		}
	}
	var found []result
	if q.Grouped() {
		found = m.groups(kept)
	} else {
		for _, r := range kept {
			found = append(found, m.result(r))
		}
	}
	slices.SortStableFunc(found, func(a, b result) int { return compareBy(q, a, b) })
	return q.page(found), nil
}

// result is one row of an answer, and what it is sorted by.
type result struct {
	values []any
	by     []any
	keys   []any
}

func (m *memory) result(row Row) result {
	var r result
	for _, o := range m.q.outputs {
		r.values = append(r.values, m.value(o.node, row))
	}
	for _, o := range m.q.order {
		r.by = append(r.by, m.value(o.node, row))
	}
	return r
}

// compareBy sorts as asked, then by group key; missing values come last.
func compareBy(q *Query, a, b result) int {
	for i := range a.by {
		if c := nullsLast(a.by[i], b.by[i], q.order[i].desc); c != 0 {
			return c
		}
	}
	for i := range a.keys {
		if c := nullsLast(a.keys[i], b.keys[i], false); c != 0 {
			return c
		}
	}
	return 0
}

func nullsLast(a, b any, desc bool) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	case desc:
		return order2(b, a)
	}
	return order2(a, b)
}

// order2 compares two values that are not missing.
func order2(a, b any) int {
	switch x := a.(type) {
	case string:
		y, _ := b.(string)
		return cmp.Compare(x, y)
	case bool:
		y, _ := b.(bool)
		return cmp.Compare(flag(x), flag(y))
	case time.Time:
		y, _ := b.(time.Time)
		return x.Truncate(time.Microsecond).Compare(y.Truncate(time.Microsecond))
	case []string:
		y, _ := b.([]string)
		return slices.Compare(x, y)
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(toFloat(a), toFloat(b))
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (q *Query) page(found []result) Answer {
	a := Answer{Total: len(found)}
	for _, o := range q.outputs {
		c := Column{Name: o.key, Label: o.key, Type: o.typ}
		if o.op == opField && o.key == o.text {
			c.Label = o.field.label()
		}
		a.Columns = append(a.Columns, c)
	}
	found = found[min(q.offset, len(found)):]
	if q.limit > 0 {
		found = found[:min(q.limit, len(found))]
	}
	for _, r := range found {
		a.Rows = append(a.Rows, r.values)
	}
	return a
}

// groups gathers rows by their keys and computes the aggregates of each. A row
// with several values of a Multi key is in the group of each.
func (m *memory) groups(rows []Row) []result {
	type group struct {
		keys []any
		rows []Row
	}
	var order []string
	byKey := map[string]*group{}
	if len(m.q.group) == 0 {
		order, byKey[""] = []string{""}, &group{rows: rows}
		rows = nil
	}
	for _, r := range rows {
		for _, keys := range m.keys(r, m.q.group) {
			id := fmt.Sprintf("%#v", keys)
			if byKey[id] == nil {
				order, byKey[id] = append(order, id), &group{keys: keys}
			}
			byKey[id].rows = append(byKey[id].rows, r)
		}
	}
	aggs := m.q.aggregates()
	var out []result
	for _, id := range order {
		g := byKey[id]
		subst := map[string]any{}
		for i, k := range m.q.group {
			subst[k.String()] = g.keys[i]
		}
		for _, a := range aggs {
			subst[a.String()] = m.aggregate(a, g.rows)
		}
		outer := &memory{q: m.q, now: m.now, subst: subst}
		r := outer.result(nil)
		r.keys = g.keys
		out = append(out, r)
	}
	return out
}

// keys lists the keys of a row: one, or several where a field holds several.
func (m *memory) keys(r Row, group []*node) [][]any {
	if len(group) == 0 {
		return [][]any{nil}
	}
	v := []any{m.value(group[0], r)}
	if list, ok := v[0].([]string); ok {
		v = nil
		for _, s := range list {
			v = append(v, s)
		}
	}
	var out [][]any
	for _, rest := range m.keys(r, group[1:]) {
		for _, k := range v {
			out = append(out, append([]any{k}, rest...))
		}
	}
	return out
}

func (m *memory) aggregate(n *node, rows []Row) any {
	if n.args[0].op == opStar {
		return int64(len(rows))
	}
	var values []any
	for _, r := range rows {
		if v := m.value(n.args[0], r); v != nil {
			values = append(values, v)
		}
	}
	switch n.text {
	case "count":
		return int64(len(values))
	case countDistinct:
		seen := map[string]bool{}
		for _, v := range values {
			seen[fmt.Sprintf("%#v", v)] = true
		}
		return int64(len(seen))
	}
	if len(values) == 0 {
		return nil
	}
	slices.SortFunc(values, order2)
	switch n.text {
	case "min":
		return values[0]
	case "max":
		return values[len(values)-1]
	case "median":
		return quantile(values, 0.5)
	case "percentile":
		return quantile(values, n.args[1].float()/100)
	}
	return total(values, n)
}

// quantile interpolates between the two nearest of sorted values.
func quantile(values []any, p float64) float64 {
	at := p * float64(len(values)-1)
	lo, hi := toFloat(values[int(math.Floor(at))]), toFloat(values[int(math.Ceil(at))])
	return lo + (hi-lo)*(at-math.Floor(at))
}

func total(values []any, n *node) any {
	var whole int64
	var sum float64
	for _, v := range values {
		whole += toInt(v)
		sum += toFloat(v)
	}
	switch {
	case n.text == "avg":
		return sum / float64(len(values))
	case n.typ == Int:
		return whole
	}
	return sum
}

// formatDate writes a local time by a pattern of date_format.
func (m *memory) formatDate(n *node, t time.Time) string {
	parts, _ := pieces(n.args[1].text)
	isoYear, week := t.ISOWeek()
	values := map[string]int{"year": t.Year(), "isoyear": isoYear, "weekofyear": week, "isodow": (int(t.Weekday())+6)%7 + 1,
		"dayofyear": t.YearDay(), "month": int(t.Month()), "day": t.Day(), "hour": t.Hour(), "minute": t.Minute(), "second": t.Second()}
	var b strings.Builder
	for _, p := range parts {
		if p.symbol == "" {
			b.WriteString(p.free)
			continue
		}
		d := dateParts[p.symbol]
		v := values[d.sql]
		switch {
		case d.names != nil:
			b.WriteString(strings.Fields(d.names(m.q.lang))[v-1])
		case d.modulo != 0:
			fmt.Fprintf(&b, "%02d", v%100)
		default:
			fmt.Fprintf(&b, "%0"+strconv.Itoa(max(d.digits, 1))+"d", v)
		}
	}
	return b.String()
}

func int64Of(s string) int64 {
	v, _ := strconv.ParseInt(s, 10, 64) // checked when it was typed
	return v
}
