package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/i18n"
)

// link is a route's address, ready to be filled in.
type link struct {
	literals []string // one more than wildcards
	multi    bool     // the last wildcard keeps its slashes
	people   bool     // keeps the language prefix
}

// links finds addresses by route name.
type links struct {
	byName map[string]link
	strict bool // tests: an unknown name panics
	log    *slog.Logger
}

func newLinks(routes []Route) *links {
	l := &links{byName: make(map[string]link, len(routes))}
	for _, r := range routes {
		_, path := r.split()
		l.byName[r.Name] = parseLink(path, r.forPeople())
	}
	return l
}

// parseLink cuts "/a/{b}/c/{rest...}" into its literals.
func parseLink(path string, people bool) link {
	if i := strings.IndexByte(path, '/'); i > 0 {
		path = path[i:] // a host stands before
	}
	k := link{people: people}
	path = strings.TrimSuffix(path, "{$}")
	for {
		before, rest, ok := strings.Cut(path, "{")
		k.literals = append(k.literals, before)
		if !ok {
			return k
		}
		name, after, _ := strings.Cut(rest, "}")
		k.multi = strings.HasSuffix(name, "...")
		path = after
	}
}

// fill returns the path with args in place of the wildcards.
func (k link) fill(args []any) (string, error) {
	if len(args) != len(k.literals)-1 {
		return "", fmt.Errorf("wants %d values, got %d", len(k.literals)-1, len(args))
	}
	if len(args) == 0 {
		return k.literals[0], nil
	}
	var b strings.Builder
	for i, a := range args {
		b.WriteString(k.literals[i])
		s := fmt.Sprint(a)
		if s == "" {
			return "", fmt.Errorf("value %d is empty", i+1)
		}
		if i == len(args)-1 && k.multi {
			parts := strings.Split(s, "/")
			for j := range parts {
				parts[j] = url.PathEscape(parts[j])
			}
			b.WriteString(strings.Join(parts, "/"))
			continue
		}
		if s == "." || s == ".." {
			return "", fmt.Errorf("value %d is a dot segment", i+1)
		}
		b.WriteString(url.PathEscape(s))
	}
	b.WriteString(k.literals[len(args)])
	return b.String(), nil
}

// URL returns the address of the route, its wildcards filled with args in their
// order, in the reader's language. An unknown route gives "#" and a line in the
// log; with Config.Strict, as in tests, it panics.
func URL(ctx context.Context, name string, args ...any) templ.SafeURL {
	l := linksOf(ctx)
	if l == nil {
		return "#"
	}
	u, err := l.url(name, i18n.LangOf(ctx), args)
	if err != nil {
		if l.strict {
			panic("web: " + err.Error())
		}
		if l.log != nil {
			l.log.ErrorContext(ctx, "broken link", "error", err)
		}
		return "#"
	}
	return templ.SafeURL(u)
}

func (l *links) url(name string, lang i18n.Lang, args []any) (string, error) {
	k, ok := l.byName[name]
	if !ok {
		return "", fmt.Errorf("no route is called %s", name)
	}
	path, err := k.fill(args)
	if err != nil {
		return "", fmt.Errorf("link to %s %w", name, err)
	}
	if k.people {
		path = prefix(lang, path)
	}
	return path, nil
}

// Known reports whether a route of this name is served here, so that a page can
// leave out a link to a room that is not.
func Known(ctx context.Context, name string) bool {
	l := linksOf(ctx)
	if l == nil {
		return false
	}
	_, ok := l.byName[name]
	return ok
}

// prefix puts the language before a path: nothing for zh-TW, /en for English.
func prefix(lang i18n.Lang, path string) string {
	if lang != i18n.En {
		return path
	}
	if path == "/" {
		return "/en"
	}
	return "/en" + path
}

// InLang returns ctx in which links and pieces are of another language.
func InLang(ctx context.Context, lang i18n.Lang) context.Context { return i18n.In(ctx, lang) }

// WithQuery adds name and value pairs to the query. A pair without a value is
// left out.
func WithQuery(u templ.SafeURL, pairs ...string) templ.SafeURL {
	var b strings.Builder
	b.WriteString(string(u))
	sep := byte('?')
	if strings.ContainsRune(string(u), '?') {
		sep = '&'
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		b.WriteByte(sep)
		b.WriteString(url.QueryEscape(pairs[i]))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(pairs[i+1]))
		sep = '&'
	}
	return templ.SafeURL(b.String())
}

// WithFragment points at the element with this id.
func WithFragment(u templ.SafeURL, id string) templ.SafeURL {
	return u + templ.SafeURL("#"+url.PathEscape(id))
}

// PathValue returns the value of a wildcard of the pattern.
func PathValue(r *http.Request, name string) string { return r.PathValue(name) }

// Query returns the first value of a query parameter, without the white space
// around it.
func Query(r *http.Request, name string) string {
	return strings.TrimSpace(r.URL.Query().Get(name))
}

// Linked returns ctx in which URL knows the routes, for tests of pages that run
// without the guard. An unknown name panics.
func Linked(ctx context.Context, routes ...Route) context.Context {
	l := newLinks(routes)
	l.strict = true
	return context.WithValue(ctx, stateKey{}, &state{links: l})
}

func linksOf(ctx context.Context) *links {
	if s := stateOf(ctx); s != nil {
		return s.links
	}
	return nil
}
