package gongdao

import (
	"context"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/opendata"
)

// openSwitchboard joins the rooms: one line for each fact that one hears from
// another. The names of listeners are kept for ever; their bookmarks hang on them.
func (a *App) openSwitchboard(context.Context) error {
	bus.On(a.bus, "opendata.index/opendata.VersionPublished", func(ctx context.Context, f opendata.VersionPublished) error {
		return a.Opendata.Reindex(ctx, f.Dataset)
	})
	bus.On(a.bus, "opendata.index/opendata.VersionWithdrawn", func(ctx context.Context, f opendata.VersionWithdrawn) error {
		return a.Opendata.Reindex(ctx, f.Dataset)
	})
	bus.On(a.bus, "opendata.index/opendata.DatasetChanged", func(ctx context.Context, f opendata.DatasetChanged) error {
		return a.Opendata.Reindex(ctx, f.Dataset)
	})
	return nil
}

// agencies shows the open data room who publishes; identity knows.
type agencies struct{ a *App }

func (p agencies) Agency(ctx context.Context, idOrShort string) (opendata.Agency, error) {
	v, err := p.a.Identity.Agency(ctx, idOrShort)
	return agencyOf(v), err
}

func (p agencies) Agencies(ctx context.Context) ([]opendata.Agency, error) {
	list, err := p.a.Identity.Agencies(ctx)
	out := make([]opendata.Agency, len(list))
	for i, v := range list {
		out[i] = agencyOf(v)
	}
	return out, err
}

func agencyOf(v identity.Agency) opendata.Agency {
	return opendata.Agency{ID: v.ID, Short: v.Short, Name: v.Name}
}

// gazetteer lets the open data room ask the atlas which areas a table names.
type gazetteer struct{ a *App }

func (p gazetteer) Match(ctx context.Context, keys []opendata.AreaKey) (opendata.AreaMatch, error) {
	asked := make([]atlas.AreaKey, len(keys))
	for i, k := range keys {
		asked[i] = atlas.AreaKey{Code: k.Code, Names: k.Names}
	}
	m, err := p.a.Atlas.Match(ctx, asked)
	return opendata.AreaMatch{Level: m.Level, Codes: m.Codes, Matched: m.Matched}, err
}

// drawing lets the open data room ask the atlas for a map.
type drawing struct{ a *App }

func (p drawing) Draw(ctx context.Context, s opendata.MapSpec) (opendata.Map, error) {
	kind := atlas.Rate
	if s.Count {
		kind = atlas.Count
	}
	spec := atlas.DrawSpec{Title: s.Title, Level: s.Level, Unit: s.Unit, Kind: kind, Reason: s.Reason,
		Values: make(map[string]atlas.Cell, len(s.Values)), Method: s.Method, Classes: s.Classes, Within: s.Within,
		PerKm2: s.PerKm2, Lang: s.Lang, Period: s.Period, Source: s.Source}
	for code, v := range s.Values {
		spec.Values[code] = atlas.Cell{Value: v}
	}
	d, err := p.a.Atlas.Draw(ctx, spec)
	if err != nil {
		return opendata.Map{}, err
	}
	m := opendata.Map{Block: d.Block, SVG: d.SVG, Title: d.Title, Notes: d.Notes, Figure: d.Figure}
	for _, l := range d.Legend {
		m.Legend = append(m.Legend, opendata.MapClass(l))
	}
	for _, r := range d.Table {
		m.Table = append(m.Table, opendata.MapRow(r))
	}
	return m, nil
}

func (p drawing) Counties(ctx context.Context) ([]opendata.MapRow, error) {
	list, err := p.a.Areas(ctx, atlas.LevelCounty)
	out := make([]opendata.MapRow, len(list))
	for i, c := range list {
		name, _ := c.Name.In(string(i18n.LangOf(ctx)))
		out[i] = opendata.MapRow{Code: c.Code, Name: name}
	}
	return out, err
}

// gallery shows the atlas which datasets lie on its map.
type gallery struct{ a *App }

func (p gallery) Maps(ctx context.Context) ([]atlas.MapCard, error) {
	found, err := p.a.Opendata.Find(ctx, opendata.Find{Map: true, Limit: 24})
	var out []atlas.MapCard
	for _, c := range found.Cards {
		v := opendata.CardView(ctx, c)
		out = append(out, atlas.MapCard{Title: v.Title, Text: v.Text, Href: string(web.URL(ctx, "opendata.dataset.map", c.Dataset.Slug))})
	}
	return out, err
}
