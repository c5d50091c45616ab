package profile

import "github.com/gongdao/gongdao/civic"

// Severity orders findings.
type Severity string

// The severities.
const (
	SevereError   Severity = "error"   // publication waits for a person
	SevereWarning Severity = "warning" // a value or a shape that the publisher should look at
	SevereInfo    Severity = "info"    // what was done, for the record
)

// Finding is one fault or deed, with where it is and how it is repaired. Count
// is exact; Rows holds the first 100.
type Finding struct {
	Code     string     `json:"code"`
	Severity Severity   `json:"severity"`
	Row      int64      `json:"row,omitempty"`    // first data row, from 1, header excluded; 0 for the whole file or column
	Line     int64      `json:"line,omitempty"`   // physical line of it, from 1
	Column   string     `json:"column,omitempty"` // label
	Value    string     `json:"value,omitempty"`  // original text of the first one, at most 200 characters
	Count    int64      `json:"count"`            // cells, or rows
	Rows     []int64    `json:"rows,omitempty"`
	Text     civic.Text `json:"text"`
	Fix      *Fix       `json:"fix,omitempty"`
}

// Fix is one repair as data. Which members count depends on Kind. Column is a
// machine name or a label.
type Fix struct {
	Kind      string   `json:"kind"`
	Column    string   `json:"column,omitempty"`
	Encoding  string   `json:"encoding,omitempty"`  // set_encoding
	Delimiter string   `json:"delimiter,omitempty"` // set_delimiter: "," "\t" ";" "|", or "none"
	Header    *int     `json:"header,omitempty"`    // set_header: 0, 1 or 2 rows
	Names     []string `json:"names,omitempty"`     // set_header without a header row: the names
	Type      string   `json:"type,omitempty"`      // set_type
	Values    []string `json:"values,omitempty"`    // treat_as_missing
	To        string   `json:"to,omitempty"`        // rename: the new label
}
