package opendata

import (
	"context"
	"path/filepath"
	"sync"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/search"
)

// Card is a dataset as lists show it.
type Card struct {
	Dataset   Dataset
	Publisher Agency
	Resource  Resource
	Latest    Version
	Columns   int
	Labels    []string // of its columns, at most 200
}

// Find says what a reader looks for. Every member may be empty.
type Find struct {
	Words     string
	Agency    string // short name
	Theme     string
	Frequency string
	Licence   string
	Map       bool // only what can be shown on a map
	Limit     int  // 0 is 20
	Offset    int
}

// Found is one page of results with what they divide into.
type Found struct {
	Total  int
	Cards  []Card
	Facets map[string]map[string]int // agency, theme, frequency, licence, format → value → count
}

// onMap is the format facet's value for what can be shown on a map.
const onMap = "map"

// index is the catalogue as it is searched: derived from the tables, rebuilt at
// the start, never stored for good.
type index struct {
	words *search.Index

	mu    sync.RWMutex // guards cards; held for memory only
	cards map[string]Card
}

func openIndex(ctx context.Context, s *Service) (*index, error) {
	words, err := search.Open(ctx, filepath.Join(s.cfg.Dir, "search.sqlite"), s.needs.Now)
	return &index{words: words, cards: map[string]Card{}}, err
}

// cardOf reads what lists show of a dataset; false if nothing is published.
func (s *Service) cardOf(ctx context.Context, id string) (Card, bool, error) {
	var c Card
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
		c = Card{}
		if c.Dataset, err = datasetByID(tx, id); err != nil {
			return err
		}
		list, err := resourcesOf(tx, id)
		if err != nil || len(list) == 0 {
			return err
		}
		c.Resource = list[0]
		c.Latest, err = versionByNumber(tx, c.Resource.ID, 0)
		return err
	})
	if isGone(err) || err == nil && c.Latest.ID == "" {
		return Card{}, false, nil
	}
	if err != nil {
		return Card{}, false, err
	}
	if c.Publisher, err = s.needs.Agencies.Agency(ctx, string(c.Dataset.Agency)); err != nil {
		return Card{}, false, err
	}
	p, err := s.Profile(ctx, c.Latest)
	if err != nil {
		return Card{}, false, err
	}
	c.Columns, c.Labels = len(p.Columns), labels(p)
	return c, true, nil
}

func isGone(err error) bool { return err != nil && fault.Of(err).Kind == fault.NotFound }

func labels(p *profile.Profile) []string {
	var out []string
	for i, c := range p.Columns {
		if i < 200 {
			out = append(out, c.Label)
		}
	}
	return out
}

func (c Card) entry() search.Entry {
	d := c.Dataset
	e := search.Entry{ID: d.ID, Keywords: d.Keywords, Agency: c.Publisher.Name.ZhTW + "\n" + c.Publisher.Name.En, Columns: c.Labels,
		Description: d.Description.ZhTW + "\n" + d.Description.En, Notes: d.Slug, Updated: c.Latest.PublishedAt,
		Facets: map[search.Facet][]string{search.Agency: {c.Publisher.Short}, search.Licence: {string(d.Licence)}}}
	for _, t := range []string{d.Title.ZhTW, d.Title.En} {
		if t != "" {
			e.Titles = append(e.Titles, t)
		}
	}
	for f, v := range map[search.Facet]string{search.Theme: d.Theme, search.Frequency: d.Frequency} {
		if v != "" {
			e.Facets[f] = []string{v}
		}
	}
	if c.Latest.Areas != nil {
		e.Facets[search.Format] = []string{onMap}
	}
	return e
}

// reindex builds the catalogue anew.
func (s *Service) reindex(ctx context.Context) error {
	var all []Dataset
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = publishedDatasets(tx)
		return err
	})
	if err != nil {
		return err
	}
	cards := map[string]Card{}
	var entries []search.Entry
	for _, d := range all {
		c, ok, err := s.cardOf(ctx, d.ID)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil { // one damaged dataset must not keep the others from readers
			s.needs.Log.ErrorContext(ctx, "dataset left out of the search", "dataset", d.Slug, "err", err)
			continue
		}
		if ok {
			cards[d.ID] = c
			entries = append(entries, c.entry())
		}
	}
	if err := s.index.words.Replace(ctx, entries); err != nil {
		return err
	}
	s.index.mu.Lock()
	defer s.index.mu.Unlock()
	s.index.cards = cards
	return nil
}

// Reindex brings one dataset of the catalogue up to date. Doing it twice
// changes nothing.
func (s *Service) Reindex(ctx context.Context, dataset string) error {
	c, ok, err := s.cardOf(ctx, dataset)
	if err != nil {
		return err
	}
	if !ok {
		s.index.set(dataset, nil)
		return s.index.words.Remove(ctx, dataset)
	}
	s.index.set(dataset, &c)
	return s.index.words.Put(ctx, c.entry())
}

func (x *index) set(dataset string, c *Card) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if c == nil {
		delete(x.cards, dataset)
		return
	}
	x.cards[dataset] = *c
}

func (x *index) get(dataset string) (Card, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	c, ok := x.cards[dataset]
	return c, ok
}

// Find searches the catalogue. Every word must stand somewhere; 臺 and 台 are one.
func (s *Service) Find(ctx context.Context, f Find) (Found, error) {
	ask := search.Ask{Words: f.Words, Chosen: map[search.Facet][]string{}, Limit: f.Limit, Offset: f.Offset}
	for facet, v := range map[search.Facet]string{search.Agency: f.Agency, search.Theme: f.Theme, search.Frequency: f.Frequency, search.Licence: f.Licence} {
		if v != "" {
			ask.Chosen[facet] = []string{v}
		}
	}
	if f.Map {
		ask.Chosen[search.Format] = []string{onMap}
	}
	a, err := s.index.words.Search(ctx, ask)
	if err != nil {
		return Found{}, err
	}
	out := Found{Total: a.Total, Facets: map[string]map[string]int{}}
	for _, h := range a.Hits {
		if c, ok := s.index.get(h.ID); ok {
			out.Cards = append(out.Cards, c)
		}
	}
	for facet, counts := range a.Facets {
		for _, n := range counts {
			if out.Facets[string(facet)] == nil {
				out.Facets[string(facet)] = map[string]int{}
			}
			out.Facets[string(facet)][n.Value] = n.Count
		}
	}
	return out, nil
}

// Rowcount is how many rows the latest versions of all tables hold.
func (s *Service) Rowcount() int64 {
	s.index.mu.RLock()
	defer s.index.mu.RUnlock()
	n := int64(0)
	for _, c := range s.index.cards {
		n += c.Latest.Rows
	}
	return n
}
