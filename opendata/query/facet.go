package query

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Facet is a field whose values are counted.
type Facet struct {
	Field       *Field
	Sort        string // count, alphanum or num, downwards with a - in front
	Limit       int    // values a level
	Disjunctive bool   // its own refinements do not narrow it
	Separator   string // what splits the levels of a value; "" for one level
}

// MaxFacet is the largest number of values of one facet.
const MaxFacet = 1000

// facetRows bounds how many different values are read for a hierarchy.
const facetRows = 20_000

// ParseFacet reads a facet parameter: a field, or facet(name="f",
// sort="-count", limit=20, disjunctive=true, hierarchical=true, separator="/").
func ParseFacet(s *Schema, text string) (Facet, error) {
	b := budget{}
	p, err := b.parser(InFacet, text)
	if err != nil {
		return Facet{}, err
	}
	n, err := p.primary()
	if err == nil {
		err = p.end()
	}
	if err != nil {
		return Facet{}, err
	}
	bad := signature(InFacet, n.pos, `field or facet(name="field", sort="-count", limit=20, disjunctive=true)`)
	named := map[string]*node{"name": {text: n.text, pos: n.pos}}
	if n.op == opCall && n.text == "facet" {
		named = map[string]*node{}
		for _, a := range n.args {
			if a.op != opNamed || !strings.Contains(facetArguments, " "+a.text+" ") || !a.args[0].literal() {
				return Facet{}, bad
			}
			named[a.text] = a.args[0]
		}
	} else if n.op != opField && n.op != opString {
		return Facet{}, bad
	}
	return facetOf(s, named, bad)
}

func facetOf(s *Schema, named map[string]*node, bad error) (Facet, error) {
	n := named["name"]
	if n == nil {
		return Facet{}, bad
	}
	f := Facet{Field: s.Field(n.text), Limit: 100}
	switch {
	case f.Field == nil:
		return Facet{}, unknownField(InFacet, n.pos, n.text, s.names())
	case f.Field.Type.geo():
		return Facet{}, unsupported(InFacet, n.pos, string(f.Field.Type), "take a field that names the place")
	}
	f.Separator, f.Disjunctive, f.Sort = f.Field.Separator, f.Field.Disjunctive, "-count"
	if f.Field.Type.temporal() {
		f.Separator, f.Sort = "/", "alphanum"
	}
	if v := named["limit"]; v != nil {
		k, err := strconv.Atoi(v.text)
		if v.op != opNumber || err != nil || k < 1 || k > MaxFacet {
			return Facet{}, bad
		}
		f.Limit = k
	}
	if v := named["sort"]; v != nil {
		if f.Sort = v.text; !strings.Contains(" count -count alphanum -alphanum num -num ", " "+v.text+" ") {
			return Facet{}, bad
		}
	}
	if v := named["disjunctive"]; v != nil {
		f.Disjunctive = v.text == "true"
	}
	if v := named["separator"]; v != nil && !f.Field.Type.temporal() {
		f.Separator = v.text
	}
	return f, nil
}

// Count returns the query that counts the values of f among the rows of q. Its
// rows are a value as text and a number.
func (q *Query) CountFacet(f Facet) *Query {
	value := &node{op: opField, text: f.Field.Name, field: f.Field, typ: f.Field.Type}
	if f.Field.Type.temporal() {
		form := &node{op: opString, text: q.dayForm(f.Field), typ: Text}
		value = &node{op: opCall, text: "date_format", args: []*node{value, form}, typ: Text}
	}
	count := &node{op: opCall, text: "count", args: []*node{{op: opStar}}, typ: Int}
	var skip *Field
	if f.Disjunctive {
		skip = f.Field
	}
	present := &node{op: opIsNull, not: true, args: []*node{{op: opField, text: f.Field.Name, field: f.Field, typ: f.Field.Type}}, typ: Boolean}
	c := &Query{schema: q.schema, zone: q.zone, lang: q.lang, limit: f.Limit, where: both(q.condition(skip), present),
		group: []*node{value}, outputs: []output{{value, "value"}, {count, "count"}}}
	switch by, down := strings.CutPrefix(f.Sort, "-"); {
	case f.Separator != "":
		c.limit = facetRows
	case by == "count":
		c.order = []order{{count, down}}
	default:
		c.order = []order{{value, down}}
	}
	return c
}

// dayForm is how deep the dates of a facet are split: one level below what is
// refined.
func (q *Query) dayForm(f *Field) string {
	depth := 0
	for _, r := range q.refine {
		if r.field == f && !r.exclude {
			depth = max(depth, strings.Count(strings.ReplaceAll(r.value, "-", "/"), "/")+1)
		}
	}
	return []string{"YYYY", "YYYY/MM", "YYYY/MM/dd", "YYYY/MM/dd"}[min(depth, 3)]
}

// FacetValue is one value of a facet.
type FacetValue struct {
	Name   string // last level of Value
	Value  string
	Count  int64
	State  string // displayed, refined or excluded
	Facets []FacetValue
}

// ValueCount is one row of CountFacet.
type ValueCount struct {
	Value string
	Count int64
}

// Tree arranges counted values in levels. Below the first level only what is
// refined is opened, as Explore does; excluded values come last, without count.
func (q *Query) Tree(f Facet, counts []ValueCount) []FacetValue {
	refined, excluded := map[string]bool{}, []string{}
	for _, r := range q.refine {
		switch value := r.value; {
		case r.field != f.Field:
		case r.exclude:
			excluded = append(excluded, value)
		default:
			if f.Field.Type.temporal() {
				value = strings.ReplaceAll(value, "-", "/")
			}
			refined[value] = true
		}
	}
	list := f.level("", counts, refined)
	for _, v := range excluded {
		list = append(list, FacetValue{Name: v, Value: v, State: "excluded"})
	}
	return list
}

func (f Facet) level(above string, counts []ValueCount, refined map[string]bool) []FacetValue {
	var out []FacetValue
	at := map[string]int{}
	under := map[string][]ValueCount{}
	for _, c := range counts {
		name, rest := strings.TrimPrefix(c.Value, above), ""
		if f.Separator != "" {
			name, rest, _ = strings.Cut(name, f.Separator)
		}
		value := above + name
		i, ok := at[value]
		if !ok {
			i = len(out)
			at[value] = i
			out = append(out, FacetValue{Name: name, Value: value, State: "displayed"})
		}
		out[i].Count += c.Count
		if rest != "" {
			under[value] = append(under[value], c)
		}
	}
	for i := range out {
		v := &out[i]
		open := refined[v.Value]
		for r := range refined {
			open = open || f.Separator != "" && strings.HasPrefix(r, v.Value+f.Separator)
		}
		if open {
			v.State = "refined"
			v.Facets = f.level(v.Value+f.Separator, under[v.Value], refined)
		}
	}
	f.sort(out)
	return out[:min(len(out), f.Limit)]
}

// sort orders the values of one level. Numbers of a flat facet were ordered by
// the engine, which knows their type.
func (f Facet) sort(list []FacetValue) {
	by, down := strings.CutPrefix(f.Sort, "-")
	if f.Separator == "" {
		return
	}
	slices.SortStableFunc(list, func(a, b FacetValue) int {
		order := cmp.Compare(a.Value, b.Value)
		if by == "count" {
			order = cmp.Compare(a.Count, b.Count)
		}
		if down {
			order = -order
		}
		return order
	})
}
