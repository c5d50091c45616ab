package opendata

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata/pages"
	"github.com/gongdao/gongdao/opendata/profile"
)

// shown is what every page about one dataset starts from.
type shown struct {
	Whole
	table   Table
	version Version
	number  int64 // asked for; 0 is the latest
	profile *profile.Profile
	tab     string
}

// tabs of a dataset page, in their order; each is a page of its own.
var tabs = []string{"", "columns", "chart", "map", "api", "versions", "quality", "licence"}

// look reads which dataset, table and version a page is about.
func (s *Service) look(r *http.Request, tab string) (shown, error) {
	ctx := r.Context()
	w, err := s.Show(ctx, web.PathValue(r, "slug"))
	if err != nil {
		return shown{}, err
	}
	v := shown{Whole: w, tab: tab}
	k := 1
	if text := web.Query(r, "table"); text != "" {
		if k, err = strconv.Atoi(text); err != nil || k < 1 || k > len(w.Tables) {
			return shown{}, orNotFound(db.ErrNoRows)
		}
	}
	v.table = w.Tables[k-1]
	if v.number, err = askedVersion(r); err != nil {
		return shown{}, err
	}
	slug := ExploreID(w.Dataset.Slug, int64(k))
	if _, _, v.version, err = s.At(ctx, slug, v.number); err != nil {
		return shown{}, err
	}
	v.profile, err = s.Profile(ctx, v.version)
	return v, err
}

// askedVersion is the version number of an address, 0 for the latest. What is no
// number is refused: the latest rows are not what was asked for.
func askedVersion(r *http.Request) (int64, error) {
	text := web.Query(r, "version")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		const sentence = "give the number of a version, such as 3, or leave it out for the latest"
		return 0, fault.Invalid.Errorf("opendata.version-number", sentence).At("query.version", "opendata.version-number", sentence)
	}
	return n, nil
}

func (v shown) exploreID() string { return ExploreID(v.Dataset.Slug, v.table.Resource.Position) }

// pairs keeps the version and table that a link leads on with.
func (v shown) pairs(more ...string) []string {
	if v.number != 0 {
		more = append(more, "version", strconv.FormatInt(v.number, 10))
	}
	if v.table.Resource.Position > 1 {
		more = append(more, "table", strconv.FormatInt(v.table.Resource.Position, 10))
	}
	return more
}

func (v shown) hidden() []ui.Pair {
	var out []ui.Pair
	p := v.pairs()
	for i := 0; i < len(p); i += 2 {
		out = append(out, ui.Pair{Name: p[i], Value: p[i+1]})
	}
	return out
}

func (v shown) href(ctx context.Context, tab string, more ...string) templ.SafeURL {
	u := web.URL(ctx, "opendata.dataset", v.Dataset.Slug)
	if tab != "" {
		u = web.URL(ctx, "opendata.dataset."+tab, v.Dataset.Slug)
	}
	return web.WithQuery(u, v.pairs(more...)...)
}

func words(ctx context.Context, t civic.Text) (text, lang string) {
	own := string(i18n.LangOf(ctx))
	text, is := t.In(own)
	if is == own || text == "" {
		return text, ""
	}
	return text, i18n.Lang(is).HTML()
}

func say(ctx context.Context, t civic.Text) string {
	s, _ := words(ctx, t)
	return s
}

