package query

import (
	"strconv"
	"time"
)

// grouped compiles a query with a row a group: keys and aggregates inside, what
// is made of them, the order and the limit outside.
func (w *writer) grouped(o Options) {
	q := w.q
	w.subst = map[string]string{}
	for i, g := range q.group {
		w.subst[g.String()] = "k" + strconv.Itoa(i)
	}
	aggs := q.aggregates()
	for i, a := range aggs {
		w.subst[a.String()] = "a" + strconv.Itoa(i)
	}
	subst := w.subst
	w.text("SELECT ")
	w.list(len(q.outputs), ", ", func(i int) { w.groupOutput(i, q.outputs[i]) })
	w.text(" FROM (SELECT ")
	w.subst = nil
	w.keys(q.group)
	w.list(len(aggs), "", func(i int) {
		if i+len(q.group) > 0 {
			w.text(", ")
		}
		w.expr(aggs[i])
		w.text(" AS a" + strconv.Itoa(i))
	})
	w.from(o, q.condition(nil))
	if len(q.group) > 0 {
		w.text(" GROUP BY ")
		w.list(len(q.group), ", ", func(i int) { w.text(strconv.Itoa(i + 1)) })
	}
	w.text(") g")
	w.subst = subst
	w.groupOrder()
	w.limit()
}

// aggregates lists the different aggregates of outputs and order.
func (q *Query) aggregates() []*node {
	var out []*node
	seen := map[string]bool{}
	collect := func(n *node) {
		if n.op == opCall && functions[n.text].role == aggregate && !seen[n.String()] {
			seen[n.String()] = true
			out = append(out, n)
		}
	}
	for _, o := range q.outputs {
		o.walk(collect)
	}
	for _, o := range q.order {
		o.walk(collect)
	}
	return out
}

// keys writes the group keys; that of a range is its lower bound or number.
func (w *writer) keys(group []*node) {
	w.list(len(group), ", ", func(i int) {
		w.expr(group[i])
		w.text(" AS k" + strconv.Itoa(i))
	})
}

// groupOrder sorts as asked, then by the keys, so that pages never overlap.
func (w *writer) groupOrder() {
	q := w.q
	if len(q.order)+len(q.group) == 0 {
		return
	}
	w.text(" ORDER BY ")
	w.list(len(q.order), ", ", func(i int) { w.order(q.order[i]) })
	w.list(len(q.group), "", func(i int) {
		if i+len(q.order) > 0 {
			w.text(", ")
		}
		w.text("k" + strconv.Itoa(i) + " NULLS LAST")
	})
}

// groupOutput writes one column of a grouped answer; ranges become labels.
func (w *writer) groupOutput(i int, o output) {
	if o.op != opCall || o.text != "range" {
		w.output(i, o)
		return
	}
	source := "c" + strconv.Itoa(i)
	w.rangeLabel(o.node, w.subst[o.node.String()])
	w.text(" AS " + source)
	w.columns = append(w.columns, Column{Name: o.key, Label: o.key, Type: Text, Source: source})
}

// bucket writes the group key of range().
func (w *writer) bucket(n *node) {
	x, width := n.args[0], n.args[1]
	switch {
	case len(n.args) > 2:
		w.intervalNumber(n)
	case x.typ == Int && width.typ == Int:
		w.wrap("(TRY_CAST(floor(CAST(", x, " AS DOUBLE) / ")
		w.arg(width.float(), "DOUBLE")
		w.wrap(") AS BIGINT) * ", width, ")")
	case x.typ.numeric():
		w.wrap("(floor(CAST(", x, " AS DOUBLE) / ")
		w.arg(width.float(), "DOUBLE")
		w.text(") * ")
		w.arg(width.float(), "DOUBLE")
		w.text(")")
	case w.span(width).micros == 0:
		w.text("date_trunc('" + w.span(width).calendar + "', ")
		w.wall(x)
		w.text(")")
	default:
		w.text("time_bucket(")
		w.duration(width)
		w.text(", ")
		w.wall(x)
		w.text(", TIMESTAMP '1970-01-01')")
	}
}

