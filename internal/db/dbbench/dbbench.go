// Package dbbench is the baseline that `gongdao bench platform` measures the
// database pipe beside: the same statements through database/sql alone, one
// commit each, on the same kind of file.
package dbbench

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing/fstest"
	"time"

	_ "modernc.org/sqlite" // the driver that internal/db uses
)

// Rows is how many rows a point read chooses from.
const Rows = 10000

// The statements of both sides.
const (
	Insert = `INSERT INTO bench_row (id, n, body) VALUES (?, ?, ?)`
	Upsert = `INSERT INTO bench_sum (id, n) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = bench_sum.n + 1`
	Sum    = `SELECT n FROM bench_sum WHERE id = ?`
	Select = `SELECT n, body FROM bench_row WHERE id = ?`
	Body   = "公道 a row of ordinary width, for measuring"
)

// Schema makes the tables of both sides.
var Schema = fstest.MapFS{"0001_bench.sql": {Data: []byte(`
CREATE TABLE bench_row (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, body TEXT NOT NULL);
CREATE TABLE bench_sum (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
`)}}

// Bare is a SQLite file without internal/db.
type Bare struct{ pool *sql.DB }

// Open opens gongdao.db in dir with conns connections.
func Open(dir string, conns int) (*Bare, error) {
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "gongdao.db")+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return &Bare{pool}, nil
}

// Close closes the file.
func (b *Bare) Close() error { return b.pool.Close() }

// Write does three statements and commits.
func (b *Bare) Write(ctx context.Context, i int64) error {
	tx, err := b.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var n int64
	if _, err := tx.ExecContext(ctx, Insert, Key(i), i, Body); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, Upsert, i%512); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, Sum, i%512).Scan(&n); err != nil {
		return err
	}
	return tx.Commit()
}

// Read reads one row by its key.
func (b *Bare) Read(ctx context.Context, i int64) error {
	var n int64
	var body string
	return b.pool.QueryRowContext(ctx, Select, Key(i*7919%Rows)).Scan(&n, &body)
}

// Key is the id of the i-th row.
func Key(i int64) string { return fmt.Sprintf("%012d", i) }

// GroupBy sums rows by one of ten keys in SQLite and returns the fastest of
// five runs.
func GroupBy(ctx context.Context, dir string, rows int, now func() time.Time) (time.Duration, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, err
	}
	b, err := Open(dir, 1)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	if _, err := b.pool.ExecContext(ctx, `CREATE TABLE t (county TEXT NOT NULL, people BIGINT NOT NULL)`); err != nil {
		return 0, err
	}
	_, err = b.pool.ExecContext(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO t SELECT 'county ' || (i % 10), i * 7919 % 5000 FROM n`, rows)
	if err != nil {
		return 0, err
	}
	best := time.Duration(1<<63 - 1)
	for range 5 {
		begin := now()
		var n int
		if err := b.pool.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT county, sum(people) FROM t GROUP BY county)`).Scan(&n); err != nil {
			return 0, err
		}
		best = min(best, now().Sub(begin))
	}
	return best, nil
}