func (s *Service) head(ctx context.Context, v shown) pages.Head {
	d := v.Dataset
	h := pages.Head{MadeUp: d.MadeUp, Source: say(ctx, d.Source)}
	h.Title, h.TitleLang = words(ctx, d.Title)
	h.Description, h.DescLang = words(ctx, d.Description)
	h.Tags = tagsOf(ctx, d)
	h.Facts = []string{say(ctx, v.Publisher.Name), frequency(ctx, d.Frequency),
		i18n.T(ctx, "opendata.changed", i18n.Date(ctx, v.version.PublishedAt)), licenceName(ctx, d.Licence)}
	h.Summary = i18n.T(ctx, "opendata.summary", i18n.N(ctx, "opendata.rows", v.version.Rows),
		i18n.N(ctx, "opendata.columns", int64(len(v.profile.Columns))), i18n.N(ctx, "opendata.versions", int64(len(v.table.Versions))))
	if v.number != 0 && v.number != v.table.Latest.Number {
		h.Old = i18n.T(ctx, "opendata.version.old", v.version.Number, versionName(ctx, v.version))
		latest := v
		latest.number = 0
		h.LatestHref = latest.href(ctx, v.tab)
	}
	for _, t := range tabs {
		key := "opendata.tab." + t
		if t == "" {
			key = "opendata.tab.preview"
		}
		link := ui.TabLink{Title: i18n.T(ctx, key), Href: v.href(ctx, t), Current: t == v.tab}
		switch t {
		case "versions":
			link.Count = i18n.Number(ctx, len(v.table.Versions))
		case "quality":
			link.Count = i18n.Number(ctx, len(v.profile.Findings))
		}
		h.Tabs = append(h.Tabs, link)
	}
	h.JSONLD = s.jsonLD(ctx, v)
	return h
}

func tagsOf(ctx context.Context, d Dataset) []ui.TagParams {
	tags := []ui.TagParams{{Text: i18n.T(ctx, "opendata.class."+string(d.Class)), Classes: "govuk-tag--green"}}
	if d.Theme != "" {
		tags = append(tags, ui.TagParams{Text: i18n.T(ctx, "opendata.theme."+d.Theme), Classes: "govuk-tag--grey"})
	}
	if d.MadeUp {
		tags = append(tags, ui.TagParams{Text: i18n.T(ctx, "opendata.madeup"), Classes: "govuk-tag--red"})
	}
	return tags
}

func frequency(ctx context.Context, code string) string {
	if code == "" {
		return ""
	}
	return i18n.T(ctx, "opendata.frequency."+code)
}

func licenceName(ctx context.Context, id civic.LicenceID) string {
	if key := "opendata.licence." + string(id); i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return string(id)
}

func versionName(ctx context.Context, v Version) string {
	if v.Label != "" {
		return v.Label
	}
	return i18n.DateShort(ctx, v.PublishedAt)
}

// jsonLD describes the dataset to search engines (schema.org Dataset).
func (s *Service) jsonLD(ctx context.Context, v shown) any {
	origin := web.Origin(ctx)
	d := v.Dataset
	files := make([]map[string]any, 0, 3)
	for _, f := range []struct{ format, media string }{{"csv", "text/csv"}, {"json", "application/json"}, {"parquet", "application/vnd.apache.parquet"}} {
		files = append(files, map[string]any{"@type": "DataDownload", "encodingFormat": f.media,
			"contentUrl": origin + string(web.URL(ctx, "opendata.download", d.Slug, f.format))})
	}
	return map[string]any{
		"@context": "https://schema.org/", "@type": "Dataset", "name": say(ctx, d.Title), "description": say(ctx, d.Description),
		"url": origin + string(web.URL(ctx, "opendata.dataset", d.Slug)), "identifier": d.Slug, "keywords": orEmpty(d.Keywords),
		"license": licenceURL(d.Licence), "version": v.version.Number, "dateModified": i18n.Machine(v.version.PublishedAt),
		"publisher":    map[string]any{"@type": "GovernmentOrganization", "name": say(ctx, v.Publisher.Name)},
		"distribution": files,
	}
}

func licenceURL(id civic.LicenceID) string {
	if id == OGDL {
		return "https://data.gov.tw/license"
	}
	return "https://spdx.org/licenses/" + string(id) + ".html"
}

// datasetPage makes the handler of one tab.
func (s *Service) datasetPage(tab string, fill func(*http.Request, shown, pages.Head) (templ.Component, error)) web.Handler {
	return web.Page(func(r *http.Request) (templ.Component, error) {
		v, err := s.look(r, tab)
		if err != nil {
			return nil, err
		}
		return fill(r, v, s.head(r.Context(), v))
	})
}

func (s *Service) columnsTab(r *http.Request, v shown, h pages.Head) (templ.Component, error) {
	ctx := r.Context()
	p := pages.Columns{Head: h}
	for i, c := range v.profile.Columns {
		view := columnView(ctx, c, v.profile.Rows)
		view.Chart = histogram(ctx, "column-"+strconv.Itoa(i+1), c)
		p.List = append(p.List, view)
	}
	return pages.ColumnsPage(p), nil
}

