package web

import (
	"io"
	"net/http"
	"strings"
)

// answer is the ResponseWriter that handlers see. It completes the headers when
// the status is written, and keeps the mux's own plain error texts from readers.
type answer struct {
	http.ResponseWriter
	state   *state
	status  int
	written int64
	swallow bool // the mux found no route: its text is replaced by our page
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 || a.state.refused != nil {
		return // refused: huma's own error body, which the error path replaces
	}
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		a.ResponseWriter.WriteHeader(status) // early hints; the answer is still to come
		return
	}
	a.status = status
	if a.state.route == nil && a.state.failure == nil && status >= 400 {
		a.swallow = true // from the mux; unmatched answers instead
		return
	}
	if to := a.Header().Get("Location"); a.state.route == nil && a.state.prefix && strings.HasPrefix(to, "/") {
		a.Header().Set("Location", prefix(a.state.lang, to)) // the mux cleans a path without its prefix
	}
	a.finish(status)
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	if a.state.refused != nil {
		return len(b), nil
	}
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.swallow {
		return len(b), nil
	}
	n, err := a.ResponseWriter.Write(b)
	a.written += int64(n)
	return n, err
}

// ReadFrom lets files go out by sendfile.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	n, err := io.Copy(a.ResponseWriter, r)
	a.written += n
	return n, err
}

// Unwrap serves http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush implements http.Flusher, for streams.
func (a *answer) Flush() {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if f, ok := a.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

func (a *answer) statusOr200() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

// begun reports whether bytes or headers are already on their way.
func (a *answer) begun() bool { return a.status != 0 && !a.swallow }

// reset forgets what the mux said, so that our page can be written.
func (a *answer) reset() {
	a.status, a.swallow, a.state.refused = 0, false, nil
	h := a.Header()
	h.Del("Content-Type")
	h.Del("Content-Length")
}

// finish puts the last headers, now that the status is known.
func (a *answer) finish(status int) {
	h, s := a.Header(), a.state
	s.web.typeHeaders(h, s)
	cache := a.cacheRule(status, h)
	switch {
	case cache == "":
	case cache == noStore:
		h.Set("Cache-Control", noStore)
		h.Del("Etag")
	case h.Get("Cache-Control") == "":
		h.Set("Cache-Control", cache)
	}
	if s.route != nil && s.route.CORS {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
}

const (
	noStore     = "private, no-store"
	publicCache = "public, max-age=60, stale-while-revalidate=600"
	forEver     = "public, max-age=31536000, immutable"
)

// cacheRule returns what Cache-Control must say. noStore overrules the handler,
// the others give way to what it has set.
func (a *answer) cacheRule(status int, h http.Header) string {
	s := a.state
	if s.route == nil || s.unstorable || s.failure != nil || len(h["Set-Cookie"]) > 0 {
		return noStore
	}
	page := s.route.Handler.kind == pageKind
	ok := status == http.StatusOK || status == http.StatusPartialContent || status == http.StatusNotModified
	redirect := status >= 300 && status < 400 && status != http.StatusNotModified
	switch {
	case s.route.Cache == Private:
		return noStore
	case s.route.Cache == Immutable && ok:
		return forEver
	case s.route.Cache == Public && ok && (!page || !s.known):
		return publicCache
	case s.route.Cache == Public && redirect && !s.known:
		return publicCache
	case page && ok && !s.known && s.route.Cache == Auto:
		return publicCache
	default:
		return noStore
	}
}
