package web_test

import (
	"context"
	"flag"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/web"
)

var update = flag.Bool("update", false, "write the goldens anew")

func TestCheckRoutes(t *testing.T) {
	plain := web.Plain(func(http.ResponseWriter, *http.Request) error { return nil })
	formed := web.Form(func(context.Context, *struct{}) (templ.SafeURL, error) { return "/", nil },
		func(*http.Request, *struct{}, error) (templ.Component, error) { return nil, nil })
	typed := web.JSON(func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	good := func(change func(*web.Route)) []web.Route {
		r := listed("test.page", "/page", "opendata", 1)
		if change != nil {
			change(&r)
		}
		return []web.Route{r}
	}
	for _, tt := range []struct {
		name   string
		routes []web.Route
		want   string
	}{
		{"lawful", good(nil), ""},
		{"no room", good(func(r *web.Route) { r.Name = "page" }), "name it <room>.<what>"},
		{"no method", good(func(r *web.Route) { r.Pattern = "/page" }), "write the pattern as METHOD /path"},
		{"nobody said who", good(func(r *web.Route) { r.Who = access.Rule{} }), "say who may"},
		{"no sentence", good(func(r *web.Route) { r.Doc = "" }), "say in one sentence"},
		{"no handler", good(func(r *web.Route) { r.Handler = web.Handler{} }), "it has no handler"},
		{"a page that is posted", good(func(r *web.Route) { r.Pattern = "POST /page" }), "a page answers GET only"},
		{"a form that is fetched", good(func(r *web.Route) { r.Handler = formed }), "a form answers POST only"},
		{"an API elsewhere", good(func(r *web.Route) { r.Handler = typed }), "a native API stands at /api/test/v<n>/…"},
		{"an API with a rest", good(func(r *web.Route) { r.Handler, r.Pattern = typed, "GET /api/test/v1/{x...}" }), "plain {name} wildcards only"},
		{"everything below", good(func(r *web.Route) { r.Pattern = "GET /page/" }), "end the pattern in {$}"},
		{"a post for all origins", good(func(r *web.Route) { r.Handler, r.Pattern, r.CORS = plain, "POST /page", true }), "only a GET may be read from other origins"},
		{"a language as a path", good(func(r *web.Route) { r.Pattern = "GET /en/page" }), "/en is the prefix of English"},
		{"on no sitemap", good(func(r *web.Route) { r.Nav.Title = "" }), "give the page a Nav.Title"},
		{"not listed for a reason", good(func(r *web.Route) { r.Nav.Title, r.Nav.Unlisted = "", "a step of a form" }), ""},
		{"an unknown area", good(func(r *web.Route) { r.Nav.Area = "shop" }), `there is no area "shop"`},
		{"a title nobody wrote", good(func(r *web.Route) { r.Nav.Title = "test.none" }), "the catalogue zh-TW lacks its title test.none"},
		{"an unknown parent", good(func(r *web.Route) { r.Nav.Parent = "test.none" }), "its parent test.none is no route"},
		{"one name twice", append(good(nil), good(func(r *web.Route) { r.Pattern = "GET /other" })...), "another route has this name"},
		{"one pattern twice", append(good(nil), good(func(r *web.Route) { r.Name = "test.other" })...), "conflicts with pattern"},
		{"two patterns that overlap", append(good(func(r *web.Route) { r.Pattern = "GET /{a}/x" }), good(func(r *web.Route) { r.Name, r.Pattern = "test.other", "GET /x/{b}" })...), "conflicts with pattern"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(web.CheckRoutes(tt.routes, catalogue(t)), "\n")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("CheckRoutes() = %q, want %q", got, tt.want)
			}
			if _, err := web.New(web.Config{}, web.Needs{Catalogue: catalogue(t), Now: now}, tt.routes); (err == nil) != (tt.want == "") {
				t.Errorf("New() = %v", err)
			}
		})
	}
}

func TestMatrix(t *testing.T) {
	var none error
	got := web.Matrix(serve(t, web.Config{}, append(every(), grants(&none))...).Routes())
	const golden = "testdata/routes.md"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("Matrix() =\n%s\nwant\n%s", got, want)
	}
}

func TestNewNeeds(t *testing.T) {
	if _, err := web.New(web.Config{}, web.Needs{Now: now}, nil); err == nil {
		t.Error("New() without a catalogue succeeds")
	}
	if _, err := web.New(web.Config{}, web.Needs{Catalogue: catalogue(t)}, nil); err == nil {
		t.Error("New() without a clock succeeds")
	}
}

func TestURL(t *testing.T) {
	routes := []web.Route{listed("test.home", "/{$}", "", 0), listed("test.one", "/a/{b}/c", "", 0), listed("test.rest", "/f/{p...}", "", 0),
		{Name: "test.api", Pattern: "GET /api/test/v1/x/{id}", Who: access.Anyone, Doc: "X.", Handler: web.Plain(nil)}}
	zh := web.Linked(t.Context(), routes...)
	en := web.InLang(zh, "en")
	for _, tt := range []struct{ got, want string }{
		{string(web.URL(zh, "test.home")), "/"},
		{string(web.URL(en, "test.home")), "/en"},
		{string(web.URL(en, "test.one", "臺 北/?#")), "/en/a/%E8%87%BA%20%E5%8C%97%2F%3F%23/c"},
		{string(web.URL(zh, "test.one", 7)), "/a/7/c"},
		{string(web.URL(zh, "test.rest", "a b/c")), "/f/a%20b/c"},
		{string(web.URL(en, "test.api", "7")), "/api/test/v1/x/7"},
		{string(web.WithQuery(web.URL(zh, "test.home"), "q", "臺北 a&b", "page", "", "sort", "-x")), "/?q=%E8%87%BA%E5%8C%97+a%26b&sort=-x"},
		{string(web.WithQuery("/x?a=1", "b", "2")), "/x?a=1&b=2"},
		{string(web.WithFragment("/x", "row 1")), "/x#row%201"},
		{string(web.URL(t.Context(), "test.home")), "#"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s, want %s", tt.got, tt.want)
		}
	}
	if !web.Known(zh, "test.one") || web.Known(zh, "test.none") {
		t.Error("Known does not tell routes apart")
	}
	for name, f := range map[string]func(){"unknown": func() { web.URL(zh, "test.none") }, "too few": func() { web.URL(zh, "test.one") },
		"empty": func() { web.URL(zh, "test.one", "") }, "dots": func() { web.URL(zh, "test.one", "..") }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic in a test", name)
				}
			}()
			f()
		}()
	}
}

// A page with a broken link is served; the link goes nowhere and is logged.
func TestBrokenLinkIsNoPanic(t *testing.T) {
	var got templ.SafeURL
	w, err := web.New(web.Config{}, web.Needs{Catalogue: catalogue(t), Now: now}, []web.Route{{Name: "test.x", Pattern: "GET /x", Who: access.Anyone, Doc: "X.",
		Handler: web.Plain(func(_ http.ResponseWriter, r *http.Request) error {
			got = web.URL(r.Context(), "test.none")
			return nil
		})}})
	if err != nil {
		t.Fatal(err)
	}
	if res := ask(t, w, "GET", "/x", ""); res.StatusCode != 200 || got != "#" {
		t.Errorf("status %d, link %q", res.StatusCode, got)
	}
}
