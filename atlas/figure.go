package atlas

import (
	"context"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/atlas/figure"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/i18n"
)

// Cell is the value of one area, or what stands in its place.
type Cell = figure.Cell

// Mark says what a cell stands for if not for its value.
type Mark = figure.Mark

// The marks of cells; the zero Mark is Present.
const (
	Present    = figure.Present
	Zero       = figure.Zero
	Missing    = figure.Missing
	Suppressed = figure.Suppressed
	Withheld   = figure.Withheld
)

// FigureKind says what values are, and so how they may be drawn.
type FigureKind = figure.Kind

// The kinds of figures.
const (
	Rate    = figure.Rate
	Share   = figure.Share // 0 to 1, shown in per cent
	Density = figure.Density
	Index   = figure.Index
	Count   = figure.Count
)

// Method is a way to choose class breaks.
type Method = figure.Method

// The methods of classification.
const (
	Jenks    = figure.Jenks
	Quantile = figure.Quantile
	Equal    = figure.Equal
)

// The levels of official areas, outermost first.
const (
	LevelNation  = "nation"
	LevelCounty  = "county"
	LevelTown    = "town"
	LevelVillage = "village"
)

// DrawSpec asks for a map of values by area.
type DrawSpec struct {
	Title   civic.Text
	Level   string     // county, town or village
	Unit    civic.Text // of Values, for example 人; with PerKm2 the map says per km²
	Kind    FigureKind
	Reason  civic.Text // why a count is drawn by shade; without one it becomes circles
	Values  map[string]Cell
	Method  string // jenks, quantile, equal; "" is quantile for a density, jenks otherwise
	Classes int    // 3 to 7; 0 is 5
	Within  string // code of a county or town to zoom to; "" is the nation
	PerKm2  bool   // divide by the area of land: a count becomes a density
	Lang    i18n.Lang

	Period civic.Text // what time the values speak of, shown under the title
	Source civic.Text // where they come from; the boundaries' own source is always added
	Marked string     // code of an area to point out
}

// Drawing is a finished map.
type Drawing struct {
	Block  templ.Component // the whole map for a page: caption, SVG, legend, notes, table, island
	SVG    templ.Component // the drawing alone, for a page; colours follow the page's theme
	Title  string
	Notes  []string // sentences under the map: reason for a count, areas set aside, fewer classes
	Legend []LegendRow
	Table  []AreaRow
	Figure []byte   // JSON for the island: {"classes", "legend", "cells"}
	Layers []string // addresses of GeoJSON for the island
	Style  string   // address of the MapLibre style

	draw func(drawing.Theme) []byte
}

// LegendRow is one line of a legend.
type LegendRow struct {
	Class string `json:"class"` // c0 … c6, zero, missing, suppressed
	Text  string `json:"text"`  // "> 120 – 850"
	Areas int    `json:"areas"` // how many areas are of this class
}

// AreaRow is one line of a map's table.
type AreaRow struct {
	Code  string
	Name  string // with the names of the areas it lies in
	Value string // as the reader sees it: a number, 0, or the word for missing or suppressed
	Class string // as in LegendRow
}

// AreaKey is how a row names an official area: by code, with or without
// dashes, or by names from the outermost inwards.
type AreaKey struct {
	Code  string
	Names []string
}

// Matches is what the gazetteer made of keys.
type Matches struct {
	Level     string   // the level that fits most keys; "" if nothing fits
	Codes     []string // one a key, in order; "" where no single area fits
	Matched   int
	Unmatched []Unmatched // what did not fit, the most frequent first
	Differing []Differing // codes whose label here is another name
}

// Unmatched is a key that fits no area or several.
type Unmatched struct {
	Key        string   // as it was given
	Count      int      // how many keys are written so
	Candidates []string // codes of the areas it could be, at most 5; none if nothing fits
}

// Differing is a code that came with a name its area does not have. The code
// was used, the name was not.
type Differing struct {
	Code, Given, Ours string
	Count             int
}

// Area is one official area as other rooms see it.
type Area struct {
	Code   string
	Level  string
	Name   civic.Text
	Parent string // code of the area it lies in; "" for a county
	KM2    float64
}

// Service answers for the room; see New.
var _ interface {
	Match(ctx context.Context, keys []AreaKey) (Matches, error)
	Draw(ctx context.Context, spec DrawSpec) (Drawing, error)
	Area(ctx context.Context, code string) (Area, error)
	Names(ctx context.Context, level string) ([]Area, error)
} = (*Service)(nil)
