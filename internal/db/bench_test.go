package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	_ "modernc.org/sqlite"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

var benchSchema = fstest.MapFS{"0001_row.sql": {Data: []byte(`
CREATE TABLE bench_row (id TEXT PRIMARY KEY, n BIGINT NOT NULL, body TEXT NOT NULL);
CREATE TABLE bench_sum (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);
`)}}

const (
	benchInsert = `INSERT INTO bench_row (id, n, body) VALUES (?, ?, ?)`
	benchUpsert = `INSERT INTO bench_sum (id, n) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = bench_sum.n + 1`
	benchSelect = `SELECT n, body FROM bench_row WHERE id = ?`
	benchBody   = "a body of some eighty bytes, which is about what a row of a room has beside its key"
)

// callers runs b.N calls from n goroutines.
func callers(b *testing.B, n int, do func(i int64) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range n {
		wg.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					return
				}
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}

// engines runs a benchmark on both.
func engines(b *testing.B, run func(b *testing.B, d *db.DB, cfg db.Config)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			cfg := db.Config{Dir: b.TempDir()}
			if engine == "postgres" {
				cfg = dbtest.Postgres(b)
			}
			d := dbtest.Open(b, cfg, db.Needs{})
			if err := d.Migrate(b.Context(), "bench", benchSchema); err != nil {
				b.Fatal(err)
			}
			run(b, d, cfg)
		})
	}
}

// BenchmarkWrite32 is durable writes of three statements from 32 callers.
func BenchmarkWrite32(b *testing.B) {
	engines(b, func(b *testing.B, d *db.DB, _ db.Config) {
		callers(b, 32, func(i int64) error {
			return d.Write(b.Context(), func(tx *db.Tx) error {
				var n int64
				if _, err := tx.Exec(benchInsert, fmt.Sprintf("%012d", i), i, benchBody); err != nil {
					return err
				}
				if _, err := tx.Exec(benchUpsert, i%512); err != nil {
					return err
				}
				return tx.QueryRow(`SELECT n FROM bench_sum WHERE id = ?`, i%512).Scan(&n)
			})
		})
	})
}

// BenchmarkWrite32Emit is the same with a fact in place of the counter.
func BenchmarkWrite32Emit(b *testing.B) {
	engines(b, func(b *testing.B, d *db.DB, _ db.Config) {
		callers(b, 32, func(i int64) error {
			return d.Write(b.Context(), func(tx *db.Tx) error {
				if _, err := tx.Exec(benchInsert, fmt.Sprintf("%012d", i), i, benchBody); err != nil {
					return err
				}
				return tx.Emit(Noted{ID: tx.NewID(), N: int(i)})
			})
		})
	})
}

// bare opens the file of d without internal/db.
func bare(b *testing.B, cfg db.Config, conns int) *sql.DB {
	b.Helper()
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(cfg.Dir, "gongdao.db")+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	b.Cleanup(func() { _ = pool.Close() })
	return pool
}

// BenchmarkWrite32Bare is BenchmarkWrite32 with one commit each and database/sql.
func BenchmarkWrite32Bare(b *testing.B) {
	d := dbtest.SQLite(b)
	cfg := db.Config{Dir: d.Dir()}
	if err := d.Migrate(b.Context(), "bench", benchSchema); err != nil {
		b.Fatal(err)
	}
	pool := bare(b, cfg, 1)
	callers(b, 32, func(i int64) error {
		tx, err := pool.BeginTx(b.Context(), nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		var n int64
		if _, err := tx.ExecContext(b.Context(), benchInsert, fmt.Sprintf("%012d", i), i, benchBody); err != nil {
			return err
		}
		if _, err := tx.ExecContext(b.Context(), benchUpsert, i%512); err != nil {
			return err
		}
		if err := tx.QueryRowContext(b.Context(), `SELECT n FROM bench_sum WHERE id = ?`, i%512).Scan(&n); err != nil {
			return err
		}
		return tx.Commit()
	})
}

const benchRows = 10000

func fill(b *testing.B, d *db.DB) {
	b.Helper()
	err := d.Write(b.Context(), func(tx *db.Tx) error {
		for i := range benchRows {
			if _, err := tx.Exec(benchInsert, fmt.Sprintf("%012d", i), i, benchBody); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func readOne(ctx context.Context, d *db.DB, i int64) error {
	return d.Read(ctx, func(tx *db.Tx) error {
		var n int64
		var body string
		return tx.QueryRow(benchSelect, fmt.Sprintf("%012d", i*7919%benchRows)).Scan(&n, &body)
	})
}

// BenchmarkPointRead is one row by its key in a Read.
func BenchmarkPointRead(b *testing.B) {
	engines(b, func(b *testing.B, d *db.DB, _ db.Config) {
		fill(b, d)
		for _, n := range []int{1, 4} {
			b.Run(fmt.Sprint(n), func(b *testing.B) {
				callers(b, n, func(i int64) error { return readOne(b.Context(), d, i) })
			})
		}
	})
}

// BenchmarkPointReadBare is the same with database/sql, text and prepared.
func BenchmarkPointReadBare(b *testing.B) {
	d := dbtest.SQLite(b)
	cfg := db.Config{Dir: d.Dir()}
	if err := d.Migrate(b.Context(), "bench", benchSchema); err != nil {
		b.Fatal(err)
	}
	fill(b, d)
	pool := bare(b, cfg, 4)
	stmt, err := pool.PrepareContext(b.Context(), benchSelect)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{1, 4} {
		b.Run(fmt.Sprintf("text/%d", n), func(b *testing.B) {
			callers(b, n, func(i int64) error {
				var n int64
				var body string
				return pool.QueryRowContext(b.Context(), benchSelect, fmt.Sprintf("%012d", i*7919%benchRows)).Scan(&n, &body)
			})
		})
		b.Run(fmt.Sprintf("prepared/%d", n), func(b *testing.B) {
			callers(b, n, func(i int64) error {
				var n int64
				var body string
				return stmt.QueryRowContext(b.Context(), fmt.Sprintf("%012d", i*7919%benchRows)).Scan(&n, &body)
			})
		})
	}
}
