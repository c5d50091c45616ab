package web_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
)

// every is one route of each form, and each way to fail.
func every() []web.Route {
	failing := func(name string, err error) web.Route {
		return web.Route{Name: "test.fail-" + name, Pattern: "GET /fail/" + name, Who: access.Anyone, Doc: "Fails.",
			Nav:     web.Nav{Unlisted: "for the test"},
			Handler: web.Page(func(*http.Request) (templ.Component, error) { return nil, err })}
	}
	return []web.Route{
		listed("test.home", "/{$}", "", 0),
		listed("test.data", "/dataset", "opendata", 1),
		{Name: "test.dataset", Pattern: "GET /dataset/{slug}", Who: access.Anyone, Doc: "One.", Handler: pageOf("one"), Nav: web.Nav{Area: "opendata"}},
		{Name: "test.mine", Pattern: "GET /mine", Who: access.SignedIn, Doc: "Mine.", Handler: pageOf("mine"), Nav: web.Nav{Area: "mydata", Title: "test.title"}},
		{Name: "test.desk", Pattern: "GET /desk", Who: access.Officer, Doc: "Desk.", Handler: pageOf("desk"), Nav: web.Nav{Area: "desk", Title: "test.title"}},
		{Name: "test.panic", Pattern: "GET /panic", Who: access.Anyone, Doc: "Panics.", Nav: web.Nav{Unlisted: "for the test"},
			Handler: web.Page(func(*http.Request) (templ.Component, error) { panic("boom") })},
		failing("internal", errors.New("the password is 1234")),
		failing("gone", fault.Gone.Errorf("test.gone", "gone")),
		failing("busy", fault.Busy.Errorf("test.busy", "busy")),
		{Name: "test.file", Pattern: "GET /file", Who: access.Anyone, Doc: "A file.", Cache: web.Public, CORS: true,
			Handler: web.Plain(func(w http.ResponseWriter, _ *http.Request) error {
				w.Header().Set("Content-Type", "text/csv")
				_, err := io.WriteString(w, strings.Repeat("a,b\n", 1000))
				return err
			})},
		{Name: "test.half", Pattern: "GET /half", Who: access.Anyone, Doc: "Breaks off.",
			Handler: web.Plain(func(w http.ResponseWriter, _ *http.Request) error {
				fmt.Fprint(w, "half")
				return errors.New("disk")
			})},
		{Name: "test.upload", Pattern: "POST /upload", Who: access.Anyone, Doc: "Takes bytes.", MaxBody: 10,
			Handler: web.Plain(func(w http.ResponseWriter, r *http.Request) error {
				b, err := io.ReadAll(r.Body)
				if err != nil {
					return err
				}
				fmt.Fprint(w, len(b))
				return nil
			})},
	}
}

func TestEveryAnswerHasCSP(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	for _, path := range []string{"/", "/en", "/dataset", "/dataset/x", "/mine", "/desk", "/panic", "/fail/internal", "/fail/gone",
		"/nowhere", "/en/nowhere", "/status", "/sitemap", "/accessibility", "/privacy", "/security", "/preferences", "/docs/api",
		"/%00", "/dataset/?x=", "/problems/web.not-found", "/upload"} {
		for _, who := range []string{"", "citizen", "officer"} {
			res := ask(t, w, "GET", path, "", as, who, "Accept", "text/html")
			policy := res.Header.Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; ") ||
				!strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("GET %s as %q: policy %q", path, who, policy)
			}
			if res.Header.Get("Vary") != "Accept-Encoding, HX-Request, Cookie" {
				t.Errorf("GET %s: Vary %q", path, res.Header.Get("Vary"))
			}
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
				"Origin-Agent-Cluster": "?1", "Cross-Origin-Opener-Policy": "same-origin"} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("GET %s: %s = %q, want %q", path, name, got, want)
				}
			}
			if res.Header.Get("X-Request-Id") == "" {
				t.Errorf("GET %s: no request id", path)
			}
		}
	}
}

