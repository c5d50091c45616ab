// Package pages draws the open data room: search, datasets and the officers'
// console. It is fed with plain values in the reader's language.
package pages

import (
	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/web/ui"
)

// Head is what stands above the tabs of every page about one dataset.
type Head struct {
	Title       string
	TitleLang   string // where it is not the page's language
	Tags        []ui.TagParams
	Facts       []string // publisher, frequency, last change, licence
	Description string
	DescLang    string
	Summary     string // rows × columns, versions
	MadeUp      bool
	Draft       bool
	Old         string // says that an older version is shown; empty for the latest
	LatestHref  templ.SafeURL
	Tabs        []ui.TabLink
	Source      string
	JSONLD      any
	Feed        string
}

// Preview is the first tab: rows that sort and filter, and a small map.
type Preview struct {
	Head      Head
	Table     ui.DataTableParams
	Range     string // "rows 1–20 of 7,701"
	Previous  *ui.PaginationLink
	Next      *ui.PaginationLink
	Downloads []ui.TabLink
	Filter    Filter
	Problem   string // what is wrong with the question
	Map       *Figure
	Curl      string
	Findings  []string // up to three
	Quality   templ.SafeURL
	MapHref   templ.SafeURL
	APIHref   templ.SafeURL
}

// Filter is the form above the rows.
type Filter struct {
	Action templ.SafeURL
	Search string
	Fields []ui.SelectItem
	Field  string
	Ops    []ui.SelectItem
	Op     string
	Value  string
	Hidden []ui.Pair
	Clear  templ.SafeURL
}

// Figure is a map or chart with its caption.
type Figure struct {
	Title  string
	SVG    templ.Component
	Legend ui.LegendParams
	Notes  []string
}

// Columns is the tab of columns.
type Columns struct {
	Head Head
	List []Column
}

// Column is one column in words and figures.
type Column struct {
	Name, Label, Type, Unit string
	Filled                  string // "7,760 of 7,760 filled (100 %)"
	Share                   int64  // filled, per mille
	Facts                   []Fact
	Chart                   templ.Component
	Top                     []Fact
}

// Fact is one thing and its value.
type Fact struct{ Name, Value string }

// Chart is the tab of the chart.
type Chart struct {
	Head   Head
	Form   ChartForm
	Figure *Figure
	Rows   ui.DataTableParams
	Empty  string
	// Problem says why the choice cannot be drawn; the reader may choose again.
	Problem string
	SVG     templ.SafeURL
}

// ChartForm chooses what is drawn.
type ChartForm struct {
	Action templ.SafeURL
	X, Y   []ui.SelectItem
	XValue string
	YValue string
	Hidden []ui.Pair
}

// Map is the tab of the map.
type Map struct {
	Head     Head
	Form     MapForm
	Title    string
	Block    templ.Component // drawing, legend, notes and table
	Empty    string
	Matched  string
	Missing  []string
	Download []ui.TabLink
}

// MapForm chooses what is shaded.
type MapForm struct {
	Action  templ.SafeURL
	Measure []ui.SelectItem
	Value   string
	Total   bool
	Within  []ui.SelectItem
	County  string
	Hidden  []ui.Pair
}

// API is the tab for programmers.
type API struct {
	Head     Head
	ID       string
	Examples []Example
	Links    []ui.TabLink
}

// Example is one piece of code that runs as it stands.
type Example struct{ Title, Code string }

// Versions is the tab of versions.
type Versions struct {
	Head  Head
	Table ui.DataTableParams
}

// Quality is the tab of findings.
type Quality struct {
	Head     Head
	Facts    []Fact
	Findings []Finding
}

// Finding is one thing that was found in the file.
type Finding struct {
	Severity string // error, warning, info
	Word     string // severity in the reader's language
	Text     string
	Where    string
	Value    string
	Count    string
	Fix      *FixButton
}

// FixButton repairs a finding.
type FixButton struct {
	Action templ.SafeURL
	Text   string
	Fix    string // the fix as JSON
}

// Licence is the tab of terms.
type Licence struct {
	Head  Head
	Facts []Fact
}
