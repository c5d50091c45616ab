// Package pages draws the pages of the atlas. It is given finished words and
// numbers in the reader's language, and knows no rules.
package pages

import (
	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/web/ui"
)

// Map is a whole map: the drawing, its legend, what must be said about it, and
// the same in a table. It can stand in a page of any room.
type Map struct {
	ID      string // begins every id inside
	Caption string // over the drawing; empty where a heading says it
	Unit    string
	SVG     templ.Component
	Legend  ui.LegendParams
	Notes   []string
	Table   AreaTable
	Island  *Island // nil: the drawing stays as it is
	Words   MapWords
}

// MapWords are the sentences round a map.
type MapWords struct {
	Table string // opens the table
	Name  string // head of the column of names
	Value string // head of the column of values
}

// AreaTable holds every area of a map.
type AreaTable struct {
	Open bool // not folded away
	Rows []AreaRow
}

// AreaRow is one area. Class and Code are read by the island.
type AreaRow struct {
	Code, Name, Value, Class string
	Href                     templ.SafeURL
}

// Island tells <gongdao-map> what to load, and its words.
type Island struct {
	Style   string // address of the MapLibre style, which names its data
	Classes string // which of the nine shades each class has: "c0:1 c1:3"
	Point   string // code of the area to point out
	Bounds  string // west,south,east,north to begin with; "" shows everything
	Words   []Word
}

// Word is one text of an island, without "data-t-".
type Word struct{ Name, Text string }

// Maps is the page of all maps.
type Maps struct {
	Title, Lead string
	Find        ui.SearchBoxParams
	Asked       string // what was looked for; "" shows no results
	Found       []Found
	None        string // said when nothing was found
	FoundTitle  string
	Cards       []Card
	CardsTitle  string
	NoCards     string
	Layers      []Layer
	LayersTitle string
	LayersLead  string
	Missing     string // said when there are no boundaries
	Words       LayerWords
	Picture     templ.Component
	PictureHref templ.SafeURL
	PictureText string
}

// Found is one area that was looked for.
type Found struct {
	Name, Kind, Code string
	Href             templ.SafeURL
}

// Card is one map of another room.
type Card struct {
	Title, Text string
	Href        templ.SafeURL
}

// Layer is one set of boundaries.
type Layer struct {
	Title, Areas, Valid, Source, Licence string
	Href                                 templ.SafeURL
	Downloads                            []Download
}

// LayerWords are the heads of the table of layers.
type LayerWords struct{ Valid, Source, Licence, Download string }

// Download is one file.
type Download struct{ Text, Href, Hidden string }

// LayerPage is the page of one layer, of a part of it, or of one area.
type LayerPage struct {
	Title, Lead, Section string
	Crumbs               []ui.BreadcrumbsItem
	Find                 ui.SearchBoxParams
	Asked                string
	Found                []Found
	None, FoundTitle     string
	Facts                []Fact
	Map                  Map
	MapTitle             string
	Parts                []Found // areas to go to from here
	PartsTitle           string
	Downloads            []Download
	DownloadsTitle       string
}

// Fact is one thing known about an area.
type Fact struct{ Name, Value string }
