package opendata

import (
	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/i18n"
)

// MapSpec asks for a map of values by official area.
type MapSpec struct {
	Title   civic.Text
	Level   string // county, town or village
	Unit    civic.Text
	Values  map[string]float64 // by area code
	Count   bool               // the values count something: people, households
	PerKm2  bool               // divide by the land's area, which makes a count a density
	Reason  civic.Text         // why a count is shaded all the same
	Within  string             // code of a county or town to zoom to; empty for the nation
	Classes int                // 3 to 7; 0 lets the drawer choose
	Method  string             // jenks, quantile or equal; empty lets the drawer choose
	Period  civic.Text
	Source  civic.Text
	Lang    i18n.Lang
}

// Map is a finished map: complete without a script.
type Map struct {
	Block  templ.Component // the whole map for a page of its own: drawing, legend, notes, table, island
	SVG    templ.Component // the drawing alone
	Title  string
	Notes  []string
	Legend []MapClass
	Table  []MapRow
	Figure []byte // JSON: classes, legend and the class of each area
}

// MapClass is one line of a legend.
type MapClass struct {
	Class string
	Text  string
	Areas int
}

// MapRow is one area of a map's table.
type MapRow struct {
	Code  string
	Name  string
	Value string
	Class string
}
