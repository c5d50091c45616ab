package atlas

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/atlas/pages"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
)

// areaView is what the page of areas shows: a layer, the part of it within one
// area, or one area among its neighbours.
type areaView struct {
	h       *holding
	level   coverage.Level
	within  string // code; "" is the country
	pointed string // code; "" is none
}

// getAreas shows a layer; ?within=CODE a part of it, ?area=CODE one area.
func (s *Service) getAreas(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	a, err := s.asked(r, web.PathValue(r, "layer"))
	if err != nil {
		return nil, err
	}
	if a.level == coverage.Nation {
		return nil, errNoLayer(web.PathValue(r, "layer"))
	}
	v := areaView{h: a.h, level: a.level, within: a.within}
	if l, _, ok := v.h.find(v.within); ok && l == v.level {
		return nil, errNoArea(v.within) // an area is no part of itself here
	}
	if code := web.Query(r, "area"); code != "" {
		l, i, ok := v.h.find(bareCode(code))
		if !ok || l != v.level {
			return nil, errNoArea(code)
		}
		v.pointed = v.h.areas.Areas[l][i].Code
		if v.within = ""; l > coverage.County {
			v.within = v.h.area(l, i).Parent
		}
	}
	return pages.AreasPage(v.page(ctx, web.Query(r, "q"))), nil
}

func (v areaView) page(ctx context.Context, q string) pages.LayerPage {
	p := pages.LayerPage{
		Section: i18n.T(ctx, "atlas.maps.title"), Find: findBox(ctx, web.URL(ctx, "atlas.map", v.level), q),
		Downloads: v.h.downloads(ctx, v.level, v.within), DownloadsTitle: i18n.T(ctx, "atlas.layer.download"), Map: v.figure(ctx),
	}
	p.Asked, p.Found, p.FoundTitle, p.None = v.h.looked(ctx, q)
	layer := v.h.layers[v.level.String()]
	word := i18n.T(ctx, "atlas.level."+v.level.String())
	switch {
	case v.pointed != "":
		l, i, _ := v.h.find(v.pointed)
		p.Title = v.h.fullName(l, i, string(i18n.LangOf(ctx)))
		p.Lead = i18n.T(ctx, "atlas.area.lead", i18n.T(ctx, "atlas.one."+l.String()), v.pointed)
		p.Facts = v.facts(ctx, l, i)
	case v.within != "":
		l, i, _ := v.h.find(v.within)
		p.Title = i18n.T(ctx, "atlas.area.parts", v.h.fullName(l, i, string(i18n.LangOf(ctx))), word)
		p.Lead = i18n.N(ctx, "atlas.layer.areas", int64(len(p.Map.Table.Rows)))
		p.Facts = v.facts(ctx, l, i)
	default:
		p.Title = word
		p.Lead = i18n.T(ctx, "atlas.layer.lead."+v.level.String(), layer.Areas)
	}
	p.Parts, p.PartsTitle = v.parts(ctx)
	return p
}

// figure is the map with its table.
func (v areaView) figure(ctx context.Context) pages.Map {
	spec := v.h.plain(ctx, v.level, v.within, v.pointed)
	layer := v.h.layers[v.level.String()]
	source, _ := layer.Source.In(string(i18n.LangOf(ctx)))
	m := pages.Map{
		ID: spec.ID + "-figure", Words: mapWords(ctx, i18n.T(ctx, "atlas.area.size")),
		SVG:   svgComponent(func(t drawing.Theme) []byte { return drawing.SVG(v.h.areas, spec, t) }),
		Notes: []string{i18n.T(ctx, "atlas.note.boundaries", source, i18n.DayShort(ctx, layer.Valid))},
	}
	if v.level < coverage.Village || v.within != "" { // the villages of the country are too many for one file
		m.Island = island(ctx, string(web.WithQuery(web.URL(ctx, "atlas.style", v.level.String()+".json"), "within", v.within)), v.pointed)
	}
	v.fill(ctx, &m)
	return m
}

// fill puts the areas into the table. The villages of the country stand on the
// pages of their counties.
func (v areaView) fill(ctx context.Context, m *pages.Map) {
	level := v.level
	if level == coverage.Village && v.within == "" {
		level = coverage.County
	}
	lang := string(i18n.LangOf(ctx))
	for i := range v.h.areas.Areas[level] {
		a := &v.h.areas.Areas[level][i]
		if len(a.Code) < len(v.within) || a.Code[:len(v.within)] != v.within {
			continue
		}
		name, _ := a.Name.In(lang)
		row := pages.AreaRow{Code: a.Code, Name: name, Value: km2(ctx, a.KM2), Class: "plain", Href: areaURL(ctx, level, a.Code)}
		if level == coverage.Town && v.within == "" {
			row.Name = v.h.fullName(level, i, lang)
		}
		if level != v.level {
			row.Href = web.WithQuery(web.URL(ctx, "atlas.map", v.level), "within", a.Code)
		}
		m.Table.Rows = append(m.Table.Rows, row)
	}
}

// facts is what is known about one area.
func (v areaView) facts(ctx context.Context, l coverage.Level, i int) []pages.Fact {
	a := &v.h.areas.Areas[l][i]
	facts := []pages.Fact{
		{Name: i18n.T(ctx, "atlas.area.code"), Value: a.Code},
		{Name: i18n.T(ctx, "atlas.area.size"), Value: km2(ctx, a.KM2)},
	}
	for below := l + 1; below <= coverage.Village; below++ {
		n := 0
		for j := range v.h.areas.Areas[below] {
			if v.h.areas.Up(below, j, l) == i {
				n++
			}
		}
		facts = append(facts, pages.Fact{Name: i18n.T(ctx, "atlas.level."+below.String()), Value: i18n.Number(ctx, n)})
	}
	if other := otherName(a.Name.In, string(i18n.LangOf(ctx))); other != "" {
		facts = append(facts, pages.Fact{Name: i18n.T(ctx, "atlas.area.other-name"), Value: other})
	}
	return facts
}

// otherName returns the name in the language that is not the reader's.
func otherName(in func(string) (string, string), lang string) string {
	want := string(i18n.En)
	if lang == want {
		want = string(i18n.ZhTW)
	}
	if name, is := in(want); is == want {
		return name
	}
	return ""
}

// parts are where to go from here: into one of the counties, or from an area
// to those it holds.
func (v areaView) parts(ctx context.Context) ([]pages.Found, string) {
	at, level, into := v.pointed, v.level+1, v.level
	switch {
	case v.pointed != "" && level <= coverage.Village:
	case v.pointed == "" && v.within == "":
		level, into = coverage.County, max(v.level, coverage.Town)
	default:
		return nil, ""
	}
	var out []pages.Found
	for i := range v.h.areas.Areas[level] {
		a := &v.h.areas.Areas[level][i]
		if len(a.Code) < len(at) || a.Code[:len(at)] != at {
			continue
		}
		f := v.h.foundAt(ctx, place{level, i})
		f.Name, _ = a.Name.In(string(i18n.LangOf(ctx)))
		f.Kind = ""
		if v.pointed == "" {
			f.Href = web.WithQuery(web.URL(ctx, "atlas.map", into), "within", a.Code)
		}
		out = append(out, f)
	}
	return out, i18n.T(ctx, "atlas.level."+level.String())
}
