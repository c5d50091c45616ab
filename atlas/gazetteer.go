package atlas

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/standards/hanvariant"
)

// place is one area: its level and index.
type place struct {
	level coverage.Level
	index int
}

// gazetteer finds areas by name. Names are folded, so 台北市 finds 臺北市, and
// written without what divides them, so parts in several columns and in one
// read the same.
type gazetteer struct {
	areas  *coverage.Coverage
	byName func() map[string][]place // built when a name is first asked for
	folded func() [][][2]foldedName  // by level, area and language; likewise
}

func newGazetteer(c *coverage.Coverage) *gazetteer {
	g := &gazetteer{areas: c}
	g.byName = sync.OnceValue(g.build)
	g.folded = sync.OnceValue(g.foldAll)
	return g
}

// build lists every area under its name alone and with the names it lies in.
func (g *gazetteer) build() map[string][]place {
	names := make(map[string][]place, 40_000)
	for l := coverage.County; l <= coverage.Village; l++ {
		for i := range g.areas.Areas[l] {
			p := place{l, i}
			for _, chain := range g.chains(p) {
				for from := range chain {
					key := strings.Join(chain[from:], "")
					if own := chain[len(chain)-1]; own == "" || slices.Contains(names[key], p) {
						continue
					}
					names[key] = append(names[key], p)
				}
			}
		}
	}
	return names
}

// former holds the names of townships that became cities in 2015; registers
// still write them. The codes stayed.
var former = map[string]string{"10005050": "頭份鎮", "10007100": "員林鎮"}

// chains returns the names under which an area is known: today's, those of
// before, and the English ones.
func (g *gazetteer) chains(p place) [][]string {
	zh := g.chain(p, "zh-TW")
	out := [][]string{zh, g.chain(p, "en")}
	if p.level < coverage.Town {
		return out
	}
	town := g.areas.Areas[coverage.Town][g.areas.Up(p.level, p.index, coverage.Town)].Code
	if before, ok := former[town]; ok {
		old := slices.Clone(zh)
		old[coverage.Town-1] = foldName(before)
		out = append(out, old)
	}
	return out
}

// chain returns the folded names of an area and those it lies in, county first.
func (g *gazetteer) chain(p place, lang string) []string {
	names := make([]string, p.level)
	for l, i := p.level, p.index; l > coverage.Nation; l-- {
		a := &g.areas.Areas[l][i]
		name := a.Name.ZhTW
		if lang == "en" {
			name = a.Name.En
		}
		names[l-1] = foldName(name)
		i = a.Parent
	}
	return names
}

// foldName makes names comparable: folded, and without blanks and punctuation.
func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) && r != '?' || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, hanvariant.Fold(s))
}

// bareCode returns the digits of a code such as 65000010-001; "" if there is
// anything else in it.
func bareCode(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\'' || r == '‐' || r == '–' {
			return -1
		}
		return r
	}, strings.TrimSpace(hanvariant.Fold(s)))
	if strings.Trim(digits, "0123456789") != "" {
		if digits == strings.ToLower(coverage.NationCode) {
			return coverage.NationCode
		}
		return ""
	}
	return digits
}

// found is what one key came to.
type found struct {
	fits    []place // candidates; by code one, by name any number
	hint    []place // what it might be, where it is not taken
	differs bool    // the name beside the code is not the area's
	written string
}

// key looks one key up. A code decides alone; the name beside it is a label.
func (g *gazetteer) key(k AreaKey) found {
	given := strings.Join(k.Names, "")
	f := found{written: strings.TrimSpace(strings.TrimSpace(k.Code) + " " + strings.Join(k.Names, " "))}
	if strings.TrimSpace(k.Code) == "" {
		f.fits = g.named(given)
		return f
	}
	code := bareCode(k.Code)
	if l, ok := coverage.LevelOfCode(code); ok {
		if i, ok := g.areas.Find(l, code); ok {
			p := place{l, i}
			f.fits = []place{p}
			f.differs = given != "" && !g.isNamed(p, given)
			return f
		}
	}
	f.hint = g.named(given)
	if l, ok := coverage.LevelOfCode("0" + code); ok { // a spreadsheet took the zero away
		if i, ok := g.areas.Find(l, "0"+code); ok {
			f.hint = append(f.hint, place{l, i})
		}
	}
	return f
}

// named returns the areas with that name. A character that the writer could
// not write (a box, a private-use code point, one in brackets) stands for any.
func (g *gazetteer) named(given string) []place {
	key := strings.TrimPrefix(strings.TrimPrefix(foldName(given), "臺灣省"), "福建省")
	if key == "" {
		return nil
	}
	if p := g.byName()[key]; p != nil {
		return p
	}
	pattern := []rune(foldName(unwritten(given)))
	if !slices.Contains(pattern, '?') {
		return nil
	}
	var fits []place
	for i := range g.areas.Areas[coverage.Village] {
		p := place{coverage.Village, i}
		chain := g.chain(p, "zh-TW")
		for from := range chain { // alone, or with any of the names before it
			if like(pattern, []rune(strings.Join(chain[from:], ""))) {
				fits = append(fits, p)
				break
			}
		}
	}
	return fits
}

