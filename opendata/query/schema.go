package query

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Type is the type of a field or expression, spelled as Explore v2.1 spells it.
type Type string

// The types of fields.
const (
	Text     Type = "text"
	Int      Type = "int"
	Double   Type = "double"
	Boolean  Type = "boolean"
	Date     Type = "date"         // a day, ISO 8601
	Datetime Type = "datetime"     // an instant, stored as UTC
	GeoPoint Type = "geo_point_2d" // two columns of WGS 84 degrees
	GeoShape Type = "geo_shape"    // a GeoJSON geometry as text
)

// Types that only literals have.
const (
	null    Type = "null"
	star    Type = "*"
	measure Type = "measure" // a number with a unit: 1km, 1 month
)

func (t Type) numeric() bool  { return t == Int || t == Double }
func (t Type) temporal() bool { return t == Date || t == Datetime }
func (t Type) geo() bool      { return t == GeoPoint || t == GeoShape }

// Field is one column of a table as readers see it.
type Field struct {
	Name        string // as queries name it; unique in the Schema
	Label       string // for people; "" means Name
	Description string
	Type        Type
	Column      string // physical column; "" means Name
	Lon, Lat    string // GeoPoint: the two physical columns, degrees
	Facet       bool   // offered as a facet
	Disjunctive bool   // several refinements of it are joined by or
	Separator   string // hierarchical text such as "a/b": what splits the levels
	Multi       bool   // holds a list of texts; Eval only

	pseudo bool // _id, _timestamp or _size, which stand in no column of that name
}

func (f *Field) column() string {
	if f.Column != "" {
		return f.Column
	}
	return f.Name
}

func (f *Field) label() string {
	if f.Label != "" {
		return f.Label
	}
	return f.Name
}

// Schema is what a query may name.
type Schema struct {
	Fields  []Field
	Row     string    // physical column with the 1-based row number; "" if there is none
	Updated time.Time // answered as _timestamp
}

// Field returns the field called name, or nil. A name that differs only in
// case is accepted when exactly one field matches.
func (s *Schema) Field(name string) *Field {
	var loose *Field
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Name == name {
			return f
		}
		if strings.EqualFold(f.Name, name) {
			if loose != nil {
				return nil
			}
			loose = f
		}
	}
	if loose != nil && s.exact(name) == nil {
		return loose
	}
	return nil
}

func (s *Schema) exact(name string) *Field {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}

func (s *Schema) names() []string {
	names := make([]string, len(s.Fields))
	for i := range s.Fields {
		names[i] = s.Fields[i].Name
	}
	return names
}

// nearest returns the candidate with the smallest edit distance to name, or ""
// when none is closer than half of the longer word.
func nearest(name string, candidates []string) string {
	best, found := 1<<30, ""
	name = strings.ToLower(name)
	if utf8.RuneCountInString(name) > 64 {
		return ""
	}
	for _, c := range candidates {
		longer := max(utf8.RuneCountInString(name), utf8.RuneCountInString(c))
		if longer > 64 {
			continue
		}
		if d := editDistance([]rune(name), []rune(strings.ToLower(c))); d < best && d*2 <= longer {
			best, found = d, c
		}
	}
	return found
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours (optimal string alignment).
func editDistance(a, b []rune) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
