package identity_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/pagecheck"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// door is the room behind the guard, with a home page beside it.
func (r *room) door(t *testing.T, cfg web.Config) *web.Web {
	t.Helper()
	words, err := i18n.Load(web.Text, ui.Text, identity.Text())
	must(t, err)
	home := web.Route{Name: "root.home", Pattern: "GET /{$}", Who: access.Anyone, Doc: "Home.",
		Handler: web.Page(func(*http.Request) (templ.Component, error) {
			return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				heading := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
					_, err := io.WriteString(w, "<h1>home</h1>")
					return err
				})
				return ui.Page(ui.Head{Title: "home"}).Render(templ.WithChildren(ctx, heading), w)
			}), nil
		}), Nav: web.Nav{Title: "identity.account.title"}}
	cfg.Strict = true
	w, err := web.New(cfg, web.Needs{Now: r.clock.Now, Catalogue: words, Authenticate: r.Authenticate, Translate: r.Translate},
		append(r.Routes(), home))
	must(t, err)
	return w
}

// browser keeps its cookie as a browser does.
type browser struct {
	h      http.Handler
	origin string
	cookie *http.Cookie
}

// ask sends one request; a body makes it a posted form. head is name, value, …
func (b *browser) ask(t *testing.T, method, path, body string, head ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, b.origin+path, strings.NewReader(body))
	r.Header.Set("Accept", "text/html")
	r.Header.Set("User-Agent", firefox)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	rec := httptest.NewRecorder()
	b.h.ServeHTTP(rec, r)
	res := rec.Result()
	for _, c := range res.Cookies() {
		if b.cookie = c; c.MaxAge < 0 {
			b.cookie = nil
		}
	}
	return res
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	return string(ok[[]byte](t)(io.ReadAll(res.Body)))
}

func (b *browser) status(t *testing.T, want int, method, path, form string, head ...string) *http.Response {
	t.Helper()
	res := b.ask(t, method, path, form, head...)
	if res.StatusCode != want {
		t.Fatalf("%s %s = %d, want %d\n%s", method, path, res.StatusCode, want, body(t, res))
	}
	return res
}

func TestSignInByLink(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p := r.person(t, "林怡君")
		b := &browser{h: r.door(t, web.Config{}), origin: "http://localhost"}
		link := "/signin/link/" + ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife))
		for range 2 { // a preview looks, and spends nothing
			res := b.status(t, 200, "GET", link, "")
			if cache := res.Header.Get("Cache-Control"); cache != "private, no-store" || len(res.Cookies()) > 0 {
				t.Errorf("the page of a link: Cache-Control %q, cookies %v", cache, res.Cookies())
			}
			if s := body(t, res); strings.Contains(s, "return=identity.link") {
				t.Error("the token of the link stands in another address")
			}
		}
		b.status(t, 403, "POST", link, "", "Sec-Fetch-Site", "cross-site")
		b.status(t, 403, "POST", link, "", "Sec-Fetch-Site", "", "Origin", "https://evil.example")
		res := b.status(t, 303, "POST", "/en"+link, "")
		if to := res.Header.Get("Location"); to != "/en/account" {
			t.Errorf("signed in, to %s", to)
		}
		set := res.Cookies()
		if len(set) != 1 || set[0].Name != "gd_sid" || !set[0].HttpOnly || set[0].SameSite != http.SameSiteLaxMode || set[0].Path != "/" ||
			set[0].Domain != "" || set[0].Secure || set[0].MaxAge != 0 {
			t.Errorf("the cookie: %v", set)
		}
		stranger := &browser{h: b.h, origin: b.origin}
		stranger.status(t, 410, "GET", link, "")
		if res := stranger.status(t, 410, "POST", link, ""); len(res.Cookies()) > 0 {
			t.Error("a used link sets a cookie")
		}
		res = b.status(t, 200, "GET", "/account", "")
		if page := body(t, res); !strings.Contains(page, "林怡君") || !strings.Contains(page, "Firefox Windows") {
			t.Error("the account does not show who is signed in where")
		}
		res = b.status(t, 303, "POST", "/signout", "")
		if len(res.Cookies()) != 1 || res.Cookies()[0].MaxAge >= 0 || res.Header.Get("Location") != "/" {
			t.Errorf("sign out: %v to %s", res.Cookies(), res.Header.Get("Location"))
		}
		b.cookie = set[0] // somebody copied it before
		b.status(t, 401, "GET", "/account", "")
		b.status(t, 303, "POST", "/signout", "")
	})
}

