package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/chart"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// page draws a heading inside the shell.
func page(title string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		body := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "<h1>"+templ.EscapeString(title)+"</h1>")
			return err
		})
		return ui.Page(ui.Head{Title: title}).Render(templ.WithChildren(ctx, body), w)
	})
}

func text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	})
}

func pageOf(title string) web.Handler {
	return web.Page(func(*http.Request) (templ.Component, error) { return page(title), nil })
}

func catalogue(t testing.TB) *i18n.Catalogue {
	t.Helper()
	own := fstest.MapFS{
		"zh-TW.toml": {Data: []byte("\"test.title\" = \"測試\"\n\"test.refused\" = \"不可以 %s\"\n\"test.bad-title\" = \"標題不對\"\n")},
		"en.toml":    {Data: []byte("\"test.title\" = \"Test\"\n")},
	}
	c, err := i18n.Load(web.Text, ui.Text, chart.Text, own)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// as signs a request of the tests in.
const as = "X-Test-As"

func authenticate(r *http.Request) (access.Actor, error) {
	switch r.Header.Get(as) {
	case "citizen":
		return access.Actor{Person: "p1", Name: "林怡君"}, nil
	case "officer":
		return access.Actor{Person: "p2", Officer: "o1", Agency: "2.16.886.101", Name: "陳志明"}, nil
	case "broken":
		return access.Actor{}, fault.Busy.Errorf("test.busy", "later").After(90 * time.Second)
	}
	return access.Actor{}, nil
}

func now() time.Time { return time.Date(2026, 11, 23, 1, 5, 0, 0, time.UTC) }

// serve opens a door with the routes.
func serve(t testing.TB, c web.Config, routes ...web.Route) *web.Web {
	t.Helper()
	c.Strict = true
	w, err := web.New(c, web.Needs{Catalogue: catalogue(t), Now: now, Authenticate: authenticate,
		Translate: func(_ context.Context, a access.Actor, room string) (access.Actor, error) {
			a.Person += "@" + access.Actor{}.Person
			a.Name = a.Name + "/" + room
			return a, nil
		}}, routes)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// ask sends one request to localhost. head is name, value, …
func ask(t testing.TB, w http.Handler, method, path, body string, head ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost"+path, strings.NewReader(body))
	for i := 0; i+1 < len(head); i += 2 {
		if head[i] == "Host" {
			r.Host = head[i+1]
			continue
		}
		r.Header.Set(head[i], head[i+1])
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec.Result()
}

func bodyOf(t testing.TB, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const form = "application/x-www-form-urlencoded"

// listed is a page with a place in the sitemap.
func listed(name, path, area string, order int) web.Route {
	return web.Route{Name: name, Pattern: "GET " + path, Who: access.Anyone, Doc: "A page.", Handler: pageOf(name),
		Nav: web.Nav{Area: area, Order: order, Title: "test.title"}}
}
