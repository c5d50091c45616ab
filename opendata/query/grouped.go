package query

// namesAggregate reports whether an untyped tree calls an aggregate.
func (n *node) namesAggregate() bool {
	found := false
	n.walk(func(m *node) {
		f, ok := functions[m.text]
		found = found || m.op == opCall && ok && f.role == aggregate
	})
	return found
}

// Grouped reports whether the answer has a row a group, not a row a record.
func (q *Query) Grouped() bool {
	if len(q.group) > 0 {
		return true
	}
	for _, o := range q.outputs {
		if o.namesAggregate() {
			return true
		}
	}
	return false
}

// keyOf returns which group key n is, or -1.
func (q *Query) keyOf(n *node) int {
	text := n.String()
	for i, g := range q.group {
		if g.String() == text {
			return i
		}
	}
	return -1
}

// answerable refuses a value of a grouped query that is not made of keys,
// literals and aggregates.
func (q *Query) answerable(c Clause, n *node) error {
	if q.keyOf(n) >= 0 || n.op == opCall && functions[n.text].role == aggregate {
		return nil
	}
	if n.op == opField || n.op == opCall && functions[n.text].role == grouping {
		what := clip(n.String(), 60)
		return refuse(c, n.pos, "not-grouped", "%s: %s stands neither in group_by nor in an aggregate", string(c), what).
			hint("add it to group_by, or aggregate it: max(" + what + ")")
	}
	for _, a := range n.args {
		if err := q.answerable(c, a); err != nil {
			return err
		}
	}
	return nil
}
