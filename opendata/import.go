package opendata

import (
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/opendata/profile"
)

// Progress of an import. Published, refused and discarded are final.
const (
	Waiting   = "waiting"   // received; its job is queued
	Working   = "working"   // being read
	InReview  = "review"    // loaded; an officer looks at it
	Done      = "published" // its version is public
	Refused   = "refused"   // the file cannot become a table; the problem says why
	Discarded = "discarded" // an officer decided against it
)

// Import is one file on its way to becoming a version.
type Import struct {
	ID        string
	Once      string
	Agency    civic.AgencyID
	Officer   civic.OfficerID
	State     string
	Stage     string // received, identify, decode, profile, load, areas, review
	Done      int64
	Total     int64
	FileName  string
	SHA256    string
	Bytes     int64
	Wish      Wish
	Problem   *Problem
	Version   string // the draft or published version
	Tries     int64  // how often it was begun and did not end
	CreatedAt time.Time
	ChangedAt time.Time
}

// Live reports whether the import still moves or waits for a person.
func (i Import) Live() bool { return i.State == Waiting || i.State == Working || i.State == InReview }

// Wish is what the publisher asked for; all of it can be empty.
type Wish struct {
	Dataset     string          `json:"dataset,omitempty"` // slug of a dataset that gets a new version
	Slug        string          `json:"slug,omitempty"`    // slug of the dataset to be made
	Fresh       bool            `json:"fresh,omitempty"`   // the slug names a new dataset, numbered if it is taken
	Title       civic.Text      `json:"title"`
	Description civic.Text      `json:"description"`
	Theme       string          `json:"theme,omitempty"`
	Keywords    []string        `json:"keywords,omitempty"`
	Frequency   string          `json:"frequency,omitempty"`
	Licence     civic.LicenceID `json:"licence,omitempty"`
	Source      civic.Text      `json:"source"`
	MadeUp      bool            `json:"made_up,omitempty"`
	Label       string          `json:"label,omitempty"` // of the version
	Encoding    string          `json:"encoding,omitempty"`
	Recipe      []profile.Fix   `json:"recipe,omitempty"`
	Publish     bool            `json:"publish,omitempty"` // without waiting for a review
}

// Problem is why an import ended without a version: a fault in both languages.
type Problem struct {
	Code string     `json:"code"`
	Text civic.Text `json:"text"`
}
