package explore

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/opendata/query"
)

// Base is the path under which the API stands.
const Base = "/api/explore/v2.1"

// Dataset is one table of the catalogue as this API shows it.
type Dataset struct {
	ID          string
	UID         string // stable when the ID changes
	Schema      *query.Schema
	Records     int64
	Metas       Metas
	Attachments []Attachment
	Handle      any // what the room needs to find the table again
}

// Metas are the default metadata, in the language that was asked for. An empty
// value is answered as null.
type Metas struct {
	Title, Description string
	Keywords, Themes   []string
	Publisher          string
	Licence            string
	LicenceURL         string
	Language           string // of title and description, such as zh-TW
	References         string
	Territory          []string
	Frequency          string
	Modified           time.Time // when the dataset changed, by its agency
	DataProcessed      time.Time // when its table was published
	MetadataProcessed  time.Time
}

// Attachment is a file beside the table.
type Attachment struct {
	ID, Title, MimeType, URL string
}

// Catalog knows the datasets that the caller may see.
type Catalog interface {
	// Datasets lists all, by ID. lang is "zh-TW" or "en".
	Datasets(ctx context.Context, lang string) ([]*Dataset, error)
	// Dataset returns one; fault.NotFound if it is absent or hidden.
	Dataset(ctx context.Context, id, lang string) (*Dataset, error)
}

// Rows answers queries over the table of a dataset.
type Rows interface {
	// Rows writes the answer in the form asked for and returns how many rows it has.
	Rows(ctx context.Context, a Ask, w io.Writer) (int64, error)
	// Count returns how many rows or groups q has without limit and offset.
	Count(ctx context.Context, d *Dataset, q *query.Query) (int64, error)
}

// Format is the form of an answer.
type Format string

// The forms, named as internal/olap names them.
const (
	Arrays  Format = "arrays"  // [[1,"a"],[2,"b"]]
	Objects Format = "objects" // [{"id":1,"name":"a"},…]
	Lines   Format = "lines"   // one object a line
	CSV     Format = "csv"
	GeoJSON Format = "geojson"
	Parquet Format = "parquet"
)

// Ask is one question. Export marks an answer that may be long and is not worth
// remembering; UseLabels asks for labels instead of names in a CSV header.
type Ask struct {
	Dataset     *Dataset
	Query       *query.Query
	Format      Format
	Export      bool
	UseLabels   bool
	Delimiter   string // CSV
	ListSep     string // CSV
	QuoteAll    bool   // CSV
	BOM         bool   // CSV
	Compression string // Parquet: snappy or zstd
}

// Needs is all the API is given. Origin, Log and Now are optional.
type Needs struct {
	Catalog Catalog
	Rows    Rows
	Origin  func(*http.Request) string // such as https://data.example; default from the request
	Log     *slog.Logger
	Now     func() time.Time // for reset times and now() over the catalogue
}

// API is the codec over its ports.
type API struct{ needs Needs }

// New returns the API.
func New(n Needs) *API {
	if n.Origin == nil {
		n.Origin = func(r *http.Request) string {
			if r.TLS != nil {
				return "https://" + r.Host
			}
			return "http://" + r.Host
		}
	}
	if n.Log == nil {
		n.Log = slog.New(slog.DiscardHandler)
	}
	return &API{n}
}

// Endpoint is one path of the API under Base, with {id} and its like.
type Endpoint struct {
	Name string // last part of a route's name: records, exports …
	Path string
	Doc  string
}

// Endpoints lists what the API answers to. Each path also answers with a slash
// at its end.
func Endpoints() []Endpoint {
	return []Endpoint{
		{"root", "/catalog", "Where the catalogue begins (Explore v2.1)."},
		{"datasets", "/catalog/datasets", "Search the catalogue (Explore v2.1)."},
		{"dataset", "/catalog/datasets/{id}", "One dataset with its fields (Explore v2.1)."},
		{"records", "/catalog/datasets/{id}/records", "Query and aggregate the rows of a dataset (Explore v2.1)."},
		{"record", "/catalog/datasets/{id}/records/{record}", "One row of a dataset (Explore v2.1)."},
		{"exports", "/catalog/datasets/{id}/exports", "In which formats a dataset can be downloaded (Explore v2.1)."},
		{"export", "/catalog/datasets/{id}/exports/{format}", "Download a dataset, or what a query makes of it (Explore v2.1)."},
		{"facets", "/catalog/datasets/{id}/facets", "Count the values of a dataset's fields (Explore v2.1)."},
		{"attachments", "/catalog/datasets/{id}/attachments", "Files beside a dataset (Explore v2.1)."},
		{"allfacets", "/catalog/facets", "Count the values of the catalogue's metadata (Explore v2.1)."},
	}
}

// ServeHTTP answers. A stream that breaks after its first byte ends the
// connection, so that no client takes the part for the whole.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := a.Serve(w, r); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// Serve answers like ServeHTTP. It returns an error only when an answer was
// begun that cannot be ended; the caller must break the connection.
func (a *API) Serve(w http.ResponseWriter, r *http.Request) error {
	out := &writer{w: w}
	err := a.route(out, r)
	if err == nil {
		return nil
	}
	if out.begun {
		a.needs.Log.WarnContext(r.Context(), "an Explore answer broke off", "path", r.URL.Path, "error", err)
		return err
	}
	a.fail(w, r, err)
	return nil
}

// writer remembers whether anything was sent.
type writer struct {
	w     http.ResponseWriter
	begun bool
}

// Write sends b. Nothing at all does not begin an answer.
func (o *writer) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	o.begun = true
	return o.w.Write(b)
}

func (a *API) route(w *writer, r *http.Request) error {
	rest, ok := strings.CutPrefix(r.URL.Path, Base+"/catalog")
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	if rest == "" || rest == "/" {
		parts = nil
	}
	if !ok {
		return unknownPath(r.URL.Path)
	}
	switch {
	case len(parts) == 0:
		return a.root(w, r)
	case len(parts) == 1 && parts[0] == "facets":
		return a.catalogFacets(w, r)
	case len(parts) == 1 && parts[0] == "datasets":
		return a.datasets(w, r)
	case parts[0] != "datasets" || len(parts) > 4:
		return unknownPath(r.URL.Path)
	}
	q := read(r)
	d, err := a.needs.Catalog.Dataset(r.Context(), parts[1], q.lang)
	if err != nil {
		return err
	}
	switch path := strings.Join(parts[2:], "/"); {
	case path == "":
		return a.dataset(w, r, q, d)
	case path == "exports":
		return a.exports(w, r, d)
	case path == "attachments":
		return a.attachments(w, r, d)
	case d.Schema == nil:
		return fault.NotFound.Errorf("opendata.explore-no-records", "dataset %s has no records", d.ID)
	case path == "records":
		return a.records(w, r, q, d)
	case path == "facets":
		return a.facets(w, r, q, d)
	case len(parts) == 4 && parts[2] == "records":
		return a.record(w, r, q, d, parts[3])
	case len(parts) == 4 && parts[2] == "exports":
		return a.export(w, r, q, d, parts[3])
	}
	return unknownPath(r.URL.Path)
}

func unknownPath(path string) error {
	return fault.NotFound.Errorf("opendata.explore-path", "there is no %s in this API", path)
}
