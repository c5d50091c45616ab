package search

import (
	"cmp"
	"slices"
)

// codes numbers the values of each facet, in the order of Facets. Numbers are
// only added.
type codes []*values

type values struct {
	names []string
	code  map[string]int32
}

func newCodes() codes {
	c := make(codes, len(Facets()))
	for i := range c {
		c[i] = &values{code: map[string]int32{}}
	}
	return c
}

// of returns the numbers of values of the i-th facet, new ones where needed.
func (c codes) of(i int, list []string) []int32 {
	var out []int32
	for _, name := range list {
		n, ok := c[i].code[name]
		if !ok {
			n = int32(len(c[i].names))
			c[i].names, c[i].code[name] = append(c[i].names, name), n
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// counter counts facet values while it decides which documents are hits. A
// facet is counted over what the choices in all other facets leave, so that a
// reader sees what adding another value would bring.
type counter struct {
	codes  codes
	chosen [][]string // as asked, in the order of Facets
	wanted [][]int32  // those of them that exist
	counts [][]int
}

func newCounter(c codes, chosen map[Facet][]string) *counter {
	k := &counter{codes: c}
	for i, f := range Facets() {
		var wanted []int32
		for _, name := range chosen[f] {
			if n, ok := c[i].code[name]; ok {
				wanted = append(wanted, n)
			}
		}
		k.chosen, k.wanted = append(k.chosen, chosen[f]), append(k.wanted, wanted)
		k.counts = append(k.counts, make([]int, len(c[i].names)))
	}
	return k
}

// count takes d into the counts and reports whether it meets every choice.
func (k *counter) count(d *doc) bool {
	missed, misses := -1, 0
	for i, want := range k.wanted {
		if len(k.chosen[i]) > 0 && !overlap(want, d.facets[i]) {
			missed, misses = i, misses+1
		}
	}
	for i, list := range d.facets {
		if misses == 0 || misses == 1 && missed == i {
			for _, v := range list {
				k.counts[i][v]++
			}
		}
	}
	return misses == 0
}

func overlap(a, b []int32) bool {
	for _, v := range a {
		if slices.Contains(b, v) {
			return true
		}
	}
	return false
}

// result lists the values that occur, and the chosen ones even if nothing is
// left of them.
func (k *counter) result() map[Facet][]Count {
	out := map[Facet][]Count{}
	for i, f := range Facets() {
		list := []Count{}
		for code, n := range k.counts[i] {
			if name := k.codes[i].names[code]; n > 0 {
				list = append(list, Count{name, n, slices.Contains(k.chosen[i], name)})
			}
		}
		for _, name := range k.chosen[i] {
			if !slices.ContainsFunc(list, func(c Count) bool { return c.Value == name }) {
				list = append(list, Count{name, 0, true})
			}
		}
		slices.SortFunc(list, func(a, b Count) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		out[f] = list
	}
	return out
}
