package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/web/ui"
)

// Page answers a GET with a page. Where htmx asks for a part, the component's
// templ.Fragment whose id is that of the target element is sent alone; without
// such a fragment, the whole page.
func Page(f func(*http.Request) (templ.Component, error)) Handler {
	return Handler{kind: pageKind, serve: func(rw http.ResponseWriter, r *http.Request) error {
		a := rw.(*answer)
		if to, ok := withoutEmpty(r); ok {
			http.Redirect(a, r, to, http.StatusSeeOther)
			return nil
		}
		c, err := f(r)
		if err != nil {
			return err
		}
		return a.state.web.page(a, r, c, http.StatusOK)
	}}
}

// page renders c and sends it. Nothing is sent before the rendering succeeds.
func (w *Web) page(a *answer, r *http.Request, c templ.Component, status int) error {
	r = r.WithContext(ui.WithShell(r.Context(), w.shell(r)))
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if target := fragmentWanted(r); target != "" {
		if err := templ.RenderFragments(r.Context(), b, c, target); err != nil {
			return err
		}
		a.state.unstorable = a.state.unstorable || b.Len() > 0 // a part must not stand in for the page
	}
	if b.Len() == 0 {
		if err := c.Render(r.Context(), b); err != nil {
			return err
		}
	}
	if w.fresh(a, r, b, status) {
		return nil
	}
	w.writePage(a, r, b, status)
	return nil
}

// fragmentWanted returns the id of the element that htmx will replace. It comes
// as "form#results".
func fragmentWanted(r *http.Request) string {
	if !Partial(r) {
		return ""
	}
	_, id, _ := strings.Cut(r.Header.Get("HX-Target"), "#")
	return id
}

// fresh gives a storable answer its ETag and answers 304 where the reader has
// these bytes already (RFC 9110 section 13.1.2). The tag is weak: the same
// bytes may travel compressed.
func (w *Web) fresh(a *answer, r *http.Request, b *bytes.Buffer, status int) bool {
	if a.cacheRule(status, a.Header()) == noStore {
		return false
	}
	sum := sha256.Sum256(b.Bytes())
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
	a.Header().Set("Etag", tag)
	if !matches(r.Header.Get("If-None-Match"), tag) {
		return false
	}
	a.WriteHeader(http.StatusNotModified)
	return true
}

// matches compares entity tags weakly.
func matches(header, tag string) bool {
	if header == "" {
		return false
	}
	tag = strings.TrimPrefix(tag, "W/")
	for _, t := range strings.Split(header, ",") {
		t = strings.TrimSpace(t)
		if t == "*" || strings.TrimPrefix(t, "W/") == tag {
			return true
		}
	}
	return false
}

// withoutEmpty returns the same address without the empty fields that a GET
// form leaves in the query.
func withoutEmpty(r *http.Request) (string, bool) {
	raw := r.URL.RawQuery
	if !strings.HasSuffix(raw, "=") && !strings.Contains(raw, "=&") {
		return "", false
	}
	var keep []string
	for _, pair := range strings.Split(raw, "&") {
		if pair != "" && !strings.HasSuffix(pair, "=") {
			keep = append(keep, pair)
		}
	}
	s := stateOf(r.Context())
	to := prefix(s.lang, (&url.URL{Path: s.path}).EscapedPath())
	if len(keep) > 0 {
		to += "?" + strings.Join(keep, "&")
	}
	return to, strings.Join(keep, "&") != raw
}
