package profile

import "slices"

// beforeRows numbers what stands in no row of the file, such as the name of a
// property: no data row is told for it.
const beforeRows = -1

// inspectHeader looks at the cells of the header rows as at any other, and at
// the names that a recipe gives: they are published with the table.
func (t *reading) inspectHeader() {
	seen := map[string]bool{}
	for i := range t.head.rows {
		for _, cell := range t.g.first[i] {
			t.inspectName(cell, int64(i), t.g.lines[i])
			seen[cell] = true
		}
	}
	t.inspectGiven(seen)
}

// inspectProperties does the same with the names of the properties.
func (t *reading) inspectProperties(rd *features) {
	seen := map[string]bool{}
	for i, name := range rd.names {
		t.inspectName(name, beforeRows, rd.lines[i])
		seen[name] = true
	}
	t.inspectGiven(seen)
}

// inspectGiven looks at the labels that are not in the file.
func (t *reading) inspectGiven(seen map[string]bool) {
	for _, label := range t.head.labels {
		if !seen[label] {
			t.inspectName(label, beforeRows, 1)
		}
	}
}

func (t *reading) inspectName(name string, row, line int64) {
	v := trim([]byte(name))
	m := inspect(v)
	for i := range t.head.marked {
		if m&(1<<i) != 0 {
			t.head.marked[i].add(row, line, v)
		}
	}
}

func markedAs(marked *[markCount]tally, m marks) *tally {
	for i := range marked {
		if m == 1<<i {
			return &marked[i]
		}
	}
	return &tally{}
}

// masked hides the digits of the national IDs in a text that findings show.
func masked(s string) string {
	v := []byte(s)
	for at := 0; at+10 <= len(v); at++ {
		if hasID(v, at) {
			copy(v[at+1:], "*********")
		}
	}
	return string(v)
}

func maskedAll(args []any) []any {
	list := slices.Clone(args)
	for i, a := range list {
		if s, ok := a.(string); ok {
			list[i] = masked(s)
		}
	}
	return list
}
