package web

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// own are the routes that web itself answers.
func (w *Web) own() []Route {
	all := append(w.aboutRoutes(), w.machineRoutes()...)
	all = append(all, w.assetRoutes()...)
	if w.config.Demo {
		all = append(all, Route{Name: "web.components", Pattern: "GET /_/components", Who: access.Anyone, Cache: Private,
			Handler: Page(func(*http.Request) (templ.Component, error) { return ui.Gallery(), nil }),
			Doc:     "Every component in all its states, for those who build pages.", Nav: Nav{Unlisted: "for builders"}})
	}
	return all
}

// aboutRoutes are the pages about the house.
func (w *Web) aboutRoutes() []Route {
	about := func(order int, title string) Nav { return Nav{Area: "about", Order: order, Title: title} }
	return []Route{
		{Name: "web.status", Pattern: "GET /status", Who: access.Anyone, Handler: Page(w.getStatus), Cache: Private,
			Doc: "What works, what does not, and since when.", Nav: about(10, "web.status.title")},
		{Name: "web.sitemap", Pattern: "GET /sitemap", Who: access.Anyone, Handler: Page(w.getSitemap),
			Doc: "Every page, and the access keys.", Nav: about(20, "web.sitemap.title")},
		{Name: "web.accessibility", Pattern: "GET /accessibility", Who: access.Anyone, Handler: Page(prose("accessibility")),
			Doc: "How far everybody can use this site, and whom to tell.", Nav: about(30, "web.accessibility.title")},
		{Name: "web.privacy", Pattern: "GET /privacy", Who: access.Anyone, Handler: Page(prose("privacy")),
			Doc: "What the site knows about its readers.", Nav: about(40, "web.privacy.title")},
		{Name: "web.security", Pattern: "GET /security", Who: access.Anyone, Handler: Page(prose("security")),
			Doc: "How to report a weakness.", Nav: about(50, "web.security.title")},
		{Name: "web.preferences", Pattern: "GET /preferences", Who: access.Anyone, Handler: Page(w.getPreferences), Cache: Private,
			Doc: "Choose light or dark colours.", Nav: about(60, "web.preferences.title")},
		{Name: "web.preferences.set", Pattern: "POST /preferences", Who: access.Anyone, Bilingual: true,
			Doc: "Keep the choice of colours in a cookie.", Handler: Plain(w.postPreferences), MaxBody: 4 << 10},
		{Name: "web.api", Pattern: "GET /docs/api", Who: access.Anyone, Handler: Page(w.getAPI),
			Doc: "Every call of the native APIs.", Nav: about(70, "web.api.title")},
		{Name: "web.problem", Pattern: "GET /problems/{code}", Who: access.Anyone, Handler: Page(w.getProblem), Cache: Private,
			Doc: "What an error code means.", Nav: Nav{Parent: "web.api"}},
	}
}

// machineRoutes are for programs.
func (w *Web) machineRoutes() []Route {
	return []Route{
		{Name: "web.openapi", Pattern: "GET /openapi.json", Who: access.Anyone, Handler: Plain(w.getOpenAPI), Cache: Public, CORS: true,
			Doc: "The native APIs as OpenAPI 3.1."},
		{Name: "web.healthz", Pattern: "GET /healthz", Who: access.Anyone, Handler: Plain(w.getHealth), Cache: Private,
			Doc: "200 while the process can answer."},
		{Name: "web.readyz", Pattern: "GET /readyz", Who: access.Anyone, Handler: Plain(w.getReady), Cache: Private,
			Doc: "200 while everything works, else 503, with each check."},
		{Name: "web.csp", Pattern: "POST /_/csp", Who: access.Anyone, Handler: Plain(w.postReport), MaxBody: maxReport, CrossSite: true,
			Doc: "Browsers report what the content security policy stopped; only counts are kept."},
		{Name: "web.security-txt", Pattern: "GET /.well-known/security.txt", Who: access.Anyone, Handler: Plain(w.getSecurityTxt), Cache: Public,
			Doc: "Whom to tell about a weakness (RFC 9116)."},
		{Name: "web.robots", Pattern: "GET /robots.txt", Who: access.Anyone, Handler: Plain(getRobots), Cache: Public,
			Doc: "What crawlers may read (RFC 9309)."},
	}
}

