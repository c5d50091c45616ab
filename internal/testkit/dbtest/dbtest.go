// Package dbtest gives every test of a store a fresh database on SQLite and on
// PostgreSQL.
//
// PostgreSQL is started once for each test binary, on first use, from
// /usr/lib/postgresql or PATH, on a unix socket in a temporary directory, and
// ends with the binary however that ends. GONGDAO_TEST_PG names a server to use
// instead. Without either the PostgreSQL half is skipped, in one printed line.
package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/judge"
)

// skipped counts the PostgreSQL halves that did not run in this binary.
var skipped atomic.Int64

// Skipped returns how many PostgreSQL halves did not run in this binary.
func Skipped() int { return int(skipped.Load()) }

// Each runs fn twice, as subtests sqlite and postgres, each with an empty
// database that is closed afterwards.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachConfig(t, func(t *testing.T, cfg db.Config) { fn(t, Open(t, cfg, db.Needs{})) })
}

// EachConfig is Each for tests that open the database themselves, perhaps more
// than once or from another process.
func EachConfig(t *testing.T, fn func(t *testing.T, cfg db.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, db.Config{Dir: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite returns an empty database in a temporary directory.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, db.Config{Dir: t.TempDir()}, db.Needs{})
}

// Postgres returns the configuration of an empty schema that is dropped
// after the test, or skips the test.
func Postgres(t testing.TB) db.Config {
	t.Helper()
	c, err := server()
	if err != nil {
		skipped.Add(1)
		t.Skip(err)
	}
	judge.Ran(t, "postgresql")
	name := "t_" + strings.ToLower(rand.Text()[:16])
	url, err := db.CreateSchema(t.Context(), c.url, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.DropSchema(context.Background(), c.url, name); err != nil {
			t.Error(err)
		}
	})
	return db.Config{URL: url, Dir: t.TempDir()}
}

// Open opens a database and closes it after the test.
func Open(t testing.TB, cfg db.Config, needs db.Needs) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), cfg, needs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// server is the PostgreSQL server of this test binary.
var server = sync.OnceValues(func() (*cluster, error) {
	if url := os.Getenv("GONGDAO_TEST_PG"); url != "" {
		return &cluster{url: url}, nil
	}
	c, err := start()
	if err != nil {
		fmt.Fprintf(os.Stderr, "skipped: stores on PostgreSQL (%v)\n", err)
	}
	return c, err
})
