package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
)

// Form answers a posted form. In is decoded from the fields by their form tags
// (see Decode). do acts and says where to go next, answered by 303. Where do
// refuses, again draws the form with what was typed and what is wrong, answered
// by the status of the fault, mostly 422; only what no change of the form would
// help (nobody signed in, not permitted, not found, gone, our own failure) goes
// to the error page.
func Form[In any](do func(context.Context, *In) (templ.SafeURL, error),
	again func(*http.Request, *In, error) (templ.Component, error)) Handler {
	plan, planErr := planFor[In]()
	return Handler{kind: formKind, serve: func(rw http.ResponseWriter, r *http.Request) error {
		if planErr != nil {
			return planErr
		}
		a, in := rw.(*answer), new(In)
		err := plan.decode(r, in)
		if err == nil {
			var to templ.SafeURL
			if to, err = do(r.Context(), in); err == nil {
				return a.done(r, to)
			}
		}
		f := asFault(err)
		if !mayTryAgain(f.Kind) {
			return err
		}
		return a.state.web.refused(a, r, err, func() (templ.Component, error) { return again(r, in, err) })
	}}
}

// mayTryAgain says whether the same form can be sent again with better luck.
func mayTryAgain(k fault.Kind) bool {
	switch k {
	case fault.Invalid, fault.Conflict, fault.Stale, fault.TooMany, fault.Upstream, fault.Busy, fault.TimedOut:
		return true
	}
	return false
}

// refused answers with the form as it was typed.
func (w *Web) refused(a *answer, r *http.Request, err error, again func() (templ.Component, error)) error {
	f := asFault(err)
	w.note(r, f, err)
	c, err := again()
	if err != nil {
		return err
	}
	a.state.failure = f
	retryAfter(a.Header(), f)
	return w.page(a, r, c, Status(f.Kind))
}

// done leads on after a form was accepted. htmx would swap the next page into
// the form, so it is told to go there.
func (a *answer) done(r *http.Request, to templ.SafeURL) error {
	if to == "" {
		return errors.New("web: a form was accepted without saying where to go next")
	}
	if Partial(r) {
		a.Header().Set("HX-Redirect", string(to))
		a.WriteHeader(http.StatusOK)
		return nil
	}
	a.Header().Set("Location", string(to))
	a.WriteHeader(http.StatusSeeOther)
	return nil
}
