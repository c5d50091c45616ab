package opendata

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/standards/hanvariant"
)

// Card is a dataset as lists show it.
type Card struct {
	Dataset   Dataset
	Publisher Agency
	Resource  Resource
	Latest    Version
	Columns   int
}

// Find says what a reader looks for. Every member may be empty.
type Find struct {
	Words     string
	Agency    string // short name
	Theme     string
	Frequency string
	Licence   string
	Map       bool // only what can be shown on a map
	Limit     int
	Offset    int
}

// Found is one page of results with what they divide into.
type Found struct {
	Total  int
	Cards  []Card
	Facets map[string]map[string]int // agency, theme, frequency, licence, map → value → count
}

// index is the catalogue in memory: derived from the tables, never stored.
type index struct {
	mu    sync.RWMutex // guards cards and pages
	cards []entry      // newest first
}

// entry is a card with what is searched: folded text by weight.
type entry struct {
	Card
	title, near, far string // title; keywords and agency; names of columns and description
}

// cardOf reads what lists show of a dataset; false if nothing is published.
func (s *Service) cardOf(ctx context.Context, d Dataset) (entry, bool, error) {
	var e entry
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := resourcesOf(tx, d.ID)
		if err != nil || len(list) == 0 {
			return err
		}
		e.Resource = list[0]
		e.Latest, err = versionByNumber(tx, e.Resource.ID, 0)
		return err
	})
	if isGone(err) || err == nil && e.Latest.ID == "" {
		return entry{}, false, nil
	}
	if err != nil {
		return entry{}, false, err
	}
	return s.complete(ctx, e, d)
}

func (s *Service) complete(ctx context.Context, e entry, d Dataset) (entry, bool, error) {
	e.Dataset = d
	var err error
	if e.Publisher, err = s.needs.Agencies.Agency(ctx, string(d.Agency)); err != nil {
		return entry{}, false, err
	}
	p, err := s.Profile(ctx, e.Latest)
	if err != nil {
		return entry{}, false, err
	}
	e.Columns = len(p.Columns)
	e.title = hanvariant.Fold(d.Title.ZhTW + "\n" + d.Title.En + "\n" + d.Slug)
	e.near = hanvariant.Fold(strings.Join(d.Keywords, "\n") + "\n" + e.Publisher.Name.ZhTW + "\n" + e.Publisher.Name.En)
	e.far = hanvariant.Fold(d.Description.ZhTW + "\n" + d.Description.En + "\n" + labels(p))
	return e, true, nil
}

func labels(p *profile.Profile) string {
	var b strings.Builder
	for i, c := range p.Columns {
		if i < 200 {
			b.WriteString(c.Label + "\n")
		}
	}
	return b.String()
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
	var list []entry
	for _, d := range all {
		e, ok, err := s.cardOf(ctx, d)
		if err != nil {
			return err
		}
		if ok {
			list = append(list, e)
		}
	}
	s.index.mu.Lock()
	defer s.index.mu.Unlock()
	s.index.cards = list
	return nil
}

// Reindex brings one dataset of the catalogue up to date. Doing it twice
// changes nothing.
func (s *Service) Reindex(ctx context.Context, dataset string) error {
	var d Dataset
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
		d, err = datasetByID(tx, dataset)
		return err
	})
	if isGone(err) {
		s.index.drop(dataset)
		return nil
	}
	if err != nil {
		return err
	}
	e, ok, err := s.cardOf(ctx, d)
	if err != nil {
		return err
	}
	s.index.drop(dataset)
	if ok {
		s.index.mu.Lock()
		defer s.index.mu.Unlock()
		s.index.cards = append([]entry{e}, s.index.cards...)
	}
	return nil
}

func isGone(err error) bool { return err != nil && fault.Of(err).Kind == fault.NotFound }

func (x *index) drop(dataset string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.cards = slices.DeleteFunc(slices.Clone(x.cards), func(e entry) bool { return e.Dataset.ID == dataset })
}

// Find searches the catalogue. Every word must stand somewhere; 臺 and 台 are
// one; where the title holds it counts most, then what is newer.
func (s *Service) Find(_ context.Context, f Find) Found {
	s.index.mu.RLock()
	cards := s.index.cards
	s.index.mu.RUnlock()
	words := strings.Fields(hanvariant.Fold(f.Words))
	type hit struct {
		entry
		score int
	}
	var hits []hit
	out := Found{Facets: map[string]map[string]int{}}
	for _, e := range cards {
		if score := e.score(words); score > 0 && f.admits(e) {
			hits = append(hits, hit{e, score})
			e.count(out.Facets)
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	out.Total = len(hits)
	from := min(f.Offset, len(hits))
	to := len(hits)
	if f.Limit > 0 {
		to = min(from+f.Limit, to)
	}
	for _, h := range hits[from:to] {
		out.Cards = append(out.Cards, h.Card)
	}
	return out
}

// score is 0 unless every word stands somewhere in the entry.
func (e *entry) score(words []string) int {
	total := 1
	for _, w := range words {
		switch {
		case e.title == w:
			total += 100
		case strings.Contains(e.title, w):
			total += 10
		case strings.Contains(e.near, w):
			total += 4
		case strings.Contains(e.far, w):
			total++
		default:
			return 0
		}
	}
	return total
}

func (f Find) admits(e entry) bool {
	return (f.Agency == "" || f.Agency == e.Publisher.Short) && (f.Theme == "" || f.Theme == e.Dataset.Theme) &&
		(f.Frequency == "" || f.Frequency == e.Dataset.Frequency) && (f.Licence == "" || f.Licence == string(e.Dataset.Licence)) &&
		(!f.Map || e.Latest.Areas != nil)
}

func (e *entry) count(into map[string]map[string]int) {
	add := func(facet, value string) {
		if value == "" {
			return
		}
		if into[facet] == nil {
			into[facet] = map[string]int{}
		}
		into[facet][value]++
	}
	add("agency", e.Publisher.Short)
	add("theme", e.Dataset.Theme)
	add("frequency", e.Dataset.Frequency)
	add("licence", string(e.Dataset.Licence))
	if e.Latest.Areas != nil {
		add("map", "yes")
	}
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
