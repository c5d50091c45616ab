package profile

import "context"

// Source is the file to read and what its publisher says about it. The claims
// are kept beside what is found; they never replace it.
type Source struct {
	Path             string   `json:"path"`                        // of the delivered bytes
	Name             string   `json:"name,omitempty"`              // file name as delivered
	DeclaredEncoding string   `json:"declared_encoding,omitempty"` // for example "big5", "gb18030"; asked last
	Described        []string `json:"described,omitempty"`         // column names of the metadata (主要欄位說明)
	Recipe           []Fix    `json:"recipe,omitempty"`            // repairs to apply, in order
}

// Sink is where the normal form is written: UTF-8, commas, line feeds, a
// header of machine names, quotes only where needed and doubled inside, null
// as an empty cell; the first column is _row. An empty Path writes nothing.
type Sink struct {
	Path string `json:"path,omitempty"`
}

// Progress is how far a run is. Done and Total are bytes of the stage.
type Progress struct {
	Stage    string `json:"stage"` // identify, decode, profile, write
	Done     int64  `json:"done"`
	Total    int64  `json:"total"`
	Rows     int64  `json:"rows,omitempty"`
	Findings int    `json:"findings,omitempty"`
}

// The formats that are read today.
const (
	FormatCSV     = "csv"
	FormatGeoJSON = "geojson"
)

// Profile is what a file was found to hold.
type Profile struct {
	Format     string    `json:"format"` // csv or geojson
	Bytes      int64     `json:"bytes"`
	Encoding   string    `json:"encoding"`              // utf-8, utf-16le, utf-16be, big5, or the declared one
	BOM        bool      `json:"bom,omitempty"`         // the file begins with a byte order mark
	Delimiter  string    `json:"delimiter,omitempty"`   // "," "\t" ";" "|"; empty for one column
	LineEnding string    `json:"line_ending,omitempty"` // CRLF, LF, CR or mixed
	HeaderRows int       `json:"header_rows"`           // 0, 1 or 2
	Rows       int64     `json:"rows"`                  // data rows loaded
	Cells      Cells     `json:"cells"`
	Columns    []Column  `json:"columns"`
	Overflow   bool      `json:"overflow,omitempty"`  // the table has a text column _overflow
	Points     []Point   `json:"points,omitempty"`    // in longitude and latitude
	Projected  []Point   `json:"projected,omitempty"` // recognised, in metres; not converted yet
	BBox       []float64 `json:"bbox,omitempty"`      // of geo_shape: west, south, east, north
	Findings   []Finding `json:"findings"`
	Personal   Personal  `json:"personal"`
	Recipe     []Fix     `json:"recipe,omitempty"` // that was applied
}

// Cells counts every cell of the file once: Read = Loaded + Missing + Reported.
type Cells struct {
	Read     int64 `json:"read"`
	Loaded   int64 `json:"loaded"`   // has a value in the table
	Missing  int64 `json:"missing"`  // empty, or a marker listed in Column.Missing
	Reported int64 `json:"reported"` // header cells, and cells that a finding tells about
}

// Personal counts what looks like personal data. A national ID counts when its
// check digit is right.
type Personal struct {
	NationalIDs int64 `json:"national_ids"`
	Phones      int64 `json:"phones"`
	Emails      int64 `json:"emails"`
}

// Blocks reports whether a reviewer must sign a reason before publication.
func (p Personal) Blocks() bool { return p.NationalIDs > 0 }

// The types of a column.
const (
	TypeCode     = "code"
	TypeInt      = "int"
	TypeNumber   = "number"
	TypeDate     = "date"
	TypeDatetime = "datetime"
	TypeBoolean  = "boolean"
	TypeGeoShape = "geo_shape"
	TypeText     = "text"
)

// Column is one column of the table, in order.
type Column struct {
	Name    string   `json:"name"`  // letters, digits and _ (Han kept); unique whatever the case
	Label   string   `json:"label"` // as the file has it
	Type    string   `json:"type"`
	SQLType string   `json:"sql_type"`
	Unit    string   `json:"unit,omitempty"`    // "%"
	Note    string   `json:"note,omitempty"`    // roc_year, roc_month, year, month, longitude, latitude, easting, northing
	Missing []string `json:"missing,omitempty"` // markers that were read as missing
	Stats   Stats    `json:"stats"`
}

// Point joins two number columns to places. CRS is "EPSG:4326" in Points,
// "EPSG:3826" (TWD97) in Projected.
type Point struct {
	Name string `json:"name"` // of the geo_point; no column of the table has it
	Lon  string `json:"lon"`  // name of the column with the longitude or easting
	Lat  string `json:"lat"`  // name of the column with the latitude or northing
	CRS  string `json:"crs"`
}

// Stats describes the values of a column after cleaning.
type Stats struct {
	Filled    int64      `json:"filled"`
	Missing   int64      `json:"missing"`
	Distinct  int64      `json:"distinct"`
	Exact     bool       `json:"exact"` // Distinct, Top, Quantiles and Bins are exact; otherwise estimates
	Min       string     `json:"min,omitempty"`
	Max       string     `json:"max,omitempty"`
	Mean      *float64   `json:"mean,omitempty"`
	Quantiles []Quantile `json:"quantiles,omitempty"` // int and number: 0.05 0.25 0.5 0.75 0.95
	Top       []Frequent `json:"top,omitempty"`       // at most 20, most frequent first
	MinLength int        `json:"min_length"`          // characters of the text in the file
	MaxLength int        `json:"max_length"`
	Bins      []Bin      `json:"bins,omitempty"` // int and number: at most 20
}

// Quantile is the value below which the share P of the values lies.
type Quantile struct {
	P     float64 `json:"p"`
	Value float64 `json:"value"`
}

// Frequent is a value and how often it stands in the column.
type Frequent struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// Bin counts the values from From up to To; only the last holds its To.
type Bin struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Count int64   `json:"count"`
}

// Stored is one column of the normal form after _row.
type Stored struct {
	Name    string `json:"name"`
	SQLType string `json:"sql_type"`
}

// Table lists the columns of the normal form after _row, in order.
func (p Profile) Table() []Stored {
	list := make([]Stored, 0, len(p.Columns)+1)
	for _, c := range p.Columns {
		list = append(list, Stored{c.Name, c.SQLType})
	}
	if p.Overflow {
		list = append(list, Stored{overflowName, "VARCHAR"})
	}
	return list
}

const (
	rowName      = "_row"
	overflowName = "_overflow"
)

// Run reads the file of in twice as a stream, writes its normal form to out and
// returns its profile. say may be nil; it is called from one goroutine.
// Errors: fault.Malformed for a file that is not what can be read, with what
// was found, the byte, line and what to do; fault.TooLarge for a cell over 1
// MiB, a row over 8 MiB, more than 4,096 columns; fault.Invalid for a recipe
// that cannot be applied.
func Run(ctx context.Context, in Source, out Sink, say func(Progress)) (Profile, error) {
	r := run{ctx: ctx, in: in, out: out, say: say}
	if r.say == nil {
		r.say = func(Progress) {}
	}
	return r.do()
}