// What is no page runs nothing, even if somebody opens it.
func TestNoPageRunsNothing(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	for _, path := range []string{"/healthz", "/openapi.json", "/file", "/_/assets/none", "/api/none"} {
		res := ask(t, w, "GET", path, "")
		if p := res.Header.Get("Content-Security-Policy"); p != "default-src 'none'; base-uri 'none'; frame-ancestors 'none'" {
			t.Errorf("GET %s: policy %q", path, p)
		}
		if v := res.Header.Get("Vary"); !strings.HasPrefix(v, "Accept-Encoding") && !strings.HasPrefix(v, "Accept-Language") {
			t.Errorf("GET %s: Vary %q", path, v)
		}
	}
}

func TestSignedInIsNotStored(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	for _, tt := range []struct {
		path, who string
		status    int
		stored    bool
	}{
		{"/", "", 200, true},
		{"/en", "", 200, true},
		{"/dataset/x", "", 200, true},
		{"/", "citizen", 200, false},
		{"/mine", "citizen", 200, false},
		{"/mine", "", 401, false},
		{"/desk", "citizen", 403, false},
		{"/fail/gone", "", 410, false},
		{"/nowhere", "", 404, false},
		{"/file", "", 200, true},
		{"/file", "citizen", 200, true}, // the same bytes for everybody
		{"/status", "", 200, false},
		{"/preferences", "", 200, false},
	} {
		res := ask(t, w, "GET", tt.path, "", as, tt.who, "Accept", "text/html")
		if res.StatusCode != tt.status {
			t.Errorf("GET %s as %q = %d, want %d", tt.path, tt.who, res.StatusCode, tt.status)
		}
		cache := res.Header.Get("Cache-Control")
		if stored := cache == "public, max-age=60, stale-while-revalidate=600"; stored != tt.stored {
			t.Errorf("GET %s as %q: Cache-Control %q", tt.path, tt.who, cache)
		}
		if !tt.stored && (cache != "private, no-store" || res.Header.Get("Etag") != "") {
			t.Errorf("GET %s as %q: Cache-Control %q, Etag %q", tt.path, tt.who, cache, res.Header.Get("Etag"))
		}
		if tt.stored && tt.path != "/file" && res.Header.Get("Etag") == "" {
			t.Errorf("GET %s as %q has no ETag", tt.path, tt.who)
		}
		if tt.stored && len(res.Cookies()) > 0 {
			t.Errorf("GET %s as %q sets a cookie", tt.path, tt.who)
		}
	}
}

func TestETag(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	tag := ask(t, w, "GET", "/", "").Header.Get("Etag")
	for _, tt := range []struct {
		name, header, who string
		want              int
	}{
		{"the same bytes", tag, "", 304},
		{"one of several", `"x", ` + tag, "", 304},
		{"a strong comparison", strings.TrimPrefix(tag, "W/"), "", 304},
		{"other bytes", `W/"x"`, "", 200},
		{"signed in, another page", tag, "citizen", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := ask(t, w, "GET", "/", "", "If-None-Match", tt.header, as, tt.who)
			if res.StatusCode != tt.want {
				t.Errorf("status %d, want %d", res.StatusCode, tt.want)
			}
			if b := bodyOf(t, res); res.StatusCode == 304 && b != "" {
				t.Errorf("304 with a body of %d bytes", len(b))
			}
		})
	}
	if other := ask(t, w, "GET", "/", "", "Cookie", "gd_theme=dark").Header.Get("Etag"); other == tag {
		t.Error("a page in dark colours has the ETag of the light one")
	}
}

