package opendata

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata/pages"
	"github.com/gongdao/gongdao/opendata/query"
)

// apiTab shows code that asks this very table: its own columns, this address.
func (s *Service) apiTab(r *http.Request, v shown, h pages.Head) (templ.Component, error) {
	ctx := r.Context()
	origin := web.Origin(ctx)
	id := v.exploreID()
	records := origin + string(web.URL(ctx, "opendata.explore.records", id))
	export := origin + string(web.URL(ctx, "opendata.explore.export", id, "csv"))
	params := exampleParams(v)
	p := pages.API{Head: h, ID: id, Links: []ui.TabLink{
		{Title: i18n.T(ctx, "opendata.api.openapi"), Href: web.URL(ctx, "web.openapi")},
		{Title: i18n.T(ctx, "opendata.api.docs"), Href: web.URL(ctx, "web.api")},
		{Title: i18n.T(ctx, "opendata.api.records"), Href: web.URL(ctx, "opendata.explore.records", id)},
		{Title: i18n.T(ctx, "opendata.api.native"), Href: web.URL(ctx, "opendata.rows", v.table.Resource.ID)},
	}}
	p.Examples = []pages.Example{
		{Title: "curl", Code: curlOf(ctx, v)},
		{Title: "Python", Code: pythonExample(records, params)},
		{Title: "R", Code: fmt.Sprintf("data <- read.csv(%q, sep = \";\", fileEncoding = \"UTF-8-BOM\")\nsummary(data)\n", export)},
		{Title: "JavaScript", Code: scriptExample(records, params)},
		{Title: "DuckDB", Code: fmt.Sprintf("SELECT * FROM read_parquet('%s') LIMIT 20;\n", origin+string(web.URL(ctx, "opendata.download", v.Dataset.Slug, "parquet")))},
	}
	return pages.APIPage(p), nil
}

// exampleParams asks for totals by a column where the table has one to group by.
func exampleParams(v shown) [][2]string {
	m := Measures(v.profile)
	for _, c := range v.profile.Columns {
		if facetable(c, v.profile.Rows) && len(m) > 0 {
			return [][2]string{{"select", query.Name(c.Name) + ", sum(" + query.Name(m[0].Name) + ") as total"}, {"group_by", query.Name(c.Name)}, {"order_by", "total desc"}}
		}
	}
	return [][2]string{{"limit", "20"}}
}

func pythonExample(url string, params [][2]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "import json, urllib.parse, urllib.request\n\nparams = urllib.parse.urlencode({\n")
	for _, p := range params {
		fmt.Fprintf(&b, "    %q: %q,\n", p[0], p[1])
	}
	fmt.Fprintf(&b, "})\nwith urllib.request.urlopen(%q + \"?\" + params) as answer:\n    for row in json.load(answer)[\"results\"]:\n        print(row)\n", url)
	return b.String()
}

func scriptExample(url string, params [][2]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "const url = new URL(%q);\n", url)
	for _, p := range params {
		fmt.Fprintf(&b, "url.searchParams.set(%q, %q);\n", p[0], p[1])
	}
	b.WriteString("const { results } = await (await fetch(url)).json();\nconsole.table(results);\n")
	return b.String()
}