// Behind TLS the cookie cannot be set from a neighbouring host, and the header
// that deletes it has to keep the prefix's rules too.
func TestCookieBehindTLS(t *testing.T) {
	r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{})
	must(t, r.At("https://gov.example"))
	p := r.person(t, "林怡君")
	b := &browser{h: r.door(t, web.Config{Hosts: []string{"gov.example"}, Origin: "https://gov.example"}), origin: "https://gov.example"}
	for _, step := range []string{"/signin/link/" + ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife)), "/signout"} {
		set := b.status(t, 303, "POST", step, "").Cookies()
		if len(set) != 1 || set[0].Name != "__Host-gd_sid" || !set[0].Secure || set[0].Path != "/" || set[0].Domain != "" || !set[0].HttpOnly {
			t.Errorf("POST %s: %v", step, set)
		}
	}
}

var endForm = regexp.MustCompile(`action="(/account/sessions/[^"]+/end)"`)

func TestSessionsOnThePage(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p, other := r.person(t, "林怡君"), r.person(t, "張雅婷")
		h := r.door(t, web.Config{})
		enter := func(person string) *browser {
			b := &browser{h: h, origin: "http://localhost"}
			b.status(t, 303, "POST", "/signin/link/"+ok[string](t)(r.NewLink(t.Context(), person, identity.LinkLife)), "")
			return b
		}
		laptop, phone, hers := enter(p.ID), enter(p.ID), enter(other.ID)
		found := endForm.FindAllStringSubmatch(body(t, laptop.status(t, 200, "GET", "/account", "")), -1)
		if len(found) != 1 {
			t.Fatalf("%d buttons end a session, want that of the phone: %v", len(found), found)
		}
		end := found[0][1]
		hers.status(t, 404, "POST", end, "")
		laptop.status(t, 403, "POST", end, "", "Sec-Fetch-Site", "cross-site")
		phone.status(t, 200, "GET", "/account", "")
		if to := laptop.status(t, 303, "POST", end, "").Header.Get("Location"); to != "/account?done=session-ended" {
			t.Errorf("ended, to %s", to)
		}
		phone.status(t, 401, "GET", "/account", "")
		hers.status(t, 200, "GET", "/account", "")
		laptop.status(t, 303, "POST", end, "") // twice is once

		res := laptop.status(t, 200, "GET", "/api/identity/v1/sessions", "", "Accept", "application/json")
		var list identity.SessionList
		must(t, json.NewDecoder(res.Body).Decode(&list.Body))
		if got := list.Body.Sessions; len(got) != 1 || !got[0].Current || got[0].Device != "Firefox Windows" || got[0].Method != "link" || got[0].Since != "2026-11-23T01:05:00Z" {
			t.Errorf("sessions: %+v", got)
		}
		if res.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("sessions: Cache-Control %q", res.Header.Get("Cache-Control"))
		}
		var me identity.Me
		must(t, json.NewDecoder(laptop.status(t, 200, "GET", "/api/identity/v1/me", "").Body).Decode(&me.Body))
		if me.Body.Officer != "" || me.Body.Roles == nil {
			t.Errorf("me: %+v", me.Body)
		}
		nobody := &browser{h: h, origin: "http://localhost"}
		for _, path := range []string{"/api/identity/v1/me", "/api/identity/v1/sessions"} {
			if ct := nobody.status(t, 401, "GET", path, "").Header.Get("Content-Type"); ct != "application/problem+json" {
				t.Errorf("GET %s as nobody: %s", path, ct)
			}
		}
	})
}

