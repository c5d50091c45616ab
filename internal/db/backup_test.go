package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

var notes = fstest.MapFS{"0001_note.sql": {Data: []byte(`
CREATE TABLE test_note (
    id   TEXT PRIMARY KEY,
    n    BIGINT NOT NULL UNIQUE,
    ok   BOOLEAN NOT NULL,
    w    DOUBLE PRECISION,
    blob BYTEA,
    ref  TEXT REFERENCES test_note (id)
);
CREATE INDEX test_note_ok ON test_note (ok, n);
`)}}

// fresh returns the configuration of another empty database of the same engine.
func fresh(t *testing.T, cfg db.Config) db.Config {
	t.Helper()
	if cfg.URL != "" {
		return dbtest.Postgres(t)
	}
	return db.Config{Dir: filepath.Join(t.TempDir(), "new")}
}

func note(tx *db.Tx, n int) error {
	_, err := tx.Exec(`INSERT INTO test_note (id, n, ok, w, blob) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), n, n%2 == 0, float64(n)/3, []byte{0, 1, '\\', '\n', '\t', byte(n)})
	if err != nil {
		return err
	}
	return tx.Emit(Noted{ID: tx.NewID(), N: n})
}

// Noted is a fact of these tests.
type Noted struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

func dump(t *testing.T, d *db.DB) []string {
	t.Helper()
	var list []string
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(`SELECT id, n, ok, w, blob FROM test_note ORDER BY n`)
		list, err = db.Collect(rows, err, func(r *db.Rows) (string, error) {
			var id string
			var n int64
			var ok bool
			var w *float64
			var blob []byte
			err := r.Scan(&id, &n, &ok, &w, &blob)
			return fmt.Sprint(id, n, ok, *w, blob), err
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestBackupIsConsistent(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		d := dbtest.Open(t, cfg, db.Needs{})
		if err := d.Migrate(t.Context(), "test", notes); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		for w := range 4 {
			writers.Go(func() {
				for n := w; ctx.Err() == nil; n += 4 {
					if err := d.Write(ctx, func(tx *db.Tx) error { return note(tx, n) }); err != nil && ctx.Err() == nil {
						t.Error(err)
					}
				}
			})
		}
		for len(dump(t, d)) < 50 {
		}
		var saved bytes.Buffer
		if err := d.Backup(t.Context(), &saved); err != nil {
			t.Fatal(err)
		}
		stop()
		writers.Wait()
		other := fresh(t, cfg)
		if err := db.Restore(t.Context(), other, bytes.NewReader(saved.Bytes())); err != nil {
			t.Fatal(err)
		}
		r := dbtest.Open(t, other, db.Needs{})
		if err := r.Migrate(t.Context(), "test", notes); err != nil {
			t.Fatal(err)
		}
		rows := dump(t, r)
		if len(rows) < 50 {
			t.Errorf("the backup holds %d rows, want at least 50", len(rows))
		}
		source := map[string]bool{}
		for _, row := range dump(t, d) {
			source[row] = true
		}
		for _, row := range rows {
			if !source[row] {
				t.Errorf("row %s came back changed", row)
			}
		}
		var facts, head int64
		err := r.Read(t.Context(), func(tx *db.Tx) error {
			if err := tx.QueryRow(`SELECT COUNT(*) FROM fact WHERE room = 'db_test'`).Scan(&facts); err != nil {
				return err
			}
			return tx.QueryRow(`SELECT seq FROM fact_head WHERE room = 'db_test'`).Scan(&head)
		})
		if err != nil || facts != int64(len(rows)) || head != facts {
			t.Errorf("%d rows, %d facts, head %d, %v; want the same number", len(rows), facts, head, err)
		}
		// The restored database goes on: constraints and counters are there.
		err = r.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO test_note (id, n, ok) SELECT 'twice', n, ok FROM test_note WHERE n = 1`)
			return err
		})
		if !errors.Is(err, db.ErrUnique) {
			t.Errorf("a second note of the same number = %v, want ErrUnique", err)
		}
		if err := r.Write(t.Context(), func(tx *db.Tx) error { return note(tx, 1e6) }); err != nil {
			t.Error(err)
		}
	})
}

func TestRestoreRefuses(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		d := dbtest.Open(t, cfg, db.Needs{})
		if err := d.Migrate(t.Context(), "test", notes); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return note(tx, 1) }); err != nil {
			t.Fatal(err)
		}
		var saved bytes.Buffer
		if err := d.Backup(t.Context(), &saved); err != nil {
			t.Fatal(err)
		}
		whole := saved.Bytes()
		bent := bytes.Clone(whole)
		bent[len(bent)-60] ^= 1
		foreign := strings.Replace(strings.Replace(string(whole[:40]), "sqlite", "oracle", 1), "postgres", "oracle", 1)
		for _, tt := range []struct {
			name string
			in   []byte
			into db.Config
			want error
		}{
			{"a database that holds something", whole, cfg, fault.Conflict},
			{"half a backup", whole[:len(whole)/2], fresh(t, cfg), fault.Malformed},
			{"a backup without its last byte", whole[:len(whole)-1], fresh(t, cfg), fault.Malformed},
			{"a flipped bit", bent, fresh(t, cfg), fault.Malformed},
			{"nothing", nil, fresh(t, cfg), fault.Malformed},
			{"another engine", []byte(foreign), fresh(t, cfg), fault.Invalid},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if err := db.Restore(t.Context(), tt.into, bytes.NewReader(tt.in)); !errors.Is(err, tt.want) {
					t.Errorf("Restore() = %v, want %v", err, tt.want)
				}
				if tt.into == cfg {
					return
				}
				if err := db.Restore(t.Context(), tt.into, bytes.NewReader(whole)); err != nil {
					t.Errorf("Restore of the whole backup afterwards = %v, want nil: the first left something", err)
				}
			})
		}
	})
}
