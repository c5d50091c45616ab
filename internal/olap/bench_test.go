//go:build cgo && linux

package olap_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gongdao/gongdao/internal/olap"
)

// bench makes a pool over one table of typed columns, t.
func bench(b *testing.B, rows int) (*olap.Pool, map[string]string) {
	b.Helper()
	dir := b.TempDir()
	p, err := olap.New(olap.Config{Dir: dir}, olap.Needs{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = p.Close() })
	in, out := filepath.Join(dir, "in.csv"), filepath.Join(dir, "t.parquet")
	spec := olap.LoadSpec{CSV: in, Out: out, Rows: int64(rows), Columns: writeTable(b, in, rows)}
	if err := p.Do(b.Context(), olap.Do{Task: "load", In: spec, Read: []string{in}, Scratch: dir}, nil); err != nil {
		b.Fatal(err)
	}
	return p, map[string]string{"t": out}
}

func writeTable(b *testing.B, path string, rows int) []olap.LoadColumn {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "_row,id,place,kind,amount,fee,day,seen,open")
	for i := range rows {
		h := uint32(i) * 2654435761
		fmt.Fprintf(w, "%d,%d,\"臺北市信義區市府路%d號\",kind %d,%g,%d.%02d,2023-%02d-%02d,2023-05-08 %02d:%02d:00,%v\n",
			i+1, h, h%5000, h%1000, float64(h%100000)/8, h%1000, h%100, h%12+1, h%28+1, h%24, h%60, h%2 == 0)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return []olap.LoadColumn{{Name: "id", SQLType: "BIGINT"}, {Name: "place", SQLType: "VARCHAR"}, {Name: "kind", SQLType: "VARCHAR"}, {Name: "amount", SQLType: "DOUBLE"},
		{Name: "fee", SQLType: "DECIMAL(18,2)"}, {Name: "day", SQLType: "DATE"}, {Name: "seen", SQLType: "TIMESTAMP"}, {Name: "open", SQLType: "BOOLEAN"}}
}

func query(b *testing.B, p *olap.Pool, q olap.Query) {
	b.Helper()
	q.Deadline = time.Minute
	var n counter
	for b.Loop() {
		n = 0
		if _, err := p.Query(b.Context(), q, &n); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(n))
	b.ReportMetric(float64(p.Stats().RSS)/1e6, "worker-MB")
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// BenchmarkStart is from no worker to its first answer.
func BenchmarkStart(b *testing.B) {
	p, err := olap.New(olap.Config{Dir: b.TempDir(), MaxQueries: 1}, olap.Needs{})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	for b.Loop() {
		if _, err := p.Query(b.Context(), olap.Query{SQL: "SELECT 1", Deadline: time.Minute}, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuery(b *testing.B) {
	p, tables := bench(b, 1_000_000)
	for _, bb := range []struct {
		name string
		q    olap.Query
	}{
		{"nothing", olap.Query{SQL: "SELECT 1"}},
		{"one row by number", olap.Query{SQL: "SELECT * FROM t WHERE _row = ?", Args: []any{500_000}}},
		{"page of 100 rows", olap.Query{SQL: "SELECT * FROM t LIMIT 100 OFFSET 500"}},
		{"page by row number", olap.Query{SQL: "SELECT * FROM t WHERE _row BETWEEN ? AND ?", Args: []any{500_001, 500_100}}},
		{"one value of a text", olap.Query{SQL: "SELECT count(*) FROM t WHERE kind = ?", Args: []any{"kind 7"}}},
		{"export csv", olap.Query{SQL: "SELECT * FROM t", Format: olap.CSV}},
		{"export objects", olap.Query{SQL: "SELECT * FROM t", Format: olap.Objects}},
		{"export parquet", olap.Query{SQL: "SELECT * FROM t", Format: olap.Parquet}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			bb.q.Tables = tables
			query(b, p, bb.q)
		})
	}
}

func BenchmarkGroupBy10M(b *testing.B) {
	p, tables := bench(b, 10_000_000)
	for _, sql := range []string{
		"SELECT open, count(*), sum(amount) FROM t GROUP BY open",
		"SELECT kind, count(*), sum(amount) FROM t GROUP BY kind",
	} {
		b.Run(sql[:13], func(b *testing.B) { query(b, p, olap.Query{SQL: sql, Tables: tables}) })
	}
}

func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	p, err := olap.New(olap.Config{Dir: dir}, olap.Needs{})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	in, out := filepath.Join(dir, "in.csv"), filepath.Join(dir, "t.parquet")
	do := olap.Do{Task: "load", In: olap.LoadSpec{CSV: in, Out: out, Rows: 1_000_000, Columns: writeTable(b, in, 1_000_000)}, Read: []string{in}, Scratch: dir,
		Progress: func(json.RawMessage) {}}
	info, err := os.Stat(in)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := p.Do(b.Context(), do, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(info.Size())
}
