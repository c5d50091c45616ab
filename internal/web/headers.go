package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// policy is that of every page and what c adds: no foreign origin, no inline
// code, no framing (Content Security Policy Level 3).
func policy(c CSP) string {
	if c.Own != "" {
		return c.Own
	}
	more := func(sources []string) string {
		if len(sources) == 0 {
			return ""
		}
		return " " + strings.Join(sources, " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:" + more(c.Img) +
		"; font-src 'self'; connect-src 'self'" + more(c.Connect) + "; worker-src 'self'; manifest-src 'self'; form-action 'self'" +
		more(c.FormAction) + "; base-uri 'none'; frame-ancestors 'none'; report-uri /_/csp"
}

// withFormAction adds origins of one request to form-action.
func withFormAction(policy string, origins []string) string {
	const at = "form-action 'self'"
	i := strings.Index(policy, at)
	if i < 0 {
		return policy
	}
	i += len(at)
	return policy[:i] + " " + strings.Join(origins, " ") + policy[i:]
}

// AllowFormAction lets the form on this page lead to another origin, such as
// the registered one of the client that asks for consent: Chromium applies
// form-action to redirects after a post. Only https origins, and http on
// localhost, count; anything else is ignored. It must run before the page is
// rendered to the end.
func AllowFormAction(ctx context.Context, origin string) {
	s := stateOf(ctx)
	u, err := url.Parse(origin)
	if s == nil || err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(u.Host, " ;,'\"") {
		return
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1"
	if u.Scheme == "https" || (u.Scheme == "http" && local) {
		s.formAction = append(s.formAction, u.Scheme+"://"+u.Host)
	}
}

// header is a line that is the same on many answers.
type header struct {
	name  string
	value []string // shared by all requests; net/http copies before it adds
}

// fixedHeaders are the lines of every answer, and those of every page beside.
type fixedHeaders struct {
	every, page []header
	noPage      header // the policy of what is no page: nothing in it runs
}

func newFixedHeaders() fixedHeaders {
	return fixedHeaders{
		every: []header{
			{"X-Content-Type-Options", []string{"nosniff"}},
			{"Referrer-Policy", []string{"same-origin"}},
			{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
		},
		page: []header{
			{"Origin-Agent-Cluster", []string{"?1"}},
			{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
			{"Permissions-Policy", []string{"camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)"}},
		},
		noPage: header{"Content-Security-Policy", []string{"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"}},
	}
}

// baseHeaders go on every answer, before anything is decided.
func (w *Web) baseHeaders(h http.Header, r *http.Request, s *state) {
	h["X-Request-Id"] = []string{s.id}
	for _, f := range w.fixed.every {
		h[f.name] = f.value
	}
	if w.secure(r) {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// typeHeaders go on when the content type is known: pages get the policy of
// their route and what only browsers' windows heed.
func (w *Web) typeHeaders(h http.Header, s *state) {
	own := s.route != nil && s.failure == nil && s.route.CSP.Own != ""
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		switch {
		case own:
			h.Set("Content-Security-Policy", s.route.csp)
		case len(h["Content-Security-Policy"]) == 0:
			h[w.fixed.noPage.name] = w.fixed.noPage.value
		}
		addVary(h, "Accept-Encoding")
		return
	}
	for _, f := range w.fixed.page {
		h[f.name] = f.value
	}
	p := w.policy
	if s.route != nil && s.failure == nil {
		p = s.route.csp
	}
	if len(s.formAction) > 0 && !own {
		p = withFormAction(p, s.formAction)
	}
	h.Set("Content-Security-Policy", p)
	addVary(h, "Accept-Encoding", "HX-Request", "Cookie")
}

// addVary names request headers that the answer depends on, each once.
func addVary(h http.Header, names ...string) {
	if len(h["Vary"]) == 0 {
		h["Vary"] = []string{strings.Join(names, ", ")}
		return
	}
	have := strings.Join(h["Vary"], ", ")
	for _, n := range names {
		if !strings.Contains(have, n) {
			if have != "" {
				have += ", "
			}
			have += n
		}
	}
	h["Vary"] = []string{have}
}

// compressible says which dynamic answers are worth compressing. Tiles, images
// and streams are not.
func compressible(contentType string) bool {
	ct, _, _ := strings.Cut(contentType, ";")
	ct = strings.TrimSpace(strings.ToLower(ct))
	switch {
	case ct == "text/event-stream":
		return false
	case strings.HasPrefix(ct, "text/"), strings.HasSuffix(ct, "+json"), strings.HasSuffix(ct, "+xml"):
		return true
	}
	switch ct {
	case "application/json", "application/xml", "application/javascript", "application/x-ndjson", "application/jsonl", "application/n-triples":
		return true
	}
	return false
}

// wantsCompression says whether gzip may come into play at all. A Range is of
// the bytes as they lie; built assets are compressed already.
func wantsCompression(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Header.Get("Range") == "" &&
		!strings.HasPrefix(r.URL.Path, assetPath) && !strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream")
}
