//go:build cgo && linux

package olap_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/olap"
)

// shelters is a small table of every type, with a null in every column.
const shelters = `SELECT * FROM (VALUES
	(1, '信義,"國小"', 120, 1.5, '12.50'::DECIMAL(9,2), true, DATE '2023-05-08', TIMESTAMP '2021-06-23 14:59:57', 121.5, 25.03, '{"type":"Point","coordinates":[121.5,25.03]}', ['a', 'b,c']),
	(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(3, '', -9223372036854775808, 'NaN'::DOUBLE, '-0.05'::DECIMAL(9,2), false, DATE '0001-01-01', TIMESTAMP '1969-12-31 23:59:59.5', 121, NULL, '{"type":"Feature","geometry":null,"properties":{"a":1}}', [])
) t(_row, name, beds, area, cost, open, built, seen, lon, lat, shape, tags) ORDER BY _row`

func columns() []olap.Column {
	return []olap.Column{
		{Name: "name", Label: "名稱", Type: olap.TypeText}, {Name: "beds", Type: olap.TypeInt}, {Name: "area", Type: olap.TypeDouble},
		{Name: "fee", Source: "cost", Type: olap.TypeDouble}, {Name: "open", Type: olap.TypeBoolean}, {Name: "built", Type: olap.TypeDate}, {Name: "seen", Type: olap.TypeDatetime},
		{Name: "place", Type: olap.TypeGeoPoint2D, Lon: "lon", Lat: "lat"}, {Name: "tags"},
	}
}

