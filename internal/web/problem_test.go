package web_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/web"
)

// problem is an error as a client decodes it.
type problem struct {
	Type, Title, Detail, Instance, Code string
	Status                              int
	Errors                              []struct{ Location, Message, Code string }
}

func problemOf(t *testing.T, res *http.Response) problem {
	t.Helper()
	if ct := res.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("Content-Type %q", ct)
	}
	var p problem
	if err := json.Unmarshal([]byte(bodyOf(t, res)), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProblemStatus(t *testing.T) {
	var now error
	w := serve(t, web.Config{}, web.Route{Name: "test.x", Pattern: "GET /x", Who: access.Anyone, Doc: "X.",
		Handler: web.Plain(func(http.ResponseWriter, *http.Request) error { return now })})
	for _, tt := range []struct {
		err  error
		want int
		code string
	}{
		{fault.Malformed.Errorf("test.a", "a"), 400, "test.a"},
		{fault.Unidentified.Errorf("test.a", "a"), 401, "test.a"},
		{fault.Forbidden.Errorf("test.a", "a"), 403, "test.a"},
		{fault.NotFound.Errorf("test.a", "a"), 404, "test.a"},
		{fault.Conflict.Errorf("test.a", "a"), 409, "test.a"},
		{fault.Gone.Errorf("test.a", "a"), 410, "test.a"},
		{fault.Stale.Errorf("test.a", "a"), 412, "test.a"},
		{fault.TooLarge.Errorf("test.a", "a"), 413, "test.a"},
		{fault.Misdirected.Errorf("test.a", "a"), 421, "test.a"},
		{fault.Invalid.Errorf("test.a", "a"), 422, "test.a"},
		{fault.TooMany.Errorf("test.a", "a"), 429, "test.a"},
		{fault.Upstream.Errorf("test.a", "a"), 502, "test.a"},
		{fault.Busy.Errorf("test.a", "a"), 503, "test.a"},
		{fault.TimedOut.Errorf("test.a", "a"), 504, "test.a"},
		{errors.New("secret"), 500, "fault.internal"},
		{fs.ErrNotExist, 404, "web.not-found"},
		{&http.MaxBytesError{Limit: 5}, 413, "web.too-large"},
	} {
		now = tt.err
		res := ask(t, w, "GET", "/x", "")
		p := problemOf(t, res)
		if res.StatusCode != tt.want || p.Status != tt.want || p.Code != tt.code || p.Type != "/problems/"+tt.code {
			t.Errorf("%v = %d %+v, want %d %s", tt.err, res.StatusCode, p, tt.want, tt.code)
		}
		if p.Instance != "urn:uuid:"+res.Header.Get("X-Request-Id") || p.Title == "" || strings.Contains(p.Title, "⟦") {
			t.Errorf("%v: instance %q, title %q", tt.err, p.Instance, p.Title)
		}
		if strings.Contains(p.Detail, "secret") {
			t.Errorf("an unnamed error reaches the reader: %q", p.Detail)
		}
	}
}

func TestProblemLanguage(t *testing.T) {
	w := serve(t, web.Config{}, web.Route{Name: "test.x", Pattern: "GET /x", Who: access.Anyone, Doc: "X.",
		Handler: web.Plain(func(http.ResponseWriter, *http.Request) error {
			return fault.Invalid.Errorf("test.refused", "you may not %s", "A").After(1500*time.Millisecond).At("title", "test.bad-title", "bad title")
		})})
	for _, tt := range []struct{ accept, detail, field string }{
		{"", "you may not A", "bad title"},
		{"fr", "you may not A", "bad title"},
		{"zh-TW,zh;q=0.9,en;q=0.8", "不可以 A", "標題不對"},
		{"en;q=0.5, zh-Hant", "不可以 A", "標題不對"},
		{"en-GB, zh;q=0.5", "you may not A", "bad title"},
	} {
		res := ask(t, w, "GET", "/x", "", "Accept-Language", tt.accept)
		p := problemOf(t, res)
		if p.Detail != tt.detail || len(p.Errors) != 1 || p.Errors[0].Message != tt.field || p.Errors[0].Code != "test.bad-title" {
			t.Errorf("Accept-Language %q: %+v", tt.accept, p)
		}
		if res.Header.Get("Retry-After") != "2" {
			t.Errorf("Retry-After = %q, want 2: it never says too early", res.Header.Get("Retry-After"))
		}
	}
}

func TestErrorPage(t *testing.T) {
	w := serve(t, web.Config{Phone: "02-1234-5678", Counter: "臺北市信義路1號"}, every()...)
	for _, tt := range []struct {
		name, method, path string
		head               []string
		want               []string
		not                []string
	}{
		{"unnamed error", "GET", "/fail/internal", nil,
			[]string{"抱歉，我們的系統出了問題", "沒有任何資料被更改", "fault.internal", "02-1234-5678", "tel:0212345678", "臺北市信義路1號", "要求編號"}, []string{"1234\"", "password"}},
		{"in English", "GET", "/en/fail/internal", nil,
			[]string{"Sorry, something went wrong on our side", "Nothing was changed", `lang="en"`, `href="/en/problems/fault.internal"`}, nil},
		{"nobody signed in", "GET", "/mine", nil, []string{"請先登入"}, nil},
		{"not found", "GET", "/nowhere", nil, []string{"找不到這個頁面", "web.not-found"}, nil},
		{"a post from elsewhere", "POST", "/upload", []string{"Sec-Fetch-Site", "cross-site", "Accept", "text/html", "Accept-Language", "en"},
			[]string{"What you sent was not saved"}, nil},
		{"htmx", "GET", "/fail/busy", []string{"HX-Request", "true", "HX-Request-Type", "partial"},
			[]string{`role="alert"`, "test.busy"}, []string{"<html"}},
		{"htmx, the whole page", "GET", "/fail/busy", []string{"HX-Request", "true", "HX-Request-Type", "full"}, []string{"<html"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := bodyOf(t, ask(t, w, tt.method, tt.path, "", tt.head...))
			for _, s := range tt.want {
				if !strings.Contains(body, s) {
					t.Errorf("the page lacks %q\n%s", s, body)
				}
			}
			for _, s := range append(tt.not, "⟦") {
				if strings.Contains(body, s) {
					t.Errorf("the page holds %q", s)
				}
			}
		})
	}
}

func TestUnknownIsSearchable(t *testing.T) {
	w := serve(t, web.Config{}, append(every(), listed("root.search", "/search", "opendata", 9))...)
	if body := bodyOf(t, ask(t, w, "GET", "/en/nowhere", "")); !strings.Contains(body, `action="/en/search"`) {
		t.Errorf("404 offers no search\n%s", body)
	}
}

func TestSignInComesBack(t *testing.T) {
	routes := append(every(), listed("identity.signin", "/signin", "account", 1),
		web.Route{Name: "test.case", Pattern: "GET /cases/{id}", Who: access.SignedIn, Doc: "One.", Handler: pageOf("case"), Nav: web.Nav{Area: "mydata"}},
		web.Route{Name: "test.back", Pattern: "GET /back", Who: access.Anyone, Doc: "Back.", Bilingual: true,
			Handler: web.Plain(func(w http.ResponseWriter, r *http.Request) error {
				http.Redirect(w, r, string(web.Return(r.Context(), r.FormValue("return"), "test.home")), http.StatusSeeOther)
				return nil
			})})
	w := serve(t, web.Config{}, routes...)
	body := bodyOf(t, ask(t, w, "GET", "/en/cases/a%2Fb", ""))
	if !strings.Contains(body, `href="/en/signin?return=test.case%2Fa%25252Fb"`) && !strings.Contains(body, `href="/en/signin?return=test.case%2Fa%252Fb"`) {
		t.Errorf("the error page does not lead to signing in and back\n%s", body)
	}
	res := ask(t, w, "GET", "/mine", "", "HX-Request", "true", "HX-Request-Type", "partial")
	if res.StatusCode != 401 || res.Header.Get("HX-Redirect") != "/signin?return=test.mine" {
		t.Errorf("htmx: %d, HX-Redirect %q", res.StatusCode, res.Header.Get("HX-Redirect"))
	}
	for _, tt := range []struct{ value, want string }{
		{"test.mine", "/en/mine"},
		{"test.case/a%2Fb", "/en/cases/a%2Fb"},
		{"test.case", "/en"},
		{"test.upload", "/en"},
		{"https://evil.example", "/en"},
		{"//evil.example", "/en"},
		{"", "/en"},
	} {
		res := ask(t, w, "GET", "/en/back?return="+url.QueryEscape(tt.value), "")
		if got := res.Header.Get("Location"); got != tt.want {
			t.Errorf("return=%s leads to %q, want %q", tt.value, got, tt.want)
		}
	}
}

func TestProblemPage(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	ask(t, w, "GET", "/fail/gone", "")
	for _, tt := range []struct {
		path string
		want int
		says string
	}{
		{"/problems/web.too-large", 200, "超過這裡的上限 … 位元組"},
		{"/en/problems/test.gone", 200, "HTTP 410"},
		{"/problems/no.such", 404, ""},
	} {
		res := ask(t, w, "GET", tt.path, "")
		if body := bodyOf(t, res); res.StatusCode != tt.want || !strings.Contains(body, tt.says) {
			t.Errorf("GET %s = %d, lacks %q\n%s", tt.path, res.StatusCode, tt.says, body)
		}
	}
}
