package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

var errRefused = errors.New("refused")

func withNotes(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "test", notes); err != nil {
			t.Fatal(err)
		}
		fn(t, d)
	})
}

func count(t *testing.T, d *db.DB, q string, args ...any) (n int64) {
	t.Helper()
	if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(q, args...).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// Sixty-four callers at once make groups; every third fails, panics or ends
// its goroutine after it has written. Exactly the others remain.
func TestFailedWriteLeavesNothing(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		const callers, each = 64, 6
		var wg sync.WaitGroup
		var mu sync.Mutex
		kept, panics, exits := 0, 0, 0
		for c := range callers {
			for i := range each {
				wg.Go(func() {
					n := c*each + i
					defer func() {
						mu.Lock()
						defer mu.Unlock()
						if p := recover(); p == "boom" {
							panics++
						} else if p != nil {
							t.Errorf("panic %v, want boom", p)
						}
					}()
					returned := false
					defer func() {
						mu.Lock()
						defer mu.Unlock()
						if !returned && n%9 == 6 {
							exits++
						}
					}()
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						if err := note(tx, n); err != nil {
							return err
						}
						switch n % 9 {
						case 0:
							return errRefused
						case 3:
							panic("boom")
						case 6:
							runtime.Goexit()
						}
						return nil
					})
					returned = true
					mu.Lock()
					defer mu.Unlock()
					if n%9 == 0 {
						if !errors.Is(err, errRefused) {
							t.Errorf("write %d = %v, want %v", n, err, errRefused)
						}
					} else if err != nil {
						t.Errorf("write %d = %v, want nil", n, err)
					} else {
						kept++
					}
				})
			}
		}
		wg.Wait()
		third := 0
		for n := range callers * each {
			if n%9 == 3 {
				third++
			}
		}
		if panics != third || exits == 0 {
			t.Errorf("%d panics came through, want %d; %d goroutines ended", panics, third, exits)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM test_note`); n != int64(kept) {
			t.Errorf("%d rows, want %d", n, kept)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM test_note WHERE n % 3 = 0`); n != 0 {
			t.Errorf("%d rows of failed writes, want 0", n)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM fact WHERE room = ?`, "db_test"); n != int64(kept) {
			t.Errorf("%d facts, want %d", n, kept)
		}
		if n := count(t, d, `SELECT seq FROM fact_head WHERE room = ?`, "db_test"); n != int64(kept) {
			t.Errorf("head %d, want %d", n, kept)
		}
	})
}

func TestNestedWriteFails(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		for _, tt := range []struct {
			name  string
			inner func(ctx context.Context, tx *db.Tx) error
		}{
			{"with the ctx of the transaction", func(_ context.Context, tx *db.Tx) error {
				return d.Write(tx.Context(), func(tx *db.Tx) error { return note(tx, 2) })
			}},
			{"with the ctx from outside", func(ctx context.Context, _ *db.Tx) error {
				return d.Write(ctx, func(tx *db.Tx) error { return note(tx, 2) })
			}},
			{"from another goroutine", func(_ context.Context, tx *db.Tx) error {
				done := make(chan error)
				go func() { done <- d.Write(tx.Context(), func(tx *db.Tx) error { return note(tx, 2) }) }()
				return <-done
			}},
			{"inside a nested read", func(_ context.Context, tx *db.Tx) error {
				return d.Read(tx.Context(), func(tx *db.Tx) error {
					return d.Write(tx.Context(), func(tx *db.Tx) error { return note(tx, 2) })
				})
			}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				err := d.Write(ctx, func(tx *db.Tx) error {
					if err := note(tx, 1); err != nil {
						return err
					}
					return tt.inner(ctx, tx)
				})
				if !errors.Is(err, db.ErrNested) {
					t.Errorf("Write in Write = %v, want ErrNested", err)
				}
				if n := count(t, d, `SELECT COUNT(*) FROM test_note`); n != 0 {
					t.Errorf("%d rows, want none", n)
				}
			})
		}
	})
}

func TestReadInsideWriteSeesIt(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := note(tx, 1); err != nil {
				return err
			}
			return d.Read(tx.Context(), func(inner *db.Tx) error {
				var n int64
				if err := inner.QueryRow(`SELECT COUNT(*) FROM test_note`).Scan(&n); err != nil {
					return err
				}
				if n != 1 {
					t.Errorf("the nested read sees %d rows, want 1", n)
				}
				if _, err := inner.Exec(`DELETE FROM test_note`); !errors.Is(err, db.ErrReadOnly) {
					t.Errorf("Exec in a read = %v, want ErrReadOnly", err)
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A read that asks another room, which reads too, must not wait for a second
// connection that sixteen like it hold already.
func TestReadInsideReadNeedsOneConnection(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		var all, wg sync.WaitGroup
		all.Add(4)
		for range 4 {
			wg.Go(func() {
				err := d.Read(t.Context(), func(tx *db.Tx) error {
					all.Done()
					all.Wait()
					return d.Read(tx.Context(), func(tx *db.Tx) error {
						var n int64
						return tx.QueryRow(`SELECT COUNT(*) FROM test_note`).Scan(&n)
					})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// Two thousand increments by read and write: a lost update would show.
func TestNoLostUpdate(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO test_note (id, n, ok) VALUES ('sum', 0, ?)`, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		const callers, each = 16, 20
		for range callers {
			wg.Go(func() {
				for range each {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						var n int64
						if err := tx.QueryRow(`SELECT n FROM test_note WHERE id = 'sum'`).Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(`UPDATE test_note SET n = ? WHERE id = 'sum'`, n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, d, `SELECT n FROM test_note WHERE id = 'sum'`); n != callers*each {
			t.Errorf("sum %d, want %d", n, callers*each)
		}
	})
}

func TestCancelledWriteDoesNotRun(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := d.Write(ctx, func(*db.Tx) error { t.Error("the function ran"); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Write() = %v, want Canceled", err)
		}
	})
}

// One closure holds the writer; a second waits and is cancelled; a third waits
// and runs.
func TestCancelledWhileWaitingDoesNotRun(t *testing.T) {
	d := dbtest.SQLite(t)
	inside, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = d.Write(t.Context(), func(*db.Tx) error { close(inside); <-leave; return nil })
	})
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, 1)
	wg.Go(func() {
		waiting <- d.Write(ctx, func(*db.Tx) error { t.Error("the function ran"); return nil })
	})
	ran := make(chan error, 1)
	wg.Go(func() { ran <- d.Write(t.Context(), func(*db.Tx) error { return nil }) })
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("waiting write = %v, want Canceled", err)
	}
	close(leave)
	if err := <-ran; err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestReadsGoOnWhileWriterIsBusy(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		inside, leave := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)
		go func() {
			done <- d.Write(t.Context(), func(tx *db.Tx) error {
				if err := note(tx, 1); err != nil {
					return err
				}
				close(inside)
				<-leave
				return nil
			})
		}()
		<-inside
		for range 20 {
			if n := count(t, d, `SELECT COUNT(*) FROM test_note`); n != 0 {
				t.Errorf("a read sees %d uncommitted rows", n)
			}
		}
		close(leave)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM test_note`); n != 1 {
			t.Errorf("%d rows after the commit, want 1", n)
		}
	})
}

func TestReadIsOneSnapshot(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			for want, i := int64(0), 0; i < 3; i++ {
				var n int64
				if err := tx.QueryRow(`SELECT COUNT(*) FROM test_note`).Scan(&n); err != nil {
					return err
				}
				if n != want {
					return fmt.Errorf("read %d sees %d rows, want %d", i, n, want)
				}
				if err := d.Write(t.Context(), func(tx *db.Tx) error { return note(tx, i) }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A full disk is played by a page limit on SQLite and by its error code on
// PostgreSQL.
func TestFullDiskIsBusy(t *testing.T) {
	withNotes(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return note(tx, 1) }); err != nil {
			t.Fatal(err)
		}
		fill := func(tx *db.Tx) error {
			_, err := tx.Exec(`DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$`)
			return err
		}
		if pool := d.SQLPool(); pool != nil {
			if _, err := pool.ExecContext(t.Context(), `PRAGMA max_page_count = 1`); err != nil {
				t.Fatal(err)
			}
			fill = func(tx *db.Tx) error {
				for n := range 1000 {
					if _, err := tx.Exec(`INSERT INTO test_note (id, n, ok, blob) VALUES (?, ?, ?, ?)`, tx.NewID(), n+10, true, make([]byte, 4096)); err != nil {
						return err
					}
				}
				return nil
			}
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			err := fill(tx)
			if _, again := tx.Exec(`DELETE FROM test_note`); again == nil {
				t.Error("a statement ran after the engine had ended the transaction")
			}
			return err
		})
		if !errors.Is(err, fault.Busy) || fault.Of(err).Code != "db.full" {
			t.Errorf("write on a full disk = %v, want Busy db.full", err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM test_note`); n != 1 {
			t.Errorf("%d rows, want the one from before; reads go on", n)
		}
		if pool := d.SQLPool(); pool != nil {
			if _, err := pool.ExecContext(t.Context(), `PRAGMA max_page_count = 1000000`); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return note(tx, 2) }); err != nil {
			t.Errorf("write once there is room again = %v, want nil", err)
		}
	})
}

func TestClosedIsBusy(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		d, err := db.Open(t.Context(), cfg, db.Needs{})
		if err != nil {
			t.Fatal(err)
		}
		inside, leave := make(chan struct{}), make(chan struct{})
		first := make(chan error, 1)
		go func() {
			first <- d.Write(context.Background(), func(tx *db.Tx) error {
				close(inside)
				<-leave
				return tx.Emit(Noted{ID: tx.NewID()})
			})
		}()
		<-inside
		closed := make(chan error, 1)
		go func() { closed <- d.Close() }()
		close(leave)
		if err := <-first; err != nil {
			t.Errorf("the write in flight = %v, want nil", err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		none := func(*db.Tx) error { t.Error("the function ran"); return nil }
		if err := d.Write(t.Context(), none); !errors.Is(err, fault.Busy) {
			t.Errorf("Write after Close = %v, want Busy", err)
		}
		if err := d.Read(t.Context(), none); !errors.Is(err, fault.Busy) {
			t.Errorf("Read after Close = %v, want Busy", err)
		}
		if err := d.Close(); err != nil {
			t.Errorf("second Close = %v", err)
		}
	})
}
