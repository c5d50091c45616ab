package opendata

import "github.com/gongdao/gongdao/civic"

// DatasetPublished says that a dataset can be found and used from now on.
type DatasetPublished struct {
	ID      string         `json:"id"`      // of the fact
	Dataset string         `json:"dataset"` // id
	Slug    string         `json:"slug"`
	Agency  civic.AgencyID `json:"agency"`
}

// VersionPublished says that one delivery of a resource is public and will
// never change.
type VersionPublished struct {
	ID       string         `json:"id"` // of the fact
	Dataset  string         `json:"dataset"`
	Resource string         `json:"resource"`
	Version  string         `json:"version"`
	Number   int64          `json:"number"`
	Agency   civic.AgencyID `json:"agency"`
	SHA256   string         `json:"sha256"` // of the bytes as they came
	Rows     int64          `json:"rows"`
}

// VersionWithdrawn says that a published delivery is no longer offered.
type VersionWithdrawn struct {
	ID      string         `json:"id"` // of the fact
	Dataset string         `json:"dataset"`
	Version string         `json:"version"`
	Agency  civic.AgencyID `json:"agency"`
}

// DatasetChanged says that what a dataset tells about itself is new.
type DatasetChanged struct {
	ID      string `json:"id"` // of the fact
	Dataset string `json:"dataset"`
}
