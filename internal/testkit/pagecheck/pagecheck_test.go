package pagecheck_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/pagecheck"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
)

func door(t *testing.T) *web.Web {
	t.Helper()
	words, err := i18n.Load(web.Text, ui.Text)
	if err != nil {
		t.Fatal(err)
	}
	w, err := web.New(web.Config{Strict: true, Phone: "1999", Contact: "mailto:a@example.org"}, web.Needs{Catalogue: words,
		Now: func() time.Time { return time.Date(2026, 11, 23, 1, 5, 0, 0, time.UTC) },
		Authenticate: func(r *http.Request) (access.Actor, error) {
			return access.Actor{Officer: "o1", Name: r.Header.Get("X-Name")}, nil
		}}, []web.Route{{Name: "root.home", Pattern: "GET /{$}", Who: access.Anyone, Doc: "Home.", Nav: web.Nav{Title: "web.home"},
		Handler: web.Page(func(r *http.Request) (templ.Component, error) {
			h1 := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
				_, err := io.WriteString(w, "<h1>公道</h1>")
				return err
			})
			return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				return ui.Page(ui.Head{}).Render(templ.WithChildren(ctx, h1), w)
			}), nil
		})}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The pages of the door itself pass every check, for officers too.
func TestEvery(t *testing.T) {
	w := door(t)
	pagecheck.Every(t, w, []string{"/problems/web.not-found"})
	pagecheck.Every(t, w, nil, "X-Name", "陳志明")
	for _, path := range []string{"/nowhere", "/en/nowhere"} {
		for _, s := range pagecheck.Get(t, w, path).Check() {
			t.Error(s)
		}
	}
}

// Each check finds what it is for.
func TestFinds(t *testing.T) {
	head := http.Header{"Content-Security-Policy": {"default-src 'none'"}, "Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"private, no-store"}}
	page := func(body string) string {
		return `<html lang="zh-Hant-TW"><head><title>t</title></head><body><main id="main"><h1>t</h1>` + body + `</main></body></html>`
	}
	for _, tt := range []struct{ name, body, want string }{
		{"lawful", page(`<a href="#main">x</a><form action="/a" data-hx-get="/a"><label for="q">q</label><input id="q" aria-describedby="q"></form>`), ""},
		{"a label around", page(`<label>q<input></label><input type="hidden"><img alt="" src="/x">`), ""},
		{"another language", strings.Replace(page(""), "zh-Hant-TW", "en", 1), "lang is"},
		{"no title", strings.Replace(page(""), "<title>t</title>", "", 1), "no title"},
		{"two h1", page("<h1>u</h1>"), "2 h1"},
		{"a jump", page("<h3>u</h3>"), "jumps from level 1 to 3"},
		{"a missing piece", page("⟦a.b⟧"), "holds ⟦"},
		{"a missing operand", page("%!d(MISSING)"), "holds %!"},
		{"an id twice", page(`<p id="a"></p><p id="a"></p>`), `id "a" stands 2 times`},
		{"a style", page(`<p style="color:red">`), "attribute style"},
		{"a handler", page(`<p onclick="x()">`), "attribute onclick"},
		{"a script", page(`<script>x()</script>`), "<script> is inline"},
		{"a style element", page(`<style>a{}</style>`), "<style> is inline"},
		{"a script link", page(`<a href="javascript:x()">x</a>`), "runs a script"},
		{"bare htmx", page(`<a href="/a" hx-get="/a">x</a>`), "write data-hx-get"},
		{"htmx elsewhere", page(`<a href="/a" data-hx-get="/b">x</a>`), "does not repeat"},
		{"htmx on a post", page(`<form method="get" action="/a" data-hx-post="/a"></form>`), "does not repeat its action"},
		{"htmx deletes", page(`<form data-hx-delete="/a"></form>`), "a form cannot do that"},
		{"htmx with a script", page(`<a href="/a" data-hx-get="/a" data-hx-vals="js:x()">x</a>`), "evaluates text"},
		{"no label", page(`<input name="q">`), "has no label"},
		{"a placeholder", page(`<label>q<input placeholder="x"></label>`), "placeholder"},
		{"no words", page(`<a href="/a"><svg></svg></a>`), "has no words"},
		{"no alt", page(`<img src="/x">`), "no alt"},
		{"an error that leads nowhere", page(`<a href="#name">x</a>`), "#name points at nothing"},
		{"a hint that is not there", page(`<label>q<input aria-describedby="h"></label>`), "points at nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := pagecheck.Parse("/x", 200, head, tt.body)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(p.Check(), "\n")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("Check() = %q, want %q", got, tt.want)
			}
		})
	}
	p, err := pagecheck.Parse("/x", 200, http.Header{"Cache-Control": {"public"}, "Set-Cookie": {"a=b"}}, page(""))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(p.Check(), "\n")
	for _, want := range []string{"security policy", "content type", "sets a cookie"} {
		if !strings.Contains(got, want) {
			t.Errorf("Check() = %q lacks %q", got, want)
		}
	}
}

func TestLinksAndLanguages(t *testing.T) {
	w := door(t)
	p, err := pagecheck.Parse("/x", 200, nil, `<a href="/status">x</a><a href="/en/status?a=b">x</a><a href="https://example.org/none">x</a><a href="/none">x</a>
		<form method="post" action="/status"></form><form method="post" action="/preferences"></form><link href="/en/openapi.json">`)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Links(w); len(got) != 3 {
		t.Errorf("Links() = %q, want /none, POST /status and /en/openapi.json", got)
	}
	q, err := pagecheck.Parse("/en/x", 200, nil, `<a href="/status">x</a>`)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(pagecheck.BothLanguages(p, q), "\n"); !strings.Contains(got, "/x has 4 a, /en/x has 1") || !strings.Contains(got, "form") {
		t.Errorf("BothLanguages() = %q", got)
	}
}