// unwritten puts ? for each character that stands for another: private use,
// boxes, and a pair of brackets with what is in it.
func unwritten(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '[' || r == '［':
			if depth++; depth == 1 {
				b.WriteByte('?')
			}
		case r == ']' || r == '］':
			depth = max(0, depth-1)
		case depth > 0:
		case unicode.Is(unicode.Co, r) || strings.ContainsRune("□▢■?？*＊\ufffd", r):
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func like(pattern, name []rune) bool {
	if len(pattern) != len(name) {
		return false
	}
	for i, r := range pattern {
		if r != '?' && r != name[i] {
			return false
		}
	}
	return true
}

// isNamed reports whether a given name is that of the area, alone or with
// those it lies in, or that of one it lies in. Characters that could not be
// written may be any.
func (g *gazetteer) isNamed(p place, given string) bool {
	name, pattern := foldName(given), []rune(foldName(unwritten(given)))
	for _, chain := range g.chains(p) {
		for from := range chain {
			for to := from + 1; to <= len(chain); to++ {
				own := strings.Join(chain[from:to], "")
				if own == name || slices.Contains(pattern, '?') && like(pattern, []rune(own)) {
					return true
				}
			}
		}
	}
	return false
}

// Match turns codes and names into official areas of one level: that which
// fits most keys. A name is taken only where a single area fits; the rest is
// listed with how often it was asked for. Errors: fault.NotFound without
// boundaries.
func (s *Service) Match(ctx context.Context, keys []AreaKey) (Matches, error) {
	h, err := s.current(ctx)
	if err != nil {
		return Matches{}, err
	}
	return h.names.match(keys), nil
}

func (g *gazetteer) match(keys []AreaKey) Matches {
	known := make(map[string]*found)
	results := make([]*found, len(keys))
	var votes [coverage.Village + 1]int
	for i, k := range keys {
		id := k.Code + "\x00" + strings.Join(k.Names, "\x00")
		f, ok := known[id]
		if !ok {
			one := g.key(k)
			f = &one
			known[id] = f
		}
		results[i] = f
		for l := coverage.Nation; l <= coverage.Village; l++ {
			if len(at(f.fits, l)) == 1 {
				votes[l]++
			}
		}
	}
	best := coverage.Village
	for l := coverage.Village; l >= coverage.Nation; l-- { // of equals, the finest
		if votes[l] > votes[best] {
			best = l
		}
	}
	m := Matches{Codes: make([]string, len(keys)), Matched: votes[best]}
	if m.Matched > 0 {
		m.Level = best.String()
	}
	g.sort(&m, results, best)
	return m
}

// at returns the places of one level.
func at(places []place, l coverage.Level) []place {
	var out []place
	for _, p := range places {
		if p.level == l {
			out = append(out, p)
		}
	}
	return out
}

// sort fills what fits and what does not.
func (g *gazetteer) sort(m *Matches, results []*found, level coverage.Level) {
	missing := map[string]*Unmatched{}
	differing := map[string]*Differing{}
	for i, f := range results {
		fits := at(f.fits, level)
		if len(fits) != 1 {
			u := missing[f.written]
			if u == nil {
				u = &Unmatched{Key: f.written, Candidates: g.codes(append(fits, f.hint...))}
				missing[f.written] = u
			}
			u.Count++
			continue
		}
		a := &g.areas.Areas[level][fits[0].index]
		m.Codes[i] = a.Code
		if f.differs {
			d := differing[f.written]
			if d == nil {
				d = &Differing{Code: a.Code, Given: strings.TrimSpace(strings.TrimPrefix(f.written, strings.Fields(f.written)[0])), Ours: a.Name.ZhTW}
				differing[f.written] = d
			}
			d.Count++
		}
	}
	for _, u := range missing {
		m.Unmatched = append(m.Unmatched, *u)
	}
	for _, d := range differing {
		m.Differing = append(m.Differing, *d)
	}
	slices.SortFunc(m.Unmatched, func(a, b Unmatched) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Key, b.Key)) })
	slices.SortFunc(m.Differing, func(a, b Differing) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Code, b.Code), cmp.Compare(a.Given, b.Given))
	})
}

// codes returns at most five codes.
func (g *gazetteer) codes(places []place) []string {
	var out []string
	for _, p := range places[:min(5, len(places))] {
		out = append(out, g.areas.Areas[p.level][p.index].Code)
	}
	return out
}
