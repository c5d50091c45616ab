package bus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/clock"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// Granted and Withdrawn are facts of these tests.
type Granted struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

type Withdrawn struct {
	ID string `json:"id"`
}

const (
	room     = "bus_test"
	listener = "test/bus_test.Granted"
)

var errRefused = errors.New("refused")

var schema = fstest.MapFS{"0001_row.sql": {Data: []byte(`
CREATE TABLE test_row (id TEXT PRIMARY KEY);
CREATE TABLE test_heard (id TEXT PRIMARY KEY, times BIGINT NOT NULL);
`)}}

func emit(t *testing.T, d *db.DB, n int) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Emit(Granted{ID: tx.NewID(), N: n}) })
	if err != nil {
		t.Fatal(err)
	}
}

// run starts the bus and returns what stops it and waits.
func run(t *testing.T, b *bus.Bus) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// collect returns a listener that appends, and a function that waits for n.
func collect(t *testing.T) (hear func(context.Context, Granted) error, wait func(n int) []int64) {
	t.Helper()
	var mu sync.Mutex
	var seqs []int64
	more := make(chan struct{}, 1<<16)
	hear = func(ctx context.Context, _ Granted) error {
		f, _ := bus.FactOf(ctx)
		mu.Lock()
		defer mu.Unlock()
		seqs = append(seqs, f.Seq)
		more <- struct{}{}
		return nil
	}
	wait = func(n int) []int64 {
		t.Helper()
		limit := time.After(time.Minute)
		for {
			mu.Lock()
			got := slices.Clone(seqs)
			mu.Unlock()
			if len(got) >= n {
				return got
			}
			select {
			case <-more:
			case <-limit:
				t.Fatalf("heard %d facts, want %d", len(got), n)
			}
		}
	}
	return hear, wait
}

func inOrder(t *testing.T, seqs []int64, n int) {
	t.Helper()
	if len(seqs) != n {
		t.Errorf("heard %d facts, want %d", len(seqs), n)
	}
	for i, seq := range seqs {
		if seq != int64(i+1) {
			t.Fatalf("fact %d came as number %d", seq, i+1)
		}
	}
}

// Thirty-two emitters at once, every fifth of whose writes fails after it has
// emitted: listeners hear 1, 2, 3 … without a gap.
func TestFactOrderPerRoom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := bus.New(d, bus.Config{}, bus.Needs{})
		hear, wait := collect(t)
		bus.On(b, listener, hear)
		var mu sync.Mutex
		var batched []int
		bus.OnBatch(b, "test/bus_test.Granted in batches", func(_ context.Context, list []Granted) error {
			mu.Lock()
			defer mu.Unlock()
			for _, f := range list {
				batched = append(batched, f.N)
			}
			return nil
		})
		stop := run(t, b)
		const emitters, each = 32, 10
		var wg sync.WaitGroup
		for e := range emitters {
			wg.Go(func() {
				for i := range each {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						if err := tx.Emit(Granted{ID: tx.NewID(), N: e*each + i}); err != nil {
							return err
						}
						if i%5 == 4 {
							return errRefused
						}
						return nil
					})
					if (i%5 == 4) != errors.Is(err, errRefused) {
						t.Errorf("write %d of %d = %v", i, e, err)
					}
				}
			})
		}
		wg.Wait()
		const total = emitters * each * 4 / 5
		inOrder(t, wait(total), total)
		stop()
		if err := b.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		inOrder(t, wait(total), total)
		mu.Lock()
		defer mu.Unlock()
		if len(batched) != total {
			t.Errorf("the batch listener heard %d facts, want %d", len(batched), total)
		}
	})
}

// What a crash between a listener and its bookmark does: the same facts come
// again. A listener that keeps the fact's own id counts each once.
func TestListenersAreIdempotent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "test", schema); err != nil {
			t.Fatal(err)
		}
		b := bus.New(d, bus.Config{}, bus.Needs{})
		bus.On(b, listener, func(ctx context.Context, f Granted) error { return keep(ctx, d, f) })
		for n := range 5 {
			emit(t, d, n)
		}
		for range 2 {
			if err := b.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := b.Rewind(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var rows, times int64
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(`SELECT COUNT(*), CAST(SUM(times) AS BIGINT) FROM test_heard`).Scan(&rows, &times)
		})
		if err != nil || rows != 5 || times != 10 {
			t.Errorf("%d facts kept, heard %d times, %v; want 5 and 10", rows, times, err)
		}
	})
}