func TestHost(t *testing.T) {
	w := serve(t, web.Config{Hosts: []string{"gongdao.example"}}, every()...)
	demo := serve(t, web.Config{Hosts: []string{"gongdao.example"}, Demo: true}, every()...)
	for _, tt := range []struct {
		host         string
		up, demoSays int
	}{
		{"localhost", 200, 200},
		{"localhost:8080", 200, 200},
		{"127.0.0.1:8080", 200, 200},
		{"[::1]:8080", 200, 200},
		{"LOCALHOST.", 200, 200},
		{"gongdao.example", 200, 421},
		{"evil.example", 421, 421},
		{"localhost.evil.example", 421, 421},
		{"localhost:80@evil.example", 421, 421},
		{"[::1", 421, 421},
		{"::1", 200, 200},
		{"", 421, 421},
	} {
		if res := ask(t, w, "GET", "/", "", "Host", tt.host); res.StatusCode != tt.up {
			t.Errorf("Host %q: %d, want %d", tt.host, res.StatusCode, tt.up)
		}
		if res := ask(t, demo, "GET", "/", "", "Host", tt.host); res.StatusCode != tt.demoSays {
			t.Errorf("demo, Host %q: %d, want %d", tt.host, res.StatusCode, tt.demoSays)
		}
	}
}

func TestGuardOrder(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	for _, tt := range []struct {
		name, method, path, body string
		head                     []string
		want                     int
	}{
		{"a body within the limit", "POST", "/upload", "123456789", nil, 200},
		{"a body over the limit", "POST", "/upload", "12345678901", nil, 413},
		{"from another site", "POST", "/upload", "1", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"from another origin, old browser", "POST", "/upload", "1", []string{"Origin", "https://evil.example"}, 403},
		{"the limit comes before the origin", "POST", "/upload", "12345678901", []string{"Sec-Fetch-Site", "cross-site"}, 413},
		{"same origin", "POST", "/upload", "1", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"wrong method", "POST", "/dataset", "1", nil, 405},
		{"wrong method, in English", "DELETE", "/en/dataset", "", nil, 405},
		{"a file has no language", "GET", "/en/file", "", nil, 404},
		{"NUL in the path", "GET", "/dataset/a%00b", "", nil, 400},
		{"no UTF-8 in the path", "GET", "/dataset/%ff", "", nil, 400},
		{"NUL in the query", "GET", "/dataset?q=%00", "", nil, 400},
		{"no UTF-8 in the query", "GET", "/dataset?q=%ff", "", nil, 400},
		{"authentication is down", "GET", "/", "", []string{as, "broken"}, 503},
		{"nobody signed in", "GET", "/mine", "", nil, 401},
		{"not an officer", "GET", "/desk", "", []string{as, "citizen"}, 403},
		{"an officer", "GET", "/desk", "", []string{as, "officer"}, 200},
		{"a panic", "GET", "/panic", "", nil, 500},
		{"English", "GET", "/en/dataset/x", "", nil, 200},
		{"an unknown language", "GET", "/fr/dataset", "", nil, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if res := ask(t, w, tt.method, tt.path, tt.body, tt.head...); res.StatusCode != tt.want {
				t.Errorf("%s %s = %d, want %d\n%s", tt.method, tt.path, res.StatusCode, tt.want, bodyOf(t, res))
			}
		})
	}
	if res := ask(t, w, "GET", "/", "", as, "broken"); res.Header.Get("Retry-After") != "90" {
		t.Errorf("Retry-After = %q, want 90", res.Header.Get("Retry-After"))
	}
	if res := ask(t, w, "POST", "/dataset", ""); res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow = %q", res.Header.Get("Allow"))
	}
}

func TestRedirectsKeepLanguage(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	for _, tt := range []struct{ path, want string }{
		{"/dataset/", "/dataset"},
		{"/en/dataset/", "/en/dataset"},
		{"//dataset", "/dataset"},
		{"/en//dataset", "/en/dataset"},
		{"/dataset?q=&page=2", "/dataset?page=2"},
		{"/en/dataset?q=", "/en/dataset"},
	} {
		res := ask(t, w, "GET", tt.path, "")
		if res.StatusCode < 300 || res.StatusCode > 399 || res.Header.Get("Location") != tt.want {
			t.Errorf("GET %s = %d %q, want %q", tt.path, res.StatusCode, res.Header.Get("Location"), tt.want)
		}
	}
}

