package query

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Params is a query as text, one member a clause. Every member may be empty.
type Params struct {
	Select   string
	Where    []string // joined by and
	GroupBy  string
	OrderBy  string
	Refine   []string // name:value
	Exclude  []string // name:value
	Limit    int      // rows; 0 or less means all
	Offset   int      // rows to pass over
	Timezone string   // IANA name; "" means UTC
	Lang     string   // "zh-TW" or another; names of months and days
}

// output is one column of the answer: a value under a key.
type output struct {
	*node
	key string
}

// Query is a checked query over one Schema. It is immutable.
type Query struct {
	schema  *Schema
	outputs []output
	where   *node // nil for every row
	refine  []refinement
	group   []*node
	order   []order
	limit   int
	offset  int
	zone    *time.Location
	lang    string
	all     bool // outputs are the fields of the schema, in order
}

// Parse reads p and checks it against s. An error is an *Error, which is a
// fault.Malformed.
func Parse(s *Schema, p Params) (*Query, error) {
	if err := tooLong(p); err != nil {
		return nil, err
	}
	q := &Query{schema: s, limit: max(p.Limit, 0), offset: max(p.Offset, 0), lang: p.Lang}
	var err error
	if q.zone, err = zone(p.Timezone); err != nil {
		return nil, err
	}
	r := &reader{q: q}
	for _, step := range []func(Params) error{r.where, r.refinements, r.columns, r.order} {
		if err := step(p); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func tooLong(p Params) error {
	size := 0
	for _, part := range slices.Concat(p.Where, p.Refine, p.Exclude, []string{p.Select, p.GroupBy, p.OrderBy}) {
		size += len(part)
	}
	if size > MaxBytes || len(p.Where)+len(p.Refine)+len(p.Exclude) > MaxIn {
		return tooLarge(InWhere, -1, "bytes", "%s: the query is longer than %d bytes", MaxBytes)
	}
	return nil
}

// zone loads a time zone. Local is refused: it would depend on the server.
func zone(name string) (*time.Location, error) {
	if name == "" || strings.EqualFold(name, "utc") {
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") {
		return nil, refuse(InZone, -1, "zone", "%s: there is no time zone %q; write Asia/Taipei", string(InZone), clip(name, 60)).
			hint("write a name such as Asia/Taipei")
	}
	return loc, nil
}

// reader fills a Query clause by clause.
type reader struct {
	q       *Query
	budget  budget
	nodes   int
	natural []bool // of each group key: it has no alias, so select may name it
}

func (r *reader) checker(c Clause, aliases map[string]*node, allow ...role) *checker {
	return &checker{schema: r.q.schema, clause: c, zone: r.q.zone, allow: allow, aliases: aliases}
}

func (r *reader) where(p Params) error {
	var all []*node
	for _, text := range p.Where {
		if strings.TrimSpace(text) == "" {
			continue
		}
		n, err := r.budget.whereClause(text)
		if err != nil {
			return err
		}
		if err := r.checker(InWhere, nil, predicate).condition(n); err != nil {
			return err
		}
		if err := r.fits(InWhere, n); err != nil {
			return err
		}
		all = append(all, n)
	}
	r.q.where = both(all...)
	return nil
}

// both joins conditions by and; nil without any.
func both(all ...*node) *node {
	all = slices.DeleteFunc(all, func(n *node) bool { return n == nil })
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return flat(&node{op: opAnd, args: all, typ: Boolean, pos: all[0].pos})
}

// Limits on what a short text can grow to through aliases.
const (
	maxHeight = 512    // steps in one expression, well below what the engine takes
	maxNodes  = 10_000 // over the whole query
	maxKeys   = 20     // of group_by, and of order_by
)

// fits refuses trees that would overflow the stack of the engine, or ours.
func (r *reader) fits(c Clause, n *node) error {
	n.walk(func(*node) { r.nodes++ })
	if n.height() > maxHeight {
		return tooLarge(c, n.pos, "height", "%s: the expression is more than %d steps deep", maxHeight)
	}
	if r.nodes > maxNodes {
		return tooLarge(c, n.pos, "nodes", "%s: with its aliases written out, the query has more than %d parts", maxNodes)
	}
	return nil
}

func (r *reader) order(p Params) error {
	if strings.TrimSpace(p.OrderBy) == "" {
		return nil
	}
	list, err := r.budget.orderClause(p.OrderBy)
	if err != nil {
		return err
	}
	if len(list) > maxKeys {
		return tooLarge(InOrderBy, list[maxKeys].pos, "keys", "%s: there are more than %d keys", maxKeys)
	}
	for _, o := range list {
		if err := r.checker(InOrderBy, r.aliases(), r.roles(r.q.Grouped(), ordering)...).value(o.node); err != nil {
			return err
		}
		if o.typ.geo() || o.typ == null {
			return unsupported(InOrderBy, o.pos, string(o.typ), "sort by a number, a text or a date")
		}
		if err := r.fits(InOrderBy, o.node); err != nil {
			return err
		}
		if r.q.Grouped() && o.text != "random" {
			if err := r.q.answerable(InOrderBy, o.node); err != nil {
				return err
			}
		}
	}
	r.q.order = list
	return nil
}

// Limit is how many rows are asked for, 0 for all; Offset how many to pass over.
func (q *Query) Limit() int  { return q.limit }
func (q *Query) Offset() int { return q.offset }

// Everything reports whether q answers all fields of the schema, in order, a
// row a record.
func (q *Query) Everything() bool { return q.all }

// Timezone is the IANA name of the zone that datetimes are answered in.
func (q *Query) Timezone() string { return q.zone.String() }

// Volatile reports whether the answer depends on the clock, so that it must not
// be remembered.
func (q *Query) Volatile() bool {
	volatile := false
	q.each(func(n *node) { volatile = volatile || n.op == opCall && n.text == "now" })
	return volatile
}

// each visits every node of every clause.
func (q *Query) each(f func(*node)) {
	for _, o := range q.outputs {
		o.walk(f)
	}
	for _, n := range q.group {
		n.walk(f)
	}
	for _, o := range q.order {
		o.walk(f)
	}
	if q.where != nil {
		q.where.walk(f)
	}
}

// Canonical returns the text that stands for the whole query: two queries with
// the same text have the same answer over the same table. It is a cache key.
func (q *Query) Canonical() string {
	p := q.Params()
	var b strings.Builder
	for _, kv := range [][2]string{
		{"select", p.Select}, {"where", strings.Join(p.Where, "")}, {"group_by", p.GroupBy}, {"order_by", p.OrderBy},
		{"refine", strings.Join(p.Refine, "\n")}, {"exclude", strings.Join(p.Exclude, "\n")},
		{"limit", strconv.Itoa(p.Limit)}, {"offset", strconv.Itoa(p.Offset)}, {"timezone", p.Timezone}, {"lang", p.Lang},
	} {
		if kv[1] != "" && kv[1] != "0" {
			b.WriteString(kv[0] + "=" + kv[1] + "\x00")
		}
	}
	return b.String()
}

// Params returns the canonical text of each clause. Parsing it gives q again.
func (q *Query) Params() Params {
	p := Params{Limit: q.limit, Offset: q.offset, Lang: q.lang}
	if q.zone != time.UTC {
		p.Timezone = q.zone.String()
	}
	if q.where != nil {
		p.Where = []string{q.where.String()}
	}
	for _, r := range q.refine {
		if r.exclude {
			p.Exclude = append(p.Exclude, r.String())
		} else {
			p.Refine = append(p.Refine, r.String())
		}
	}
	if !q.all {
		p.Select = q.selectText()
	}
	var group, by []string
	for _, n := range q.group {
		group = append(group, n.String())
	}
	for _, o := range q.order {
		by = append(by, o.node.String()+map[bool]string{true: " desc"}[o.desc])
	}
	p.GroupBy, p.OrderBy = strings.Join(group, ", "), strings.Join(by, ", ")
	return p
}

func (q *Query) selectText() string {
	var parts []string
	for _, o := range q.outputs {
		text := o.node.String()
		if key := o.key; o.op == opField && key != o.text || o.op != opField && key != text {
			text += " as " + name(key)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}
