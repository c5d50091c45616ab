package web

import (
	"context"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// mainAreas are the words of the main navigation, in their order.
func mainAreas() []string { return []string{"services", "opendata", "maps", "mydata", "verify"} }

// entry is a listed page of an area.
type entry struct {
	r    *route
	rule access.Rule
}

// shells holds what of the shell depends on the route list alone.
type shells struct {
	areas map[string][]entry // by order, the first is the entrance
}

func newShells(w *Web) *shells {
	s := &shells{areas: map[string][]entry{}}
	for _, r := range w.routes {
		if r.listed() {
			s.areas[r.Nav.Area] = append(s.areas[r.Nav.Area], entry{r, r.Who})
		}
	}
	for _, list := range s.areas {
		sort.SliceStable(list, func(i, j int) bool { return list[i].r.Nav.Order < list[j].r.Nav.Order })
	}
	return s
}

// shell fills in what surrounds the page that answers r.
func (w *Web) shell(r *http.Request) *ui.Shell {
	ctx, s := r.Context(), stateOf(r.Context())
	actor := access.From(ctx)
	sh := &ui.Shell{Lang: s.lang, Path: s.path, Origin: s.origin(), Demo: w.config.Demo, Theme: theme(r),
		Phone: w.config.Phone, Counter: w.config.Counter, SignedIn: actor.Known(), Name: actor.Name, Officer: actor.Officer != "",
		Stylesheet: w.assets.url("gongdao.css"), Script: w.assets.url("gongdao.js"), Asset: w.assets.url}
	if s.query != "" {
		sh.Path += "?" + s.query
	}
	if w.config.Notice != "" {
		sh.Notice = i18n.T(ctx, w.config.Notice)
	}
	l := w.config.Links
	sh.HomeHref = w.hrefOr(ctx, l.Home, prefix(s.lang, "/"))
	sh.SearchHref = w.hrefOr(ctx, l.Search, "")
	sh.AccountHref = w.hrefOr(ctx, l.Account, "")
	sh.SignOutHref = w.hrefOr(ctx, l.SignOut, "")
	sh.DeskHref = w.hrefOr(ctx, l.Desk, "")
	if _, ok := w.byName[l.SignIn]; ok {
		sh.SignInHref = string(w.signIn(ctx, s, r))
	}
	area := ""
	if s.route != nil {
		sh.Route, area = s.route.Name, s.route.Nav.Area
		sh.Crumbs = w.crumbs(ctx, s.route, r)
	}
	sh.Area = area
	sh.Nav, sh.Footer, sh.Languages = w.mainNav(ctx, area), w.footer(ctx), w.languages(s)
	if area == "desk" && sh.Officer {
		sh.DeskNav = w.deskNav(ctx, actor, s.route)
	}
	if w.needs.Shell != nil {
		w.needs.Shell(ctx, sh)
	}
	return sh
}

func (w *Web) hrefOr(ctx context.Context, name, otherwise string) string {
	if _, ok := w.byName[name]; !ok {
		return otherwise
	}
	return string(URL(ctx, name))
}

// mainNav is one item for each area that has an entrance.
func (w *Web) mainNav(ctx context.Context, current string) []ui.NavItem {
	var items []ui.NavItem
	for _, area := range mainAreas() {
		if list := w.shells.areas[area]; len(list) > 0 {
			items = append(items, ui.NavItem{Title: i18n.T(ctx, "web.area."+area),
				Href: string(URL(ctx, list[0].r.Name)), Current: area == current})
		}
	}
	return items
}

// deskNav holds the pages of the console that this officer may open.
func (w *Web) deskNav(ctx context.Context, actor access.Actor, current *route) []ui.NavItem {
	var items []ui.NavItem
	for _, e := range w.shells.areas["desk"] {
		if e.rule.Check(actor) == nil {
			items = append(items, ui.NavItem{Title: i18n.T(ctx, e.r.Nav.Title), Href: string(URL(ctx, e.r.Name)),
				Current: e.r == current || (current != nil && current.Nav.Parent == e.r.Name)})
		}
	}
	return items
}

// footer holds the pages about the house.
func (w *Web) footer(ctx context.Context) []ui.NavItem {
	var items []ui.NavItem
	for _, e := range w.shells.areas["about"] {
		items = append(items, ui.NavItem{Title: i18n.T(ctx, e.r.Nav.Title), Href: string(URL(ctx, e.r.Name))})
	}
	return items
}

// languages links the same page in both languages. The target of a refused
// form cannot be opened by a link, so there the links lead home.
func (w *Web) languages(s *state) []ui.LanguageLink {
	path := (&url.URL{Path: s.path}).EscapedPath()
	if s.query != "" {
		path += "?" + s.query
	}
	if s.route == nil || s.route.method != http.MethodGet || !s.route.people {
		path = "/"
	}
	links := make([]ui.LanguageLink, 0, 2)
	for _, l := range i18n.Langs() {
		title := "中文"
		if l == i18n.En {
			title = "English"
		}
		links = append(links, ui.LanguageLink{Lang: l, Title: title, Href: prefix(l, path), Current: l == s.lang})
	}
	return links
}

// crumbs leads from the home page to the page above this one.
func (w *Web) crumbs(ctx context.Context, e *route, r *http.Request) []ui.Crumb {
	var above []ui.Crumb
	for up, n := w.above(e), 0; up != nil && n < 8; up, n = w.above(up), n+1 {
		if up.Nav.Title == "" {
			continue
		}
		if href, ok := w.hrefLike(ctx, up, r); ok {
			above = append(above, ui.Crumb{Title: i18n.T(ctx, up.Nav.Title), Href: href})
		}
	}
	if len(above) == 0 && e.Nav.Area == "" {
		return nil
	}
	home := ui.Crumb{Title: i18n.T(ctx, "web.home"), Href: w.hrefOr(ctx, w.config.Links.Home, prefix(i18n.LangOf(ctx), "/"))}
	crumbs := []ui.Crumb{home}
	for i := len(above) - 1; i >= 0; i-- {
		crumbs = append(crumbs, above[i])
	}
	return crumbs
}

// above returns the page above e: its parent, else the entrance of its area.
func (w *Web) above(e *route) *route {
	if e.Nav.Parent != "" {
		return w.byName[e.Nav.Parent]
	}
	list := w.shells.areas[e.Nav.Area]
	if e.Nav.Area == "" || e.Nav.Area == "about" || len(list) == 0 || list[0].r == e {
		return nil
	}
	return list[0].r
}

// hrefLike addresses another route with the wildcards of this request.
func (w *Web) hrefLike(ctx context.Context, e *route, r *http.Request) (string, bool) {
	var args []any
	for _, name := range wildcards(e.path) {
		v := r.PathValue(name)
		if v == "" {
			return "", false
		}
		args = append(args, v)
	}
	return string(URL(ctx, e.Name, args...)), true
}

// wildcards returns the names of the wildcards of a path, without {$}.
func wildcards(path string) []string {
	var names []string
	for _, part := range strings.Split(path, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		if name = strings.TrimSuffix(name, "..."); name != "$" {
			names = append(names, name)
		}
	}
	return names
}

// theme reads the colours the reader chose; an odd value is ignored.
func theme(r *http.Request) string {
	if c, err := r.Cookie("gd_theme"); err == nil {
		switch c.Value {
		case "light", "dark":
			return c.Value
		}
	}
	return "auto"
}

// signIn is the address of the sign-in page that comes back here.
func (w *Web) signIn(ctx context.Context, s *state, r *http.Request) templ.SafeURL {
	if _, ok := w.byName[w.config.Links.SignIn]; !ok {
		return templ.SafeURL(prefix(s.lang, "/"))
	}
	to := URL(ctx, w.config.Links.SignIn)
	if s.route == nil || s.route.Name == w.config.Links.SignIn || s.route.Name == w.config.Links.Home || s.route.method != http.MethodGet || !s.route.people {
		return to
	}
	if s.route.Nav.Parent == w.config.Links.SignIn {
		return to // a step of signing in, whose address may hold a secret
	}
	value := s.route.Name
	for _, name := range wildcards(s.route.path) {
		value += "/" + url.PathEscape(r.PathValue(name))
	}
	return WithQuery(to, "return", value)
}

// Return reads where a reader came from before signing in: a route name and its
// values, as signIn wrote them, never a URL. What is no page of ours gives
// otherwise, the name of a route.
func Return(ctx context.Context, value, otherwise string) templ.SafeURL {
	parts := strings.Split(value, "/")
	s := stateOf(ctx)
	if s == nil || s.web == nil {
		return URL(ctx, otherwise)
	}
	e, ok := s.web.byName[parts[0]]
	if !ok || e.Handler.kind != pageKind {
		return URL(ctx, otherwise)
	}
	var args []any
	for _, p := range parts[1:] {
		v, err := url.PathUnescape(p)
		if err != nil {
			return URL(ctx, otherwise)
		}
		args = append(args, v)
	}
	u, err := s.links.url(e.Name, s.lang, args)
	if err != nil {
		return URL(ctx, otherwise)
	}
	return templ.SafeURL(u)
}