// keep is an idempotent listener.
func keep(ctx context.Context, d *db.DB, f Granted) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`
			INSERT INTO test_heard (id, times) VALUES (?, 1)
			ON CONFLICT (id) DO UPDATE SET times = test_heard.times + 1`, f.ID)
		return err
	})
}

// Two processes share a PostgreSQL database. One holds the listener; when it
// stops the other goes on at once. Nothing is heard twice.
func TestOneHolder(t *testing.T) {
	d := dbtest.Open(t, dbtest.Postgres(t), db.Needs{})
	hear, wait := collect(t)
	buses := []*bus.Bus{}
	stops := []func(){}
	for range 2 {
		b := bus.New(d, bus.Config{Lease: 4 * time.Second}, bus.Needs{})
		bus.On(b, listener, hear)
		buses = append(buses, b)
		stops = append(stops, run(t, b))
	}
	for n := range 50 {
		emit(t, d, n)
	}
	inOrder(t, wait(50), 50)
	stops[0]()
	for n := range 50 {
		emit(t, d, n)
	}
	inOrder(t, wait(100), 100)
	stops[1]()
	if err := buses[0].Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	inOrder(t, wait(100), 100)
}

// A listener that fails or panics stays before its fact; the others go on, and
// Lag says what is wrong.
func TestFailingListenerStops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := bus.New(d, bus.Config{}, bus.Needs{})
		broken := true
		var got []int
		bus.On(b, listener, func(_ context.Context, f Granted) error {
			if f.N == 1 && broken {
				return errRefused
			}
			if f.N == 2 && broken {
				panic("boom")
			}
			got = append(got, f.N)
			return nil
		})
		for n := range 4 {
			emit(t, d, n)
		}
		if err := b.Drain(t.Context()); !errors.Is(err, errRefused) {
			t.Errorf("Drain() = %v, want %v", err, errRefused)
		}
		lag, err := b.Lag(t.Context())
		if err != nil || len(lag) != 1 || lag[0].Behind != 3 || lag[0].Seq != 1 || lag[0].Oldest.IsZero() {
			t.Errorf("Lag() = %+v, %v; want 3 behind after fact 1", lag, err)
		}
		for _, tt := range []struct {
			name, listener, reason string
			seq                    int64
			want                   error
		}{
			{"without a reason", listener, " ", 2, fault.Invalid},
			{"an unknown listener", "nobody", "why", 2, fault.NotFound},
			{"a fact that is heard", listener, "why", 1, fault.Conflict},
			{"a fact further on", listener, "why", 3, fault.Conflict},
			{"the fact it stands at", listener, "why", 2, nil},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if err := b.Skip(t.Context(), tt.listener, tt.seq, tt.reason); !errors.Is(err, tt.want) {
					t.Errorf("Skip() = %v, want %v", err, tt.want)
				}
			})
		}
		if err := b.Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "boom") {
			t.Errorf("Drain() = %v, want the panic", err)
		}
		broken = false
		if err := b.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, []int{0, 2, 3}) {
			t.Errorf("heard %v, want 0 2 3: the skipped fact and no other is missing", got)
		}
		var skipped []bus.Skipped
		audit := bus.New(d, bus.Config{}, bus.Needs{})
		bus.On(audit, "test/bus.Skipped", func(_ context.Context, f bus.Skipped) error { skipped = append(skipped, f); return nil })
		if err := audit.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(skipped) != 1 || skipped[0].Seq != 2 || skipped[0].Reason != "why" || skipped[0].Listener != listener {
			t.Errorf("the skip left %+v", skipped)
		}
	})
}

