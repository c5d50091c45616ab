// Package webbench is the baseline that `gongdao bench platform` measures the
// door beside: the same answers through huma and net/http alone.
package webbench

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/gongdao/gongdao/internal/web/ui"
)

// In is the input of the JSON route of both sides.
type In struct {
	Name  string `query:"name" maxLength:"100" doc:"A name."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"20" doc:"A bound."`
}

// Out is its answer.
type Out struct {
	Body struct {
		Name  string   `json:"name" doc:"As asked."`
		Items []string `json:"items" doc:"As many as asked."`
	}
}

// Answer is the handler of both sides.
func Answer(_ context.Context, in *In) (*Out, error) {
	o := new(Out)
	o.Body.Name, o.Body.Items = in.Name, make([]string, in.Limit)
	for i := range o.Body.Items {
		o.Body.Items[i] = strconv.Itoa(i)
	}
	return o, nil
}

// BareJSON serves GET /api/bench/v1/items by huma on a mux of its own.
func BareJSON() http.Handler {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("bench", "1"))
	huma.Get(api, "/api/bench/v1/items", Answer)
	return mux
}

// Table is a page body of n rows and five columns.
func Table(n int) templ.Component {
	p := ui.DataTableParams{ID: "rows", Caption: "rows", Columns: []ui.DataColumn{{Title: "a"}, {Title: "b"}, {Title: "c"}, {Title: "d", Numeric: true}, {Title: "e", Numeric: true}}}
	for i := range n {
		s := strconv.Itoa(i)
		p.Rows = append(p.Rows, []ui.TableCell{{Text: "臺北市"}, {Text: "大安區"}, {Text: "第 " + s + " 里"}, {Text: s, Format: "numeric"}, {Text: s, Format: "numeric"}})
	}
	return ui.DataTable(p)
}

// BarePage serves the page by net/http alone.
func BarePage(page templ.Component) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page.Render(r.Context(), w)
	})
}
