package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzhttp"

	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// Config says how the door stands. The zero value serves localhost.
type Config struct {
	Hosts          []string       // names this program answers to, beside localhost, 127.0.0.1 and [::1]; without port
	Origin         string         // scheme and host as readers see them; "" takes them from the request
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default
	Demo           bool           // made-up people: red ribbon; no host but localhost
	Strict         bool           // tests: an unknown link panics
	NoCompression  bool           // a proxy compresses
	Phone          string         // of the counter, on error pages and in the footer
	Counter        string         // address of the counter
	Contact        string         // of security.txt: mailto: or https:
	Notice         string         // catalogue key of a line shown on every page
	Version        string         // of the program, for openapi.json
	Links          Links          // names of the routes the shell points at
}

// Links names the routes the shell points at. A route that is not served is
// left out of the page. Empty names mean the usual ones.
type Links struct {
	Home, Search, SignIn, SignOut, Account, Desk string
}

func (l Links) orUsual() Links {
	for _, d := range []struct {
		at    *string
		usual string
	}{
		{&l.Home, "root.home"}, {&l.Search, "root.search"}, {&l.SignIn, "identity.signin"},
		{&l.SignOut, "identity.signout"}, {&l.Account, "identity.account"}, {&l.Desk, "root.desk"},
	} {
		if *d.at == "" {
			*d.at = d.usual
		}
	}
	return l
}

// Needs is all that web is given. Only Catalogue is required.
type Needs struct {
	Log       *slog.Logger
	Now       func() time.Time
	Catalogue *i18n.Catalogue
	// Authenticate says who asks; the zero Actor is the public. An error goes
	// the error path; a stale cookie is no error.
	Authenticate func(*http.Request) (access.Actor, error)
	// Translate gives the actor the reader's id in a room.
	Translate func(ctx context.Context, a access.Actor, room string) (access.Actor, error)
	Assets    fs.FS                                           // built front end with manifest.json at its root; nil is the embedded one
	Ready     func(context.Context) []Check                   // state of everything, for /readyz and /status
	Shell     func(context.Context, *ui.Shell)                // may add to the shell of a page
	Observe   func(route string, status int, d time.Duration) // metrics; "" is no route
}

// Web serves the routes. It is an http.Handler and owns no goroutine.
type Web struct {
	config Config
	needs  Needs

	mux    *http.ServeMux
	routes []*route
	byName map[string]*route
	links  *links
	shells *shells
	assets *assets
	api    huma.API
	huma   *capture
	cross  *http.CrossOriginProtection
	squash func(http.ResponseWriter, *http.Request) // guard behind gzip
	hosts  map[string]bool
	fixed  fixedHeaders
	policy string // of pages without a route

	status  statusBoard
	reports reportBoard
	bodies  sync.Pool // of *jsonBody

	mu    sync.Mutex
	codes map[string]spokenCode // guarded by mu; faults answered so far, for /problems/{code}
}

// route is a Route as it is served.
type route struct {
	Route
	method, path string
	csp          string // policy, complete but for origins of one request
	people       bool
}

// New checks the routes and returns the door to them. It adds the routes that
// web itself answers.
func New(c Config, n Needs, routes []Route) (*Web, error) {
	if n.Catalogue == nil {
		return nil, errors.New("web: the catalogue is missing")
	}
	if n.Log == nil {
		n.Log = slog.New(slog.DiscardHandler)
	}
	if n.Now == nil {
		return nil, errors.New("web: the clock is missing")
	}
	c.Links = c.Links.orUsual()
	w := &Web{config: c, needs: n, mux: http.NewServeMux(), byName: map[string]*route{},
		cross: http.NewCrossOriginProtection(), codes: map[string]spokenCode{}}
	w.hosts, w.fixed, w.policy = hostSet(c), newFixedHeaders(), policy(CSP{})
	routes = append(routes[:len(routes):len(routes)], w.own()...)
	if wrong := CheckRoutes(routes, n.Catalogue); len(wrong) > 0 {
		return nil, fmt.Errorf("web: %s", wrong[0])
	}
	var err error
	if w.assets, err = openAssets(n.Assets); err != nil {
		return nil, err
	}
	w.links = newLinks(routes)
	w.links.strict, w.links.log = c.Strict, n.Log
	w.api, w.huma = newAPI(c)
	for _, r := range routes {
		w.mount(r)
	}
	w.shells = newShells(w)
	if !c.NoCompression {
		wrap, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.CompressionLevel(3),
			gzhttp.ContentTypeFilter(compressible))
		if err != nil {
			return nil, fmt.Errorf("web: compression: %w", err)
		}
		w.squash = wrap(http.HandlerFunc(w.guard))
	}
	return w, nil
}

// mount gives one route to the mux.
func (w *Web) mount(r Route) {
	method, path := r.split()
	e := &route{Route: r, method: method, path: path, csp: policy(r.CSP), people: r.forPeople()}
	if r.Handler.kind == jsonKind {
		e.Handler.serve = w.mountJSON(r, method, path)
	}
	w.routes = append(w.routes, e)
	w.byName[r.Name] = e
	w.mux.Handle(r.Pattern, e)
}

// Routes returns the routes that are served, in their order.
func (w *Web) Routes() []Route {
	all := make([]Route, len(w.routes))
	for i, r := range w.routes {
		all[i] = r.Route
	}
	return all
}

// AssetsMissing reports that the front end was not built: pages then have no
// style, and a real start should refuse.
func (w *Web) AssetsMissing() bool { return w.assets.empty() }

// Answers returns the name of the route that would answer, with or without a
// language prefix; false if none would.
func (w *Web) Answers(method, path string) (string, bool) {
	english := hasPrefix(path)
	if english {
		path = cutPrefix(path)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, "http://localhost"+path, nil)
	if err != nil {
		return "", false
	}
	h, pattern := w.mux.Handler(r)
	e, ok := h.(*route)
	if !ok || pattern == "" || (english && !e.people) {
		return "", false
	}
	return e.Name, true
}
