package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/faultscan"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
)

func TestCataloguesAgree(t *testing.T) {
	codes, err := faultscan.Codes(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range i18n.Check(web.Text, append(codes, "fault.", "access.", "chart.")...) {
		t.Error(s)
	}
	for _, s := range i18n.TaiwanWords(web.Text) {
		t.Error(s)
	}
}

func TestEveryFaultSpeaks(t *testing.T) {
	for _, dir := range []string{".", "../access"} {
		wrong, err := faultscan.Check(dir, catalogue(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range wrong {
			t.Error(s)
		}
	}
}

func TestHealth(t *testing.T) {
	w := serve(t, web.Config{})
	res := ask(t, w, "GET", "/healthz", "")
	if b := bodyOf(t, res); res.StatusCode != 200 || b != "ok\n" {
		t.Errorf("/healthz = %d %q", res.StatusCode, b)
	}
	if res := ask(t, w, "GET", "/readyz", ""); res.StatusCode != 200 || bodyOf(t, res) != "{\n  \"ready\": true,\n  \"checks\": []\n}\n" {
		t.Errorf("/readyz without checks = %d", res.StatusCode)
	}
}

func TestReadyAndStatus(t *testing.T) {
	clock, disk := now(), false
	w, err := web.New(web.Config{Strict: true}, web.Needs{Catalogue: catalogue(t), Now: func() time.Time { return clock }, Authenticate: authenticate,
		Ready: func(context.Context) []web.Check {
			return []web.Check{{Name: "database", OK: true, Detail: "sqlite"},
				{Name: "disk", OK: disk, Detail: "3 MB free on /srv", Remedy: "make room", Means: civic.Text{ZhTW: "不能上傳", En: "you cannot upload"}}}
		}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask(t, w, "GET", "/readyz", "")
	clock = clock.Add(time.Hour)
	res := ask(t, w, "GET", "/readyz", "")
	var got struct {
		Ready  bool
		Checks []struct {
			Name, Detail, Since string
			OK                  bool
		}
	}
	if err := json.Unmarshal([]byte(bodyOf(t, res)), &got); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 503 || got.Ready || len(got.Checks) != 2 || got.Checks[1].Since != "2026-11-23T01:05:00Z" || got.Checks[1].OK {
		t.Errorf("/readyz = %d %+v, want 503 and disk failing since the first look", res.StatusCode, got)
	}
	public, officer := bodyOf(t, ask(t, w, "GET", "/en/status", "")), bodyOf(t, ask(t, w, "GET", "/en/status", "", as, "officer"))
	for _, tt := range []struct {
		what              string
		atPublic, atStaff bool
	}{{"you cannot upload", true, true}, {"Storage space", true, true}, {"Some services do not work", true, true}, {"3 MB free", false, true}, {"make room", false, true}} {
		if strings.Contains(public, tt.what) != tt.atPublic || strings.Contains(officer, tt.what) != tt.atStaff {
			t.Errorf("%q: public %v, officer %v", tt.what, strings.Contains(public, tt.what), strings.Contains(officer, tt.what))
		}
	}
	disk = true
	if res := ask(t, w, "GET", "/readyz", ""); res.StatusCode != 200 {
		t.Errorf("/readyz once all is well = %d", res.StatusCode)
	}
}

func TestReportsAreCountedOnly(t *testing.T) {
	w := serve(t, web.Config{})
	const report = `{"csp-report":{"document-uri":"http://localhost/mydata?secret","effective-directive":"img-src","blocked-uri":"https://evil.example/a?name=secret"}}`
	head := []string{"Content-Type", "application/csp-report", "Sec-Fetch-Site", "cross-site"}
	if res := ask(t, w, "POST", "/_/csp", `{"csp-report":{"blocked-uri":"`+strings.Repeat("x", 9000)+`"}}`, head...); res.StatusCode != 413 {
		t.Errorf("a report of 9 kB = %d, want 413", res.StatusCode)
	}
	for n := 1; n <= 12; n++ {
		want := 204
		if n > 10 {
			want = 429
		}
		if res := ask(t, w, "POST", "/_/csp", report, head...); res.StatusCode != want {
			t.Errorf("report %d = %d, want %d", n, res.StatusCode, want)
		}
	}
	page := bodyOf(t, ask(t, w, "GET", "/en/status", "", as, "officer"))
	if !strings.Contains(page, "img-src https://evil.example") || !strings.Contains(page, "10 times") || strings.Contains(page, "secret") {
		t.Errorf("the status page does not hold the count alone\n%s", page)
	}
	if strings.Contains(bodyOf(t, ask(t, w, "GET", "/en/status", "")), "img-src https") {
		t.Error("the public sees the reports")
	}
}

func TestPreferences(t *testing.T) {
	w := serve(t, web.Config{})
	for _, tt := range []struct{ theme, cookie string }{{"dark", "dark"}, {"light", "light"}, {"auto", "auto"}, {"pink", ""}} {
		res := ask(t, w, "POST", "/en/preferences", "theme="+tt.theme, "Content-Type", form)
		if res.StatusCode != 303 || res.Header.Get("Location") != "/en/preferences?saved=1" {
			t.Errorf("theme=%s = %d %s", tt.theme, res.StatusCode, res.Header.Get("Location"))
		}
		got := ""
		for _, c := range res.Cookies() {
			got = c.Value
			if c.Name != "gd_theme" || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 31536000 {
				t.Errorf("cookie %v", c)
			}
		}
		if got != tt.cookie {
			t.Errorf("theme=%s sets %q", tt.theme, got)
		}
	}
	for cookie, want := range map[string]string{"dark": `data-theme="dark"`, "pink": `data-theme="auto"`, `"><script>`: `data-theme="auto"`} {
		if page := bodyOf(t, ask(t, w, "GET", "/preferences", "", "Cookie", "gd_theme="+cookie)); !strings.Contains(page, want) {
			t.Errorf("gd_theme=%s: the page lacks %s", cookie, want)
		}
	}
}

func TestSitemapIsComplete(t *testing.T) {
	w := serve(t, web.Config{}, every()...)
	page := bodyOf(t, ask(t, w, "GET", "/en/sitemap", ""))
	i := strings.Index(page, "<main")
	page = page[i : i+strings.Index(page[i:], "</main>")]
	for _, r := range w.Routes() {
		if r.Nav.Title == "" {
			continue
		}
		_, path, _ := strings.Cut(r.Pattern, " ")
		href := fmt.Sprintf(`href="/en%s"`, strings.TrimSuffix(strings.TrimSuffix(path, "{$}"), "/"))
		if n := strings.Count(page, href); n != 1 {
			t.Errorf("%s is on the sitemap %d times", r.Name, n)
		}
	}
	for _, key := range []string{">U<", ">C<", ">Z<", ">S<", ">L<"} {
		if !strings.Contains(page, key) {
			t.Errorf("the access key %s is not explained", key)
		}
	}
	if page := bodyOf(t, ask(t, w, "GET", "/sitemap", "", as, "citizen")); strings.Contains(page, `href="/desk"`) {
		t.Error("a citizen is led to the desk, which refuses her")
	}
}

func TestWellKnown(t *testing.T) {
	if res := ask(t, serve(t, web.Config{}), "GET", "/.well-known/security.txt", ""); res.StatusCode != 404 {
		t.Errorf("security.txt without a contact = %d", res.StatusCode)
	}
	w := serve(t, web.Config{Contact: "mailto:security@gongdao.example", Origin: "https://gongdao.example"})
	got := bodyOf(t, ask(t, w, "GET", "/.well-known/security.txt", ""))
	want := "Contact: mailto:security@gongdao.example\nExpires: 2027-05-22T00:00:00Z\nPreferred-Languages: zh-TW, en\n" +
		"Canonical: https://gongdao.example/.well-known/security.txt\nPolicy: https://gongdao.example/security\n"
	if got != want {
		t.Errorf("security.txt\n%s\nwant\n%s", got, want)
	}
}

func TestAssets(t *testing.T) {
	files := fstest.MapFS{
		"manifest.json":    {Data: []byte(`{"gongdao.css":{"file":"gongdao-1.css","bytes":5,"sha384":"x"},"licences.txt":{"file":"licences-1.txt","bytes":3,"sha384":"x"}}`)},
		"gongdao-1.css":    {Data: []byte("a{b:c}")},
		"gongdao-1.css.br": {Data: []byte("BR")},
		"gongdao-1.css.gz": {Data: []byte("GZ")},
		"licences-1.txt":   {Data: []byte("MIT")},
		"secret.txt":       {Data: []byte("no")},
	}
	w, err := web.New(web.Config{}, web.Needs{Catalogue: catalogue(t), Now: now, Assets: files}, every())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, path     string
		head           []string
		want           int
		body, encoding string
	}{
		{"plain", "/_/assets/gongdao-1.css", nil, 200, "a{b:c}", ""},
		{"brotli first", "/_/assets/gongdao-1.css", []string{"Accept-Encoding", "gzip, br"}, 200, "BR", "br"},
		{"gzip", "/_/assets/gongdao-1.css", []string{"Accept-Encoding", "gzip, br;q=0"}, 200, "GZ", "gzip"},
		{"a range", "/_/assets/gongdao-1.css", []string{"Accept-Encoding", "br", "Range", "bytes=0-1"}, 206, "a{", ""},
		{"not in the manifest", "/_/assets/secret.txt", nil, 404, "", ""},
		{"the manifest", "/_/assets/manifest.json", nil, 404, "", ""},
		{"above the folder", "/_/assets/..%2f..%2fgo.mod", nil, 404, "", ""},
		{"in a language", "/en/_/assets/gongdao-1.css", nil, 404, "", ""},
		{"licences", "/licences.txt", nil, 200, "MIT", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := ask(t, w, "GET", tt.path, "", tt.head...)
			body := bodyOf(t, res)
			if res.StatusCode != tt.want || (tt.body != "" && body != tt.body) || res.Header.Get("Content-Encoding") != tt.encoding {
				t.Errorf("%d %q %q", res.StatusCode, body, res.Header.Get("Content-Encoding"))
			}
			if cache := res.Header.Get("Cache-Control"); strings.HasPrefix(tt.path, "/_/") && tt.want < 300 && !strings.Contains(cache, "immutable") {
				t.Errorf("Cache-Control %q", cache)
			}
		})
	}
	if page := bodyOf(t, ask(t, w, "GET", "/", "")); !strings.Contains(page, `href="/_/assets/gongdao-1.css"`) || w.AssetsMissing() {
		t.Error("the page has no stylesheet")
	}
	bare, err := web.New(web.Config{}, web.Needs{Catalogue: catalogue(t), Now: now, Assets: fstest.MapFS{}}, every())
	if err != nil {
		t.Fatal(err)
	}
	if res := ask(t, bare, "GET", "/", ""); res.StatusCode != 200 || !bare.AssetsMissing() {
		t.Errorf("without a build: %d, AssetsMissing %v", res.StatusCode, bare.AssetsMissing())
	}
	delete(files, "gongdao-1.css")
	if _, err := web.New(web.Config{}, web.Needs{Catalogue: catalogue(t), Now: now, Assets: files}, nil); err == nil {
		t.Error("a manifest that names a missing file is accepted")
	}
}

func TestCSPByRoute(t *testing.T) {
	route := func(c web.CSP, origins ...string) string {
		w := serve(t, web.Config{}, web.Route{Name: "test.c", Pattern: "GET /c", Who: access.Anyone, Doc: "C.", CSP: c, Nav: web.Nav{Unlisted: "for the test"},
			Handler: web.Page(func(r *http.Request) (templ.Component, error) {
				for _, o := range origins {
					web.AllowFormAction(r.Context(), o)
				}
				return text("x"), nil
			})})
		return ask(t, w, "GET", "/c", "").Header.Get("Content-Security-Policy")
	}
	for _, tt := range []struct {
		name, got, want string
	}{
		{"a map", route(web.CSP{Img: []string{"blob:"}}), "img-src 'self' data: blob:;"},
		{"a registered client", route(web.CSP{}, "https://rp.example/callback?x"), "form-action 'self' https://rp.example;"},
		{"a client on this machine", route(web.CSP{}, "http://localhost:9000/cb"), "form-action 'self' http://localhost:9000;"},
		{"plain http elsewhere", route(web.CSP{}, "http://rp.example"), "form-action 'self';"},
		{"an injection", route(web.CSP{}, "https://a; script-src *"), "form-action 'self';"},
		{"a policy of its own", route(web.CSP{Own: "sandbox"}), "sandbox"},
	} {
		if !strings.Contains(tt.got, tt.want) {
			t.Errorf("%s: %q lacks %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestFragment(t *testing.T) {
	c := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := w.Write([]byte("<h1>whole</h1>"))
		if err != nil {
			return err
		}
		return templ.Fragment("results").Render(templ.WithChildren(ctx, text("<p>part</p>")), w)
	})
	w := serve(t, web.Config{}, web.Route{Name: "test.f", Pattern: "GET /f", Who: access.Anyone, Doc: "F.", Nav: web.Nav{Unlisted: "for the test"},
		Handler: web.Page(func(*http.Request) (templ.Component, error) { return c, nil })})
	for _, tt := range []struct {
		name string
		head []string
		want string
	}{
		{"a reader", nil, "<h1>whole</h1><p>part</p>"},
		{"htmx, a part", []string{"HX-Request", "true", "HX-Request-Type", "partial", "HX-Target", "div#results"}, "<p>part</p>"},
		{"htmx, a part that is not marked", []string{"HX-Request", "true", "HX-Request-Type", "partial", "HX-Target", "div#other"}, "<h1>whole</h1><p>part</p>"},
		{"htmx, the whole", []string{"HX-Request", "true", "HX-Request-Type", "full", "HX-Target", "div#results"}, "<h1>whole</h1><p>part</p>"},
		{"back in the history", []string{"HX-Request", "true", "HX-Request-Type", "partial", "HX-History-Restore-Request", "true", "HX-Target", "div#results"}, "<h1>whole</h1><p>part</p>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := ask(t, w, "GET", "/f", "", tt.head...)
			if got := bodyOf(t, res); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if part := tt.want == "<p>part</p>"; part != (res.Header.Get("Cache-Control") == "private, no-store") {
				t.Errorf("Cache-Control %q", res.Header.Get("Cache-Control"))
			}
		})
	}
}

func TestShell(t *testing.T) {
	var got *ui.Shell
	w, err := web.New(web.Config{Strict: true, Demo: true, Phone: "1999", Notice: "test.title"}, web.Needs{Catalogue: catalogue(t), Now: now, Authenticate: authenticate,
		Shell: func(_ context.Context, s *ui.Shell) { got = s }},
		append(every(),
			web.Route{Name: "test.rows", Pattern: "GET /dataset/{slug}/rows", Who: access.Anyone, Doc: "Rows.", Handler: pageOf("rows"), Nav: web.Nav{Area: "opendata", Parent: "test.titled"}},
			web.Route{Name: "test.titled", Pattern: "GET /dataset/{slug}/about", Who: access.Anyone, Doc: "About.", Handler: pageOf("about"), Nav: web.Nav{Area: "opendata", Title: "test.title"}}))
	if err != nil {
		t.Fatal(err)
	}
	ask(t, w, "GET", "/en/dataset/a%20b/rows?page=2", "", as, "citizen")
	if got.Route != "test.rows" || got.Area != "opendata" || got.Path != "/dataset/a b/rows?page=2" || !got.Demo || got.Phone != "1999" || got.Notice != "Test" {
		t.Errorf("shell %+v", got)
	}
	if fmt.Sprint(got.Nav) != "[{Open data /en/dataset true} {My data /en/mine false}]" {
		t.Errorf("navigation %v", got.Nav)
	}
	if fmt.Sprint(got.Crumbs) != "[{Home /en} {Test /en/dataset} {Test /en/dataset/a%20b/about}]" {
		t.Errorf("crumbs %v", got.Crumbs)
	}
	if fmt.Sprint(got.Languages) != "[{zh-TW 中文 /dataset/a%20b/rows?page=2 false} {en English /en/dataset/a%20b/rows?page=2 true}]" {
		t.Errorf("languages %v", got.Languages)
	}
	if len(got.DeskNav) != 0 {
		t.Errorf("desk navigation outside the desk: %v", got.DeskNav)
	}
	ask(t, w, "GET", "/desk", "", as, "officer")
	if fmt.Sprint(got.DeskNav) != "[{測試 /desk true}]" {
		t.Errorf("desk navigation %v", got.DeskNav)
	}
	ask(t, w, "POST", "/en/preferences", "theme=", "Content-Type", "text/plain", "Accept", "text/html")
	if fmt.Sprint(got.Languages) != "[{zh-TW 中文 / false} {en English /en true}]" {
		t.Errorf("languages after a post %v", got.Languages)
	}
}

func TestGalleryIsForTheDemo(t *testing.T) {
	if res := ask(t, serve(t, web.Config{Demo: true}), "GET", "/_/components", ""); res.StatusCode != 200 {
		t.Errorf("in the demonstration: %d", res.StatusCode)
	}
	if res := ask(t, serve(t, web.Config{}), "GET", "/_/components", ""); res.StatusCode != 404 {
		t.Errorf("for real: %d", res.StatusCode)
	}
}
