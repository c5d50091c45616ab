package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// prosePart is a paragraph, with a heading where one stands above it.
type prosePart struct{ Heading, Text string }

// prose draws the page whose pieces are web.<name>.title and, from 1 on,
// web.<name>.1 with the heading web.<name>.1.h.
func prose(name string) func(*http.Request) (templ.Component, error) {
	return func(r *http.Request) (templ.Component, error) {
		ctx := r.Context()
		var parts []prosePart
		for n := 1; ; n++ {
			key := fmt.Sprintf("web.%s.%d", name, n)
			if !i18n.Has(ctx, key) {
				break
			}
			p := prosePart{Text: i18n.T(ctx, key)}
			if i18n.Has(ctx, key+".h") {
				p.Heading = i18n.T(ctx, key+".h")
			}
			parts = append(parts, p)
		}
		return proseText(i18n.T(ctx, "web."+name+".title"), parts), nil
	}
}

// accessKeys are the letters of the blocks of a page (web accessibility custom
// of Taiwan's public sites).
func accessKeys() []string { return []string{"U", "C", "Z", "S", "L"} }

// operationTable shows the inputs of one call.
func operationTable(ctx context.Context, o operation) ui.DataTableParams {
	t := ui.DataTableParams{ID: "op-" + o.Name, Caption: i18n.T(ctx, "web.api.inputs", o.Method+" "+o.Path), HideCaption: true,
		FirstCellIsHeader: true, Compact: true,
		Columns: []ui.DataColumn{{Title: i18n.T(ctx, "web.api.name")}, {Title: i18n.T(ctx, "web.api.in")},
			{Title: i18n.T(ctx, "web.api.type")}, {Title: i18n.T(ctx, "web.api.needed")}, {Title: i18n.T(ctx, "web.api.what")}}}
	for _, f := range o.Fields {
		needed := i18n.T(ctx, "web.api.no")
		if f.Required {
			needed = i18n.T(ctx, "web.api.yes")
		}
		t.Rows = append(t.Rows, []ui.TableCell{{Text: f.Name}, {Text: f.In}, {Text: f.Type}, {Text: needed}, {Text: f.Doc}})
	}
	return t
}

// expiry is when security.txt must be fetched anew (RFC 9116 section 2.5.5): at
// most half a year ahead, and the same for a whole day, so that the file keeps
// its ETag.
func (w *Web) expiry() string {
	return w.needs.Now().UTC().Truncate(24 * time.Hour).Add(securityTxtLife).Format(time.RFC3339)
}
