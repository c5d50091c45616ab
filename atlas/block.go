package atlas

import (
	"context"
	"fmt"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/atlas/pages"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// block is the whole map for a page: drawing, legend, notes, table, island.
func (f *shown) block(id string, d Drawing) templ.Component {
	m := pages.Map{
		ID: id + "-figure", Caption: d.Title, Unit: f.unit(), SVG: d.SVG, Notes: d.Notes,
		Words: mapWords(f.ctx, f.unit()),
	}
	for _, row := range d.Legend {
		m.Legend.Items = append(m.Legend.Items, ui.LegendItem{Class: row.Class, Label: row.Text, Count: i18n.N(f.ctx, "atlas.legend.areas", int64(row.Areas))})
	}
	m.Table.Rows = make([]pages.AreaRow, len(d.Table))
	for i, row := range d.Table {
		m.Table.Rows[i] = pages.AreaRow{Code: row.Code, Name: row.Name, Value: row.Value, Class: row.Class}
	}
	if d.Style != "" {
		m.Island = island(f.ctx, d.Style, bareCode(f.spec.Marked))
		for i, shade := range f.shades() {
			m.Island.Classes += fmt.Sprintf("c%d:%s ", i, shade)
		}
	}
	return pages.MapFigure(m)
}

// mapWords are the sentences round a map in the language of ctx.
func mapWords(ctx context.Context, value string) pages.MapWords {
	return pages.MapWords{
		Table: i18n.T(ctx, "atlas.table.open"),
		Name:  i18n.T(ctx, "atlas.table.name"),
		Value: value,
	}
}

// island gives <gongdao-map> its addresses and words.
func island(ctx context.Context, style, point string) *pages.Island {
	return &pages.Island{Style: style, Point: point, Words: islandWords(ctx)}
}

func islandWords(ctx context.Context) (words []pages.Word) {
	for _, name := range []string{"label", "interactive", "drawing", "zoom-in", "zoom-out", "whole", "close", "unknown", "wheel", "wheel-mac", "fingers"} {
		words = append(words, pages.Word{Name: name, Text: i18n.T(ctx, "atlas.island."+name)})
	}
	return words
}

// km2 writes an area of land.
func km2(ctx context.Context, v float64) string {
	places := 1
	if v < 10 {
		places = 2
	}
	return i18n.T(ctx, "atlas.km2", i18n.Decimal(ctx, v, places))
}
