package query

import (
	"strings"
)

// Op is how a Filter compares.
type Op string

// The operations of a filter form.
const (
	Is       Op = "is"
	IsNot    Op = "not"
	Contains Op = "contains" // every word, folded
	Begins   Op = "begins"
	Below    Op = "below"
	AtMost   Op = "atmost"
	Above    Op = "above"
	AtLeast  Op = "atleast"
	Missing  Op = "missing"
	Present  Op = "present"
)

// Ops lists the operations that fit a type, the usual one first.
func Ops(t Type) []Op {
	switch {
	case t == Text:
		return []Op{Contains, Is, IsNot, Begins, Missing, Present}
	case t.numeric() || t.temporal():
		return []Op{Is, IsNot, AtLeast, AtMost, Above, Below, Missing, Present}
	case t == Boolean:
		return []Op{Is, IsNot, Missing, Present}
	}
	return []Op{Missing, Present}
}

// Filter is one line of a filter form. An empty Value with an Op that needs one
// is no filter.
type Filter struct {
	Field string
	Op    Op
	Value string
}

// Form is what a page's sort and filter form asks.
type Form struct {
	Search   string // words in any text field
	Filters  []Filter
	Sort     string // field; "" for the order of the file
	Desc     bool
	Limit    int // 0 for all
	Offset   int
	Timezone string
	Lang     string
}

// Build makes the query of a form. An error is an *Error whose Position is the
// number of the filter, or -1.
func Build(s *Schema, f Form) (*Query, error) {
	q, err := Parse(s, Params{Limit: f.Limit, Offset: f.Offset, Timezone: f.Timezone, Lang: f.Lang})
	if err != nil {
		return nil, err
	}
	r := &reader{q: q}
	c := r.checker(InFilter, nil, predicate)
	var all []*node
	if strings.TrimSpace(f.Search) != "" {
		all = append(all, &node{op: opString, text: strings.TrimSpace(f.Search), pos: -1})
	}
	for i, line := range f.Filters {
		n, err := r.filter(i, line)
		if err != nil {
			return nil, err
		}
		if n != nil {
			all = append(all, n)
		}
	}
	for _, n := range all {
		if !cleanForm(n) {
			return nil, refuse(InFilter, n.pos, "not-text", "%s: the text is not valid UTF-8", string(InFilter))
		}
		if err := c.condition(n); err != nil {
			return nil, unfit(n.pos, f, s, err)
		}
	}
	q.where = both(all...)
	if f.Sort != "" {
		by := s.Field(f.Sort)
		if by == nil {
			return nil, unknownField(InOrderBy, -1, f.Sort, s.names())
		}
		if by.Type.geo() {
			return nil, unsupported(InOrderBy, -1, string(by.Type), "sort by a number, a text or a date")
		}
		q.order = []order{{&node{op: opField, text: by.Name, field: by, typ: by.Type}, f.Desc}}
	}
	return q, nil
}

// unfit tells a person who filled in a form that her value does not fit.
func unfit(line int, f Form, s *Schema, err error) error {
	if line < 0 || line >= len(f.Filters) {
		return err
	}
	by := s.Field(f.Filters[line].Field)
	if by == nil {
		return err
	}
	example := map[Type]string{Int: "1200", Double: "12.5", Date: "2024-04-01", Datetime: "2024-04-01 08:00", Boolean: "true"}[by.Type]
	if example == "" {
		return err
	}
	return refuse(InFilter, line, "filter-value", "%q does not fit %s; write something like %s",
		clip(f.Filters[line].Value, 60), by.label(), example).hint("write something like " + example)
}

func cleanForm(n *node) bool {
	clean := true
	n.walk(func(m *node) { clean = clean && cleanText(m.text) })
	return clean
}

// filter makes the condition of one line; nil if the line asks nothing.
func (r *reader) filter(i int, line Filter) (*node, error) {
	if line.Field == "" {
		return nil, nil
	}
	f := r.q.schema.Field(line.Field)
	if f == nil {
		return nil, unknownField(InFilter, i, line.Field, r.q.schema.names())
	}
	field := &node{op: opField, text: f.Name, field: f, typ: f.Type, pos: i}
	value := &node{op: opString, text: strings.TrimSpace(line.Value), pos: i}
	if line.Op == Missing || line.Op == Present {
		return &node{op: opIsNull, not: line.Op == Present, args: []*node{field}, pos: i}, nil
	}
	if value.text == "" {
		return nil, nil
	}
	known := false
	for _, o := range Ops(f.Type) {
		known = known || o == line.Op
	}
	if !known {
		return nil, refuse(InFilter, i, "filter", "%q cannot be asked of %s", clip(string(line.Op), 20), f.label())
	}
	return condition(field, value, line.Op, i), nil
}

func condition(field, value *node, o Op, pos int) *node {
	if field.typ.numeric() {
		value.text = strings.ReplaceAll(value.text, ",", "")
	}
	switch o {
	case Contains:
		return &node{op: opLike, args: []*node{field, value}, pos: pos}
	case Begins:
		return &node{op: opCall, text: "startswith", args: []*node{field, value}, pos: pos}
	case IsNot:
		same := &node{op: opCompare, text: "=", args: []*node{field, value}, pos: pos}
		return &node{op: opNot, args: []*node{same}, pos: pos}
	}
	sign := map[Op]string{Is: "=", Below: "<", AtMost: "<=", Above: ">", AtLeast: ">="}[o]
	return &node{op: opCompare, text: sign, args: []*node{field, value}, pos: pos}
}

// Record is the query for one row by its _id, answering what sel selects.
func Record(s *Schema, id, sel, timezone, lang string) (*Query, error) {
	q, err := Parse(s, Params{Select: sel, Limit: 1, Timezone: timezone, Lang: lang})
	if err != nil {
		return nil, err
	}
	n := &node{op: opCompare, text: "=", args: []*node{{op: opField, text: "_id"}, {op: opString, text: id}}}
	c := (&reader{q: q}).checker(InWhere, nil)
	if err := c.condition(n); err != nil {
		return nil, err
	}
	q.where = n
	return q, nil
}
