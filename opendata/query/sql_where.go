package query

import (
	"math"
	"strconv"
	"time"
)

// cond writes a condition. Like the in-memory form it is false, never unknown,
// for missing values, so that not is a plain opposite.
func (w *writer) cond(n *node) {
	switch n.op {
	case opAnd, opOr:
		sep := map[op]string{opAnd: " AND ", opOr: " OR "}[n.op]
		w.text("(")
		w.list(len(n.args), sep, func(i int) { w.cond(n.args[i]) })
		w.text(")")
	case opNot:
		w.text("((")
		w.cond(n.args[0])
		w.text(") IS NOT TRUE)")
	case opString:
		w.fullText(n.text, w.q.textFields(), term.anywhere)
	case opField:
		w.wrap("(", n, " IS TRUE)")
	case opCall:
		w.predicate(n)
	case opCompare:
		w.compare(n)
	case opIsNull:
		w.isNull(n)
	case opIsBool:
		w.wrap("(", n.args[0], " IS "+map[bool]string{true: "NOT "}[n.not]+map[string]string{"true": "TRUE)", "false": "FALSE)"}[n.text])
	default:
		w.negatable(n)
	}
}

// negatable writes what has a not of its own.
func (w *writer) negatable(n *node) {
	if n.not {
		w.text("(")
	}
	switch n.op {
	case opLike:
		w.fullText(n.args[1].text, n.args[:1], term.anywhere)
	case opIn:
		w.in(n)
	case opMember:
		w.compare(&node{op: opCompare, text: "=", args: []*node{n.args[1], n.args[0]}})
	case opBetween:
		w.between(n)
	}
	if n.not {
		w.text(" IS NOT TRUE)")
	}
}

// compare writes a comparison. Days compare with moments as local wall time.
func (w *writer) compare(n *node) {
	a, b := n.args[0], n.args[1]
	if w.rowNumber(n) {
		return
	}
	write := [2]func(){func() { w.expr(a) }, func() { w.expr(b) }}
	if a.typ == Date || b.typ == Date {
		switch {
		case a.typ == Date && b.typ == Date:
		case a.typ == Date && b.op == opDate && w.midnight(b):
			write[1] = func() { w.as(b, Date) }
		case b.typ == Date && a.op == opDate && w.midnight(a):
			write[0] = func() { w.as(a, Date) }
		default:
			write = [2]func(){func() { w.wall(a) }, func() { w.wall(b) }}
		}
	}
	w.text("(")
	write[0]()
	w.text(" " + map[string]string{"!=": "<>"}[n.text] + map[bool]string{true: n.text}[n.text != "!="] + " ")
	write[1]()
	w.text(")")
}

func (w *writer) midnight(n *node) bool {
	t := w.instant(n)
	return t.Equal(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location()))
}

// rowNumber writes _id = "5" as a comparison of row numbers, which can use the
// statistics of the file.
func (w *writer) rowNumber(n *node) bool {
	a, b := n.args[0], n.args[1]
	if a.op != opField || !a.field.pseudo || a.field.Name != "_id" || n.text != "=" || b.op != opString {
		return false
	}
	row, err := strconv.ParseInt(b.text, 10, 64)
	if err != nil || strconv.FormatInt(row, 10) != b.text {
		w.text("FALSE")
		return true
	}
	w.text("(" + ident(a.field.column()) + " = ")
	w.arg(row, "BIGINT")
	w.text(")")
	return true
}

func (w *writer) in(n *node) {
	w.text("(")
	w.list(len(n.args)-1, " OR ", func(i int) {
		w.compare(&node{op: opCompare, text: "=", args: []*node{n.args[0], n.args[i+1]}})
	})
	w.text(")")
}

func (w *writer) between(n *node) {
	lo, hi := n.args[1], n.args[2]
	w.text("(")
	if lo.op == opStar && hi.op == opStar {
		w.isNull(&node{op: opIsNull, not: true, args: n.args[:1]})
	}
	if lo.op != opStar {
		w.compare(&node{op: opCompare, text: bracket(n.openLo, ">", ">="), args: []*node{n.args[0], lo}})
	}
	if lo.op != opStar && hi.op != opStar {
		w.text(" AND ")
	}
	if hi.op != opStar {
		w.compare(&node{op: opCompare, text: bracket(n.openHi, "<", "<="), args: []*node{n.args[0], hi}})
	}
	w.text(")")
}

