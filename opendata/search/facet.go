package search

import (
	"cmp"
	"slices"
)

// value is one value of one facet: the facet's place in Facets and a number.
type value struct {
	facet int8
	code  int32
}

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

// add appends the values of the i-th facet to list, each once.
func (c codes) add(list []value, i int, names []string) []value {
	for _, name := range names {
		n, ok := c[i].code[name]
		if !ok {
			n = int32(len(c[i].names))
			c[i].names, c[i].code[name] = append(c[i].names, name), n
		}
		if v := (value{int8(i), n}); !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

// counter counts facet values while it decides which documents are hits. A
// facet is counted over what the choices in all other facets leave, so that a
// reader sees what adding another value would bring.
type counter struct {
	codes  codes
	chosen [][]string // as asked, in the order of Facets
	wanted []value    // those of them that exist
	narrow []int      // facets in which something is chosen
	counts [][]int
}

func newCounter(c codes, chosen map[Facet][]string) *counter {
	k := &counter{codes: c}
	for i, f := range Facets() {
		for _, name := range chosen[f] {
			if n, ok := c[i].code[name]; ok {
				k.wanted = append(k.wanted, value{int8(i), n})
			}
		}
		if len(chosen[f]) > 0 {
			k.narrow = append(k.narrow, i)
		}
		k.chosen = append(k.chosen, chosen[f])
		k.counts = append(k.counts, make([]int, len(c[i].names)))
	}
	return k
}

// count takes d into the counts and reports whether it meets every choice.
func (k *counter) count(d *doc) bool {
	missed, misses := -1, 0
	for _, i := range k.narrow {
		if !k.meets(d, i) {
			missed, misses = i, misses+1
		}
	}
	if misses > 1 {
		return false
	}
	for _, v := range d.facets {
		if misses == 0 || missed == int(v.facet) {
			k.counts[v.facet][v.code]++
		}
	}
	return misses == 0
}

// meets reports whether d has a chosen value of the i-th facet.
func (k *counter) meets(d *doc, i int) bool {
	for _, v := range k.wanted {
		if int(v.facet) == i && slices.Contains(d.facets, v) {
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
