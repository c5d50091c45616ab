package atlas

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/atlas/pages"
	"github.com/gongdao/gongdao/internal/i18n"
)

// block is the whole map for a page: drawing, legend, notes, table, island.
func (f *shown) block(id string, d Drawing) templ.Component {
	m := pages.Map{
		ID: id + "-figure", Caption: d.Title, Unit: f.unit(), SVG: d.SVG, Notes: d.Notes,
		Words: mapWords(f.ctx, f.unit()),
	}
	for i, row := range d.Legend {
		r := pages.LegendRow{Class: row.Class, Text: row.Text, Areas: i18n.N(f.ctx, "atlas.legend.areas", int64(row.Areas))}
		if !f.circles && i < f.classes.Len() {
			r.Colour = drawing.Page.Colour(drawing.ClassInk(i, f.classes.Len()))
		}
		m.Legend = append(m.Legend, r)
	}
	m.Table.Rows = make([]pages.AreaRow, len(d.Table))
	for i, row := range d.Table {
		m.Table.Rows[i] = pages.AreaRow{Code: row.Code, Name: row.Name, Value: row.Value, Class: row.Class}
	}
	if d.Style != "" {
		m.Island = island(f.ctx, d.Style, bareCode(f.spec.Marked))
	}
	return pages.MapFigure(m)
}

// mapWords are the sentences round a map in the language of ctx.
func mapWords(ctx context.Context, value string) pages.MapWords {
	return pages.MapWords{
		Legend: i18n.T(ctx, "atlas.legend.title"),
		Table:  i18n.T(ctx, "atlas.table.open"),
		Name:   i18n.T(ctx, "atlas.table.name"),
		Value:  value,
	}
}

// island gives <gongdao-map> its addresses and words.
func island(ctx context.Context, style, point string) *pages.Island {
	i := &pages.Island{Style: style, Point: point}
	if !strings.Contains(style, "within=") {
		i.Bounds = "119.2,21.8,122.2,25.4" // the main island and Penghu; the rest is a step away
	}
	for _, name := range []string{"label", "interactive", "drawing", "zoom-in", "zoom-out", "whole", "close", "unknown", "wheel", "wheel-mac", "fingers"} {
		i.Words = append(i.Words, pages.Word{Name: name, Text: i18n.T(ctx, "atlas.island."+name)})
	}
	return i
}

// km2 writes an area of land.
func km2(ctx context.Context, v float64) string {
	places := 1
	if v < 10 {
		places = 2
	}
	return i18n.T(ctx, "atlas.km2", i18n.Decimal(ctx, v, places))
}