func (w *writer) isNull(n *node) {
	not := map[bool]string{true: "NOT "}[n.not]
	if x := n.args[0]; x.typ == GeoPoint {
		both := map[bool]string{true: " AND ", false: " OR "}[n.not]
		w.text("(" + ident(x.field.Lon) + " IS " + not + "NULL" + both + ident(x.field.Lat) + " IS " + not + "NULL)")
		return
	}
	w.wrap("(", n.args[0], " IS "+not+"NULL)")
}

func (w *writer) predicate(n *node) {
	last := n.args[len(n.args)-1]
	fields := n.args[:len(n.args)-1]
	if len(fields) == 0 {
		fields = w.q.textFields()
	}
	switch n.text {
	case "search":
		w.fullText(last.text, fields, term.anywhere)
	case "suggest":
		w.fullText(last.text, fields, term.prefixPattern)
	case "startswith":
		w.text("(")
		w.list(len(fields), " OR ", func(i int) {
			w.wrap("starts_with(", fields[i], ", ")
			w.str(last.text)
			w.text(")")
		})
		w.text(map[bool]string{true: "FALSE"}[len(fields) == 0] + ")")
	case "within_distance":
		w.within(n)
	case "in_bbox":
		w.inBox(n)
	}
}

// textFields are the fields that a search without fields looks in.
func (q *Query) textFields() []*node {
	var out []*node
	for i := range q.schema.Fields {
		if f := &q.schema.Fields[i]; f.Type == Text {
			out = append(out, &node{op: opField, text: f.Name, field: f, typ: Text})
		}
	}
	return out
}

func (t term) anywhere() string { return t.pattern }

// fullText writes that every word of text stands in one of the fields. how
// gives the pattern of a word; "" means the word itself.
func (w *writer) fullText(text string, fields []*node, how func(term) string) {
	words := terms(text)
	if len(words) == 0 || len(fields) == 0 {
		w.text(map[bool]string{true: "TRUE", false: "FALSE"}[len(words) == 0])
		return
	}
	w.text("(")
	w.list(len(words), " AND ", func(i int) {
		w.text("(")
		w.list(len(fields), " OR ", func(j int) { w.contains(fields[j], words[i], how(words[i])) })
		w.text(")")
	})
	w.text(")")
}

func (w *writer) contains(f *node, t term, pattern string) {
	if pattern == "" {
		w.wrap("contains(", f, ", ")
		w.str(t.folded)
	} else {
		w.wrap("regexp_matches(", f, ", ")
		w.str(pattern)
	}
	w.text(")")
}

// earth is the mean radius of the GRS 80 ellipsoid, in metres.
const earth = 6371008.8

// metres writes the great-circle distance of a point field from a literal.
func (w *writer) metres(n *node) {
	f := n.args[0].field
	lon, lat, _ := n.args[1].lonLat() // checked when it was typed
	x, y := ident(f.Lon), ident(f.Lat)
	w.text("(2 * 6371008.8 * asin(least(1, sqrt(pow(sin(radians(" + y + " - ")
	w.arg(lat, "DOUBLE")
	w.text(") / 2), 2) + cos(radians(" + y + ")) * cos(radians(")
	w.arg(lat, "DOUBLE")
	w.text(")) * pow(sin(radians(" + x + " - ")
	w.arg(lon, "DOUBLE")
	w.text(") / 2), 2)))))")
}

// within writes within_distance: first a box, which the statistics of the file
// can answer, then the circle.
func (w *writer) within(n *node) {
	f := n.args[0].field
	_, lat, _ := n.args[1].lonLat()
	radius := n.args[2].float() * metres[n.args[2].unit]
	dlat := radius/earth*180/math.Pi + 1e-9
	w.text("(" + ident(f.Lat) + " BETWEEN ")
	w.arg(lat-dlat, "DOUBLE")
	w.text(" AND ")
	w.arg(lat+dlat, "DOUBLE")
	w.text(" AND ")
	w.metres(&node{args: n.args[:2]})
	w.text(" <= ")
	w.arg(radius, "DOUBLE")
	w.text(")")
}

// inBox writes in_bbox(f, lat1, lon1, lat2, lon2), the corners in any order.
func (w *writer) inBox(n *node) {
	f := n.args[0].field
	v := [4]float64{n.args[1].float(), n.args[2].float(), n.args[3].float(), n.args[4].float()}
	w.text("(" + ident(f.Lat) + " BETWEEN ")
	w.arg(min(v[0], v[2]), "DOUBLE")
	w.text(" AND ")
	w.arg(max(v[0], v[2]), "DOUBLE")
	w.text(" AND " + ident(f.Lon) + " BETWEEN ")
	w.arg(min(v[1], v[3]), "DOUBLE")
	w.text(" AND ")
	w.arg(max(v[1], v[3]), "DOUBLE")
	w.text(")")
}
