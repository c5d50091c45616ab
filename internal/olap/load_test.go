//go:build cgo && linux

package olap_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/olap"
)

// load writes csv and loads it, and returns the pool's directory as well.
func load(t *testing.T, p *olap.Pool, dir, csv string, rows int64, columns ...olap.LoadColumn) (olap.LoadResult, error) {
	t.Helper()
	in := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(in, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	var res olap.LoadResult
	spec := olap.LoadSpec{CSV: in, Columns: columns, Out: filepath.Join(dir, "t.parquet"), Rows: rows}
	err := p.Do(t.Context(), olap.Do{Task: "load", In: spec, Read: []string{in}, Scratch: dir}, &res)
	return res, err
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	p := pool(t, olap.Config{Dir: dir})
	csv := `_row,代碼,"a ""b""",n,d,o,day,at,loc.lon,loc.lat
1,007,"x,""y""
z",9223372036854775807,1.5,true,2023-05-08,2021-06-23 14:59:57,121.5,25.03
2,"",,,,,,,,
3,'1,𠮷,-1,-0.25,false,0112-01-01,1969-12-31 23:59:59.5,1e2,-0
`
	res, err := load(t, p, dir, csv, 3,
		olap.LoadColumn{Name: "代碼", SQLType: "VARCHAR"}, olap.LoadColumn{Name: `a "b"`, SQLType: "VARCHAR"}, olap.LoadColumn{Name: "n", SQLType: "BIGINT"},
		olap.LoadColumn{Name: "d", SQLType: "DECIMAL(18,2)"}, olap.LoadColumn{Name: "o", SQLType: "BOOLEAN"}, olap.LoadColumn{Name: "day", SQLType: "DATE"},
		olap.LoadColumn{Name: "at", SQLType: "TIMESTAMP"}, olap.LoadColumn{Name: "loc.lon", SQLType: "DOUBLE"}, olap.LoadColumn{Name: "loc.lat", SQLType: "DOUBLE"})
	if err != nil || res.Rows != 3 || res.Bytes == 0 {
		t.Fatalf("Load() = %+v, %v", res, err)
	}
	tables := map[string]string{"t": filepath.Join(dir, "t.parquet")}
	want := `[[1,"007","x,\"y\"\nz",9223372036854775807,1.50,true,"2023-05-08","2021-06-23T14:59:57+00:00",121.5,25.03],
[2,"",null,null,null,null,null,null,null,null],
[3,"'1","𠮷",-1,-0.25,false,"0112-01-01","1969-12-31T23:59:59.500000+00:00",100,-0]]`
	if diff := cmp.Diff(want, ask(t, p, olap.Query{SQL: "SELECT * FROM t ORDER BY _row", Tables: tables, Format: olap.Arrays})); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	types := ask(t, p, olap.Query{SQL: "SELECT string_agg(column_type, ' ') FROM (DESCRIBE SELECT * FROM t)", Tables: tables, Format: olap.CSV, CSV: olap.CSVOptions{NoHeader: true}})
	if want := "\"BIGINT VARCHAR VARCHAR BIGINT DECIMAL(18,2) BOOLEAN DATE TIMESTAMP DOUBLE DOUBLE\"\n"; types != want {
		t.Errorf("types = %s, want %s", types, want)
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	p := pool(t, olap.Config{Dir: dir})
	long := strings.Repeat("x", 10<<20)
	for _, tt := range []struct {
		name, csv, sqlType string
		rows               int64
		code, says         string
	}{
		{"a word as a number", "_row,a\n1,12\n2,\n3,x\n", "BIGINT", 0, "olap.bad-cell", `line 4, column a: "x" is not a BIGINT`},
		{"an empty text as a number", "_row,a\n1,\"\"\n", "BIGINT", 0, "olap.bad-cell", `line 2, column a: "" is not a BIGINT`},
		{"a number too large", "_row,a\n1,9223372036854775808\n", "BIGINT", 0, "olap.bad-cell", "line 2"},
		{"a day that is not", "_row,a\n1,2023-02-30\n", "DATE", 0, "olap.bad-cell", "line 2"},
		{"a row that is short", "_row,a\n1,1\n2\n", "DOUBLE", 0, "olap.bad-row", "line 3"},
		{"a row that is long", "_row,a\n1,1\n2,3,4\n", "DOUBLE", 0, "olap.bad-row", "line 3"},
		{"an open quote", "_row,a\n1,1\n2,\"3\n", "VARCHAR", 0, "olap.bad-row", "line 3"},
		{"bytes that are no text", "_row,a\n1,\xff\n", "VARCHAR", 0, "olap.bad-row", "line 2"},
		{"a line without end", "_row,a\n1,\"" + long + "\"\n", "VARCHAR", 0, "olap.bad-row", "line 2"},
		{"other line ends", "_row,a\r\n1,2\r\n", "BIGINT", 0, "fault.internal", "normal form"},
		{"no header", "1,2\n", "BIGINT", 0, "fault.internal", "normal form"},
		{"an empty file", "", "BIGINT", 0, "fault.internal", "normal form"},
		{"a row too few", "_row,a\n1,2\n", "BIGINT", 2, "fault.internal", "2 rows"},
		{"a type that is not ours", "_row,a\n1,2\n", "BLOB", 0, "fault.internal", "BLOB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, p, dir, tt.csv, tt.rows, olap.LoadColumn{Name: "a", SQLType: tt.sqlType})
			if err == nil || fault.Of(err).Code != tt.code || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Load() = %v (%s), want %s: %s", err, fault.Of(err).Code, tt.code, tt.says)
			}
		})
	}
}

