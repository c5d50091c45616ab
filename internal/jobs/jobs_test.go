package jobs_test

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

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// Greet is a job of these tests.
type Greet struct {
	Who string `json:"who"`
}

// Kind implements jobs.Args.
func (Greet) Kind() string { return "test.greet" }

var errRefused = errors.New("refused")

func open(t *testing.T, d *db.DB, cfg jobs.Config) *jobs.Jobs {
	t.Helper()
	j, err := jobs.New(t.Context(), d, cfg, jobs.Needs{})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func insert(t *testing.T, d *db.DB, a jobs.Args, o ...jobs.InsertOption) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return jobs.Insert(tx, a, o...) }); err != nil {
		t.Fatal(err)
	}
}

// run starts the workers and returns what stops them and waits.
func run(t *testing.T, j *jobs.Jobs) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func next[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(time.Minute):
		t.Fatal("the job did not run")
	}
	return v
}

func lagOf(t *testing.T, j *jobs.Jobs) jobs.Lag {
	t.Helper()
	lag, err := j.Lag(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return lag
}

func TestRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j := open(t, d, jobs.Config{})
		got := make(chan string, 8)
		jobs.Work(j, jobs.Options{}, func(_ context.Context, a Greet) error { got <- a.Who; return nil })
		insert(t, d, Greet{"before"})
		stop := run(t, j)
		insert(t, d, Greet{"light"})
		insert(t, d, Greet{"heavy"}, jobs.Slow())
		insert(t, d, Greet{"soon"}, jobs.At(time.Now().Add(50*time.Millisecond)))
		who := []string{next(t, got), next(t, got), next(t, got), next(t, got)}
		slices.Sort(who)
		if want := []string{"before", "heavy", "light", "soon"}; !slices.Equal(who, want) {
			t.Errorf("ran %v, want %v", who, want)
		}
		stop()
		if lag := lagOf(t, j); lag != (jobs.Lag{}) {
			t.Errorf("Lag() = %+v after all is done", lag)
		}
	})
}

func TestJobIffCommitted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j := open(t, d, jobs.Config{})
		var got []string
		jobs.Work(j, jobs.Options{}, func(_ context.Context, a Greet) error { got = append(got, a.Who); return nil })
		var wg sync.WaitGroup
		for n := range 32 { // neighbours of one group commit
			wg.Go(func() {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					if err := jobs.Insert(tx, Greet{fmt.Sprint(n)}); err != nil {
						return err
					}
					if n%2 == 1 {
						return errRefused
					}
					return nil
				})
				if (n%2 == 1) != errors.Is(err, errRefused) {
					t.Errorf("Write(%d) = %v", n, err)
				}
			})
		}
		wg.Wait()
		if lag := lagOf(t, j); lag.Available != 16 {
			t.Errorf("Lag() = %+v, want 16 available", lag)
		}
		if err := j.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(got) != 16 {
			t.Errorf("ran %v, want the 16 even ones", got)
		}
		for _, who := range got {
			if strings.HasSuffix(who, "1") || strings.HasSuffix(who, "3") {
				t.Errorf("job %s ran, although its write failed", who)
			}
		}
	})
}

// A failure, a panic and a timeout are tried again; Final and MaxAttempts give
// up.
func TestRetry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j := open(t, d, jobs.Config{})
		var mu sync.Mutex
		tries := map[string]int{}
		done := make(chan string, 8)
		jobs.Work(j, jobs.Options{Timeout: 200 * time.Millisecond, MaxAttempts: 2}, func(ctx context.Context, a Greet) error {
			mu.Lock()
			tries[a.Who]++
			n := tries[a.Who]
			mu.Unlock()
			switch {
			case a.Who == "final":
				return jobs.Final(errRefused)
			case a.Who == "never", a.Who == "error" && n == 1:
				return errRefused
			case a.Who == "panic" && n == 1:
				panic("boom")
			case a.Who == "timeout" && n == 1:
				<-ctx.Done()
				return ctx.Err()
			}
			done <- a.Who
			return nil
		})
		names := []string{"error", "final", "never", "panic", "timeout"}
		for _, who := range names {
			insert(t, d, Greet{who})
		}
		stop := run(t, j)
		got := []string{next(t, done), next(t, done), next(t, done)}
		slices.Sort(got)
		if want := []string{"error", "panic", "timeout"}; !slices.Equal(got, want) {
			t.Errorf("done %v, want %v", got, want)
		}
		for lagOf(t, j).GivenUp < 2 {
			time.Sleep(20 * time.Millisecond)
		}
		stop()
		if tries["final"] != 1 || tries["never"] != 2 || tries["error"] != 2 || tries["panic"] != 2 || tries["timeout"] != 2 {
			t.Errorf("tries %v", tries)
		}
		if lag := lagOf(t, j); lag != (jobs.Lag{GivenUp: 2}) {
			t.Errorf("Lag() = %+v, want two given up", lag)
		}
	})
}

func TestDrain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j := open(t, d, jobs.Config{})
		var got []string
		fail := true
		jobs.Work(j, jobs.Options{}, func(ctx context.Context, a Greet) error {
			got = append(got, a.Who)
			if a.Who == "chain" {
				return d.Write(ctx, func(tx *db.Tx) error { return jobs.Insert(tx, Greet{"link"}) })
			}
			if a.Who == "bad" && fail {
				return errRefused
			}
			return nil
		})
		insert(t, d, Greet{"chain"})
		insert(t, d, Greet{"bad"})
		insert(t, d, Greet{"first"}, jobs.First())
		insert(t, d, Greet{"later"}, jobs.At(time.Now().Add(time.Hour)))
		if err := j.Drain(t.Context()); !errors.Is(err, errRefused) {
			t.Errorf("Drain() = %v, want %v", err, errRefused)
		}
		if want := []string{"first", "chain", "bad", "link"}; !slices.Equal(got, want) {
			t.Errorf("ran %v, want %v", got, want)
		}
		if lag := lagOf(t, j); lag.Retryable != 1 || lag.Scheduled != 1 || lag.Available != 0 {
			t.Errorf("Lag() = %+v, want one to retry and one scheduled", lag)
		}
		fail = false
		if err := j.Drain(t.Context()); err != nil || got[len(got)-1] != "bad" {
			t.Errorf("second Drain() = %v, ran %v", err, got)
		}
	})
}

func TestOnceIsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j := open(t, d, jobs.Config{})
		var got []string
		jobs.Work(j, jobs.Options{}, func(_ context.Context, a Greet) error { got = append(got, a.Who); return nil })
		for range 2 {
			for range 3 {
				insert(t, d, Greet{"a"}, jobs.Once())
			}
			insert(t, d, Greet{"b"}, jobs.Once())
			if err := j.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if want := []string{"a", "b", "a", "b"}; !slices.Equal(got, want) {
			t.Errorf("ran %v, want %v: once while it waits, again when it is done", got, want)
		}
	})
}

// A periodic job runs at the start, and a second start in the same period does
// not run it again.
func TestEvery(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		got := make(chan string, 8)
		for range 2 {
			j := open(t, d, jobs.Config{})
			jobs.Work(j, jobs.Options{}, func(_ context.Context, a Greet) error { got <- a.Who; return nil })
			j.Every(1000*time.Hour, Greet{"daily"})
			stop := run(t, j)
			if len(got) == 0 {
				got <- next(t, got)
			} else {
				insert(t, d, Greet{"marker"}, jobs.At(time.Now().Add(300*time.Millisecond)))
				<-got
				if who := next(t, got); who != "marker" {
					t.Errorf("ran %s once more in the same period", who)
				}
			}
			stop()
		}
	})
}

var schema = fstest.MapFS{"0001_row.sql": {Data: []byte(`CREATE TABLE test_row (id TEXT PRIMARY KEY, n BIGINT NOT NULL);`)}}

// River fetches, completes and cleans through the writer connection that group
// commits use; jobs write and insert more jobs. Everything comes to its end.
func TestWritesGoOnBesideJobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "test", schema); err != nil {
			t.Fatal(err)
		}
		j := open(t, d, jobs.Config{Workers: 16})
		done := make(chan struct{}, 1<<12)
		jobs.Work(j, jobs.Options{}, func(ctx context.Context, a Greet) error {
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(`INSERT INTO test_row (id, n) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = test_row.n + 1`, a.Who)
				if err == nil && !strings.HasSuffix(a.Who, "+") {
					err = jobs.Insert(tx, Greet{a.Who + "+"})
				}
				return err
			})
			if err == nil {
				done <- struct{}{}
			}
			return err
		})
		run(t, j)
		const writers, each = 16, 10
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					err := d.Write(t.Context(), func(tx *db.Tx) error { return jobs.Insert(tx, Greet{fmt.Sprintf("%d.%d", w, i)}) })
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for range 2 * writers * each {
			next(t, done)
		}
		var n int64
		err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(`SELECT COUNT(*) FROM test_row`).Scan(&n) })
		if err != nil || n != 2*writers*each {
			t.Errorf("%d rows, %v; want %d", n, err, 2*writers*each)
		}
	})
}

// At the stop a job that runs may finish; one that does not sees its ctx end
// and runs again after the next start.
func TestStopWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j := open(t, d, jobs.Config{Stop: 300 * time.Millisecond})
		began, ended := make(chan string, 4), make(chan string, 4)
		work := func(ctx context.Context, a Greet) error {
			began <- a.Who
			if a.Who == "long" {
				<-ctx.Done()
				return ctx.Err()
			}
			time.Sleep(100 * time.Millisecond)
			ended <- a.Who
			return nil
		}
		jobs.Work(j, jobs.Options{}, work)
		insert(t, d, Greet{"long"})
		insert(t, d, Greet{"short"})
		stop := run(t, j)
		next(t, began)
		next(t, began)
		stop()
		if who := next(t, ended); who != "short" {
			t.Errorf("%s ended, want short", who)
		}
		if lag := lagOf(t, j); lag.Running != 0 || lag.Retryable+lag.Available+lag.Scheduled != 1 {
			t.Errorf("Lag() = %+v, want the long job waiting for another try", lag)
		}
	})
}

func TestBackupHoldsJobs(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		d := dbtest.Open(t, cfg, db.Needs{})
		open(t, d, jobs.Config{})
		insert(t, d, Greet{"one"})
		insert(t, d, Greet{"two"}, jobs.Once())
		var saved strings.Builder
		if err := d.Backup(t.Context(), &saved); err != nil {
			t.Fatal(err)
		}
		other := db.Config{Dir: t.TempDir()}
		if cfg.URL != "" {
			other = dbtest.Postgres(t)
		}
		if err := db.Restore(t.Context(), other, strings.NewReader(saved.String())); err != nil {
			t.Fatal(err)
		}
		r := dbtest.Open(t, other, db.Needs{})
		j := open(t, r, jobs.Config{})
		var got []string
		jobs.Work(j, jobs.Options{}, func(_ context.Context, a Greet) error { got = append(got, a.Who); return nil })
		insert(t, r, Greet{"two"}, jobs.Once()) // there already: its unique index came along
		insert(t, r, Greet{"three"})
		if err := j.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"one", "two", "three"}; !slices.Equal(got, want) {
			t.Errorf("ran %v, want %v", got, want)
		}
	})
}