func columnView(ctx context.Context, c profile.Column, rows int64) pages.Column {
	out := pages.Column{Name: c.Name, Label: c.Label, Type: typeName(ctx, c), Unit: c.Unit}
	if rows > 0 {
		out.Share = c.Stats.Filled * 1000 / rows
	}
	out.Filled = i18n.T(ctx, "opendata.column.filled", i18n.Number(ctx, c.Stats.Filled), i18n.Number(ctx, rows), fmt.Sprintf("%.1f", float64(out.Share)/10))
	fact := func(key, value string) {
		if value != "" {
			out.Facts = append(out.Facts, pages.Fact{Name: i18n.T(ctx, key), Value: value})
		}
	}
	distinct := i18n.Number(ctx, c.Stats.Distinct)
	if !c.Stats.Exact {
		distinct = i18n.T(ctx, "opendata.column.about", distinct)
	}
	fact("opendata.column.distinct", distinct)
	fact("opendata.column.min", extreme(ctx, c, c.Stats.Min))
	fact("opendata.column.max", extreme(ctx, c, c.Stats.Max))
	if c.Stats.Mean != nil {
		fact("opendata.column.mean", i18n.Decimal(ctx, *c.Stats.Mean, 2))
	}
	for _, q := range c.Stats.Quantiles {
		if q.P == 0.5 {
			fact("opendata.column.median", i18n.Decimal(ctx, q.Value, 2))
		}
	}
	if len(c.Missing) > 0 {
		fact("opendata.column.missing", strings.Join(c.Missing, " "))
	}
	for i, t := range c.Stats.Top {
		if i < 10 {
			out.Top = append(out.Top, pages.Fact{Name: t.Value, Value: i18n.Number(ctx, t.Count)})
		}
	}
	return out
}

// extreme writes the least or largest value as cells write it.
func extreme(ctx context.Context, c profile.Column, value string) string {
	if c.Type == profile.TypeInt && c.Note == "" {
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return i18n.Number(ctx, n)
		}
	}
	return value
}

func typeName(ctx context.Context, c profile.Column) string {
	name := i18n.T(ctx, "opendata.kind."+c.Type)
	if c.Note != "" && i18n.Has(ctx, "opendata.note."+c.Note) {
		name = i18n.T(ctx, "opendata.kind.noted", name, i18n.T(ctx, "opendata.note."+c.Note))
	}
	if c.Unit != "" {
		name = i18n.T(ctx, "opendata.kind.noted", name, c.Unit)
	}
	return name
}

func (s *Service) versionsTab(r *http.Request, v shown, h pages.Head) (templ.Component, error) {
	ctx := r.Context()
	t := ui.DataTableParams{ID: "versions", Caption: i18n.T(ctx, "opendata.tab.versions"), HideCaption: true,
		Columns: []ui.DataColumn{{Title: i18n.T(ctx, "opendata.version.number"), Numeric: true}, {Title: i18n.T(ctx, "opendata.version.label")},
			{Title: i18n.T(ctx, "opendata.version.published")}, {Title: i18n.T(ctx, "opendata.version.rows"), Numeric: true},
			{Title: i18n.T(ctx, "opendata.version.change"), Numeric: true}, {Title: i18n.T(ctx, "opendata.version.file")}, {Title: i18n.T(ctx, "opendata.version.sha")}}}
	for i, x := range v.table.Versions {
		number := i18n.Number(ctx, x.Number)
		cell := ui.TableCell{HTML: pages.Anchor(number, web.WithQuery(web.URL(ctx, "opendata.dataset", v.Dataset.Slug), "version", strconv.FormatInt(x.Number, 10)))}
		if x.State == Withdrawn {
			cell = ui.TableCell{Text: i18n.T(ctx, "opendata.version.withdrawn", number, say(ctx, x.Reason))}
		}
		change := ""
		if i+1 < len(v.table.Versions) {
			change = fmt.Sprintf("%+d", x.Rows-v.table.Versions[i+1].Rows)
		}
		raw := web.WithQuery(web.URL(ctx, "opendata.raw", v.Dataset.Slug), "version", strconv.FormatInt(x.Number, 10))
		t.Rows = append(t.Rows, []ui.TableCell{cell, {Text: x.Label}, {Text: i18n.DateTimeShort(ctx, x.PublishedAt)},
			{Text: i18n.Number(ctx, x.Rows), Format: "numeric"}, {Text: change, Format: "numeric"},
			{HTML: pages.Anchor(x.FileName+" · "+i18n.Bytes(ctx, x.Bytes), raw)}, {HTML: pages.Digest(x.SHA256)}})
	}
	return pages.VersionsPage(pages.Versions{Head: h, Table: t}), nil
}

