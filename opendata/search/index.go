package search

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/standards/hanvariant"
)

// Entry is what is known of one dataset. Texts may be in any language.
type Entry struct {
	ID          string
	Titles      []string // in each language, the first one sorts
	Keywords    []string
	Agency      string   // its names, for finding
	Columns     []string // names and labels of the fields of its tables
	Description string
	Notes       string

	Facets  map[Facet][]string // values as codes
	Updated time.Time
	Quality float64 // by which relevance is multiplied; 0 means 1
}

// Facet is a way to narrow a search.
type Facet string

// The facets, in the order in which they are offered.
const (
	Agency    Facet = "agency"
	Theme     Facet = "theme"
	Format    Facet = "format"
	Class     Facet = "class"
	Mark      Facet = "mark"
	Licence   Facet = "licence"
	Frequency Facet = "frequency"
)

// Facets lists all facets.
func Facets() []Facet { return []Facet{Agency, Theme, Format, Class, Mark, Licence, Frequency} }

// doc is what stays in memory of one entry. It never changes.
type doc struct {
	id      string
	titles  []string // folded
	head    string   // folded titles, keywords and agency, by line
	updated time.Time
	quality float64
	facets  []value
}

// Index is the search index of one node. It is safe for concurrent use.
type Index struct {
	words   *db.Search
	now     func() time.Time
	writing sync.Mutex // one writer at a time, over both words and docs

	mu    sync.RWMutex // guards what follows; held for memory only
	docs  []*doc       // by row; nil where one was removed
	rows  map[string]int
	codes codes
}

// Open opens the index in the file. Fill it with Replace.
func Open(ctx context.Context, file string, now func() time.Time) (*Index, error) {
	words, err := db.OpenSearch(ctx, file,
		db.SearchColumn{Name: "title", Weight: 8}, db.SearchColumn{Name: "keywords", Weight: 6},
		db.SearchColumn{Name: "agency", Weight: 3}, db.SearchColumn{Name: "fields", Weight: 2},
		db.SearchColumn{Name: "description", Weight: 2}, db.SearchColumn{Name: "notes", Weight: 1},
		db.SearchColumn{Name: "one", Weight: 2})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return &Index{words: words, now: now, rows: map[string]int{}, codes: newCodes()}, nil
}

// Close closes the file.
func (x *Index) Close() error { return x.words.Close() }

// Len returns how many datasets can be found.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.rows)
}

// text is the entry for the words, a string a column.
func (e Entry) text(row int) db.SearchDoc {
	named := append(append([]string{e.Agency}, e.Titles...), e.Keywords...)
	return db.SearchDoc{Row: int64(row), Text: []string{
		index(e.Titles...), index(e.Keywords...), index(e.Agency), index(e.Columns...),
		index(e.Description), index(e.Notes), singles(named...),
	}}
}

func (e Entry) doc(c codes) doc {
	d := doc{id: e.ID, updated: e.Updated, quality: e.Quality}
	for _, t := range e.Titles {
		d.titles = append(d.titles, hanvariant.Fold(t))
	}
	d.head = strings.Join(d.titles, "\n") + "\n" + hanvariant.Fold(strings.Join(e.Keywords, "\n")+"\n"+e.Agency)
	if d.quality == 0 {
		d.quality = 1
	}
	for i, f := range Facets() {
		d.facets = c.add(d.facets, i, e.Facets[f])
	}
	return d
}

// Replace puts entries in the place of everything.
func (x *Index) Replace(ctx context.Context, entries []Entry) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	texts := make([]db.SearchDoc, len(entries))
	docs := make([]*doc, len(entries))
	together := make([]doc, len(entries)) // side by side, as they are read
	rows := make(map[string]int, len(entries))
	codes := newCodes()
	for i, e := range entries {
		if _, twice := rows[e.ID]; twice {
			return fmt.Errorf("search: %s stands twice among the entries", e.ID)
		}
		together[i] = e.doc(codes)
		texts[i], docs[i], rows[e.ID] = e.text(i), &together[i], i
	}
	if err := x.words.Replace(ctx, texts); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.docs, x.rows, x.codes = docs, rows, codes
	return nil
}

// Put adds an entry, or replaces the one with its ID.
func (x *Index) Put(ctx context.Context, e Entry) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	row := x.row(e.ID)
	if err := x.words.Put(ctx, e.text(row)); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for len(x.docs) <= row {
		x.docs = append(x.docs, nil)
	}
	d := e.doc(x.codes)
	x.docs[row], x.rows[e.ID] = &d, row
	return nil
}

// row is that of id, or the next free one.
func (x *Index) row(id string) int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if row, ok := x.rows[id]; ok {
		return row
	}
	return len(x.docs)
}

// Remove takes an entry out; one that is not there is fine.
func (x *Index) Remove(ctx context.Context, id string) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.mu.RLock()
	row, ok := x.rows[id]
	x.mu.RUnlock()
	if !ok {
		return nil
	}
	if err := x.words.Delete(ctx, int64(row)); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.docs[row] = nil
	delete(x.rows, id)
	return nil
}