func TestFormats(t *testing.T) {
	p := pool(t, olap.Config{})
	for _, tt := range []struct {
		name string
		q    olap.Query
		want string
	}{
		{"objects", olap.Query{Format: olap.Objects}, `[{"name":"信義,\"國小\"","beds":120,"area":1.5,"fee":12.50,"open":true,"built":"2023-05-08","seen":"2021-06-23T14:59:57+00:00","place":{"lon":121.5,"lat":25.03},"tags":["a","b,c"]},
{"name":null,"beds":null,"area":null,"fee":null,"open":null,"built":null,"seen":null,"place":null,"tags":null},
{"name":"","beds":-9223372036854775808,"area":null,"fee":-0.05,"open":false,"built":"0001-01-01","seen":"1969-12-31T23:59:59.500000+00:00","place":null,"tags":[]}]`},
		{"arrays, in Taipei", olap.Query{Format: olap.Arrays, Timezone: "Asia/Taipei"}, `[["信義,\"國小\"",120,1.5,12.50,true,"2023-05-08","2021-06-23T22:59:57+08:00",{"lon":121.5,"lat":25.03},["a","b,c"]],
[null,null,null,null,null,null,null,null,null],
["",-9223372036854775808,null,-0.05,false,"0001-01-01","1970-01-01T07:59:59.500000+08:00",null,[]]]`},
		{"lines, one row", olap.Query{Format: olap.Lines, MaxRows: 1, Timezone: "America/New_York"},
			`{"name":"信義,\"國小\"","beds":120,"area":1.5,"fee":12.50,"open":true,"built":"2023-05-08","seen":"2021-06-23T10:59:57-04:00","place":{"lon":121.5,"lat":25.03},"tags":["a","b,c"]}` + "\n"},
		{"csv", olap.Query{Format: olap.CSV}, "名稱,beds,area,fee,open,built,seen,place,tags\n" +
			`"信義,""國小""",120,1.5,12.50,true,2023-05-08,2021-06-23T14:59:57+00:00,"25.03, 121.5","a,b,c"` + "\n,,,,,,,,\n" +
			`"",-9223372036854775808,,-0.05,false,0001-01-01,1969-12-31T23:59:59.500000+00:00,,""` + "\n"},
		{"csv as Explore writes it", olap.Query{Format: olap.CSV, CSV: olap.CSVOptions{Delimiter: ";", ListSeparator: "|", BOM: true, CRLF: true}, MaxRows: 2}, "\ufeff名稱;beds;area;fee;open;built;seen;place;tags\r\n" +
			`"信義,""國小""";120;1.5;12.50;true;2023-05-08;2021-06-23T14:59:57+00:00;25.03, 121.5;a|b,c` + "\r\n;;;;;;;;\r\n"},
		{"csv, all quoted, no header", olap.Query{Format: olap.CSV, CSV: olap.CSVOptions{QuoteAll: true, NoHeader: true}, MaxRows: 2},
			`"信義,""國小""","120","1.5","12.50","true","2023-05-08","2021-06-23T14:59:57+00:00","25.03, 121.5","a,b,c"` + "\n" + `"","","","","","","","",""` + "\n"},
		{"geojson of points", olap.Query{Format: olap.GeoJSON, Columns: columns()[5:8]}, `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[121.5,25.03]},"properties":{"built":"2023-05-08","seen":"2021-06-23T14:59:57+00:00"}},
{"type":"Feature","geometry":null,"properties":{"built":null,"seen":null}},
{"type":"Feature","geometry":null,"properties":{"built":"0001-01-01","seen":"1969-12-31T23:59:59.500000+00:00"}}]}`},
		{"geojson of shapes", olap.Query{Format: olap.GeoJSON, Columns: []olap.Column{{Name: "open"}, {Name: "place", Type: olap.TypeGeoPoint2D, Lon: "lon", Lat: "lat"}, {Name: "shape", Type: olap.TypeGeoShape}}}, `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[121.5,25.03]},"properties":{"open":true,"place":{"lon":121.5,"lat":25.03}}},
{"type":"Feature","geometry":null,"properties":{"open":null,"place":null}},
{"type":"Feature","geometry":null,"properties":{"open":false,"place":null}}]}`},
		{"shapes as objects", olap.Query{Columns: []olap.Column{{Name: "shape", Type: olap.TypeGeoShape}}}, `[{"shape":{"type":"Feature","geometry":{"type":"Point","coordinates":[121.5,25.03]},"properties":{}}},
{"shape":null},
{"shape":{"type":"Feature","geometry":null,"properties":{"a":1}}}]`},
		{"no rows", olap.Query{Format: olap.Objects, SQL: "SELECT 1 AS a WHERE false", Columns: []olap.Column{{Name: "a"}}}, `[]`},
		{"no rows as geojson", olap.Query{Format: olap.GeoJSON, SQL: "SELECT 1.0 AS a, 2.0 AS b WHERE false", Columns: []olap.Column{{Name: "p", Type: olap.TypeGeoPoint2D, Lon: "a", Lat: "b"}}}, `{"type":"FeatureCollection","features":[]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.q.SQL == "" {
				tt.q.SQL = shelters
			}
			if tt.q.Columns == nil {
				tt.q.Columns = columns()
			}
			if diff := cmp.Diff(tt.want, ask(t, p, tt.q)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestValues(t *testing.T) {
	p := pool(t, olap.Config{})
	for sql, want := range map[string]string{
		"sum(x) FROM (VALUES (9223372036854775807), (9223372036854775807)) t(x)": "18446744073709551614",
		"170141183460469231731687303715884105727::HUGEINT":                       "170141183460469231731687303715884105727",
		"-170141183460469231731687303715884105727::HUGEINT - 1":                  "-170141183460469231731687303715884105728",
		"340282366920938463463374607431768211455::UHUGEINT":                      "340282366920938463463374607431768211455",
		"18446744073709551615::UBIGINT":                                          "18446744073709551615",
		"'12345678901234567890123456789.0123456789'::DECIMAL(38,9)":              "12345678901234567890123456789.012345679",
		"-0.001::DECIMAL(18,3)":                                                  "-0.001",
		"(-128)::TINYINT":                                                        "-128", "255::UTINYINT": "255", "(-32768)::SMALLINT": "-32768", "65535::USMALLINT": "65535", "4294967295::UINTEGER": "4294967295",
		"0.1::FLOAT": "0.1", "1e300::DOUBLE": "1e+300", "1e-7::DOUBLE": "1e-07", "100000000000000000000::DOUBLE": "100000000000000000000", "'inf'::DOUBLE": "null",
		"DATE 'infinity'": "null", "TIMESTAMP '-infinity'": "null", "DATE '9999-12-31'": `"9999-12-31"`, "DATE '0044-03-15 (BC)'": "null",
		"TIMESTAMP_S '2020-02-29 00:00:00'": `"2020-02-29T00:00:00+00:00"`, "TIMESTAMP_MS '2020-02-29 00:00:00.123'": `"2020-02-29T00:00:00.123000+00:00"`,
		"TIMESTAMP_NS '2020-02-29 00:00:00.123456789'": `"2020-02-29T00:00:00.123456+00:00"`, "TIMESTAMPTZ '2020-02-29 08:00:00+08'": `"2020-02-29T00:00:00+00:00"`,
		"TIME '12:34:56'": `"12:34:56"`, "UUID '0189d0f3-1f9c-7cc3-8b1e-0a1b2c3d4e5f'": `"0189d0f3-1f9c-7cc3-8b1e-0a1b2c3d4e5f"`, "'a'::ENUM('b', 'a')": `"a"`, "'\\x01'::BLOB": `"AQ=="`,
		"chr(1) || '\"\\' || chr(9) || '𠮷'": `"\u0001\"\\\t𠮷"`, "NULL": "null", "{'a': 1, 'b': ['x', NULL]}": `{"a":1,"b":["x",null]}`,
		`'{"a": [1]}'::JSON`: `{"a": [1]}`, "[1.5, 2]::DOUBLE[2]": "[1.5,2]", "'a long string, longer than twelve bytes'": `"a long string, longer than twelve bytes"`,
	} {
		if got := ask(t, p, olap.Query{SQL: "SELECT " + sql, Format: olap.Arrays}); got != "[["+want+"]]" {
			t.Errorf("SELECT %s = %s, want [[%s]]", sql, got, want)
		}
	}
}

func TestArgs(t *testing.T) {
	p := pool(t, olap.Config{})
	wide, _ := new(big.Int).SetString("-170141183460469231731687303715884105728", 10)
	type code string
	for _, tt := range []struct {
		sql  string
		arg  any
		want string
	}{
		{"?::VARCHAR", "it's; DROP TABLE \"x\" -- 𠮷\n", `"it's; DROP TABLE \"x\" -- 𠮷\n"`},
		{"?::VARCHAR", code("007"), `"007"`},
		{"?::BIGINT", int64(math.MinInt64), "-9223372036854775808"},
		{"?::UBIGINT", uint64(math.MaxUint64), "18446744073709551615"},
		{"?::HUGEINT", wide, wide.String()},
		{"?::DOUBLE", 0.1, "0.1"},
		{"isnan(?::DOUBLE)", math.NaN(), "true"},
		{"?::BOOLEAN", true, "true"},
		{"? IS NULL", nil, "true"},
		{"?::TIMESTAMP", time.Date(2023, 5, 8, 8, 0, 0, 0, time.FixedZone("", 8*3600)), `"2023-05-08T00:00:00+00:00"`},
		{"?::BLOB", []byte{1, 2}, `"AQI="`},
		{"list_sum(?::BIGINT[])", []int64{1, 2, 3}, "6"},
		{"list_contains(?::VARCHAR[], 'b')", []string{"a", "b"}, "true"},
		{"list_sum(?::DOUBLE[])", []float64{1.5, 2}, "3.5"},
	} {
		if got := ask(t, p, olap.Query{SQL: "SELECT " + tt.sql, Args: []any{tt.arg}, Format: olap.Arrays}); got != "[["+tt.want+"]]" {
			t.Errorf("SELECT %s of %v = %s, want [[%s]]", tt.sql, tt.arg, got, tt.want)
		}
	}
	for _, args := range [][]any{nil, {1, 2}, {struct{}{}}} {
		if _, err := p.Query(t.Context(), olap.Query{SQL: "SELECT ?", Args: args}, io.Discard); err == nil {
			t.Errorf("Query() with arguments %v = nil", args)
		}
	}
}

func TestTables(t *testing.T) {
	dir := t.TempDir()
	p := pool(t, olap.Config{Dir: dir})
	one := table(t, p, dir, "SELECT 1 AS a")
	odd := filepath.Join(dir, "it's \"two\".parquet")
	if err := os.WriteFile(odd, []byte(ask(t, p, olap.Query{SQL: "SELECT 2 AS a", Format: olap.Parquet})), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		sql    string
		tables map[string]string
		want   string // "" for an error
	}{
		{"one", `SELECT a FROM t`, map[string]string{"t": one}, "[[1]]"},
		{"the same name, another file", `SELECT a FROM t`, map[string]string{"t": odd}, "[[2]]"},
		{"both", `SELECT t.a + "u;""'".a FROM t, "u;""'"`, map[string]string{"t": one, `u;"'`: odd}, "[[3]]"},
		{"what another query named is gone", `SELECT a FROM "u;""'"`, map[string]string{"t": one}, ""},
		{"a file that is absent", `SELECT a FROM t`, map[string]string{"t": filepath.Join(dir, "none.parquet")}, ""},
		{"and after an error", `SELECT a FROM t`, map[string]string{"t": one}, "[[1]]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			_, err := p.Query(t.Context(), olap.Query{SQL: tt.sql, Tables: tt.tables, Format: olap.Arrays, Deadline: time.Minute}, &b)
			if (err == nil) != (tt.want != "") || b.String() != tt.want {
				t.Errorf("Query() = %s, %v, want %q", b.String(), err, tt.want)
			}
		})
	}
	if got := p.Stats().Started; got != 3 { // one for queries, two for the exports
		t.Errorf("%d workers started, want 3", got)
	}
}

