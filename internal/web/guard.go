package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
)

// defaultMaxBody is the body limit of a route that names none, in bytes.
const defaultMaxBody = 1 << 20

// ServeHTTP implements http.Handler.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if w.squash != nil && wantsCompression(r) {
		w.squash(rw, r)
		return
	}
	w.guard(rw, r)
}

// guard stands before every handler. Its order is in the package comment.
func (w *Web) guard(rw http.ResponseWriter, r *http.Request) {
	now := w.needs.Now()
	s := &state{web: w, links: w.links, id: newID(now), start: now, lang: i18n.ZhTW,
		path: r.URL.Path, query: r.URL.RawQuery, request: r}
	if from := r.Referer(); from != "" {
		s.from = languageOf(from, w.originOf(r))
	}
	a := &answer{ResponseWriter: rw, state: s}
	w.baseHeaders(a.Header(), r, s)
	defer w.observe(a)
	defer func() {
		if p := recover(); p != nil {
			w.recovered(a, r, p)
		}
	}()
	if err := w.admit(r, s); err != nil {
		w.fail(a, r.WithContext(w.readerContext(r.Context(), s)), err)
		return
	}
	if s.prefix {
		r = withoutPrefix(r, s)
	}
	w.mux.ServeHTTP(a, r)
	if s.route == nil {
		w.unmatched(a, r.WithContext(w.readerContext(r.Context(), s)))
	}
}

// observe tells the metrics how the request went.
func (w *Web) observe(a *answer) {
	if w.needs.Observe == nil {
		return
	}
	name := ""
	if a.state.route != nil {
		name = a.state.route.Name
	}
	w.needs.Observe(name, a.statusOr200(), w.needs.Now().Sub(a.state.start))
}

// readerContext puts language and state into ctx.
func (w *Web) readerContext(ctx context.Context, s *state) context.Context {
	return i18n.With(context.WithValue(ctx, stateKey{}, s), w.needs.Catalogue, s.lang)
}

// withoutPrefix gives the mux an address without the language prefix.
func withoutPrefix(r *http.Request, s *state) *http.Request {
	bare, u := *r, *r.URL
	u.Path = s.path
	if u.RawPath != "" {
		u.RawPath = cutPrefix(u.RawPath)
	}
	bare.URL = &u
	return &bare
}

// admit refuses what is wrong whatever the route, and finds the language.
func (w *Web) admit(r *http.Request, s *state) error {
	if !w.hosts["*"] && !w.hosts[hostname(r.Host)] {
		return fault.Misdirected.Errorf("web.host", "this program does not answer to that host name; use the address you were given")
	}
	if hasPrefix(s.path) {
		s.lang, s.prefix, s.path = i18n.En, true, cutPrefix(s.path)
	}
	if !utf8.ValidString(s.path) || strings.IndexByte(s.path, 0) >= 0 || !cleanQuery(s.query) {
		return fault.Malformed.Errorf("web.address", "the address holds characters that are not text; check the link you followed")
	}
	return nil
}

// languageOf returns the language of our own page that a request came from; ""
// if it came from elsewhere, or does not say.
func languageOf(referer, origin string) i18n.Lang {
	path, ours := strings.CutPrefix(referer, origin)
	path, _, _ = strings.Cut(path, "?")
	switch {
	case !ours || (path != "" && path[0] != '/'):
		return ""
	case hasPrefix(path):
		return i18n.En
	default:
		return i18n.ZhTW
	}
}

func hasPrefix(path string) bool {
	return path == "/en" || strings.HasPrefix(path, "/en/")
}

func cutPrefix(path string) string {
	if path = strings.TrimPrefix(path, "/en"); path == "" {
		return "/"
	}
	return path
}

// ServeHTTP takes a request that the mux has matched through the rest of the
// guard, to the handler.
func (e *route) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	a := rw.(*answer)
	a.state.route = e
	w := a.state.web
	r, err := w.enter(a, r)
	if err == nil {
		err = e.Handler.serve(a, r)
	}
	switch {
	case err != nil:
		w.fail(a, r, err)
	case a.status == 0:
		a.WriteHeader(http.StatusOK) // an answer without a body has headers too
	}
}

// enter is the guard between mux and handler.
func (w *Web) enter(a *answer, r *http.Request) (*http.Request, error) {
	s, e := a.state, a.state.route
	if !e.people && s.from != "" && r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.lang = s.from // what our script posts from an English page leads to English pages
	}
	r = r.WithContext(w.readerContext(r.Context(), s))
	if s.prefix && !e.people {
		return r, errNotFound()
	}
	if err := w.limitBody(a, r, e); err != nil {
		return r, err
	}
	if !e.CrossSite {
		if err := w.cross.Check(r); err != nil {
			return r, fault.Forbidden.Errorf("web.cross-site", "this was sent from another site; open the page here and send it again")
		}
	}
	if e.Cache == Immutable || w.needs.Authenticate == nil {
		return r, e.Who.Check(access.Actor{})
	}
	actor, err := w.needs.Authenticate(r)
	if err != nil {
		return r, err
	}
	if s.known = actor.Known(); s.known {
		if w.needs.Translate != nil {
			if actor, err = w.needs.Translate(r.Context(), actor, e.room()); err != nil {
				return r, err
			}
		}
		r = r.WithContext(access.With(r.Context(), actor))
	}
	return r, e.Who.Check(actor)
}

// limitBody refuses a body over the route's limit before it is read, and cuts
// one off that did not say its length.
func (w *Web) limitBody(a *answer, r *http.Request, e *route) error {
	limit := e.MaxBody
	if limit == 0 {
		limit = defaultMaxBody
	}
	if r.ContentLength > limit {
		return tooLarge(limit)
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(a.ResponseWriter, r.Body, limit)
	}
	return nil
}

func tooLarge(limit int64) *fault.Error {
	return fault.TooLarge.Errorf("web.too-large", "this is larger than the %d bytes allowed here; send less, or in parts", limit)
}

func errNotFound() *fault.Error {
	return fault.NotFound.Errorf("web.not-found", "there is nothing at this address; it may have moved, or the link is wrong")
}

// recovered answers for a handler that panicked.
func (w *Web) recovered(a *answer, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	w.needs.Log.ErrorContext(r.Context(), "panic in handler", "request", a.state.id,
		"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	w.fail(a, r.WithContext(w.readerContext(r.Context(), a.state)), errors.New("panic, logged"))
}

// newID returns a UUIDv7 (RFC 9562 section 5.7).
func newID(now time.Time) string {
	var b [16]byte
	_, _ = rand.Read(b[6:]) // never fails (crypto/rand)
	ms := now.UnixMilli()
	for i := 5; i >= 0; i-- {
		b[i] = byte(ms)
		ms >>= 8
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