func (s *Service) qualityTab(r *http.Request, v shown, h pages.Head) (templ.Component, error) {
	ctx := r.Context()
	p := pages.Quality{Head: h, Findings: findingViews(ctx, v.profile.Findings, nil), Facts: readingFacts(ctx, v.profile)}
	return pages.QualityPage(p), nil
}

// readingFacts says how a file was read.
func readingFacts(ctx context.Context, p *profile.Profile) []pages.Fact {
	delimiter := p.Delimiter
	if delimiter == "\t" {
		delimiter = i18n.T(ctx, "opendata.reading.tab")
	}
	facts := []pages.Fact{
		{Name: i18n.T(ctx, "opendata.reading.format"), Value: strings.ToUpper(p.Format)},
		{Name: i18n.T(ctx, "opendata.reading.encoding"), Value: strings.ToUpper(p.Encoding)},
	}
	if delimiter != "" {
		facts = append(facts, pages.Fact{Name: i18n.T(ctx, "opendata.reading.delimiter"), Value: delimiter})
	}
	return append(facts,
		pages.Fact{Name: i18n.T(ctx, "opendata.reading.header"), Value: i18n.N(ctx, "opendata.reading.headerrows", int64(p.HeaderRows))},
		pages.Fact{Name: i18n.T(ctx, "opendata.reading.cells"), Value: i18n.T(ctx, "opendata.reading.cellsum",
			i18n.Number(ctx, p.Cells.Read), i18n.Number(ctx, p.Cells.Loaded), i18n.Number(ctx, p.Cells.Missing), i18n.Number(ctx, p.Cells.Reported))})
}

// findingViews puts findings into the reader's language; fix makes their
// buttons and may be nil.
func findingViews(ctx context.Context, list []profile.Finding, fix func(profile.Fix) *pages.FixButton) []pages.Finding {
	var out []pages.Finding
	for _, f := range list {
		v := pages.Finding{Severity: string(f.Severity), Word: i18n.T(ctx, "opendata.severity."+string(f.Severity)), Text: say(ctx, f.Text), Value: f.Value}
		if f.Line > 0 {
			v.Where = i18n.T(ctx, "opendata.finding.line", i18n.Number(ctx, f.Line))
		}
		if f.Column != "" {
			v.Where = strings.TrimSpace(v.Where + " " + i18n.T(ctx, "opendata.finding.column", f.Column))
		}
		if f.Count > 1 {
			v.Where = strings.TrimSpace(v.Where + " " + i18n.N(ctx, "opendata.finding.count", f.Count))
		}
		if f.Fix != nil && fix != nil {
			v.Fix = fix(*f.Fix)
		}
		out = append(out, v)
	}
	return out
}

func (s *Service) licenceTab(r *http.Request, v shown, h pages.Head) (templ.Component, error) {
	ctx := r.Context()
	return pages.LicencePage(pages.Licence{Head: h, Facts: []pages.Fact{
		{Name: i18n.T(ctx, "opendata.licence.name"), Value: licenceName(ctx, v.Dataset.Licence)},
		{Name: i18n.T(ctx, "opendata.licence.id"), Value: string(v.Dataset.Licence)},
		{Name: i18n.T(ctx, "opendata.licence.fee"), Value: i18n.T(ctx, "opendata.licence.free")},
		{Name: i18n.T(ctx, "opendata.licence.source"), Value: say(ctx, v.Dataset.Source)},
		{Name: i18n.T(ctx, "opendata.licence.publisher"), Value: say(ctx, v.Publisher.Name)},
	}}), nil
}