// TestPagesAreSound looks at every page as its readers see it, in both languages.
func TestPagesAreSound(t *testing.T) {
	r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{Demo: true})
	r.office(t, "黃國華", access.Steward)
	o := ok[identity.Officer](t)(r.Engage(identity.AsOperator(t.Context()), identity.Appointment{Name: "陳志明", MadeUp: true,
		Agency: agencyID, Roles: access.Roles(), Until: r.clock.Now().Add(24 * time.Hour)}))
	link := ok[string](t)(r.NewLink(t.Context(), o.Person, identity.LinkLife))
	h := r.door(t, web.Config{Demo: true})
	token := ok[string](t)(r.ActAs(t.Context(), o.Person, firefox))
	newKey(t).add(t, r, ok[string](t)(r.ActAs(t.Context(), o.Person, firefox)))
	for _, path := range []string{"/signin", "/signin/link/" + link, "/account", "/account?done=passkey-added", "/desk/officers", "/desk/officers?done=dismissed"} {
		for _, prefix := range []string{"", "/en"} {
			p := pagecheck.Get(t, h, prefix+path, "Cookie", r.CookieName()+"="+token)
			if p.Status != 200 {
				t.Errorf("GET %s = %d", p.Path, p.Status)
			}
			for _, wrong := range append(p.Check(), p.Links(h)...) {
				t.Error(wrong)
			}
			if cache := p.Header.Get("Cache-Control"); cache != "private, no-store" {
				t.Errorf("GET %s: Cache-Control %q", p.Path, cache)
			}
		}
	}
	if wrong := web.CheckRoutes(r.Routes(), ok[*i18n.Catalogue](t)(i18n.Load(web.Text, ui.Text, identity.Text()))); len(wrong) > 0 {
		t.Error(wrong)
	}
}

func TestDemoPeopleOnlyInDemo(t *testing.T) {
	for _, demo := range []bool{true, false} {
		r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{Demo: demo})
		p := ok[identity.Person](t)(r.AddPerson(t.Context(), "示範民眾", true))
		b := &browser{h: r.door(t, web.Config{Demo: demo}), origin: "http://localhost"}
		page := body(t, b.status(t, 200, "GET", "/signin?return=identity.account", ""))
		if got := strings.Contains(page, "示範民眾"); got != demo {
			t.Errorf("demo %v: the sign-in page lists made-up people: %v", demo, got)
		}
		form := url.Values{"person": {p.ID}, "return": {"root.home"}}.Encode()
		if !demo {
			b.status(t, 404, "POST", "/signin/demo", form)
			continue
		}
		b.status(t, 403, "POST", "/signin/demo", form, "Sec-Fetch-Site", "cross-site")
		if to := b.status(t, 303, "POST", "/signin/demo", form).Header.Get("Location"); to != "/" {
			t.Errorf("acting as a made-up person leads to %s", to)
		}
		for _, odd := range []string{"https://evil.example", "//evil.example", "identity.signout", "none", "identity.account/x", "\\evil", "root.home?x"} {
			form := url.Values{"person": {p.ID}, "return": {odd}}.Encode()
			if to := b.status(t, 303, "POST", "/signin/demo", form).Header.Get("Location"); to != "/account" {
				t.Errorf("return %q leads to %s", odd, to)
			}
		}
		b.status(t, 404, "POST", "/signin/demo", "person=none")
		b.status(t, 400, "POST", "/signin/demo", "person=%00")
	}
}

