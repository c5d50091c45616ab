package web

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gongdao/gongdao/internal/access"
)

// Route is one thing the program answers to.
type Route struct {
	Name    string      // "<room>.<what>", stable: links and tests use it
	Pattern string      // of http.ServeMux, with a method: "GET /mydata/{$}"
	Who     access.Rule // who may; the room asks further about its own data
	Doc     string      // one English sentence, for the matrix and OpenAPI
	Handler Handler
	Nav     Nav
	CSP     CSP   // what this route needs beyond the policy of all pages
	MaxBody int64 // bytes; 0 is 1 MiB
	Cache   Cache
	CORS    bool // open data, GET, without credentials: any origin may read it

	// Bilingual lets a Plain route answer people: it takes the /en prefix, and
	// its errors are pages. An upload needs it.
	Bilingual bool
	// CrossSite lets other origins post here by design, as the token endpoint
	// of OpenID Connect wants. The handler must not trust the session cookie.
	CrossSite bool
}

// Nav places a page in the navigation, the sitemap and the breadcrumbs.
type Nav struct {
	Area     string // services opendata maps mydata verify desk account about, or ""
	Order    int    // within the area; the lowest is the area's entrance
	Title    string // catalogue key; a listed page has one
	Parent   string // route name of the page above; "" is the area's entrance
	Unlisted string // why this page is not on /sitemap, in a few English words
}

// Cache says who may keep the answer.
type Cache int

const (
	// Auto: a page for the public may be kept for a minute and is checked by its
	// ETag; everything else, and everything for a signed-in reader, is not kept.
	Auto Cache = iota
	// Public: the same bytes for everybody, kept for a minute. A page still is
	// not kept for a signed-in reader, whose name is on it.
	Public
	// Private: never kept.
	Private
	// Immutable: the address names the content; kept for a year. The guard does
	// not ask who is reading.
	Immutable
)

// CSP adds sources to the policy of one route.
type CSP struct {
	Img        []string // "blob:" on pages with a map
	Connect    []string
	FormAction []string // fixed origins; for one of this request see AllowFormAction
	Own        string   // a whole policy instead, for files that are shown sandboxed
}

// kind is the form of a handler.
type kind int

const (
	noKind kind = iota
	pageKind
	formKind
	jsonKind
	plainKind
)

// Handler answers a route. Page, Form, JSON and Plain make one.
type Handler struct {
	kind  kind
	serve func(http.ResponseWriter, *http.Request) error
	mount func(huma.API, huma.Operation) // JSON: registers with huma, which sets serve
}

// Plain answers with a handler of its own: foreign-shaped APIs, files, streams.
// What it returns goes the error path, unless it has begun to answer.
func Plain(f func(http.ResponseWriter, *http.Request) error) Handler {
	return Handler{kind: plainKind, serve: f}
}

// forPeople reports whether the route is read by people, in two languages.
func (r Route) forPeople() bool {
	return r.Handler.kind == pageKind || r.Handler.kind == formKind || r.Bilingual
}

// room is the part of the name before the first dot.
func (r Route) room() string {
	room, _, _ := strings.Cut(r.Name, ".")
	return room
}

// method and path take the pattern apart. A host in the pattern stays in path.
func (r Route) split() (method, path string) {
	method, path, ok := strings.Cut(r.Pattern, " ")
	if !ok {
		return "", r.Pattern
	}
	return method, strings.TrimLeft(path, " \t")
}

// listed reports whether /sitemap shows the route.
func (r Route) listed() bool {
	method, path := r.split()
	return r.Handler.kind == pageKind && method == http.MethodGet && r.Nav.Title != "" && !hasWildcard(path)
}

// hasWildcard reports whether the path needs values; {$} is none.
func hasWildcard(path string) bool {
	return strings.Contains(strings.TrimSuffix(path, "{$}"), "{")
}

// IsPage reports whether the route answers with a page.
func (r Route) IsPage() bool { return r.Handler.kind == pageKind }

// IsForm reports whether the route takes a posted form.
func (r Route) IsForm() bool { return r.Handler.kind == formKind }
