package query

import (
	"strconv"
	"strings"
	"time"

	"github.com/gongdao/gongdao/fault"
)

// Column is one column of an answer. Source is its name in the SQL; a
// geo_point_2d has Lon and Lat there instead. Columns stand in the order of the
// select list, a point's longitude before its latitude.
type Column struct {
	Name   string // key in the answer, as the reader asked for it
	Label  string // for people
	Type   Type
	Source string
	Lon    string
	Lat    string
}

// SQL is one SELECT for DuckDB. Every value stands in Args, in the order of the
// question marks: string, int64, float64 or bool.
type SQL struct {
	Text    string
	Args    []any
	Columns []Column
}

// Options are what a compilation depends on beside the query.
type Options struct {
	Table string    // name of the table or view; "" means t
	Now   time.Time // for now(); needed when the query is Volatile
}

func (o Options) table() string {
	if o.Table == "" {
		return ident("t")
	}
	return ident(o.Table)
}

// SQL compiles q.
func (q *Query) SQL(o Options) (SQL, error) {
	w := &writer{q: q, now: o.Now}
	if w.now.IsZero() && q.Volatile() {
		return SQL{}, fault.Internal.Errorf("opendata.query-clock", "a query with now() was compiled without a clock")
	}
	if q.Grouped() {
		w.grouped(o)
	} else {
		w.rows(o)
	}
	return SQL{w.b.String(), w.args, w.columns}, nil
}

// Count compiles the question how many rows or groups q has without its limit
// and offset. The answer is one row with one integer.
func (q *Query) Count(o Options) (SQL, error) {
	w := &writer{q: q, now: o.Now}
	w.columns = []Column{{Name: "count", Label: "count", Type: Int, Source: "c0"}}
	switch {
	case q.Grouped() && len(q.group) == 0:
		w.text("SELECT 1 AS c0")
	case q.Grouped():
		w.text("SELECT count(*) AS c0 FROM (SELECT DISTINCT ")
		w.keys(q.group)
		w.from(o, q.condition(nil))
		w.text(") g")
	default:
		w.text("SELECT count(*) AS c0")
		w.from(o, q.condition(nil))
	}
	return SQL{w.b.String(), w.args, w.columns}, nil
}

// writer builds one statement from left to right, so that arguments stand in
// the order of their question marks.
type writer struct {
	q       *Query
	now     time.Time
	b       strings.Builder
	args    []any
	columns []Column
	subst   map[string]string // canonical text → column of the inner query
}

func (w *writer) text(s string) { w.b.WriteString(s) }

// ident quotes an identifier. Only names of the schema and of ours come here.
func ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// arg binds v as a parameter of SQL type t.
func (w *writer) arg(v any, t string) {
	w.text("CAST(? AS " + t + ")")
	w.args = append(w.args, v)
}

func (w *writer) str(s string) { w.arg(s, "VARCHAR") }

// list writes f of 0..n-1 with sep between.
func (w *writer) list(n int, sep string, f func(int)) {
	for i := range n {
		if i > 0 {
			w.text(sep)
		}
		f(i)
	}
}

// from writes FROM and WHERE.
func (w *writer) from(o Options, cond *node, more ...func()) {
	w.text(" FROM " + o.table())
	sep := " WHERE "
	if cond != nil {
		w.text(sep)
		w.cond(cond)
		sep = " AND "
	}
	for _, m := range more {
		w.text(sep)
		m()
		sep = " AND "
	}
	for _, g := range w.q.group {
		if g.op == opCall && g.text == "range" && len(g.args) > 2 {
			sep = w.inRange(g, sep)
		}
	}
}

// rows compiles a query with a row a record. Without an order the rows come as
// they stand in the file, which DuckDB keeps.
func (w *writer) rows(o Options) {
	w.text("SELECT ")
	w.list(len(w.q.outputs), ", ", func(i int) { w.output(i, w.q.outputs[i]) })
	w.from(o, w.q.condition(nil))
	if len(w.q.order) > 0 {
		w.text(" ORDER BY ")
		w.list(len(w.q.order), ", ", func(i int) { w.order(w.q.order[i]) })
		if w.q.schema.Row != "" {
			w.text(", " + ident(w.q.schema.Row))
		}
	}
	w.limit()
}

func (w *writer) order(o order) {
	if o.op == opCall && o.text == "random" {
		w.random(o.args[0])
		return
	}
	w.expr(o.node)
	if o.desc {
		w.text(" DESC")
	}
	w.text(" NULLS LAST")
}

// random orders by a hash of the row, or of the group, and the seed.
func (w *writer) random(seed *node) {
	w.text("hash(")
	switch {
	case w.q.Grouped():
		w.list(len(w.q.group), ", ", func(i int) { w.text("k" + strconv.Itoa(i)) })
		if len(w.q.group) == 0 {
			w.text("0")
		}
	case w.q.schema.Row != "":
		w.text(ident(w.q.schema.Row))
	default:
		w.list(len(w.q.schema.Fields), ", ", func(i int) { w.fieldColumns(&w.q.schema.Fields[i]) })
	}
	w.text(", ")
	w.arg(seed.float(), "DOUBLE")
	w.text(")")
}

func (w *writer) fieldColumns(f *Field) {
	if f.Type == GeoPoint {
		w.text(ident(f.Lon) + ", " + ident(f.Lat))
		return
	}
	w.text(ident(f.column()))
}

func (w *writer) limit() {
	if w.q.limit > 0 {
		w.text(" LIMIT ")
		w.arg(int64(w.q.limit), "BIGINT")
	}
	if w.q.offset > 0 {
		w.text(" OFFSET ")
		w.arg(int64(w.q.offset), "BIGINT")
	}
}

// output writes the i-th column of the answer and describes it.
func (w *writer) output(i int, o output) {
	c := Column{Name: o.key, Label: o.key, Type: o.typ, Source: "c" + strconv.Itoa(i)}
	if o.op == opField && o.key == o.text {
		c.Label = o.field.label()
	}
	if o.typ == null {
		c.Type = Text
	}
	if o.typ == GeoPoint {
		c.Lon, c.Lat = c.Source+"_lon", c.Source+"_lat"
		w.text(ident(o.field.Lon) + " AS " + c.Lon + ", " + ident(o.field.Lat) + " AS " + c.Lat)
		c.Source = ""
	} else {
		w.expr(o.node)
		w.text(" AS " + c.Source)
	}
	w.columns = append(w.columns, c)
}
