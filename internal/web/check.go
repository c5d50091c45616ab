package web

import (
	"fmt"
	"net/http"
	"sort"
	"strings"

	"github.com/gongdao/gongdao/internal/i18n"
)

// CheckRoutes returns what is wrong with a route list, each as a sentence that
// names the remedy; nothing when all is well.
func CheckRoutes(routes []Route, c *i18n.Catalogue) []string {
	var wrong []string
	names := map[string]bool{}
	for _, r := range routes {
		for _, s := range checkRoute(r, c) {
			wrong = append(wrong, fmt.Sprintf("route %s (%s): %s", r.Name, r.Pattern, s))
		}
		if names[r.Name] {
			wrong = append(wrong, fmt.Sprintf("route %s (%s): another route has this name", r.Name, r.Pattern))
		}
		names[r.Name] = true
	}
	for _, r := range routes {
		if r.Nav.Parent != "" && !names[r.Nav.Parent] {
			wrong = append(wrong, fmt.Sprintf("route %s (%s): its parent %s is no route", r.Name, r.Pattern, r.Nav.Parent))
		}
	}
	if len(wrong) == 0 {
		wrong = conflicts(routes)
	}
	return wrong
}

func checkRoute(r Route, c *i18n.Catalogue) (wrong []string) {
	say := func(bad bool, s string) {
		if bad {
			wrong = append(wrong, s)
		}
	}
	method, path := r.split()
	page := r.Handler.kind == pageKind
	say(!strings.Contains(r.Name, ".") || strings.ContainsAny(r.Name, " /%"), "name it <room>.<what>")
	say(method == "" || !strings.HasPrefix(path, "/"), "write the pattern as METHOD /path")
	say(r.Who.Check == nil || r.Who.Name == "", "say who may")
	say(r.Doc == "", "say in one sentence what it is for (Doc)")
	say(r.Handler.kind == noKind, "it has no handler")
	say(page && method != http.MethodGet, "a page answers GET only; use Form for a post")
	say(r.Handler.kind == formKind && method != http.MethodPost, "a form answers POST only")
	say(r.Handler.kind == jsonKind && !strings.HasPrefix(path, "/api/"+r.room()+"/v"), "a native API stands at /api/"+r.room()+"/v<n>/…")
	say(r.Handler.kind == jsonKind && (strings.Contains(path, "...}") || strings.Contains(path, "{$}")), "a native API has plain {name} wildcards only")
	say(strings.HasSuffix(path, "/") && (page || path == "/"), "it would answer for every address below; end the pattern in {$}")
	say(r.CORS && method != http.MethodGet, "only a GET may be read from other origins")
	say(hasPrefix(path), "/en is the prefix of English, not a path")
	say(page && !hasWildcard(path) && r.Nav.Title == "" && r.Nav.Unlisted == "", "give the page a Nav.Title for /sitemap, or say in Nav.Unlisted why it is not listed")
	say(r.Nav.Area != "" && !knownArea(r.Nav.Area), fmt.Sprintf("there is no area %q", r.Nav.Area))
	if t := r.Nav.Title; t != "" && c != nil {
		for _, lang := range i18n.Langs() {
			say(!c.Has(lang, t), fmt.Sprintf("the catalogue %s lacks its title %s", lang, t))
		}
	}
	return wrong
}

func knownArea(area string) bool {
	for _, a := range append(mainAreas(), "desk", "account", "about") {
		if a == area {
			return true
		}
	}
	return false
}

// conflicts registers every pattern as http.ServeMux would, which panics where
// two patterns could match one request and neither is more specific.
func conflicts(routes []Route) (wrong []string) {
	mux := http.NewServeMux()
	for _, r := range routes {
		func() {
			defer func() {
				if p := recover(); p != nil {
					wrong = append(wrong, fmt.Sprintf("route %s (%s): %v", r.Name, r.Pattern, p))
				}
			}()
			mux.Handle(r.Pattern, http.NotFoundHandler())
		}()
	}
	return wrong
}

// Matrix prints who may do what: one row a route, by room and name, as a
// Markdown table.
func Matrix(routes []Route) string {
	rows := append([]Route(nil), routes...)
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Name < rows[j].Name })
	var b strings.Builder
	b.WriteString("| route | method and path | who | what |\n|---|---|---|---|\n")
	for _, r := range rows {
		method, path := r.split()
		fmt.Fprintf(&b, "| `%s` | `%s %s` | %s | %s |\n", r.Name, method, path,
			strings.ReplaceAll(r.Who.Name, "|", " or "), strings.ReplaceAll(r.Doc, "|", "\\|"))
	}
	return b.String()
}
