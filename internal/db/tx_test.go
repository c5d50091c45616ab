package db_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/clock"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

func TestTextIsClean(t *testing.T) {
	type word string
	withNotes(t, func(t *testing.T, d *db.DB) {
		bad := "a\x00b"
		for _, tt := range []struct {
			name string
			arg  any
			want error
		}{
			{"text", "公道 🏛", nil},
			{"a NUL", bad, fault.Malformed},
			{"bytes that are not UTF-8", "\xff\xfe", fault.Malformed},
			{"half of a character", "公"[:2], fault.Malformed},
			{"a NUL in a named type", word(bad), fault.Malformed},
			{"a NUL behind a pointer", &bad, fault.Malformed},
			{"a NUL in a sql.NullString", sql.NullString{String: bad, Valid: true}, fault.Malformed},
			{"a NUL in JSON text", json.RawMessage(bad), fault.Malformed},
		} {
			t.Run(tt.name, func(t *testing.T) {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					_, err := tx.Exec(`INSERT INTO test_note (id, n, ok) VALUES (?, 1, ?)`, tt.arg, true)
					if err == nil {
						_, err = tx.Exec(`DELETE FROM test_note`)
					}
					return err
				})
				if !errors.Is(err, tt.want) {
					t.Errorf("Exec(%q) = %v, want %v", tt.arg, err, tt.want)
				}
				err = d.Read(t.Context(), func(tx *db.Tx) error {
					var n int64
					return tx.QueryRow(`SELECT COUNT(*) FROM test_note WHERE id = ?`, tt.arg).Scan(&n)
				})
				if !errors.Is(err, tt.want) {
					t.Errorf("Query(%q) = %v, want %v", tt.arg, err, tt.want)
				}
			})
		}
	})
}

