package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// fail is the one path of every error: a page for people, a problem for
// programs, an alert for htmx.
func (w *Web) fail(a *answer, r *http.Request, err error) {
	if a.begun() {
		w.needs.Log.WarnContext(r.Context(), "answer broken off", "request", a.state.id, "error", err)
		panic(http.ErrAbortHandler) // the reader must not take the half for the whole
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		a.status = 499 // the reader has gone; nobody reads an answer
		return
	}
	f := asFault(err)
	w.note(r, f, err)
	w.say(a, r, f, Status(f.Kind))
}

// say answers f with a status of its own.
func (w *Web) say(a *answer, r *http.Request, f *fault.Error, status int) {
	a.reset()
	a.state.failure = f
	h := a.Header()
	if !w.answersPeople(r, a.state) {
		writeProblem(a, r, f, status)
		return
	}
	if s := a.state; s.route != nil && !s.route.people {
		s.lang = machineLanguage(r, s)
		r = r.WithContext(i18n.In(r.Context(), s.lang))
	}
	retryAfter(h, f)
	if Partial(r) {
		if f.Kind == fault.Unidentified {
			h.Set("HX-Redirect", string(w.signIn(r.Context(), a.state, r)))
		}
		w.render(a, r, faultAlert(w.faultView(r, f, status)), status)
		return
	}
	r = r.WithContext(ui.WithShell(r.Context(), w.shell(r)))
	w.render(a, r, faultPage(w.faultView(r, f, status)), status)
}

// machineLanguage is the language of an error at an address without a language:
// that of the page it came from, else the one the browser prefers.
func machineLanguage(r *http.Request, s *state) i18n.Lang {
	if s != nil && s.from != "" {
		return s.from
	}
	return acceptLanguage(r.Header.Get("Accept-Language"))
}

// answersPeople decides between page and problem.
func (w *Web) answersPeople(r *http.Request, s *state) bool {
	accept := r.Header.Get("Accept")
	html := strings.Contains(accept, "text/html")
	switch {
	case s.route == nil:
		return html || (!strings.HasPrefix(s.path, "/api/") && !strings.Contains(accept, "json"))
	case s.route.people:
		return html || !strings.Contains(accept, "json")
	default:
		return s.route.Handler.kind == plainKind && html
	}
}

// render writes c whole, or, if it cannot, a bare text: the error path itself
// must not fail.
func (w *Web) render(a *answer, r *http.Request, c templ.Component, status int) {
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err := c.Render(r.Context(), b); err != nil {
		w.needs.Log.ErrorContext(r.Context(), "error page", "request", a.state.id, "error", err)
		b.Reset()
		fmt.Fprintf(b, "%d %s\n%s\n", status, http.StatusText(status), a.state.id)
		a.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.writePage(a, r, b, status)
}

// writePage sends a rendered page.
func (w *Web) writePage(a *answer, _ *http.Request, b *bytes.Buffer, status int) {
	h := a.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/html; charset=utf-8")
	}
	h.Set("Content-Language", a.state.lang.HTML())
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	a.WriteHeader(status)
	_, _ = a.Write(b.Bytes()) // the reader has gone
}

// unmatched answers where the mux found no route.
func (w *Web) unmatched(a *answer, r *http.Request) {
	if a.begun() {
		return // a redirect to the clean address
	}
	if a.status == http.StatusMethodNotAllowed {
		f := fault.NotFound.Errorf("web.method", "this address does not take %s; see the API pages for what it takes", r.Method)
		w.say(a, r, f, http.StatusMethodNotAllowed)
		return
	}
	if to, ok := w.withoutSlash(r, a.state); ok {
		a.reset()
		http.Redirect(a, r, to, http.StatusMovedPermanently)
		return
	}
	w.fail(a, r, errNotFound())
}

// withoutSlash finds /dataset for /dataset/.
func (w *Web) withoutSlash(r *http.Request, s *state) (string, bool) {
	bare := strings.TrimRight(s.path, "/")
	if bare == s.path || bare == "" || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		return "", false
	}
	try := r.Clone(r.Context())
	try.URL.Path, try.URL.RawPath = bare, ""
	if _, pattern := w.mux.Handler(try); pattern == "" {
		return "", false
	}
	to := (&url.URL{Path: bare, RawQuery: r.URL.RawQuery}).String()
	return to, !strings.HasPrefix(to, "//") // the answer puts the language before it
}