// An answer that has begun must not end as if it were whole.
func TestBrokenAnswerIsCutOff(t *testing.T) {
	server := httptest.NewServer(serve(t, web.Config{}, every()...))
	defer server.Close()
	res, err := server.Client().Get(server.URL + "/half")
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("the reader takes half an answer for the whole")
	}
}

func TestTranslateByRoom(t *testing.T) {
	var seen access.Actor
	w := serve(t, web.Config{}, web.Route{Name: "test.x", Pattern: "GET /x", Who: access.SignedIn, Doc: "X.",
		Handler: web.Plain(func(_ http.ResponseWriter, r *http.Request) error {
			seen = access.From(r.Context())
			return nil
		})})
	ask(t, w, "GET", "/x", "", as, "citizen")
	if seen.Name != "林怡君/test" {
		t.Errorf("the handler saw %q, want the reader's id in room test", seen.Name)
	}
}

func TestLanguage(t *testing.T) {
	var lang i18n.Lang
	h := func(_ http.ResponseWriter, r *http.Request) error { lang = i18n.LangOf(r.Context()); return nil }
	w := serve(t, web.Config{}, web.Route{Name: "test.l", Pattern: "GET /l", Who: access.Anyone, Doc: "L.", Bilingual: true, Handler: web.Plain(h)})
	for path, want := range map[string]i18n.Lang{"/l": i18n.ZhTW, "/en/l": i18n.En} {
		if ask(t, w, "GET", path, "", "Accept-Language", "fr"); lang != want {
			t.Errorf("GET %s in %s, want %s", path, lang, want)
		}
	}
}

// A script on an English page posts to an address without a language.
func TestLanguageOfThePageBefore(t *testing.T) {
	h := func(w http.ResponseWriter, r *http.Request) error {
		if r.URL.Query().Get("fail") != "" {
			return fault.Conflict.Errorf("test.refused", "you may not %s", "A")
		}
		_, err := io.WriteString(w, string(web.URL(r.Context(), "test.home")))
		return err
	}
	w := serve(t, web.Config{}, append(every(), web.Route{Name: "test.act", Pattern: "POST /api/act", Who: access.Anyone, Doc: "Act.", Handler: web.Plain(h)})...)
	for _, tt := range []struct{ referer, accept, want, fails string }{
		{"http://localhost/en/signin", "zh-TW", "/en", "you may not A"},
		{"http://localhost/signin", "en", "/", "不可以 A"},
		{"http://localhost.evil/en/signin", "", "/", "you may not A"},
		{"https://evil.example/en", "zh-TW", "/", "不可以 A"},
		{"", "", "/", "you may not A"},
	} {
		if got := bodyOf(t, ask(t, w, "POST", "/api/act", "", "Referer", tt.referer, "Accept-Language", tt.accept)); got != tt.want {
			t.Errorf("from %q: leads to %s, want %s", tt.referer, got, tt.want)
		}
		if got := bodyOf(t, ask(t, w, "POST", "/api/act?fail=1", "", "Referer", tt.referer, "Accept-Language", tt.accept)); !strings.Contains(got, tt.fails) {
			t.Errorf("from %q: %s, want %s", tt.referer, got, tt.fails)
		}
	}
}

func TestCompression(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	for _, tt := range []struct {
		name, path string
		head       []string
		want       string
	}{
		{"a page", "/", []string{"Accept-Encoding", "gzip, br"}, "gzip"},
		{"a CSV", "/file", []string{"Accept-Encoding", "gzip"}, "gzip"},
		{"not asked for", "/", nil, ""},
		{"a range", "/file", []string{"Accept-Encoding", "gzip", "Range", "bytes=0-1"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ask(t, w, "GET", tt.path, "", tt.head...).Header.Get("Content-Encoding"); got != tt.want {
				t.Errorf("Content-Encoding %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCORS(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	if got := ask(t, w, "GET", "/file", "").Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("open data: Access-Control-Allow-Origin %q", got)
	}
	if got := ask(t, w, "GET", "/", "").Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("a page: Access-Control-Allow-Origin %q", got)
	}
}
