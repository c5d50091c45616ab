package opendata

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata/pages"
)

func mapAskOf(r *http.Request) MapAsk {
	return MapAsk{Measure: web.Query(r, "measure"), Total: web.Query(r, "total") == "1", Within: web.Query(r, "within"), Lang: i18n.LangOf(r.Context())}
}

func (a MapAsk) pairs() []string {
	var out []string
	if a.Measure != "" {
		out = append(out, "measure", a.Measure)
	}
	if a.Total {
		out = append(out, "total", "1")
	}
	if a.Within != "" {
		out = append(out, "within", a.Within)
	}
	return out
}

// smallMap is the map beside the rows; nil where the table has none.
func (s *Service) smallMap(ctx context.Context, v shown) *pages.Figure {
	if v.version.Areas == nil || s.needs.Drawing == nil {
		return nil
	}
	m, _, err := s.Map(ctx, v.Dataset, v.version, MapAsk{Lang: i18n.LangOf(ctx)})
	if err != nil {
		s.needs.Log.WarnContext(ctx, "no map beside the rows", "dataset", v.Dataset.Slug, "err", err)
		return nil
	}
	f := figureOf(ctx, m)
	return &f
}

func figureOf(ctx context.Context, m Map) pages.Figure {
	f := pages.Figure{Title: m.Title, SVG: m.SVG, Notes: m.Notes}
	for _, c := range m.Legend {
		f.Legend.Items = append(f.Legend.Items, ui.LegendItem{Class: c.Class, Label: c.Text, Count: i18n.N(ctx, "opendata.map.areas", int64(c.Areas))})
	}
	return f
}

func (s *Service) mapTab(r *http.Request, v shown, h pages.Head) (templ.Component, error) {
	ctx := r.Context()
	ask := mapAskOf(r)
	p := pages.Map{Head: h}
	m, measure, err := s.Map(ctx, v.Dataset, v.version, ask)
	if known := mapMissing(err); known != "" {
		p.Empty = i18n.T(ctx, known)
		return pages.MapPage(p), nil
	}
	if err != nil {
		return nil, err
	}
	p.Title, p.Block = m.Title, m.Block
	p.Matched = i18n.T(ctx, "opendata.map.matched", i18n.Number(ctx, v.version.Areas.Matched), i18n.Number(ctx, v.version.Areas.Keys))
	p.Missing = v.version.Areas.Missing
	p.Form = s.mapForm(ctx, v, ask, measure.Name)
	p.Download = []ui.TabLink{{Title: i18n.T(ctx, "opendata.format.csv"), Href: web.WithQuery(web.URL(ctx, "opendata.maptable", v.Dataset.Slug), v.pairs(ask.pairs()...)...)}}
	return pages.MapPage(p), nil
}

// mapMissing names the piece that says why there is no map; empty if there is one
// or the failure is another.
func mapMissing(err error) string {
	f := askable404(err)
	if f == "opendata.no-areas" || f == "opendata.no-measure" {
		return f + "-page"
	}
	return ""
}

func (s *Service) mapForm(ctx context.Context, v shown, ask MapAsk, measure string) pages.MapForm {
	f := pages.MapForm{Action: web.URL(ctx, "opendata.dataset.map", v.Dataset.Slug), Value: measure, Total: ask.Total, County: ask.Within, Hidden: v.hidden()}
	for _, c := range Measures(v.profile) {
		f.Measure = append(f.Measure, ui.SelectItem{Value: c.Name, Text: c.Label})
	}
	f.Within = []ui.SelectItem{{Text: i18n.T(ctx, "opendata.map.nation")}}
	if v.version.Areas.Level == "county" {
		return f
	}
	list, err := s.needs.Drawing.Counties(ctx)
	if err != nil {
		s.needs.Log.WarnContext(ctx, "no list of counties", "err", err)
	}
	for _, c := range list {
		f.Within = append(f.Within, ui.SelectItem{Value: c.Code, Text: c.Name})
	}
	return f
}

// getMapData answers what the interactive map shades.
func (s *Service) getMapData(w http.ResponseWriter, r *http.Request) error {
	v, err := s.look(r, "map")
	if err != nil {
		return err
	}
	m, _, err := s.Map(r.Context(), v.Dataset, v.version, mapAskOf(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(m.Figure)
	return err
}

// getMapTable answers the map's table as CSV.
func (s *Service) getMapTable(w http.ResponseWriter, r *http.Request) error {
	v, err := s.look(r, "map")
	if err != nil {
		return err
	}
	m, measure, err := s.Map(r.Context(), v.Dataset, v.version, mapAskOf(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+v.Dataset.Slug+`-map.csv"`)
	out := csv.NewWriter(w)
	rows := [][]string{{"code", "area", measure.Label}}
	for _, a := range m.Table {
		rows = append(rows, []string{a.Code, a.Name, strings.ReplaceAll(a.Value, ",", "")})
	}
	return out.WriteAll(rows)
}
