package olap

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// Version is the DuckDB release that this package is written for.
const Version = "v1.5.6"

// KillGrace is how long after its deadline a worker may still live.
const KillGrace = 250 * time.Millisecond

// Tasks names what a worker can be asked to do. The same map must be given to
// Main in every process, since workers are the same program.
type Tasks map[string]Task

// Task runs in a worker. in is the JSON of what the caller gave, say sends
// progress to the caller, out becomes JSON. A fault error arrives at the caller
// as the same fault; any other error arrives unnamed.
type Task func(ctx context.Context, in json.RawMessage, say func(progress any)) (out any, err error)

// Config sizes the pool. The zero value works, except that without Dir no
// table can be queried.
type Config struct {
	Dir     string        // absolute; the only directory that query workers can read
	Workers int           // queries at the same time; default 4
	Exports int           // exports at the same time, beside those queries; default 4
	Waiters int           // how many of each may wait for a worker; default 64
	Wait    time.Duration // how long one waits before Busy; default 5 s
	Tasks   int           // tasks at the same time, others wait; default 2
	Scratch string        // where exports to Parquet are written; default the system's temporary directory

	Deadline     time.Duration // of a query that names none; default 2 s
	TaskDeadline time.Duration // of a task that names none; default 10 min

	QueryMemory int64 // DuckDB's limit in a query worker, bytes; default 512 MB
	TaskMemory  int64 // DuckDB's limit in a task, bytes; default 512 MB
	MaxFile     int64 // largest file a task may write, bytes; default 16 GiB

	MaxQueries int           // queries before a worker is replaced; default 1,000
	MaxAge     time.Duration // age at which a worker is replaced; default 10 min
	MaxRSS     int64         // resident bytes at which a worker is replaced; default 300 MB
}

// Needs are what the pool is given.
type Needs struct {
	Log *slog.Logger     // optional; gets what dying workers said
	Now func() time.Time // optional; without it Result.Millis is 0
}

// Do is one run of a task.
type Do struct {
	Task     string
	In       any                   // becomes the task's input by encoding/json
	Read     []string              // absolute files or directories the task may read
	Scratch  string                // absolute directory the task may write; "" for none
	Deadline time.Duration         // default Config.TaskDeadline
	Memory   int64                 // DuckDB's limit in bytes; default Config.TaskMemory
	Progress func(json.RawMessage) // optional; what the task says, in order; the task waits for it
}

// Format is how the worker writes an answer.
type Format string

// The formats.
const (
	Arrays  Format = "arrays"  // [[1,"a"],[2,"b"]]
	Objects Format = "objects" // [{"id":1,"name":"a"},…]
	Lines   Format = "lines"   // one object a line (JSON Lines)
	CSV     Format = "csv"     // RFC 4180
	GeoJSON Format = "geojson" // RFC 7946 FeatureCollection
	Parquet Format = "parquet"
)

// The types of a Column, which are those of Explore 2.1.
const (
	TypeText       = "text"
	TypeInt        = "int"
	TypeDouble     = "double"
	TypeBoolean    = "boolean"
	TypeDate       = "date"
	TypeDatetime   = "datetime"
	TypeGeoPoint2D = "geo_point_2d"
	TypeGeoShape   = "geo_shape"
)

// Column is one column of an answer. Source is the column of the result; a
// geo_point_2d is made of the two result columns Lon and Lat instead, a
// geo_shape is text that holds a GeoJSON geometry or feature.
type Column struct {
	Name   string `json:"name"`             // key in the answer
	Source string `json:"source,omitempty"` // column of the result; default Name
	Label  string `json:"label,omitempty"`  // header in CSV; default Name
	Type   string `json:"type"`
	Lon    string `json:"lon,omitempty"`
	Lat    string `json:"lat,omitempty"`
}

func (c Column) source() string {
	if c.Source != "" {
		return c.Source
	}
	return c.Name
}

// CSVOptions shape a CSV answer. The zero value is a comma, line feeds, no byte
// order mark, quotes where needed.
type CSVOptions struct {
	Delimiter     string `json:"delimiter,omitempty"` // one character; default ","
	ListSeparator string `json:"list_separator,omitempty"`
	QuoteAll      bool   `json:"quote_all,omitempty"`
	BOM           bool   `json:"bom,omitempty"`
	CRLF          bool   `json:"crlf,omitempty"`
	NoHeader      bool   `json:"no_header,omitempty"`
}

// Query is one SELECT over Parquet files.
type Query struct {
	SQL         string            // exactly one SELECT; values of readers only as ? parameters
	Args        []any             // nil, bool, integers, floats, string, []byte, time.Time, *big.Int, and slices of string, int64, float64
	Tables      map[string]string // view name → absolute Parquet path inside Config.Dir
	Format      Format            // default Objects
	Columns     []Column          // default: every result column, typed by its SQL type
	Timezone    string            // IANA name in which datetimes are shown; default UTC
	Deadline    time.Duration     // default Config.Deadline
	MaxRows     int               // 0 for no limit
	MaxBytes    int64             // of the answer as it is written; 0 for no limit
	Bulk        bool              // a long answer, which must not keep short ones waiting; Parquet always is
	CSV         CSVOptions
	Scratch     string // Parquet only; default Config.Scratch
	Compression string // Parquet only; "zstd" (default) or "snappy"
}

// Result says what was written.
type Result struct {
	Rows    int64
	More    bool // MaxRows cut the answer
	Columns []Column
	Millis  int64
}

// LoadColumn is one column of the file that Load reads.
type LoadColumn struct {
	Name    string
	SQLType string // VARCHAR, BIGINT, DOUBLE, DECIMAL(18,s), BOOLEAN, DATE, TIMESTAMP
}

// LoadSpec names what Load reads and writes. CSV is a file in our normal form:
// UTF-8, commas, line feeds, a header, quotes doubled, an empty unquoted cell
// for null; its first column is _row, which Columns leaves out.
type LoadSpec struct {
	CSV     string
	Columns []LoadColumn
	Out     string // Parquet file to make
	Rows    int64  // how many rows CSV has, which is then checked; 0 if not known
}

// LoadResult is what Load wrote.
type LoadResult struct {
	Rows  int64
	Bytes int64
}

// Stats are counts since the pool was made, and the present size of it.
type Stats struct {
	Queries  int64 // answered or failed
	Tasks    int64
	Started  int64 // workers started
	Kills    int64 // workers killed by us
	Crashes  int64 // workers that died by themselves
	TimedOut int64
	Busy     int64 // refused because too many waited
	Workers  int   // alive now, idle or not
	RSS      int64 // resident bytes of the workers alive now
}