func TestTimeIsRefused(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO test_note (id, n, ok) VALUES (?, 1, ?)`, tx.Now(), true)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "Stamp") {
			t.Errorf("storing a time.Time = %v, want advice to use Stamp", err)
		}
	})
}

// Every type a room may store comes back as it went in, on both engines.
func TestRoundTrip(t *testing.T) {
	type word string
	type number int
	withNotes(t, func(t *testing.T, d *db.DB) {
		var none *string
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			n, err := tx.Exec(`INSERT INTO test_note (id, n, ok, w, blob, ref) VALUES (?, ?, ?, ?, ?, ?)`,
				word("一"), number(-7), true, 0.1, []byte{0, 255}, none)
			if n != 1 {
				t.Errorf("Exec() changed %d rows, want 1", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			var id word
			var n number
			var ok bool
			var w float64
			var blob []byte
			var ref *string
			if err := tx.QueryRow(`SELECT id, n, ok, w, blob, ref FROM test_note`).Scan(&id, &n, &ok, &w, &blob, &ref); err != nil {
				return err
			}
			if id != "一" || n != -7 || !ok || w != 0.1 || string(blob) != "\x00\xff" || ref != nil {
				t.Errorf("read %q %d %t %v %x %v", id, n, ok, w, blob, ref)
			}
			var null sql.NullString
			if err := tx.QueryRow(`SELECT ref FROM test_note`).Scan(&null); err != nil || null.Valid {
				t.Errorf("NULL = %v, %v", null, err)
			}
			if err := tx.QueryRow(`SELECT id FROM test_note WHERE n = 5`).Scan(&id); !errors.Is(err, db.ErrNoRows) {
				t.Errorf("no row = %v, want ErrNoRows", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestNamedErrors(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		for _, tt := range []struct {
			name string
			do   func(tx *db.Tx) error
			want error
		}{
			{"a key that is taken", func(tx *db.Tx) error {
				if err := note(tx, 1); err != nil {
					return err
				}
				return note(tx, 1)
			}, db.ErrUnique},
			{"a reference to nothing", func(tx *db.Tx) error {
				_, err := tx.Exec(`INSERT INTO test_note (id, n, ok, ref) VALUES ('a', 1, ?, 'b')`, true)
				return err
			}, db.ErrReference},
			{"an error that the function does not mind", func(tx *db.Tx) error {
				if err := note(tx, 1); err != nil {
					return err
				}
				if err := note(tx, 1); !errors.Is(err, db.ErrUnique) {
					t.Errorf("second note = %v, want ErrUnique", err)
				}
				return nil
			}, db.ErrUnique},
			{"a statement after one that failed", func(tx *db.Tx) error {
				if _, err := tx.Exec(`INSERT INTO nothing (id) VALUES (1)`); err == nil {
					t.Error("an INSERT into no table succeeds")
				}
				if err := note(tx, 1); err == nil {
					t.Error("a statement runs after one that failed")
				}
				return errRefused
			}, errRefused},
			{"a fact without an id", func(tx *db.Tx) error {
				if err := tx.Emit(Noted{}); err != nil {
					return errRefused
				}
				return nil
			}, errRefused},
			{"a statement while rows are open", func(tx *db.Tx) error {
				if _, err := tx.Query(`SELECT 1`); err != nil {
					return err
				}
				_, err := tx.Exec(`DELETE FROM test_note`)
				return err
			}, db.ErrOpenRows},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if err := d.Write(t.Context(), tt.do); !errors.Is(err, tt.want) {
					t.Errorf("Write() = %v, want %v", err, tt.want)
				}
				if n := count(t, d, `SELECT COUNT(*) FROM test_note`); n != 0 {
					t.Errorf("%d rows are left, want none", n)
				}
			})
		}
	})
}

func TestTxEndsWithItsFunction(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		if err := d.Write(t.Context(), func(tx *db.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.Exec(`DELETE FROM test_note`); !errors.Is(err, db.ErrOver) {
			t.Errorf("Exec on a Tx that was kept = %v, want ErrOver", err)
		}
		if err := d.Write(kept.Context(), func(tx *db.Tx) error { return note(tx, 1) }); err != nil {
			t.Errorf("Write with the ctx of a transaction that is over = %v, want nil", err)
		}
	})
}

// Rows that a function leaves open keep neither the connection nor the writer.
func TestRowsLeftOpenAreClosed(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		leave := func(tx *db.Tx) error { _, err := tx.Query(`SELECT 1 UNION ALL SELECT 2`); return err }
		for range 20 {
			if err := d.Read(t.Context(), leave); err != nil {
				t.Fatal(err)
			}
			if err := d.Write(t.Context(), leave); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return note(tx, 1) }); err != nil {
			t.Error(err)
		}
	})
}

func TestNow(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		c := clock.At("2026-05-01T08:00:00+08:00")
		d := dbtest.Open(t, cfg, db.Needs{Now: c.Now})
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			first := tx.Stamp()
			c.Add(time.Hour)
			if got := tx.Stamp(); got != first || got != "2026-05-01T00:00:00.000000Z" {
				t.Errorf("Stamp() = %s then %s, want one reading in UTC", first, got)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// RFC 9562 section 5.7: version 7, variant 10, first 48 bits the Unix time in
// milliseconds. The time is the one of the test vector in appendix A.6.
func TestRFC9562Vectors(t *testing.T) {
	c := clock.At("2022-02-22T14:22:22-05:00")
	d := dbtest.Open(t, db.Config{Dir: t.TempDir()}, db.Needs{Now: c.Now})
	form := regexp.MustCompile(`^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for range 1000 {
			id := tx.NewID()
			if !form.MatchString(id) || seen[id] {
				t.Fatalf("NewID() = %s", id)
			}
			seen[id] = true
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNewerSchemaRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newer := fstest.MapFS{
			"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE room_a (id TEXT PRIMARY KEY);")},
			"0002_b.sql": {Data: []byte("ALTER TABLE room_a ADD COLUMN b TEXT;\nCREATE INDEX room_a_b ON room_a (b);")},
		}
		older := fstest.MapFS{"0001_a.sql": newer["0001_a.sql"]}
		for range 2 {
			if err := d.Migrate(t.Context(), "room", older); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Migrate(t.Context(), "room", newer); err != nil {
			t.Fatal(err)
		}
		err := d.Migrate(t.Context(), "room", older)
		if !errors.Is(err, fault.Conflict) {
			t.Fatalf("Migrate() = %v, want Conflict", err)
		}
		for _, word := range []string{"room", "version 2", "version 1"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q does not name %q", err, word)
			}
		}
		back := fstest.MapFS{"0001_a.sql": newer["0001_a.sql"], "0002_b.sql": newer["0002_b.sql"],
			"0003_c.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE room_a;")}}
		if err := d.Migrate(t.Context(), "room", back); err == nil || !strings.Contains(err.Error(), "forward") {
			t.Errorf("a migration with a way back = %v, want an error", err)
		}
	})
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		broken := fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE room_a (id TEXT PRIMARY KEY);\nCREATE TABLE room_a (id TEXT PRIMARY KEY);")}}
		if err := d.Migrate(t.Context(), "room", broken); err == nil {
			t.Fatal("Migrate() = nil, want an error")
		}
		whole := fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE room_a (id TEXT PRIMARY KEY);")}}
		if err := d.Migrate(t.Context(), "room", whole); err != nil {
			t.Errorf("Migrate() after a failed one = %v, want nil", err)
		}
	})
}

func TestUnreachableIsBusy(t *testing.T) {
	cfg := dbtest.Postgres(t)
	d := dbtest.Open(t, cfg, db.Needs{})
	// The server ends the session in the middle of a write.
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.Emit(Noted{ID: tx.NewID()}); err != nil {
			return err
		}
		var pid int64
		if err := tx.QueryRow(`SELECT pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var ok bool
			return tx.QueryRow(`SELECT pg_terminate_backend(CAST(? AS INTEGER))`, pid).Scan(&ok)
		})
		if err != nil {
			return err
		}
		for err == nil {
			_, err = tx.Exec(`SELECT 1`)
		}
		return err
	})
	if !errors.Is(err, fault.Busy) {
		t.Errorf("Write in a session that was ended = %v, want Busy", err)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Emit(Noted{ID: tx.NewID()}) }); err != nil {
		t.Errorf("the next write = %v, want nil", err)
	}
	if n := count(t, d, `SELECT seq FROM fact_head`); n != 1 {
		t.Errorf("head %d, want 1", n)
	}
	cfg.URL = "postgres://nobody@/nothing?host=" + t.TempDir()
	if _, err := db.Open(t.Context(), cfg, db.Needs{}); !errors.Is(err, fault.Busy) {
		t.Errorf("Open of a server that is not there = %v, want Busy", err)
	}
}
