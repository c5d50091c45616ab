package atlas

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gongdao/gongdao/atlas/coverage"
)

// search finds areas for a reader who types: by code or its beginning, by
// name, by part of it. The best fit comes first: the whole name, then its
// beginning, then any part; counties before towns before villages.
func (g *gazetteer) search(q string, limit int) []place {
	type hit struct {
		place
		rank int
	}
	code, name := bareCode(q), foldName(q)
	var hits []hit
	for l := coverage.County; l <= coverage.Village; l++ {
		for i := range g.areas.Areas[l] {
			p := place{l, i}
			if rank := g.rank(p, code, name); rank >= 0 {
				hits = append(hits, hit{p, rank})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Or(a.rank-b.rank, int(a.level-b.level), a.index-b.index) })
	out := make([]place, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		out = append(out, h.place)
	}
	return out
}

// rank says how well an area fits: 0 is best, −1 not at all.
func (g *gazetteer) rank(p place, code, name string) int {
	if code != "" {
		own := g.areas.Areas[p.level][p.index].Code
		switch {
		case own == code:
			return 0
		case len(code) >= 3 && strings.HasPrefix(own, code):
			return 2
		}
		return -1
	}
	if name == "" {
		return -1
	}
	best := -1
	for _, f := range g.folded()[p.level][p.index] {
		rank := -1
		switch own := f[0]; {
		case own == name || f[1] == name:
			rank = 0
		case strings.HasPrefix(own, name) && utf8.RuneCountInString(name) > 1:
			rank = 1
		case strings.Contains(own, name):
			rank = 2
		case strings.HasSuffix(f[1], name):
			rank = 0
		}
		if rank >= 0 && (best < 0 || rank < best) {
			best = rank
		}
	}
	return best
}

// names of one area: alone, and with those it lies in.
type foldedName [2]string

func (g *gazetteer) foldAll() [][][2]foldedName {
	out := make([][][2]foldedName, coverage.Village+1)
	for l := coverage.County; l <= coverage.Village; l++ {
		out[l] = make([][2]foldedName, len(g.areas.Areas[l]))
		for i := range out[l] {
			for k, lang := range []string{"zh-TW", "en"} {
				chain := g.chain(place{l, i}, lang)
				out[l][i][k] = foldedName{chain[len(chain)-1], strings.Join(chain, "")}
			}
		}
	}
	return out
}