// A row of the largest size that is accepted for publication loads.
func TestLoadLongRow(t *testing.T) {
	dir := t.TempDir()
	p := pool(t, olap.Config{Dir: dir})
	csv := "_row,a\n1,\"" + strings.Repeat("字", 8<<20/3) + "\"\n2,b\n"
	if res, err := load(t, p, dir, csv, 2, olap.LoadColumn{Name: "a", SQLType: "VARCHAR"}); err != nil || res.Rows != 2 {
		t.Errorf("Load() = %+v, %v, want 2 rows", res, err)
	}
}

// The file keeps its order, however many threads write it.
func TestLoadKeepsOrder(t *testing.T) {
	dir := t.TempDir()
	p := pool(t, olap.Config{Dir: dir})
	var csv bytes.Buffer
	csv.WriteString("_row,a\n")
	const rows = 200_000
	for i := range rows {
		fmt.Fprintf(&csv, "%d,%d\n", i+1, i*7)
	}
	if _, err := load(t, p, dir, csv.String(), rows, olap.LoadColumn{Name: "a", SQLType: "BIGINT"}); err != nil {
		t.Fatal(err)
	}
	tables := map[string]string{"t": filepath.Join(dir, "t.parquet")}
	got := ask(t, p, olap.Query{SQL: "SELECT count(*), sum((a = (_row - 1) * 7)::INT), sum((file_row_number + 1 = _row)::INT) FROM (SELECT *, row_number() OVER () - 1 AS file_row_number FROM t)", Tables: tables, Format: olap.Arrays})
	if want := "[[200000,200000,200000]]"; got != want {
		t.Errorf("rows, rows as written, rows in order = %s, want %s", got, want)
	}
}

func TestSelect(t *testing.T) {
	dir := t.TempDir()
	p := pool(t, olap.Config{Dir: dir})
	path := table(t, p, dir, "SELECT 1 AS a, '12.50'::DECIMAL(9,2) AS b, DATE '2023-05-08' AS c, NULL AS d, [1, 2] AS e, sum(9223372036854775807) AS f FROM range(2)")
	var got answer
	if err := p.Do(t.Context(), olap.Do{Task: "select", In: "SELECT * FROM parquet_scan('" + path + "')", Read: []string{path}}, &got); err != nil {
		t.Fatal(err)
	}
	want := answer{[][]any{{1.0, "12.50", "2023-05-08", nil, []any{1.0, 2.0}, 18446744073709551614.0}}, []string{"a", "b", "c", "d", "e", "f"}} // numbers through JSON
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Select() (-want +got):\n%s", diff)
	}
	for _, sql := range []string{"SELECT * FROM parquet_scan('/etc/passwd')", "COPY (SELECT 1) TO '" + path + "'", "SELECT * FROM nowhere"} {
		if err := p.Do(t.Context(), olap.Do{Task: "select", In: sql, Read: []string{path}}, nil); err == nil {
			t.Errorf("Select(%s) = nil", sql)
		}
	}
	if err := p.Do(t.Context(), olap.Do{Task: "select", In: endless, Deadline: 300 * time.Millisecond}, nil); !errors.Is(err, fault.TimedOut) {
		t.Errorf("Select() past the deadline = %v, want fault.TimedOut", err)
	}
}

// Parquet that is broken on purpose is an error of one query, never of the pool.
func TestBrokenParquet(t *testing.T) {
	dir := t.TempDir()
	p := pool(t, olap.Config{Dir: dir})
	good, err := os.ReadFile(table(t, p, dir, "SELECT range AS a, 'text ' || range AS b FROM range(5000)"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "broken.parquet")
	noticed := 0
	for i := 0; i < len(good); i += len(good)/40 + 1 {
		bad := bytes.Clone(good)
		for j := i; j < min(i+8, len(bad)); j++ {
			bad[j] ^= 0xff
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := p.Query(t.Context(), olap.Query{SQL: "SELECT * FROM t", Tables: map[string]string{"t": path}, Deadline: time.Minute}, io.Discard)
		if errors.Is(err, fault.TimedOut) || errors.Is(err, fault.Busy) {
			t.Errorf("byte %d: %v", i, err)
		}
		if err != nil {
			noticed++
		}
	}
	if noticed == 0 { // without checksums not every one can be
		t.Error("no broken file was noticed")
	}
	ask(t, p, olap.Query{SQL: "SELECT 1"})
}