// While Run is at work a failure shows in Lag with the time of the next try.
func TestLagShowsTheFailure(t *testing.T) {
	d := dbtest.SQLite(t)
	b := bus.New(d, bus.Config{}, bus.Needs{})
	failed := make(chan struct{}, 10)
	bus.On(b, listener, func(context.Context, Granted) error { failed <- struct{}{}; return errRefused })
	run(t, b)
	emit(t, d, 1)
	<-failed
	<-failed // the second try comes by itself, after a second
	lag, err := b.Lag(t.Context())
	if err != nil || lag[0].Tries == 0 || !strings.Contains(lag[0].Error, "refused") || lag[0].Next.IsZero() {
		t.Errorf("Lag() = %+v, %v", lag, err)
	}
	if err := b.Skip(t.Context(), listener, 1, "why"); err != nil {
		t.Fatal(err)
	}
	for lag[0].Error != "" {
		if lag, err = b.Lag(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if lag[0].Behind != 0 || !lag[0].Next.IsZero() {
		t.Errorf("Lag() = %+v after the skip", lag)
	}
}

// A fact that this program cannot read stops the listener there.
func TestUndecodableFactStops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := bus.New(d, bus.Config{}, bus.Needs{})
		var got []int
		bus.On(b, listener, func(_ context.Context, f Granted) error { got = append(got, f.N); return nil })
		for n := range 3 {
			emit(t, d, n)
		}
		set := func(seq int, body string) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE fact SET body = ? WHERE room = ? AND seq = ?`, body, room, seq)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		set(1, `{"id":"x","n":7,"added_later":true}`)
		set(2, `{"id":"y","n":"eight"}`)
		if err := b.Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "fact 2") {
			t.Errorf("Drain() = %v, want an error that names fact 2", err)
		}
		if !slices.Equal(got, []int{7}) {
			t.Errorf("heard %v, want 7: a field that was added later is no hindrance", got)
		}
	})
}

// Facts of other kinds in between neither wake nor hold the listener, and a
// trace goes with its fact.
func TestOnlyItsKind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := bus.New(d, bus.Config{}, bus.Needs{})
		var got []string
		bus.On(b, "test/bus_test.Withdrawn", func(ctx context.Context, f Withdrawn) error {
			fact, ok := bus.FactOf(ctx)
			got = append(got, fmt.Sprint(f.ID, ok, fact.Seq, fact.Trace, fact.Room, fact.Kind))
			return nil
		})
		for n := range 300 {
			emit(t, d, n)
		}
		err := d.Write(db.WithTrace(t.Context(), "t1"), func(tx *db.Tx) error { return tx.Emit(Withdrawn{ID: "w"}) })
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{fmt.Sprint("w", true, 301, "t1", room, "bus_test.Withdrawn")}; !slices.Equal(got, want) {
			t.Errorf("heard %v, want %v", got, want)
		}
	})
}

// A listener may emit: Drain goes on until nothing is left.
func TestDrainFollowsFacts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := bus.New(d, bus.Config{}, bus.Needs{})
		last := 0
		bus.On(b, listener, func(_ context.Context, f Granted) error {
			if last = f.N; f.N < 5 {
				emit(t, d, f.N+1)
			}
			return nil
		})
		emit(t, d, 1)
		if err := b.Drain(t.Context()); err != nil || last != 5 {
			t.Errorf("Drain() = %v, last %d; want 5", err, last)
		}
	})
}

// Facts go when they are old and everybody has heard them, not before.
func TestPrune(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		c := clock.At("2026-01-01T00:00:00Z")
		d := dbtest.Open(t, cfg, db.Needs{Now: c.Now})
		b := bus.New(d, bus.Config{}, bus.Needs{})
		slow := true
		bus.On(b, "test/bus_test.Granted fast", func(context.Context, Granted) error { return nil })
		bus.On(b, "test/bus_test.Granted slow", func(_ context.Context, f Granted) error {
			if f.N >= 2 && slow {
				return errRefused
			}
			return nil
		})
		prune := func(want int64) {
			t.Helper()
			if n, err := b.Prune(t.Context()); err != nil || n != want {
				t.Errorf("Prune() = %d, %v; want %d", n, err, want)
			}
		}
		for n := range 5 {
			emit(t, d, n)
		}
		if err := b.Drain(t.Context()); !errors.Is(err, errRefused) {
			t.Fatal(err)
		}
		c.Add(29 * 24 * time.Hour)
		prune(0)
		c.Add(2 * 24 * time.Hour)
		prune(2) // the slow listener has heard two
		slow = false
		if err := b.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		emit(t, d, 5)
		prune(3)
		// Numbers go on, and a listener that is new begins with what there is.
		var got []int
		late := bus.New(d, bus.Config{}, bus.Needs{})
		bus.On(late, "test/bus_test.Granted late", func(_ context.Context, f Granted) error { got = append(got, f.N); return nil })
		if err := late.Drain(t.Context()); err != nil || !slices.Equal(got, []int{5}) {
			t.Errorf("a new listener heard %v, %v; want 5", got, err)
		}
	})
}

// A gap cannot come about by our own rules; if somebody deletes facts the
// listener says so and stops.
func TestMissingFactStops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := bus.New(d, bus.Config{}, bus.Needs{})
		bus.On(b, listener, func(context.Context, Granted) error { return nil })
		emit(t, d, 1)
		if err := b.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		emit(t, d, 2)
		emit(t, d, 3)
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM fact WHERE seq = 2`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "2") {
			t.Errorf("Drain() = %v, want an error that names fact 2", err)
		}
	})
}
