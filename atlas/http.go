package atlas

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/atlas/pages"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// Routes lists what the room answers to.
func (s *Service) Routes() []web.Route {
	island := web.CSP{Img: []string{"blob:"}} // MapLibre draws images from blobs
	return []web.Route{
		{Name: "atlas.maps", Pattern: "GET /maps", Who: access.Anyone, Doc: "All maps, and the boundaries they stand on.",
			Handler: web.Page(s.getMaps), Nav: web.Nav{Area: "maps", Order: 10, Title: "atlas.maps.title"}},
		{Name: "atlas.map", Pattern: "GET /maps/{layer}", Who: access.Anyone, Doc: "The areas of one layer, of a part of it, or one area.",
			Handler: web.Page(s.getAreas), CSP: island, Nav: web.Nav{Area: "maps", Order: 20, Title: "atlas.area.title", Parent: "atlas.maps"}},
		{Name: "atlas.layer", Pattern: "GET /atlas/layers/{file}", Who: access.Anyone, Doc: "Areas as GeoJSON (RFC 7946), whole or in part.",
			Handler: web.Plain(s.getLayer), Cache: web.Public, CORS: true},
		{Name: "atlas.file", Pattern: "GET /atlas/{file}", Who: access.Anyone, Doc: "A whole layer as GeoJSON, TopoJSON or SVG.",
			Handler: web.Plain(s.getFile), Cache: web.Public, CORS: true},
		{Name: "atlas.style", Pattern: "GET /atlas/styles/{file}", Who: access.Anyone, Doc: "A MapLibre style of a layer.",
			Handler: web.Plain(s.getStyle), Cache: web.Public, CORS: true},
		{Name: "atlas.area", Pattern: "GET /api/atlas/v1/areas/{code}", Who: access.Anyone, Doc: "One official area.",
			Handler: web.JSON(s.getArea), Cache: web.Public, CORS: true},
		{Name: "atlas.search", Pattern: "GET /api/atlas/v1/areas", Who: access.Anyone, Doc: "Find official areas by name or code.",
			Handler: web.JSON(s.getSearch), Cache: web.Public, CORS: true},
		{Name: "atlas.match", Pattern: "POST /api/atlas/v1/match", Who: access.Anyone, Doc: "Turn codes and names of a table into official areas.",
			Handler: web.JSON(s.postMatch), MaxBody: 4 << 20},
	}
}

