package opendata

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata/pages"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

// previewRows is how many rows one page of the preview shows.
const previewRows = 20

// rowsAsk is what a reader asked of the rows of a page.
type rowsAsk struct {
	form query.Form
	page int
}

func readRowsAsk(r *http.Request) rowsAsk {
	page, _ := strconv.Atoi(web.Query(r, "page"))
	page = max(1, min(page, 1_000_000))
	a := rowsAsk{page: page, form: query.Form{Search: web.Query(r, "q"), Limit: previewRows, Offset: (page - 1) * previewRows,
		Timezone: "Asia/Taipei", Lang: string(i18n.LangOf(r.Context()))}}
	a.form.Sort, a.form.Desc = strings.CutPrefix(web.Query(r, "sort"), "-")
	if field := web.Query(r, "field"); field != "" {
		a.form.Filters = []query.Filter{{Field: field, Op: query.Op(web.Query(r, "op")), Value: web.Query(r, "value")}}
	}
	return a
}

// kept returns the question as query pairs, without its page.
func (a rowsAsk) kept(but ...string) []string {
	var out []string
	add := func(name, value string) {
		for _, b := range but {
			if b == name {
				return
			}
		}
		if value != "" {
			out = append(out, name, value)
		}
	}
	add("q", a.form.Search)
	for _, f := range a.form.Filters {
		add("field", f.Field)
		add("op", string(f.Op))
		add("value", f.Value)
	}
	if a.form.Sort != "" {
		sign := ""
		if a.form.Desc {
			sign = "-"
		}
		add("sort", sign+a.form.Sort)
	}
	return out
}

func (s *Service) previewTab(r *http.Request, v shown, h pages.Head) (templ.Component, error) {
	ctx := r.Context()
	ask := readRowsAsk(r)
	p := pages.Preview{Head: h, Quality: v.href(ctx, "quality"), MapHref: v.href(ctx, "map"), APIHref: v.href(ctx, "api"),
		Downloads: s.downloadLinks(ctx, v), Curl: curlOf(ctx, v)}
	schema, err := s.profileOf(ctx, v.version)
	if err != nil {
		return nil, err
	}
	p.Filter = filterView(ctx, v, ask, schema.schema)
	err = s.fillRows(ctx, v, ask, schema, &p)
	if known := askable(err); known != nil {
		p.Problem, err = i18n.Fault(ctx, known), nil
	}
	if err != nil {
		return nil, err
	}
	for i, f := range findingViews(ctx, v.profile.Findings, nil) {
		if i < 3 && f.Severity != "info" {
			p.Findings = append(p.Findings, strings.TrimSpace(f.Where+" "+f.Text))
		}
	}
	p.Map = s.smallMap(ctx, v)
	return pages.PreviewPage(p), nil
}

// askable returns the fault of a question that the reader can put differently.
func askable(err error) *fault.Error {
	if err == nil {
		return nil
	}
	switch f := fault.Of(err); f.Kind {
	case fault.Malformed, fault.Invalid, fault.TimedOut:
		return f
	}
	return nil
}

// askable404 returns the code of a fault that says something is not there.
func askable404(err error) string {
	if err == nil || !errors.Is(err, fault.NotFound) {
		return ""
	}
	return fault.Of(err).Code
}

func (s *Service) fillRows(ctx context.Context, v shown, ask rowsAsk, known *profileOf, p *pages.Preview) error {
	q, err := query.Build(known.schema, ask.form)
	if err != nil {
		return err
	}
	cells, err := s.Cells(ctx, v.version, q)
	if err != nil {
		return err
	}
	total, err := s.Count(ctx, v.version, q)
	if err != nil {
		return err
	}
	p.Table = s.rowTable(ctx, v, ask, known, cells)
	from := int64(ask.form.Offset + 1)
	p.Range = i18n.T(ctx, "opendata.range", i18n.Number(ctx, from), i18n.Number(ctx, from+int64(len(cells))-1), i18n.Number(ctx, total))
	if len(cells) == 0 {
		p.Range = i18n.T(ctx, "opendata.range.none", i18n.Number(ctx, total))
	}
	turn := func(page int) *ui.PaginationLink {
		return &ui.PaginationLink{Href: v.href(ctx, "", append(ask.kept(), "page", strconv.Itoa(page))...)}
	}
	if ask.page > 1 {
		p.Previous = turn(ask.page - 1)
	}
	if from+int64(len(cells)) <= total && len(cells) > 0 {
		p.Next = turn(ask.page + 1)
	}
	return nil
}