func TestResult(t *testing.T) {
	p, err := olap.New(olap.Config{}, olap.Needs{Now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	res, err := p.Query(t.Context(), olap.Query{SQL: "SELECT range AS a, 'x' AS b, sum(1) OVER () AS c FROM range(10)", MaxRows: 4, Deadline: time.Minute}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	want := olap.Result{Rows: 4, More: true, Columns: []olap.Column{{Name: "a", Type: olap.TypeInt}, {Name: "b", Type: olap.TypeText}, {Name: "c", Type: olap.TypeInt}}}
	if diff := cmp.Diff(want, res); diff != "" {
		t.Errorf("Query() (-want +got):\n%s", diff)
	}
	for limit, more := range map[int]bool{9: true, 10: false, 11: false, 0: false} {
		res, err := p.Query(t.Context(), olap.Query{SQL: "SELECT * FROM range(10)", MaxRows: limit, Deadline: time.Minute}, io.Discard)
		if err != nil || res.More != more {
			t.Errorf("MaxRows %d of 10: More = %v, %v", limit, res.More, err)
		}
	}
}

func TestQueryRefuses(t *testing.T) {
	p := pool(t, olap.Config{})
	for _, tt := range []struct {
		name string
		q    olap.Query
		code string
	}{
		{"a sum of text", olap.Query{SQL: "SELECT sum('a')"}, "olap.does-not-fit"},
		{"a cast that cannot be", olap.Query{SQL: "SELECT 'a'::INT"}, "olap.does-not-fit"},
		{"a time zone", olap.Query{SQL: "SELECT 1", Timezone: "Mars/Base"}, "olap.bad-timezone"},
		{"the machine's time zone", olap.Query{SQL: "SELECT 1", Timezone: "Local"}, "olap.bad-timezone"},
		{"geojson without a place", olap.Query{SQL: "SELECT 1", Format: olap.GeoJSON}, "olap.no-geometry"},
		{"a quote as delimiter", olap.Query{SQL: "SELECT 1", Format: olap.CSV, CSV: olap.CSVOptions{Delimiter: `"`}}, "olap.bad-delimiter"},
		{"a word as delimiter", olap.Query{SQL: "SELECT 1", Format: olap.CSV, CSV: olap.CSVOptions{Delimiter: "ab"}}, "olap.bad-delimiter"},
		{"an unknown table", olap.Query{SQL: "SELECT * FROM nowhere"}, "fault.internal"},
		{"an unknown format", olap.Query{SQL: "SELECT 1", Format: "xml"}, "fault.internal"},
		{"a column that is not there", olap.Query{SQL: "SELECT 1", Columns: []olap.Column{{Name: "b"}}}, "fault.internal"},
		{"an unknown compression", olap.Query{SQL: "SELECT 1", Format: olap.Parquet, Compression: "rar"}, "fault.internal"},
		{"a file that cannot be written", olap.Query{SQL: "SELECT 1", Format: olap.Parquet, Scratch: "/nowhere"}, "fault.internal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			tt.q.Deadline = time.Minute
			_, err := p.Query(t.Context(), tt.q, &b)
			if err == nil || fault.Of(err).Code != tt.code || b.Len() > 0 {
				t.Errorf("Query() = %v (%s), %d bytes written; want %s and none", err, fault.Of(err).Code, b.Len(), tt.code)
			}
		})
	}
	if got := p.Stats(); got.Kills > 0 || got.Crashes > 0 {
		t.Errorf("Stats() = %+v, want no kills and no crashes", got)
	}
}

func TestParquet(t *testing.T) {
	dir, scratch := t.TempDir(), t.TempDir()
	p := pool(t, olap.Config{Dir: dir, Scratch: scratch})
	var b bytes.Buffer
	res, err := p.Query(t.Context(), olap.Query{
		SQL: shelters + ";", Format: olap.Parquet, Deadline: time.Minute, MaxRows: 2, Compression: "snappy",
		Columns: []olap.Column{{Name: "place", Type: olap.TypeGeoPoint2D, Lon: "lon", Lat: "lat"}, {Name: "price", Source: "cost"}},
	}, &b)
	if err != nil || res.Rows != 2 {
		t.Fatalf("Query() = %+v, %v, want 2 rows", res, err)
	}
	path := filepath.Join(dir, "t.parquet")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got := ask(t, p, olap.Query{SQL: "SELECT place_lon, place_lat, price, typeof(price) FROM t", Tables: map[string]string{"t": path}, Format: olap.Arrays})
	if want := "[[121.5,25.03,12.50,\"DECIMAL(9,2)\"],\n[null,null,null,\"DECIMAL(9,2)\"]]"; got != want {
		t.Errorf("read back: %s, want %s", got, want)
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("left in the scratch directory: %v, %v", left, err)
	}
}

// The engine must be the release that the module is pinned for.
func TestPairs(t *testing.T) {
	p := pool(t, olap.Config{})
	if got, want := ask(t, p, olap.Query{SQL: "SELECT version()", Format: olap.Arrays}), `[["`+olap.Version+`"]]`; got != want {
		t.Errorf("version() = %s, want %s", got, want)
	}
}

// A large answer streams: the worker's memory stays under its limit, and every
// row arrives once.
func TestLargeAnswer(t *testing.T) {
	p := pool(t, olap.Config{QueryMemory: 64 << 20})
	const rows = 300_000
	lines := int64(0)
	res, err := p.Query(t.Context(), olap.Query{
		SQL: "SELECT range AS a, repeat('x', 500) AS b FROM range(?)", Args: []any{rows}, Format: olap.Lines, Deadline: time.Minute,
	}, writer(func(b []byte) (int, error) { lines += int64(bytes.Count(b, []byte("\n"))); return len(b), nil }))
	if err != nil || res.Rows != rows || lines != rows {
		t.Errorf("Query() = %d rows, %v, %d lines, want %d", res.Rows, err, lines, rows)
	}
}

func TestTextSurvives(t *testing.T) {
	p := pool(t, olap.Config{Deadline: time.Minute})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "texts")
		o := olap.CSVOptions{Delimiter: rapid.SampledFrom([]string{",", ";", "\t", "|", "、"}).Draw(t, "delimiter"), QuoteAll: rapid.Bool().Draw(t, "all"), NoHeader: true}
		q := olap.Query{SQL: "SELECT " + strings.TrimSuffix(strings.Repeat("?::VARCHAR,", len(want)), ",")}
		for i := range want {
			want[i] = strings.ReplaceAll(strings.ToValidUTF8(want[i], ""), "\r", "") // encoding/csv reads \r\n as \n
			q.Args = append(q.Args, want[i])
		}
		var b bytes.Buffer
		q.Format, q.CSV = olap.CSV, o
		if _, err := p.Query(t.Context(), q, &b); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(&b)
		r.Comma = []rune(o.Delimiter)[0]
		if got, err := r.Read(); err != nil || !cmp.Equal(got, want) {
			t.Errorf("CSV = %q, %v, want %q", got, err, want)
		}
		b.Reset()
		q.Format = olap.Arrays
		if _, err := p.Query(t.Context(), q, &b); err != nil {
			t.Fatal(err)
		}
		var rows [][]string
		if err := json.Unmarshal(b.Bytes(), &rows); err != nil || !cmp.Equal(rows[0], want) {
			t.Errorf("JSON = %q, %v, want %q", rows, err, want)
		}
	})
}

func TestDeadlineNeedsNoDefault(t *testing.T) {
	p := pool(t, olap.Config{Deadline: 100 * time.Millisecond})
	if _, err := p.Query(t.Context(), olap.Query{SQL: endless}, io.Discard); !errors.Is(err, fault.TimedOut) {
		t.Errorf("Query() = %v, want fault.TimedOut", err)
	}
}