func TestOfficersPage(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		boss, steward := r.office(t, "陳志明", access.Administrator), r.office(t, "黃國華", access.Steward)
		citizen := r.person(t, "林怡君")
		h := r.door(t, web.Config{})
		with := func(token string) *browser {
			return &browser{h: h, origin: "http://localhost", cookie: &http.Cookie{Name: r.CookieName(), Value: token}}
		}
		admin := with(newKey(t).add(t, r, r.byLink(t, boss.Person)))
		for _, tt := range []struct {
			name string
			b    *browser
			want int
		}{
			{"the public", &browser{h: h, origin: "http://localhost"}, 401},
			{"a citizen", with(r.byLink(t, citizen.ID)), 403},
			{"an officer without the duty", with(newKey(t).add(t, r, r.byLink(t, steward.Person))), 403},
			{"an administrator who came by a link", with(r.byLink(t, boss.Person)), 403},
			{"an administrator", admin, 200},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.b.status(t, tt.want, "GET", "/desk/officers", "")
				if tt.want != 200 {
					tt.b.status(t, tt.want, "POST", "/desk/officers", "name=x&roles=operator")
					tt.b.status(t, tt.want, "POST", "/desk/officers/"+string(boss.ID)+"/dismiss", "")
					tt.b.status(t, tt.want, "POST", "/desk/officers/"+string(steward.ID)+"/link", "")
				}
			})
		}
		admin.status(t, 403, "POST", "/desk/officers", "name=x&roles=operator", "Sec-Fetch-Site", "cross-site")
		if list := ok[[]identity.Officer](t)(r.Officers(identity.AsOperator(t.Context()), agencyID)); len(list) != 2 {
			t.Errorf("%d officers, want 2", len(list))
		}
		admin.status(t, 409, "POST", "/desk/officers/"+string(boss.ID)+"/dismiss", "")
		admin.status(t, 404, "POST", "/desk/officers/none/dismiss", "")
		admin.status(t, 303, "POST", "/desk/officers/"+string(steward.ID)+"/dismiss", "")
		admin.status(t, 409, "POST", "/desk/officers/"+string(steward.ID)+"/link", "")
	})
}

var shownLink = regexp.MustCompile(origin + `(/en)?/signin/link/([\w-]{43})`)

func TestAppointForm(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		boss := r.office(t, "陳志明", access.Administrator)
		admin := &browser{h: r.door(t, web.Config{}), origin: "http://localhost",
			cookie: &http.Cookie{Name: r.CookieName(), Value: newKey(t).add(t, r, r.byLink(t, boss.Person))}}
		const once = "01939b5e-0000-7000-8000-000000000001"
		r.clock.Add(time.Minute) // officers are listed by the time they came
		for _, tt := range []struct {
			name, form string
			wrong      []string // anchors of the error summary
			keeps      []string
		}{
			{"nothing", "", []string{"#name", "#roles"}, nil},
			{"no duty", "once=" + once + "&name=%E9%BB%83%22%3E", []string{"#roles"}, []string{`value="黃&#34;&gt;"`, once}},
			{"no name", "roles=operator&roles=data-steward", []string{"#name"}, []string{`value="operator" checked`, `value="data-steward" checked`}},
			{"a duty that is none", "name=x&roles=king", []string{"#roles"}, nil},
			{"a day that is none", "name=x&roles=operator&until-year=116&until-month=2&until-day=30", []string{"#until-year"}, []string{`value="116"`, `value="2"`, `value="30"`}},
			{"half a day", "name=x&roles=operator&until-year=116", []string{"#until-year"}, nil},
			{"yesterday", "name=x&roles=operator&until-year=115&until-month=11&until-day=22", []string{"#until-year"}, []string{`value="115"`}},
			{"all of it", "name=%0A&until-day=x", []string{"#name", "#roles", "#until-year"}, []string{`value="x"`}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				res := admin.status(t, 422, "POST", "/desk/officers", tt.form)
				if res.Header.Get("Cache-Control") != "private, no-store" {
					t.Errorf("Cache-Control %q", res.Header.Get("Cache-Control"))
				}
				p, err := pagecheck.Parse("/desk/officers", res.StatusCode, res.Header, body(t, res))
				must(t, err)
				for _, wrong := range p.Check() {
					t.Error(wrong)
				}
				var anchors []string
				for _, a := range p.All("a") {
					if href := pagecheck.Attr(a, "href"); slices.Contains([]string{"#name", "#roles", "#until-year"}, href) {
						anchors = append(anchors, href)
					}
				}
				if !slices.Equal(anchors, tt.wrong) {
					t.Errorf("the summary leads to %v, want %v", anchors, tt.wrong)
				}
				for _, kept := range tt.keeps {
					if !strings.Contains(p.Body, kept) {
						t.Errorf("what was typed is lost: %s", kept)
					}
				}
			})
		}
		form := url.Values{"once": {once}, "name": {"黃國華"}, "roles": {"data-steward", "operator"},
			"until-year": {"116"}, "until-month": {"12"}, "until-day": {"31"}}.Encode()
		links := map[string]bool{}
		for range 2 { // the second is a reload, or a finger that pressed twice
			found := shownLink.FindStringSubmatch(body(t, admin.status(t, 200, "POST", "/en/desk/officers", form)))
			if found == nil {
				t.Fatal("the page shows no link")
			}
			links[found[2]] = true
		}
		list := ok[[]identity.Officer](t)(r.Officers(identity.AsOperator(t.Context()), agencyID))
		if len(list) != 2 || list[1].Name != "黃國華" || len(list[1].Roles) != 2 || !list[1].Until.Equal(time.Date(2027, 12, 31, 16, 0, 0, 0, time.UTC)) {
			t.Fatalf("officers: %+v", list)
		}
		good := 0
		for token := range links {
			if r.CheckLink(t.Context(), token) == nil {
				good++
			}
		}
		if good != 1 || len(links) != 2 {
			t.Errorf("%d of %d links are good, want the last one", good, len(links))
		}
		if page := body(t, admin.status(t, 200, "GET", "/en/desk/officers", "")); shownLink.MatchString(page) || !strings.Contains(page, "31 Dec 2027") {
			t.Error("the list shows a link again, or not the end of the office")
		}
		admin.status(t, 200, "POST", "/desk/officers/"+string(list[1].ID)+"/link", "")
	})
}

