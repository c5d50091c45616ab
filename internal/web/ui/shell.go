package ui

import (
	"context"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/i18n"
)

// Shell is what surrounds a page: who reads it, where it stands, what else
// there is. The guard fills one for every request.
type Shell struct {
	Lang              i18n.Lang
	Route, Area, Path string // Path: without the language prefix, with the query

	HomeHref, SearchHref, SignInHref, SignOutHref, AccountHref, DeskHref string

	Nav       []NavItem // main navigation; only what is there is drawn
	DeskNav   []NavItem // the console's own navigation, in place of Nav
	Footer    []NavItem
	Languages []LanguageLink
	Crumbs    []Crumb

	SignedIn bool
	Name     string // of the reader
	Officer  bool
	Demo     bool   // made-up people and agencies: the ribbon is on every page
	Theme    string // light, dark or auto
	Origin   string // scheme and host, for canonical and hreflang

	Stylesheet string   // URL
	Script     string   // URL
	Preload    []string // URLs of fonts that this page surely needs
	Asset      func(name string) string

	Notice string // phase or outage line above the breadcrumbs

	Agency  string // who runs this portal, in the footer
	Phone   string // there is always a way without the web
	Counter string // where to go in person
	Updated string // ISO 8601 day on which the page's content last changed
}

// NavItem is one link of a navigation.
type NavItem struct {
	Title, Href string
	Current     bool
}

// LanguageLink leads to the same page in another language.
type LanguageLink struct {
	Lang        i18n.Lang
	Title, Href string
	Current     bool
}

// Crumb is one step of the way from the home page. The last has no Href.
type Crumb struct{ Title, Href string }

// Head is what a page says about itself.
type Head struct {
	Title       string        // of the page
	Section     string        // the part of the house, between page and 公道 in the title
	Description string        // one sentence for search engines and previews
	Failed      bool          // the form was refused: the title says so first
	Wide        bool          // the page lays out bands of its own (see Band)
	Back        templ.SafeURL // a way back in place of breadcrumbs
	NoCrumbs    bool
	NoIndex     bool
	Display     bool   // the page has a display heading: its font is preloaded
	JSONLD      any    // a data block for crawlers; nil for none
	Feed        string // URL of the page's Atom feed
}

type shellKey struct{}

// WithShell returns ctx in which s surrounds the page.
func WithShell(ctx context.Context, s *Shell) context.Context {
	return context.WithValue(ctx, shellKey{}, s)
}

// ShellOf returns the shell of ctx, never nil: without one, a bare Chinese
// shell at the root.
func ShellOf(ctx context.Context) *Shell {
	if s, _ := ctx.Value(shellKey{}).(*Shell); s != nil {
		return s
	}
	return &Shell{Lang: "zh-TW", Path: "/", HomeHref: "/", Theme: "auto"}
}

// AssetURL returns the URL of a built file by its logical name, for example
// "islands/map.css"; empty when there is none.
func (s *Shell) AssetURL(name string) string {
	if s.Asset == nil {
		return ""
	}
	return s.Asset(name)
}