func (s *Service) rowTable(ctx context.Context, v shown, ask rowsAsk, known *profileOf, cells [][]any) ui.DataTableParams {
	t := ui.DataTableParams{ID: "rows", Caption: i18n.T(ctx, "opendata.tab.preview"), HideCaption: true, Compact: true,
		Empty: i18n.T(ctx, "opendata.rows.none")}
	for i, f := range known.schema.Fields {
		c := ui.DataColumn{Title: f.Label, Numeric: f.Type == query.Int || f.Type == query.Double}
		if c.Title == "" {
			c.Title = f.Name
		}
		if i < len(known.Columns) {
			c.Sub = typeName(ctx, known.Columns[i])
		}
		// A draft has no address yet, so its columns are not sorted by links.
		if f.Type != query.GeoPoint && f.Type != query.GeoShape && v.Dataset.Slug != "" {
			to := f.Name
			if ask.form.Sort == f.Name {
				c.Sorted = "ascending"
				if ask.form.Desc {
					c.Sorted = "descending"
				} else {
					to = "-" + f.Name
				}
			}
			c.SortHref = v.href(ctx, "", append(ask.kept("sort"), "sort", to)...)
		}
		t.Columns = append(t.Columns, c)
	}
	for _, row := range cells {
		line := make([]ui.TableCell, len(row))
		for i, cell := range row {
			line[i] = cellView(ctx, cell, known, i)
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// cellView writes one value as the reader writes it. Years and codes are not
// grouped; whole numbers of other columns are.
func cellView(ctx context.Context, cell any, known *profileOf, i int) ui.TableCell {
	switch v := cell.(type) {
	case nil:
		return ui.TableCell{Text: ""}
	case json.Number:
		c := ui.TableCell{Text: v.String(), Format: "numeric"}
		if i < len(known.Columns) && known.Columns[i].Note == "" && known.Columns[i].Type == profile.TypeInt {
			if n, err := v.Int64(); err == nil {
				c.Text = i18n.Number(ctx, n)
			}
		}
		return c
	case map[string]any:
		if lon, ok := v["lon"]; ok {
			return ui.TableCell{Text: fmt.Sprintf("%v, %v", lon, v["lat"])}
		}
		return ui.TableCell{Text: i18n.T(ctx, "opendata.shape")}
	case bool:
		return ui.TableCell{Text: i18n.T(ctx, "opendata.bool."+strconv.FormatBool(v))}
	default:
		text := fmt.Sprint(v)
		if i < len(known.Columns) && known.Columns[i].Type == profile.TypeGeoShape {
			text = i18n.T(ctx, "opendata.shape")
		}
		return ui.TableCell{Text: text}
	}
}

func filterView(ctx context.Context, v shown, ask rowsAsk, schema *query.Schema) pages.Filter {
	f := pages.Filter{Action: web.URL(ctx, "opendata.dataset", v.Dataset.Slug), Search: ask.form.Search, Hidden: v.hidden()}
	if ask.form.Sort != "" {
		sort := ask.kept("q", "field", "op", "value")
		f.Hidden = append(f.Hidden, ui.Pair{Name: sort[0], Value: sort[1]})
	}
	for _, x := range ask.form.Filters {
		f.Field, f.Op, f.Value = x.Field, string(x.Op), x.Value
	}
	f.Fields = []ui.SelectItem{{Text: i18n.T(ctx, "opendata.filter.any")}}
	for _, x := range schema.Fields {
		label := x.Label
		if label == "" {
			label = x.Name
		}
		f.Fields = append(f.Fields, ui.SelectItem{Value: x.Name, Text: label})
	}
	for _, op := range []query.Op{query.Contains, query.Is, query.IsNot, query.Begins, query.AtLeast, query.AtMost, query.Above, query.Below, query.Missing, query.Present} {
		f.Ops = append(f.Ops, ui.SelectItem{Value: string(op), Text: i18n.T(ctx, "opendata.op."+string(op))})
	}
	if ask.form.Search != "" || len(ask.form.Filters) > 0 {
		f.Clear = v.href(ctx, "")
	}
	return f
}

func curlOf(ctx context.Context, v shown) string {
	q := "limit=20"
	if m := Measures(v.profile); len(m) > 0 {
		for _, c := range v.profile.Columns {
			if facetable(c, v.profile.Rows) {
				q = "select=" + query.Name(c.Name) + ", sum(" + query.Name(m[0].Name) + ")&group_by=" + query.Name(c.Name)
				break
			}
		}
	}
	var b strings.Builder
	b.WriteString("curl -G '" + web.Origin(ctx) + string(web.URL(ctx, "opendata.explore.records", v.exploreID())) + "'")
	for _, part := range strings.Split(q, "&") {
		b.WriteString(" \\\n  --data-urlencode '" + part + "'")
	}
	return b.String()
}

func (s *Service) downloadLinks(ctx context.Context, v shown) []ui.TabLink {
	var out []ui.TabLink
	formats := []string{"csv", "json", "parquet"}
	if hasPlace(v.profile) {
		formats = append(formats, "geojson")
	}
	for _, f := range formats {
		out = append(out, ui.TabLink{Title: i18n.T(ctx, "opendata.format."+f), Href: web.WithQuery(web.URL(ctx, "opendata.download", v.Dataset.Slug, f), v.pairs()...)})
	}
	raw := web.WithQuery(web.URL(ctx, "opendata.raw", v.Dataset.Slug), v.pairs()...)
	return append(out, ui.TabLink{Title: i18n.T(ctx, "opendata.format.raw", i18n.Bytes(ctx, v.version.Bytes)), Href: raw})
}

// hasPlace reports whether rows lie somewhere on the globe.
func hasPlace(p *profile.Profile) bool {
	for _, pt := range p.Points {
		if pt.CRS == "EPSG:4326" {
			return true
		}
	}
	for _, c := range p.Columns {
		if c.Type == profile.TypeGeoShape {
			return true
		}
	}
	return false
}
