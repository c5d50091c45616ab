package opendata

import (
	"time"

	"github.com/gongdao/gongdao/civic"
)

// State is where a version stands.
type State string

// The states of a version. Published goes to Withdrawn and never back.
const (
	Draft     State = "draft"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// moves lists every lawful move of a version. What is not here cannot happen.
var moves = map[State][]State{
	Draft:     {Published},
	Published: {Withdrawn},
}

func (s State) canBecome(to State) bool {
	for _, m := range moves[s] {
		if m == to {
			return true
		}
	}
	return false
}

// Version is one delivery of a resource. After publication only its state can
// change.
type Version struct {
	ID          string
	Resource    string
	Number      int64  // 1, 2, 3 … in order of publication; 0 while a draft
	Label       string // what the delivery calls itself, such as 2019-03
	State       State
	FileName    string
	SHA256      string // of the bytes as they came
	Bytes       int64
	Encoding    string
	Rows        int64
	TableBytes  int64 // size of the Parquet file
	Findings    int64 // how many kinds of findings the profile holds
	Profile     string
	Recipe      string
	Areas       *Areas // which columns name official areas; nil if none do
	CreatedAt   time.Time
	PublishedAt time.Time
	PublishedBy civic.OfficerID
	Signed      string // the officer's reason, where the file holds national ids
	WithdrawnAt time.Time
	Reason      civic.Text
}

// Areas says how the rows of a version lie on the official map.
type Areas struct {
	Level   string   `json:"level"`             // county, town or village
	Code    string   `json:"code,omitempty"`    // column that holds the code
	Names   []string `json:"names,omitempty"`   // columns that together name the area, outermost first
	Keys    int      `json:"keys"`              // distinct areas in the table
	Matched int      `json:"matched"`           // of these, found on the map
	Missing []string `json:"missing,omitempty"` // up to 20 that were not found
}
