package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/standards/hanvariant"
)

// Ask is what somebody looks for. Words without order; a dataset must hold all.
type Ask struct {
	Words  string
	Chosen map[Facet][]string // values of one facet are joined by or
	Sort   Sort
	Limit  int // default 20
	Offset int
}

// Sort is the order of hits.
type Sort string

// The orders. Without words, relevance is the newest first.
const (
	Relevance Sort = ""
	Newest    Sort = "newest"
	Title     Sort = "title"
)

// Answer is one page of hits, and what the whole result is made of.
type Answer struct {
	Total  int
	Hits   []Hit
	Facets map[Facet][]Count // most frequent first
}

// Hit is one dataset.
type Hit struct {
	ID    string
	Score float64
	Exact bool // its title is what was asked for
}

// Count is how many hits a facet value has, given what is chosen elsewhere.
type Count struct {
	Value  string
	Count  int
	Chosen bool
}

// Limits on one query; what is beyond them is not looked at.
const (
	maxWords  = 8
	maxLetter = 100
)

// Search answers ask.
func (x *Index) Search(ctx context.Context, ask Ask) (Answer, error) {
	words := strings.Fields(hanvariant.Fold(clip(ask.Words, maxLetter)))
	words = words[:min(len(words), maxWords)]
	indexed := make([][]int64, len(words))
	var all []db.SearchTerm
	for i, w := range words {
		t := terms(w)
		var err error
		if indexed[i], err = x.words.Rows(ctx, t...); err != nil {
			return Answer{}, fmt.Errorf("search: %w", err)
		}
		all = append(all, t...)
	}
	f := x.find(words, indexed, ask.Chosen)
	if ask.Sort == Relevance && len(words) > 0 {
		if err := x.rank(ctx, f, strings.Join(words, " "), all); err != nil {
			return Answer{}, err
		}
	}
	return f.page(ask), nil
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// hit is a document that was found, before the page is cut.
type hit struct {
	*doc
	row   int
	score float64
	exact bool
}

// found is a whole result before it is sorted.
type found struct {
	hits   []hit
	facets map[Facet][]Count
}

// find gathers the documents that hold every word, by the index or in their
// head, and counts their facets.
func (x *Index) find(words []string, indexed [][]int64, chosen map[Facet][]string) *found {
	x.mu.RLock()
	defer x.mu.RUnlock()
	in := make([]uint8, len(x.docs)) // how many words each row holds
	for i, w := range words {
		for _, row := range indexed[i] {
			if int(row) < len(in) && in[row] == uint8(i) {
				in[row]++
			}
		}
		if allPairs(w) { // the index knows every part of a run of Han
			continue
		}
		for row, d := range x.docs {
			if d != nil && in[row] == uint8(i) && strings.Contains(d.head, w) {
				in[row]++
			}
		}
	}
	c := newCounter(x.codes, chosen)
	f := &found{}
	for row, d := range x.docs {
		if d != nil && in[row] == uint8(len(words)) && c.count(d) {
			f.hits = append(f.hits, hit{doc: d, row: row})
		}
	}
	f.facets = c.result()
	return f
}

// maxRanked is the number of hits up to which the index weighs every word; of
// more, the titles alone tell.
const maxRanked = 1500

// rank scores hits: bm25 × quality × freshness. A part of a word, which only
// the titles know, counts like a weak word.
func (x *Index) rank(ctx context.Context, f *found, words string, all []db.SearchTerm) error {
	const weak = 1.0
	byRow := map[int64]float64{}
	if len(f.hits) <= maxRanked && len(all) > 0 {
		hits, err := x.words.Query(ctx, 0, all...)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		for _, h := range hits {
			byRow[h.Row] = h.Score
		}
	}
	today := x.now()
	for i := range f.hits {
		h := &f.hits[i]
		score := max(byRow[int64(h.row)], weak)
		for _, t := range h.titles {
			h.exact = h.exact || t == words
			if strings.Contains(t, words) { // the more of the title it is, the better
				score += 8 * float64(len(words)) / float64(len(t))
			}
		}
		h.score = score * h.quality * freshness(today.Sub(h.updated))
	}
	return nil
}

// freshness is 1 for what changed today and sinks to 0.6 over the years.
func freshness(age time.Duration) float64 {
	years := math.Max(0, age.Hours()/24/365)
	return 0.6 + 0.4/(1+years)
}

func (f *found) page(ask Ask) Answer {
	a := Answer{Total: len(f.hits), Facets: f.facets}
	limit := ask.Limit
	if limit <= 0 {
		limit = 20
	}
	from := min(max(ask.Offset, 0), len(f.hits))
	to := min(from+limit, len(f.hits))
	order := relevance
	switch ask.Sort {
	case Newest:
		order = newest
	case Title:
		order = byTitle
	}
	for _, h := range best(f.hits, to, order)[from:] {
		a.Hits = append(a.Hits, Hit{ID: h.id, Score: h.score, Exact: h.exact})
	}
	return a
}

// best sorts the first n of hits to the front and returns them. For a few of
// many that costs less than sorting all.
func best(hits []hit, n int, order func(a, b *hit) int) []hit {
	sorted := func(a, b hit) int { return order(&a, &b) }
	if n*8 > len(hits) {
		slices.SortFunc(hits, sorted)
		return hits[:n]
	}
	top := slices.Clone(hits[:n])
	slices.SortFunc(top, sorted)
	for i := range hits[n:] {
		h := &hits[n+i]
		if n == 0 || order(h, &top[n-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, *h, sorted)
		copy(top[at+1:], top[at:n-1])
		top[at] = *h
	}
	return top
}

// relevance puts exact titles first; without words, where nothing is scored, it
// is the newest first.
func relevance(a, b *hit) int {
	if a.exact != b.exact {
		return map[bool]int{true: -1, false: 1}[a.exact]
	}
	return cmp.Or(cmp.Compare(b.score, a.score), newest(a, b))
}

func newest(a, b *hit) int { return cmp.Or(b.updated.Compare(a.updated), cmp.Compare(a.id, b.id)) }

func byTitle(a, b *hit) int {
	return cmp.Or(slices.Compare(a.titles, b.titles), cmp.Compare(a.id, b.id))
}