func (w *writer) span(width *node) span {
	s, _ := timeUnit(width.unit) // checked when it was typed
	return s
}

// duration writes the width of a range of time as an interval.
func (w *writer) duration(width *node) {
	s := w.span(width)
	if s.micros == 0 {
		w.text("INTERVAL 1 " + s.calendar)
		return
	}
	w.text("to_microseconds(")
	w.arg(int64(width.float())*s.micros, "BIGINT")
	w.text(")")
}

// limits are the bounds of a static range, and whether it is open below, above.
func limits(n *node) (bounds []*node, below, above bool) {
	bounds = n.args[1:]
	if bounds[0].op == opStar {
		below, bounds = true, bounds[1:]
	}
	if bounds[len(bounds)-1].op == opStar {
		above, bounds = true, bounds[:len(bounds)-1]
	}
	return bounds, below, above
}

func isLess(x, bound *node) *node {
	return &node{op: opCompare, text: "<", args: []*node{x, bound}, typ: Boolean}
}

// intervalNumber writes which interval of a static range a value is in, from 0
// for values below the first bound.
func (w *writer) intervalNumber(n *node) {
	x := n.args[0]
	bounds, _, _ := limits(n)
	w.wrap("(CASE WHEN ", x, " IS NULL THEN NULL")
	for i, b := range bounds {
		w.text(" WHEN ")
		w.compare(isLess(x, b))
		w.text(" THEN " + strconv.Itoa(i))
	}
	w.text(" ELSE " + strconv.Itoa(len(bounds)) + " END)")
}

// inRange leaves out what a static range does not cover. It returns the word
// that joins the next condition.
func (w *writer) inRange(n *node, sep string) string {
	bounds, below, above := limits(n)
	x := n.args[0]
	part := func(outside bool, b *node) {
		w.text(sep)
		sep = " AND "
		if !outside {
			w.text("(NOT ")
		} else {
			w.text("(")
		}
		w.compare(isLess(x, b))
		w.wrap(" OR ", x, " IS NULL)")
	}
	if !below {
		part(false, bounds[0])
	}
	if !above {
		part(true, bounds[len(bounds)-1])
	}
	return sep
}

// rangeLabel writes the label of a range whose key is in column k: [10, 20[.
func (w *writer) rangeLabel(n *node, k string) {
	x, width := n.args[0], n.args[1]
	switch {
	case len(n.args) > 2:
		w.intervalLabels(n, k)
	case x.typ.numeric():
		w.text("('[' || " + k + " || ', ' || (" + k + " + ")
		w.number(width)
		w.text(") || '[')")
	default:
		w.text("('[' || ")
		w.zulu(k, x, nil)
		w.text(" || ', ' || ")
		w.zulu(k, x, width)
		w.text(" || '[')")
	}
}

// zulu writes column k, perhaps plus a width, as text in UTC.
func (w *writer) zulu(k string, x, width *node) {
	local := w.q.zone != time.UTC && x.typ == Datetime
	w.text("strftime(")
	if local {
		w.text("timezone('UTC', timezone(")
		w.str(w.q.zone.String())
		w.text(", ")
	}
	w.text(k)
	if width != nil {
		w.text(" + ")
		w.duration(width)
	}
	w.text(map[bool]string{true: "))"}[local] + ", '%Y-%m-%dT%H:%M:%S.%gZ')")
}

func (w *writer) intervalLabels(n *node, k string) {
	bounds, below, above := limits(n)
	label := func(i int) string {
		if i < 0 || i >= len(bounds) {
			return "*"
		}
		if b := bounds[i]; b.op != opDate {
			return b.text
		}
		return w.instant(bounds[i]).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	w.text("(CASE " + k)
	for i := 0; i <= len(bounds); i++ {
		if i == 0 && !below || i == len(bounds) && !above {
			continue
		}
		w.text(" WHEN " + strconv.Itoa(i) + " THEN ")
		w.str("[" + label(i-1) + ", " + label(i) + "[")
	}
	w.text(" END)")
}