// getMaps lists everything there is. Without boundaries it says so and stays
// a page.
func (s *Service) getMaps(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	p := pages.Maps{Title: i18n.T(ctx, "atlas.maps.title"), Lead: i18n.T(ctx, "atlas.maps.lead"), CardsTitle: i18n.T(ctx, "atlas.maps.cards")}
	if s.needs.Gallery != nil {
		cards, err := s.needs.Gallery.Maps(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range cards {
			p.Cards = append(p.Cards, pages.Card{Title: c.Title, Text: c.Text, Href: templ.URL(c.Href)})
		}
		p.NoCards = i18n.T(ctx, "atlas.maps.no-cards")
	}
	h, err := s.current(ctx)
	if errors.Is(err, fault.NotFound) {
		p.Missing = i18n.T(ctx, "atlas.maps.missing")
		return pages.MapsPage(p), nil
	}
	if err != nil {
		return nil, err
	}
	p.Find = findBox(ctx, web.URL(ctx, "atlas.maps"), web.Query(r, "q"))
	p.Asked, p.Found, p.FoundTitle, p.None = h.looked(ctx, web.Query(r, "q"))
	p.Layers, p.LayersTitle, p.LayersLead = h.layerCards(ctx), i18n.T(ctx, "atlas.maps.layers"), i18n.T(ctx, "atlas.maps.layers-lead")
	p.Words = pages.LayerWords{Valid: i18n.T(ctx, "atlas.layer.valid"), Source: i18n.T(ctx, "atlas.layer.source"),
		Licence: i18n.T(ctx, "atlas.layer.licence"), Download: i18n.T(ctx, "atlas.layer.download")}
	picture := h.plain(ctx, coverage.County, "", "")
	picture.Names, picture.Inset = false, func(string) string { return "" } // too small to be read
	p.Picture = svgComponent(func(t drawing.Theme) []byte { return drawing.SVG(h.areas, picture, t) })
	p.PictureHref, p.PictureText = web.URL(ctx, "atlas.map", coverage.County), i18n.T(ctx, "atlas.maps.picture")
	return pages.MapsPage(p), nil
}

func findBox(ctx context.Context, action templ.SafeURL, q string) ui.SearchBoxParams {
	return ui.SearchBoxParams{Action: action, Name: "q", Value: q, Label: i18n.T(ctx, "atlas.find.label"),
		Hint: i18n.T(ctx, "atlas.find.hint"), Button: i18n.T(ctx, "atlas.find.button"), ID: "find"}
}

// looked answers a search with links.
func (h *holding) looked(ctx context.Context, q string) (asked string, list []pages.Found, title, none string) {
	if q == "" {
		return "", nil, "", ""
	}
	places := h.names.search(q, maxFound+1)
	title = i18n.N(ctx, "atlas.find.found", int64(len(places)))
	if len(places) > maxFound {
		places, title = places[:maxFound], i18n.T(ctx, "atlas.find.many", maxFound)
	}
	for _, p := range places {
		list = append(list, h.foundAt(ctx, p))
	}
	return q, list, title, i18n.T(ctx, "atlas.find.none", q)
}

const maxFound = 50

func (h *holding) foundAt(ctx context.Context, p place) pages.Found {
	a := &h.areas.Areas[p.level][p.index]
	return pages.Found{Name: h.fullName(p.level, p.index, string(i18n.LangOf(ctx))), Kind: i18n.T(ctx, "atlas.one."+p.level.String()),
		Code: a.Code, Href: areaURL(ctx, p.level, a.Code)}
}

// areaURL leads to the page of one area.
func areaURL(ctx context.Context, l coverage.Level, code string) templ.SafeURL {
	return web.WithQuery(web.URL(ctx, "atlas.map", l), "area", code)
}

func (h *holding) layerCards(ctx context.Context) []pages.Layer {
	var out []pages.Layer
	for l := coverage.County; l <= coverage.Village; l++ {
		layer := h.layers[l.String()]
		source, _ := layer.Source.In(string(i18n.LangOf(ctx)))
		out = append(out, pages.Layer{
			Title: i18n.T(ctx, "atlas.level."+l.String()), Areas: i18n.N(ctx, "atlas.layer.areas", int64(layer.Areas)),
			Valid: i18n.DayShort(ctx, layer.Valid), Source: source, Licence: i18n.T(ctx, "atlas.licence"),
			Href: web.URL(ctx, "atlas.map", l), Downloads: h.downloads(ctx, l, ""),
		})
	}
	return out
}

// downloads offers the areas of a level, or those within one, as files.
func (h *holding) downloads(ctx context.Context, l coverage.Level, within string) []pages.Download {
	hidden := i18n.T(ctx, "atlas.level."+l.String())
	kinds := []struct{ text, ext string }{{"GeoJSON", "geojson"}, {"TopoJSON", "topojson"}, {"SVG", "svg"}}
	if within != "" { // a part is offered as GeoJSON and SVG
		kinds = append(kinds[:1], kinds[2])
	}
	var out []pages.Download
	for _, kind := range kinds {
		href := web.WithQuery(web.URL(ctx, "atlas.file", l.String()+"."+kind.ext), "within", within)
		out = append(out, pages.Download{Text: kind.text, Hidden: hidden, Href: string(href)})
	}
	return out
}

// plain is the drawing of areas without values.
func (h *holding) plain(ctx context.Context, l coverage.Level, within, pointed string) drawing.Spec {
	fills := make([]drawing.Fill, len(h.areas.Areas[l]))
	n := 0
	for i := range fills {
		if fills[i] = drawing.OtherLand; strings.HasPrefix(h.areas.Areas[l][i].Code, within) {
			fills[i] = drawing.Plain
			n++
		}
	}
	lang := i18n.LangOf(ctx)
	title := i18n.T(ctx, "atlas.level."+l.String())
	if within != "" {
		wl, i, _ := h.find(within)
		title = i18n.T(ctx, "atlas.area.parts", h.fullName(wl, i, string(lang)), title)
	}
	return drawing.Spec{
		Level: l, Within: within, Fills: fills, Pointed: pointed, Names: n <= 60,
		ID: "areas-" + l.String() + within, Title: title, Desc: i18n.N(ctx, "atlas.layer.areas", int64(n)), Lang: lang.HTML(),
		Name: func(a *coverage.Area) string {
			name, _ := a.Name.In(string(lang))
			return name
		},
		Inset: func(name string) string { return i18n.T(ctx, "atlas.inset."+name) },
	}
}
