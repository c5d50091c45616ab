package bus_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// childEnv carries the database to the process that is killed.
const childEnv = "GONGDAO_BUS_TEST_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

var shortLease = bus.Config{Lease: 300 * time.Millisecond, Poll: 20 * time.Millisecond}

// child writes rows with facts from eight goroutines, every fourth of which
// fails, and hears them, until it is killed.
func child(text string) error {
	var cfg db.Config
	if err := json.Unmarshal([]byte(text), &cfg); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, cfg, db.Needs{})
	if err != nil {
		return err
	}
	b := bus.New(d, shortLease, bus.Needs{})
	bus.On(b, listener, func(ctx context.Context, f Granted) error { return keep(ctx, d, f) })
	for w := range 8 {
		go func() {
			for n := w; ; n++ {
				_ = d.Write(ctx, func(tx *db.Tx) error {
					id := tx.NewID()
					if _, err := tx.Exec(`INSERT INTO test_row (id) VALUES (?)`, id); err != nil {
						return err
					}
					if err := tx.Emit(Granted{ID: id, N: n}); err != nil {
						return err
					}
					if n%4 == 0 {
						return errRefused
					}
					return nil
				})
			}
		}()
	}
	fmt.Println("ready")
	return b.Run(ctx)
}

// A process that writes and hears is killed with SIGKILL at random moments,
// again and again. In the end each fact is heard whose row is there, and no
// other; the numbers have no gap.
func TestFactIffCommitted(t *testing.T) {
	const kills = 6
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		d, err := db.Open(t.Context(), cfg, db.Needs{})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(t.Context(), "test", schema); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for range kills {
			killOnce(t, string(text))
		}
		d = dbtest.Open(t, cfg, db.Needs{})
		b := bus.New(d, shortLease, bus.Needs{})
		bus.On(b, listener, func(ctx context.Context, f Granted) error { return keep(ctx, d, f) })
		settle(t, d, b)
		var rows, heard, lost, ghosts, facts, head int64
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			for _, q := range []struct {
				sql  string
				into *int64
			}{
				{`SELECT COUNT(*) FROM test_row`, &rows},
				{`SELECT COUNT(*) FROM test_heard`, &heard},
				{`SELECT COUNT(*) FROM test_row WHERE id NOT IN (SELECT id FROM test_heard)`, &lost},
				{`SELECT COUNT(*) FROM test_heard WHERE id NOT IN (SELECT id FROM test_row)`, &ghosts},
				{`SELECT COUNT(*) FROM fact WHERE room = 'bus_test'`, &facts},
				{`SELECT seq FROM fact_head WHERE room = 'bus_test'`, &head},
			} {
				if err := tx.QueryRow(q.sql).Scan(q.into); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if rows == 0 || lost != 0 || ghosts != 0 || facts != rows || head != facts {
			t.Errorf("%d rows, %d heard, %d lost, %d heard that never were, %d facts, head %d", rows, heard, lost, ghosts, facts, head)
		}
		t.Logf("%d kills, %d facts", kills, facts)
	})
}

// settle drains once the lease of the last dead process has run out and its
// sessions at the server have ended.
func settle(t *testing.T, d *db.DB, b *bus.Bus) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := b.Drain(t.Context())
		busy := int64(0)
		if err == nil && d.Engine() == "postgres" {
			rerr := d.Read(t.Context(), func(tx *db.Tx) error {
				return tx.QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`).Scan(&busy)
			})
			if rerr != nil {
				t.Fatal(rerr)
			}
		}
		if err == nil && busy == 0 {
			if err := b.Drain(t.Context()); err == nil {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the facts do not settle: %v, %d sessions", err, busy)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// killOnce starts a child, waits until it works, and kills it soon after.
func killOnce(t *testing.T, cfg string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+cfg)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "ready\n" {
		_ = cmd.Process.Kill()
		t.Fatalf("the child says %q, %v", line, err)
	}
	time.Sleep(time.Duration(rand.IntN(250)) * time.Millisecond)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
}
