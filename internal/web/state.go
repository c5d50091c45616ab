package web

import (
	"context"
	"net/http"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// state is what the guard knows about one request. One goroutine serves a
// request, so it needs no lock.
type state struct {
	web     *Web
	links   *links
	route   *route // nil until the mux has found one
	id      string // request id, a UUIDv7
	start   time.Time
	path    string // without the language prefix
	query   string
	lang    i18n.Lang
	prefix  bool          // the address had a language prefix
	from    i18n.Lang     // language of our own page that sent the request, "" if none
	known   bool          // somebody is signed in
	request *http.Request // as it came, for what few answers need

	formAction []string     // origins of this request, for form-action
	unstorable bool         // a once field was drawn: the page is for one reader
	failure    *fault.Error // what the answer says went wrong
	refused    error        // JSON: what the error path will say in place of huma
}

type stateKey struct{}

func stateOf(ctx context.Context) *state {
	s, _ := ctx.Value(stateKey{}).(*state)
	return s
}

// RequestID returns the id of the request, for logs and for people who call.
func RequestID(ctx context.Context) string {
	if s := stateOf(ctx); s != nil {
		return s.id
	}
	return ""
}

// RouteName returns the name of the route that answers.
func RouteName(ctx context.Context) string {
	if s := stateOf(ctx); s != nil && s.route != nil {
		return s.route.Name
	}
	return ""
}

// Origin returns scheme and host as the reader sees them, for absolute links.
func Origin(ctx context.Context) string {
	if s := stateOf(ctx); s != nil {
		return s.origin()
	}
	return ""
}

// Address returns the reader's network address, for limits. It is personal
// data: do not store it, do not log it.
func Address(ctx context.Context) string {
	if s := stateOf(ctx); s != nil && s.request != nil {
		return s.web.addressOf(s.request)
	}
	return ""
}

func (s *state) origin() string {
	if s.request == nil {
		return ""
	}
	return s.web.originOf(s.request)
}

// Partial reports whether htmx asks for a part of the page. It chooses the
// shape of an answer, never a right.
func Partial(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Request-Type") == "partial" &&
		r.Header.Get("HX-History-Restore-Request") != "true"
}
