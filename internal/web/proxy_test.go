package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/web"
)

func TestTrustedProxies(t *testing.T) {
	var address, origin string
	w, err := web.New(web.Config{Hosts: []string{"gongdao.example"}, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		web.Needs{Catalogue: catalogue(t), Now: now}, []web.Route{{Name: "test.x", Pattern: "GET /x", Who: access.Anyone, Doc: "X.",
			Handler: web.Plain(func(_ http.ResponseWriter, r *http.Request) error {
				address, origin = web.Address(r.Context()), web.Origin(r.Context())
				return nil
			})}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, peer, forwarded, proto string
		address, origin, hsts        string
	}{
		{"no proxy", "192.0.2.1:5", "", "", "192.0.2.1", "http://gongdao.example", ""},
		{"a stranger who claims to be one", "192.0.2.1:5", "198.51.100.7", "https", "192.0.2.1", "http://gongdao.example", ""},
		{"our proxy", "10.0.0.1:5", "198.51.100.7", "https", "198.51.100.7", "https://gongdao.example", "max-age=63072000; includeSubDomains"},
		{"what the reader put before it is not believed", "10.0.0.1:5", "1.1.1.1, 198.51.100.7", "http", "198.51.100.7", "http://gongdao.example", ""},
		{"two of our proxies", "10.0.0.1:5", "198.51.100.7, 10.2.3.4", "https", "198.51.100.7", "https://gongdao.example", "max-age=63072000; includeSubDomains"},
		{"rubbish", "10.0.0.1:5", "x", "", "10.0.0.1", "http://gongdao.example", ""},
		{"IPv6 counts by subscriber", "[2001:db8:1:2:3::4]:5", "", "", "2001:db8:1:2::/64", "http://gongdao.example", ""},
		{"IPv4 in IPv6", "[::ffff:192.0.2.1]:5", "", "", "::ffff:192.0.2.1", "http://gongdao.example", ""},
		{"a socket", "@", "", "", "@", "http://gongdao.example", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "http://gongdao.example/x", nil)
			r.RemoteAddr = tt.peer
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			r.Header.Set("X-Forwarded-Proto", tt.proto)
			rec := httptest.NewRecorder()
			w.ServeHTTP(rec, r)
			if address != tt.address || origin != tt.origin || rec.Header().Get("Strict-Transport-Security") != tt.hsts {
				t.Errorf("address %q, origin %q, HSTS %q", address, origin, rec.Header().Get("Strict-Transport-Security"))
			}
		})
	}
}

func TestObserve(t *testing.T) {
	type seen struct {
		route  string
		status int
	}
	var got []seen
	w, err := web.New(web.Config{}, web.Needs{Catalogue: catalogue(t), Now: now, Authenticate: authenticate,
		Observe: func(route string, status int, d time.Duration) {
			got = append(got, seen{route, status})
			if d < 0 {
				t.Errorf("%s took %s", route, d)
			}
		}}, every())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path string
		want seen
	}{
		{"/", seen{"test.home", 200}}, {"/dataset/x", seen{"test.dataset", 200}}, {"/nowhere", seen{"", 404}}, {"/panic", seen{"test.panic", 500}},
		{"/mine", seen{"test.mine", 401}}, {"/dataset/", seen{"", 301}},
	} {
		got = nil
		ask(t, w, "GET", tt.path, "")
		if len(got) != 1 || got[0] != tt.want {
			t.Errorf("GET %s observed as %v, want %v", tt.path, got, tt.want)
		}
	}
}

// A reader who has gone is no error of ours: nothing is logged or answered.
func TestReaderHasGone(t *testing.T) {
	status := 0
	ctx, cancel := context.WithCancel(t.Context())
	w, err := web.New(web.Config{}, web.Needs{Catalogue: catalogue(t), Now: now, Observe: func(_ string, s int, _ time.Duration) { status = s }},
		[]web.Route{{Name: "test.slow", Pattern: "GET /slow", Who: access.Anyone, Doc: "Slow.", Handler: web.Plain(func(_ http.ResponseWriter, r *http.Request) error {
			cancel()
			return r.Context().Err()
		})}})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(ctx, "GET", "http://localhost/slow", nil)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	if status != 499 || rec.Body.Len() != 0 {
		t.Errorf("observed %d with a body of %d bytes, want 499 and none", status, rec.Body.Len())
	}
}

func TestProblemInAPlainHandler(t *testing.T) {
	w := serve(t, web.Config{}, web.Route{Name: "test.p", Pattern: "GET /p", Who: access.Anyone, Doc: "P.", Cache: web.Public,
		Handler: web.Plain(func(rw http.ResponseWriter, r *http.Request) error {
			web.Problem(rw, r, fault.Gone.Errorf("test.gone", "gone"))
			return nil
		})})
	res := ask(t, w, "GET", "/p", "")
	if p := problemOf(t, res); p.Status != 410 || p.Code != "test.gone" || res.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%+v, Cache-Control %q", p, res.Header.Get("Cache-Control"))
	}
}

// A fault without a code of its own still says something in both languages.
func TestBareKind(t *testing.T) {
	w := serve(t, web.Config{}, web.Route{Name: "test.b", Pattern: "GET /b", Who: access.Anyone, Doc: "B.",
		Handler: web.Plain(func(http.ResponseWriter, *http.Request) error { return fault.NotFound })})
	for lang, want := range map[string]string{"en": "Page not found", "zh-TW": "找不到這個頁面"} {
		if p := problemOf(t, ask(t, w, "GET", "/b", "", "Accept-Language", lang)); p.Detail != want || p.Status != 404 {
			t.Errorf("%s: %+v", lang, p)
		}
	}
}
