package web

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"
)

// Show answers a Plain route that people read with a page: a form that is
// shown again, or what a post made that can be seen only once.
func Show(w http.ResponseWriter, r *http.Request, c templ.Component, status int) error {
	a, ok := w.(*answer)
	if !ok {
		return errors.New("web: Show needs the writer that the guard gave")
	}
	return a.state.web.page(a, r, c, status)
}
