package query

import (
	"strings"
	"time"
)

// refinement keeps, or drops, the rows of one facet value.
type refinement struct {
	field   *Field
	value   string
	exclude bool
	test    *node // the rows that have the value
}

// String returns name:value.
func (r refinement) String() string { return r.field.Name + ":" + r.value }

func (r *reader) refinements(p Params) error {
	for i, list := range [][]string{p.Refine, p.Exclude} {
		c := []Clause{InRefine, InExclude}[i]
		for _, text := range list {
			if text == "" {
				continue
			}
			f, err := r.refinement(c, text)
			if err != nil {
				return err
			}
			f.exclude = c == InExclude
			r.q.refine = append(r.q.refine, f)
		}
	}
	return nil
}

func (r *reader) refinement(c Clause, text string) (refinement, error) {
	if !cleanText(text) {
		return refinement{}, refuse(c, -1, "not-text", "%s: the text is not valid UTF-8", string(c))
	}
	f, value := r.splitRefinement(text)
	if f == nil {
		name, _, colon := strings.Cut(text, ":")
		if !colon {
			return refinement{}, refuse(c, 0, "refine", "%s: write it as field:value", string(c)).hint("write it as field:value")
		}
		return refinement{}, unknownField(c, 0, name, r.q.schema.names())
	}
	ref := refinement{field: f, value: value}
	n := &node{op: opField, text: f.Name, field: f, typ: f.Type}
	if ref.test = facetTest(n, value); ref.test != nil {
		check := r.checker(c, nil, predicate)
		if check.condition(ref.test) == nil {
			return ref, nil
		}
	}
	return refinement{}, refuse(c, len([]rune(f.Name))+1, "refine-value", "%s: %q is no value of %s, which is of type %s",
		string(c), clip(value, 60), f.Name, string(f.Type)).hint("take values from the facets of " + f.Name)
}

// splitRefinement cuts at the colon behind a field's name, which may hold
// colons itself.
func (r *reader) splitRefinement(text string) (*Field, string) {
	for i, ch := range text {
		if ch == ':' {
			if f := r.q.schema.Field(text[:i]); f != nil {
				return f, text[i+1:]
			}
		}
	}
	return nil, ""
}

// facetTest is the condition that a row has the facet value; nil if none can.
func facetTest(f *node, value string) *node {
	str := &node{op: opString, text: value}
	same := &node{op: opCompare, text: "=", args: []*node{f, str}}
	switch {
	case f.field.Multi:
		return &node{op: opMember, args: []*node{str, f}}
	case f.typ.temporal():
		return dayTest(f, value)
	case f.typ == Text && f.field.Separator != "":
		below := &node{op: opCall, text: "startswith", args: []*node{clone(f), {op: opString, text: value + f.field.Separator}}}
		return &node{op: opOr, args: []*node{same, below}}
	case f.typ.geo():
		return nil
	case f.typ == Text && len([]rune(value)) > 4000:
		return nil
	}
	return same
}

// dayTest reads 2024, 2024/04 and 2024/04/15 as spans of time.
func dayTest(f *node, value string) *node {
	for _, level := range []struct {
		form               string
		years, months, day int
	}{{"2006", 1, 0, 0}, {"2006/01", 0, 1, 0}, {"2006/01/02", 0, 0, 1}} {
		t, err := time.Parse(level.form, strings.ReplaceAll(value, "-", "/"))
		if err != nil || t.Year() < 1 || t.Year() > 9998 {
			continue
		}
		end := t.AddDate(level.years, level.months, level.day)
		return &node{op: opBetween, openHi: true, args: []*node{f,
			{op: opDate, text: t.Format(time.DateOnly)}, {op: opDate, text: end.Format(time.DateOnly)}}}
	}
	return nil
}

// condition is where, with every refinement but those that skip names.
func (q *Query) condition(skip *Field) *node {
	all := []*node{q.where}
	either := map[*Field][]*node{}
	var fields []*Field
	for _, r := range q.refine {
		switch {
		case r.field == skip:
		case r.exclude:
			all = append(all, &node{op: opNot, args: []*node{r.test}, typ: Boolean})
		case r.field.Disjunctive:
			if either[r.field] == nil {
				fields = append(fields, r.field)
			}
			either[r.field] = append(either[r.field], r.test)
		default:
			all = append(all, r.test)
		}
	}
	for _, f := range fields {
		n := either[f][0]
		if len(either[f]) > 1 {
			n = flat(&node{op: opOr, args: either[f], typ: Boolean})
		}
		all = append(all, n)
	}
	return both(all...)
}
