package opendata

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata/pages"
)

// searchRows is how many datasets one page of results shows.
const searchRows = 20

func readFind(r *http.Request) (Find, int) {
	page, _ := strconv.Atoi(web.Query(r, "page"))
	page = max(1, min(page, 100_000))
	return Find{Words: web.Query(r, "q"), Agency: web.Query(r, "agency"), Theme: web.Query(r, "theme"), Frequency: web.Query(r, "frequency"),
		Licence: web.Query(r, "licence"), Map: web.Query(r, "format") == onMap, Limit: searchRows, Offset: (page - 1) * searchRows}, page
}

// pairs returns the search as query pairs, one facet changed.
func (f Find) pairs(facet, value string) []string {
	kept := []string{"q", f.Words, "agency", f.Agency, "theme", f.Theme, "frequency", f.Frequency, "licence", f.Licence, "format", ""}
	if f.Map {
		kept[11] = onMap
	}
	var out []string
	for i := 0; i < len(kept); i += 2 {
		if kept[i] == facet {
			kept[i+1] = value
		}
		if kept[i+1] != "" {
			out = append(out, kept[i], kept[i+1])
		}
	}
	return out
}

func (s *Service) getSearch(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	f, page := readFind(r)
	found, err := s.Find(ctx, f)
	if err != nil {
		return nil, err
	}
	url := web.URL(ctx, "opendata.datasets")
	p := pages.Search{Action: url, Words: f.Words, Found: i18n.T(ctx, "opendata.search.found", i18n.N(ctx, "opendata.search.count", int64(found.Total)))}
	p.Bare = found.Total == 0 && len(f.pairs("", "")) == 0
	for pairs, i := f.pairs("q", ""), 0; i < len(pairs); i += 2 {
		p.Hidden = append(p.Hidden, ui.Pair{Name: pairs[i], Value: pairs[i+1]})
	}
	p.Facets = s.facets(ctx, f, found)
	for _, c := range found.Cards {
		p.Cards = append(p.Cards, CardView(ctx, c))
	}
	turn := func(n int) *ui.PaginationLink {
		return &ui.PaginationLink{Href: web.WithQuery(url, append(f.pairs("", ""), "page", strconv.Itoa(n))...)}
	}
	if found.Total > searchRows {
		p.Pagination = &ui.PaginationParams{LandmarkLabel: i18n.T(ctx, "opendata.search.pages")}
		if page > 1 {
			p.Pagination.Previous = turn(page - 1)
		}
		if page*searchRows < found.Total {
			p.Pagination.Next = turn(page + 1)
		}
	}
	return pages.SearchPage(p), nil
}

// CardView shows a dataset as one of a list.
func CardView(ctx context.Context, c Card) ui.CardParams {
	title, lang := words(ctx, c.Dataset.Title)
	text, _ := words(ctx, c.Dataset.Description)
	if runes := []rune(text); len(runes) > 120 {
		text = string(runes[:120]) + "…"
	}
	v := ui.CardParams{Title: title, Lang: lang, Text: text, HeadingLevel: 2, Href: web.URL(ctx, "opendata.dataset", c.Dataset.Slug),
		Meta: []string{say(ctx, c.Publisher.Name), i18n.N(ctx, "opendata.rows", c.Latest.Rows), i18n.N(ctx, "opendata.columns", int64(c.Columns)),
			i18n.T(ctx, "opendata.changed", i18n.Date(ctx, c.Latest.PublishedAt))}}
	if c.Dataset.MadeUp {
		v.Tags = append(v.Tags, ui.TagParams{Text: i18n.T(ctx, "opendata.madeup"), Classes: "govuk-tag--red"})
	}
	if c.Latest.Areas != nil {
		v.Tags = append(v.Tags, ui.TagParams{Text: i18n.T(ctx, "opendata.search.map.yes"), Classes: "govuk-tag--green"})
	}
	return v
}

func (s *Service) facets(ctx context.Context, f Find, found Found) ui.FacetsParams {
	p := ui.FacetsParams{}
	if len(f.pairs("q", "")) > 0 {
		p.Clear = web.WithQuery(web.URL(ctx, "opendata.datasets"), "q", f.Words)
		if f.Words == "" {
			p.Clear = web.URL(ctx, "opendata.datasets")
		}
	}
	chosen := map[string]string{"agency": f.Agency, "theme": f.Theme, "frequency": f.Frequency, "licence": f.Licence}
	if f.Map {
		chosen["format"] = onMap
	}
	for _, facet := range []string{"agency", "theme", "format", "frequency", "licence"} {
		g := ui.FacetGroup{Title: i18n.T(ctx, "opendata.search."+facet), Open: facet == "agency" || facet == "theme"}
		for _, v := range byCount(found.Facets[facet]) {
			current := chosen[facet] == v
			to := v
			if current {
				to = ""
			}
			g.Items = append(g.Items, ui.FacetItem{Text: s.facetName(ctx, facet, v), Count: i18n.Number(ctx, found.Facets[facet][v]),
				Current: current, Href: web.WithQuery(web.URL(ctx, "opendata.datasets"), f.pairs(facet, to)...)})
		}
		if len(g.Items) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	return p
}

func byCount(m map[string]int) []string {
	var out []string
	for v := range m {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b)) })
	return out[:min(len(out), 20)]
}

func (s *Service) facetName(ctx context.Context, facet, value string) string {
	switch facet {
	case "agency":
		if a, err := s.needs.Agencies.Agency(ctx, value); err == nil {
			return say(ctx, a.Name)
		}
	case "theme":
		return i18n.T(ctx, "opendata.theme."+value)
	case "frequency":
		return frequency(ctx, value)
	case "licence":
		return licenceName(ctx, civic.LicenceID(value))
	case "format":
		return i18n.T(ctx, "opendata.search.map.yes")
	}
	return value
}
