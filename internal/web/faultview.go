package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// faultView is what an error page shows, in the reader's language.
type faultView struct {
	Title, Says, Saved, Next string
	Fields                   []string
	Code, Request            string
	Phone, Tel, Counter      string
	Home, SignIn, Search     templ.SafeURL
	Explain                  templ.SafeURL
}

// faultView says f to a person.
func (w *Web) faultView(r *http.Request, f *fault.Error, status int) faultView {
	ctx, s := r.Context(), stateOf(r.Context())
	v := faultView{Title: kindTitle(ctx, f.Kind), Says: sentence(ctx, f), Code: f.Code, Request: s.id,
		Phone: w.config.Phone, Tel: digits(w.config.Phone), Counter: w.config.Counter,
		Home: templ.SafeURL(w.hrefOr(ctx, w.config.Links.Home, prefix(s.lang, "/")))}
	for _, x := range f.Fields {
		v.Fields = append(v.Fields, i18n.Field(ctx, x))
	}
	v.Saved = i18n.T(ctx, "web.saved."+saved(r.Method, f.Kind))
	v.Next = i18n.T(ctx, "web.next."+string(f.Kind))
	if f.RetryAfter > 0 {
		v.Next = i18n.T(ctx, "web.next.after", i18n.Time(ctx, w.needs.Now().Add(f.RetryAfter)), waiting(f.RetryAfter))
	}
	if _, ok := w.byName["web.problem"]; ok && f.Kind != fault.NotFound {
		v.Explain = URL(ctx, "web.problem", f.Code)
	}
	if f.Kind == fault.Unidentified {
		v.SignIn = w.signIn(ctx, s, r)
	}
	if status == http.StatusNotFound {
		v.Search = templ.SafeURL(w.hrefOr(ctx, w.config.Links.Search, ""))
	}
	return v
}

// saved says what became of what was sent: "read" where nothing was sent, "no"
// where it was refused before anything was done, "unknown" where we cannot tell.
func saved(method string, k fault.Kind) string {
	if method == http.MethodGet || method == http.MethodHead {
		return "read"
	}
	switch k {
	case fault.Internal, fault.TimedOut, fault.Upstream:
		return "unknown"
	}
	return "no"
}

// waiting is a time in whole minutes, at least one.
func waiting(d time.Duration) int {
	return max(1, int((d+time.Minute-1)/time.Minute))
}

// digits keeps what a telephone dials.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if (r >= '0' && r <= '9') || r == '+' {
			return r
		}
		return -1
	}, phone)
}