// TestPasskeyOverHTTP does what the passkey element of the page does.
func TestPasskeyOverHTTP(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p := r.person(t, "林怡君")
		k := newKey(t)
		b := &browser{h: r.door(t, web.Config{}), origin: origin}
		post := func(want int, path, body string) map[string]any {
			t.Helper()
			res := b.status(t, want, "POST", path, body, "Content-Type", "application/json", "Accept", "application/json", "Referer", origin+"/en/signin")
			var v map[string]any
			must(t, json.NewDecoder(res.Body).Decode(&v))
			return v
		}
		options := func(path string) identity.Ceremony {
			return identity.Ceremony{PublicKey: post(200, path, "{}")["publicKey"]}
		}
		answer := func(credential []byte) string {
			return `{"label":"my phone","return":"root.home","credential":` + string(credential) + `}`
		}
		post(401, "/account/passkeys/options", "{}")
		b.status(t, 303, "POST", "/signin/link/"+ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife)), "")
		before := b.cookie.Value
		if v := post(200, "/account/passkeys", answer(k.make(t, options("/account/passkeys/options")))); v["location"] != "/en/account?done=passkey-added" {
			t.Errorf("added, to %v", v["location"])
		}
		if b.cookie.Value == before {
			t.Error("a stronger proof came without a new cookie")
		}
		b.status(t, 303, "POST", "/signout", "")
		k.cred.Counter++
		good := answer(k.use(t, options("/signin/passkey/options")))
		if v := post(200, "/signin/passkey", good); v["location"] != "/en" {
			t.Errorf("signed in, to %v", v["location"])
		}
		if !strings.Contains(body(t, b.status(t, 200, "GET", "/account", "")), "my phone") {
			t.Error("the account does not list the passkey")
		}
		b.cookie = nil
		if v := post(410, "/signin/passkey", good); v["type"] == nil || v["detail"] == "" {
			t.Errorf("replayed: %v", v)
		}
		k.cred.Counter++
		k.rp.Origin = "https://evil.example"
		post(401, "/signin/passkey", answer(k.use(t, options("/signin/passkey/options"))))
		post(400, "/signin/passkey", "{}")
		post(400, "/signin/passkey", `{"credential":1,"credential":2}`)
		post(401, "/signin/passkey", `{"credential":{}}`)
		post(413, "/signin/passkey", `{"credential":"`+strings.Repeat("x", 70_000)+`"}`)
		if b.cookie != nil {
			t.Error("a refused passkey sets a cookie")
		}
		b.status(t, 403, "POST", "/signin/passkey/options", "{}", "Sec-Fetch-Site", "cross-site")
	})
}