func (w *Web) getOpenAPI(rw http.ResponseWriter, _ *http.Request) error {
	b, err := w.OpenAPI()
	if err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "application/json")
	_, err = rw.Write(b)
	return err
}

// OpenAPI returns the OpenAPI 3.1 document of the JSON routes.
func (w *Web) OpenAPI() ([]byte, error) { return w.api.OpenAPI().MarshalJSON() }

func (w *Web) getAPI(*http.Request) (templ.Component, error) {
	return apiPage(w.operations()), nil
}

// securityTxtLife is how long security.txt says it is valid.
const securityTxtLife = 180 * 24 * time.Hour

func (w *Web) getSecurityTxt(rw http.ResponseWriter, r *http.Request) error {
	if w.config.Contact == "" {
		return errNotFound()
	}
	h := rw.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	origin := Origin(r.Context())
	_, err := rw.Write([]byte("Contact: " + w.config.Contact + "\nExpires: " + w.expiry() +
		"\nPreferred-Languages: zh-TW, en\nCanonical: " + origin + "/.well-known/security.txt\nPolicy: " + origin + "/security\n"))
	return err
}

func getRobots(rw http.ResponseWriter, r *http.Request) error {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := rw.Write([]byte("User-agent: *\nDisallow: /_/\nDisallow: /signin\nDisallow: /en/signin\n"))
	return err
}

func (w *Web) getPreferences(r *http.Request) (templ.Component, error) {
	return preferencesPage(theme(r), Query(r, "saved") == "1"), nil
}

func (w *Web) postPreferences(rw http.ResponseWriter, r *http.Request) error {
	var in struct {
		Theme string `form:"theme"`
	}
	if err := Decode(r, &in); err != nil {
		return err
	}
	if in.Theme == "light" || in.Theme == "dark" || in.Theme == "auto" {
		http.SetCookie(rw, &http.Cookie{Name: "gd_theme", Value: in.Theme, Path: "/", MaxAge: 365 * 24 * 60 * 60,
			HttpOnly: true, Secure: w.secure(r), SameSite: http.SameSiteLaxMode})
	}
	rw.Header().Set("Location", string(WithQuery(URL(r.Context(), "web.preferences"), "saved", "1")))
	rw.WriteHeader(http.StatusSeeOther)
	return nil
}

// problemView explains a code.
type problemView struct {
	Code, Kind, Says, Room string
	Status                 int
}

func (w *Web) getProblem(r *http.Request) (templ.Component, error) {
	ctx, code := r.Context(), r.PathValue("code")
	c, seen := w.remembered(code)
	inWords := i18n.LangOf(ctx) != i18n.En && i18n.Has(ctx, code)
	if !seen && !w.needs.Catalogue.Has(i18n.ZhTW, code) {
		return nil, errNotFound()
	}
	v := problemView{Code: code}
	if seen {
		v.Kind, v.Status = kindTitle(ctx, c.Kind), Status(c.Kind)
		v.Says = i18n.Blank(c.Format)
	}
	if inWords {
		v.Says = i18n.Blank(i18n.T(ctx, code))
	}
	return problemPage(v), nil
}

// sitemapArea is one area of /sitemap.
type sitemapArea struct {
	Title string
	Pages []sitemapPage
}

type sitemapPage struct {
	Title, Doc string
	Href       templ.SafeURL
}

func (w *Web) getSitemap(r *http.Request) (templ.Component, error) {
	return sitemapPageOf(w.sitemap(r.Context())), nil
}

// sitemap lists every listed page that the reader may open, by area.
func (w *Web) sitemap(ctx context.Context) []sitemapArea {
	actor := access.From(ctx)
	var all []sitemapArea
	for _, area := range append([]string{""}, append(mainAreas(), "desk", "account", "about")...) {
		a := sitemapArea{Title: i18n.T(ctx, "web.area."+area)}
		if area == "" {
			a.Title = i18n.T(ctx, "web.area.home")
		}
		for _, e := range w.shells.areas[area] {
			if fault.Of(e.rule.Check(actor)) != nil && actor.Known() {
				continue // not for this reader; the public sees what signing in would open
			}
			a.Pages = append(a.Pages, sitemapPage{Title: i18n.T(ctx, e.r.Nav.Title), Href: URL(ctx, e.r.Name)})
		}
		if len(a.Pages) > 0 {
			all = append(all, a)
		}
	}
	return all
}
