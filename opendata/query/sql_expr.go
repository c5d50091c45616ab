package query

import (
	"strconv"
	"strings"
	"time"
)

// expr writes the SQL of a value.
func (w *writer) expr(n *node) {
	if len(w.subst) > 0 {
		if col, ok := w.subst[n.String()]; ok {
			w.text(col)
			return
		}
	}
	switch n.op {
	case opField:
		w.field(n.field)
	case opString:
		w.str(n.text)
	case opNumber:
		w.number(n)
	case opBool:
		w.text(strings.ToUpper(n.text))
	case opNull:
		w.text("NULL")
	case opDate:
		w.arg(stamp(w.instant(n)), "TIMESTAMP")
	case opNeg:
		w.text("(-")
		w.expr(n.args[0])
		w.text(")")
	case opArith:
		w.arith(n)
	case opCall:
		w.call(n)
	}
}

func (w *writer) field(f *Field) {
	switch {
	case !f.pseudo:
		w.text(ident(f.column()))
	case f.Name == "_id":
		w.text("CAST(" + ident(f.column()) + " AS VARCHAR)")
	case f.Name == "_timestamp":
		w.arg(stamp(w.q.schema.Updated), "TIMESTAMP")
	default:
		w.size()
	}
}

// size is the length of a record's values as text, in bytes.
func (w *writer) size() {
	w.text("(0")
	for i := range w.q.schema.Fields {
		if f := &w.q.schema.Fields[i]; f.Type != GeoPoint {
			w.text(" + coalesce(strlen(CAST(" + ident(f.column()) + " AS VARCHAR)), 0)")
		} else {
			w.text(" + 16")
		}
	}
	w.text(")")
}

func (w *writer) number(n *node) {
	if v, err := strconv.ParseInt(n.text, 10, 64); err == nil {
		w.arg(v, "BIGINT")
		return
	}
	w.arg(n.float(), "DOUBLE")
}

// arith never fails at run time: an overflow and a division by zero are null.
func (w *writer) arith(n *node) {
	a, b := n.args[0], n.args[1]
	if n.text == "/" {
		w.text("(CAST(")
		w.expr(a)
		w.text(" AS DOUBLE) / nullif(CAST(")
		w.expr(b)
		w.text(" AS DOUBLE), 0))")
		return
	}
	w.text(map[bool]string{true: "TRY(", false: "("}[n.typ == Int])
	w.operand(a, n.typ)
	w.text(" " + n.text + " ")
	w.operand(b, n.typ)
	w.text(")")
}

func (w *writer) operand(n *node, t Type) {
	w.text("CAST(")
	w.expr(n)
	w.text(map[bool]string{true: " AS BIGINT)", false: " AS DOUBLE)"}[t == Int])
}

// instant is the moment of a date literal.
func (w *writer) instant(n *node) time.Time {
	t, _ := moment(n.text, w.q.zone) // checked when it was typed
	return t
}

// stamp writes a moment for a TIMESTAMP column, which holds UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999999") }

// wall writes the local date and time of a value, as a TIMESTAMP.
func (w *writer) wall(n *node) {
	switch {
	case n.op == opDate:
		t := w.instant(n)
		w.arg(t.Format("2006-01-02 15:04:05.999999"), "TIMESTAMP")
	case n.typ == Date:
		w.text("CAST(")
		w.expr(n)
		w.text(" AS TIMESTAMP)")
	case w.q.zone == time.UTC:
		w.expr(n)
	default:
		w.text("timezone(")
		w.str(w.q.zone.String())
		w.text(", timezone('UTC', ")
		w.expr(n)
		w.text("))")
	}
}

// call writes a scalar or an aggregate.
func (w *writer) call(n *node) {
	switch n.text {
	case "length", "lower", "upper":
		w.wrap(n.text+"(", n.args[0], ")")
	case "year", "month", "day", "hour", "minute", "second":
		w.text(n.text + "(")
		w.wall(n.args[0])
		w.text(")")
	case "date_format":
		w.dateFormat(n)
	case "distance":
		w.metres(n)
	case "ifnull":
		w.text("coalesce(")
		w.expr(n.args[0])
		w.text(", ")
		w.as(n.args[1], n.args[0].typ)
		w.text(")")
	case "now":
		w.arg(stamp(shift(w.now.In(w.q.zone), n.args)), "TIMESTAMP")
	case "range":
		w.bucket(n)
	default:
		w.aggregate(n)
	}
}

// as writes n; a moment where a day is wanted is its local day.
func (w *writer) as(n *node, t Type) {
	switch {
	case t == Date && n.op == opDate:
		w.arg(w.instant(n).Format(time.DateOnly), "DATE")
	case t == Date && n.typ == Datetime:
		w.text("CAST(")
		w.wall(n)
		w.text(" AS DATE)")
	default:
		w.expr(n)
	}
}

func (w *writer) wrap(before string, n *node, after string) {
	w.text(before)
	w.expr(n)
	w.text(after)
}

func (w *writer) aggregate(n *node) {
	switch n.text {
	case "count":
		if n.args[0].op == opStar {
			w.text("count(*)")
			return
		}
		w.wrap("count(", n.args[0], ")")
	case countDistinct:
		w.wrap("count(DISTINCT ", n.args[0], ")")
	case "sum":
		w.text("CAST(")
		w.wrap("sum(", n.args[0], ")")
		w.text(map[bool]string{true: " AS BIGINT)", false: " AS DOUBLE)"}[n.typ == Int])
	case "min", "max":
		w.wrap(n.text+"(", n.args[0], ")")
	case "avg":
		w.wrap("avg(CAST(", n.args[0], " AS DOUBLE))")
	case "median":
		w.wrap("median(CAST(", n.args[0], " AS DOUBLE))")
	case "percentile":
		w.wrap("quantile_cont(CAST(", n.args[0], " AS DOUBLE), ")
		w.arg(n.args[1].float()/100, "DOUBLE")
		w.text(")")
	case "bbox":
		w.bbox(n.args[0].field)
	}
}

// bbox writes the box round all points as a GeoJSON polygon, anticlockwise
// (RFC 7946 section 3.1.6); null without points.
func (w *writer) bbox(f *Field) {
	x0, x1 := "min("+ident(f.Lon)+")", "max("+ident(f.Lon)+")"
	y0, y1 := "min("+ident(f.Lat)+")", "max("+ident(f.Lat)+")"
	w.text(`('{"type":"Polygon","coordinates":[[[' || `)
	for i, c := range [][2]string{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}} {
		if i > 0 {
			w.text(` || '],[' || `)
		}
		w.text(c[0] + ` || ',' || ` + c[1])
	}
	w.text(` || ']]]}')`)
}
