package query

import "strings"

// columns reads select and group_by, which may use each other's aliases.
func (r *reader) columns(p Params) error {
	sel := &selection{}
	var group []item
	var err error
	if strings.TrimSpace(p.GroupBy) != "" {
		if group, err = r.budget.groupClause(p.GroupBy); err != nil {
			return err
		}
	}
	switch {
	case strings.TrimSpace(p.Select) != "":
		if sel, err = r.budget.selectClause(p.Select); err != nil {
			return err
		}
	case group == nil:
		sel.picks = []pick{{prefix: true}}
	}
	if err := r.groups(group, aliasesOf(sel.items)); err != nil {
		return err
	}
	return r.selects(sel, aliasesOf(group))
}

// aliasesOf collects what items are called; a field's own name is no alias.
func aliasesOf(items []item) map[string]*node {
	m := map[string]*node{}
	for _, it := range items {
		if it.aliased && (it.op != opField || it.text != it.key) {
			m[it.key] = clone(it.node)
		}
	}
	return m
}

// aliases are the names of the outputs, for order_by.
func (r *reader) aliases() map[string]*node {
	m := map[string]*node{}
	for _, o := range r.q.outputs {
		if o.op != opField || o.text != o.key {
			m[o.key] = o.node
		}
	}
	return m
}

// roles are what calls may stand in select and order_by.
func (r *reader) roles(grouped bool, more ...role) []role {
	if grouped {
		return append(more, aggregate, grouping)
	}
	return more
}

func (r *reader) groups(items []item, aliases map[string]*node) error {
	if len(items) > maxKeys {
		return tooLarge(InGroupBy, items[maxKeys].pos, "keys", "%s: there are more than %d keys", maxKeys)
	}
	for _, it := range items {
		if err := r.checker(InGroupBy, aliases, grouping).value(it.node); err != nil {
			return err
		}
		if it.typ.geo() || it.typ == null {
			return unsupported(InGroupBy, it.pos, string(it.typ), "group by a field that names the place")
		}
		if err := r.fits(InGroupBy, it.node); err != nil {
			return err
		}
		if r.q.keyOf(it.node) < 0 {
			r.q.group = append(r.q.group, it.node)
		}
		n := len(r.q.outputs)
		if err := r.add(InGroupBy, r.output(it)); err != nil {
			return err
		}
		if len(r.q.outputs) > n {
			r.natural = append(r.natural, !it.aliased)
		}
	}
	return nil
}

// output gives a field without an alias the schema's spelling.
func (r *reader) output(it item) output {
	if it.op == opField && !it.aliased {
		it.key = it.text
	}
	return output{it.node, it.key}
}

// selects turns a select clause into outputs. A grouped query answers its keys
// first, then what was selected beside them.
func (r *reader) selects(sel *selection, aliases map[string]*node) error {
	grouped := len(r.q.group) > 0
	for _, it := range sel.items {
		grouped = grouped || it.node.namesAggregate()
	}
	for _, it := range sel.items {
		if err := r.checker(InSelect, aliases, r.roles(grouped)...).value(it.node); err != nil {
			return err
		}
		if err := r.fits(InSelect, it.node); err != nil {
			return err
		}
		if !grouped {
			continue
		}
		if err := r.q.answerable(InSelect, it.node); err != nil {
			return err
		}
	}
	if grouped {
		return r.groupedOutputs(sel)
	}
	return r.rowOutputs(sel)
}

// groupedOutputs adds what was selected; a group key that has no alias takes
// the name under which it is selected.
func (r *reader) groupedOutputs(sel *selection) error {
	if len(sel.picks) > 0 {
		return refuse(InSelect, sel.picks[0].pos, "star-grouped", "%s: * and patterns cannot stand beside groups or aggregates", string(InSelect)).
			hint("name the fields of group_by, and aggregates")
	}
	keys := len(r.natural)
	for _, it := range sel.items {
		o, renamed := r.output(it), false
		text := o.String()
		for i := range keys {
			if have := &r.q.outputs[i]; r.natural[i] && have.String() == text {
				r.natural[i], renamed = false, true
				have.key = o.key
				break
			}
		}
		if renamed {
			if err := r.unique(o); err != nil {
				return err
			}
		} else if err := r.add(InSelect, o); err != nil {
			return err
		}
	}
	return nil
}

// unique refuses o, which is among the outputs, if another has its name.
func (r *reader) unique(o output) error {
	n := 0
	for _, have := range r.q.outputs {
		if have.key == o.key {
			n++
		}
	}
	if n > 1 {
		return aliasTwice(InSelect, o)
	}
	return nil
}

func aliasTwice(c Clause, o output) error {
	key := clip(o.key, 100)
	return refuse(c, o.pos, "alias-twice", "%s: the name %q is given to two columns", string(c), key).
		terse("Alias '" + key + "' is declared several times").hint("give each column a name of its own with as")
}

// add puts o among the outputs. The same value under the same key is one.
func (r *reader) add(c Clause, o output) error {
	for _, have := range r.q.outputs {
		if have.key != o.key {
			continue
		}
		if have.String() == o.String() {
			return nil
		}
		return aliasTwice(c, o)
	}
	r.q.outputs = append(r.q.outputs, o)
	return nil
}

// rowOutputs adds the picked fields and selected values, in the order they
// stand, and then takes away what exclude names.
func (r *reader) rowOutputs(sel *selection) error {
	only := true // nothing but exclude: start from all fields
	for _, pk := range sel.picks {
		only = only && pk.exclude
	}
	if only && len(sel.items) == 0 {
		sel.picks = append([]pick{{prefix: true}}, sel.picks...)
	}
	next := 0
	for i := 0; i <= len(sel.items); i++ {
		for ; next < len(sel.picks) && sel.picks[next].at == i; next++ {
			if err := r.include(sel.picks[next]); err != nil {
				return err
			}
		}
		if i < len(sel.items) {
			if err := r.add(InSelect, r.output(sel.items[i])); err != nil {
				return err
			}
		}
	}
	r.exclude(sel.picks)
	if len(r.q.outputs) == 0 {
		return refuse(InSelect, -1, "nothing", "%s: no field is left to answer", string(InSelect)).hint("select at least one field")
	}
	r.q.all = r.everything()
	return nil
}

func (p pick) matches(name string) bool {
	return name == p.name || p.prefix && strings.HasPrefix(name, p.name)
}

func (r *reader) include(p pick) error {
	found := false
	for i := range r.q.schema.Fields {
		f := &r.q.schema.Fields[i]
		if !p.matches(f.Name) {
			continue
		}
		if found = true; p.exclude {
			continue
		}
		n := &node{op: opField, text: f.Name, field: f, typ: f.Type, pos: p.pos}
		if err := r.add(InSelect, output{n, f.Name}); err != nil {
			return err
		}
	}
	if !found && !p.prefix {
		return unknownField(InSelect, p.pos, p.name, r.q.schema.names())
	}
	return nil
}

func (r *reader) exclude(picks []pick) {
	kept := r.q.outputs[:0]
	for _, o := range r.q.outputs {
		out := false
		for _, p := range picks {
			out = out || p.exclude && o.op == opField && p.matches(o.text)
		}
		if !out {
			kept = append(kept, o)
		}
	}
	r.q.outputs = kept
}

// everything reports whether the outputs are what an empty select gives.
func (r *reader) everything() bool {
	if len(r.q.outputs) != len(r.q.schema.Fields) {
		return false
	}
	for i, o := range r.q.outputs {
		if o.op != opField || o.key != o.text || o.text != r.q.schema.Fields[i].Name {
			return false
		}
	}
	return true
}
