//go:build cgo && linux

package olap_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/olap"
)

// slack is what a busy machine may add to a promise of time.
const slack = 3 * time.Second

// hostile are queries that no engine should be asked.
func hostile() map[string]string {
	var or strings.Builder
	or.WriteString("SELECT count(*) FROM range(10) t(a) WHERE a = 0")
	for i := range 20_000 {
		fmt.Fprintf(&or, " OR a = %d", i)
	}
	return map[string]string{
		"a string of 2 GB":             "SELECT length(repeat('x', 2000000000))",
		"a padded string of 2 GB":      "SELECT length(rpad('x', 2000000000, 'y'))",
		"a list of 1 G":                "SELECT list(range) FROM range(1000000000)",
		"a huge list function":         "SELECT list_transform(range(100000000), x -> x + 1)",
		"20,000 alternatives":          or.String(),
		"a cross join":                 endless,
		"groups without end":           "SELECT range, count(*) FROM range(1000000000) GROUP BY range",
		"an order of everything":       "SELECT * FROM range(1000000000) ORDER BY random()",
		"a recursion without end":      "WITH RECURSIVE t AS (SELECT 1 a UNION ALL SELECT a + 1 FROM t) SELECT count(*) FROM t",
		"an answer without end":        "SELECT a.range FROM range(1000000) a, range(1000000) b",
		"a recursion that grows":       "WITH RECURSIVE t AS (SELECT 'x' a UNION ALL SELECT a || a FROM t) SELECT count(*) FROM t",
		"a regular expression of 1 GB": "SELECT regexp_replace(repeat('a', 300000000), '(a*)*b', 'c', 'g')",
	}
}

func TestWorkerDiesOnTime(t *testing.T) {
	p := pool(t, olap.Config{Workers: 1})
	const deadline = 300 * time.Millisecond
	for name, sql := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := p.Query(t.Context(), olap.Query{SQL: sql, Deadline: deadline}, io.Discard)
			if took := time.Since(start); took > deadline+olap.KillGrace+slack {
				t.Errorf("Query() returned after %v", took)
			}
			if !errors.Is(err, fault.TimedOut) && !errors.Is(err, fault.Invalid) {
				t.Errorf("Query() = %v, want fault.TimedOut or fault.Invalid", err)
			}
			eventually(t, "no worker is busy", func() bool {
				for _, pid := range children(t, os.Getpid()) {
					if busy(t, pid) {
						return false
					}
				}
				return true
			})
		})
	}
	if s := p.Stats(); s.TimedOut == 0 || s.Kills == 0 || s.Kills > s.Queries {
		t.Errorf("Stats() = %+v, want some killed and some timed out", s)
	}
}

// busy reports whether a thread of the process runs.
func busy(t *testing.T, pid int) bool {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		if state(thread) == "R" {
			return true
		}
	}
	return false
}

// state returns the state of a process or thread as a letter: R runs, S sleeps.
func state(path string) string {
	raw, err := os.ReadFile(filepath.Join(path, "stat"))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	return rest[:1]
}

func TestPortalMemoryUnmoved(t *testing.T) {
	p := pool(t, olap.Config{Workers: 2})
	ask(t, p, olap.Query{SQL: "SELECT 1"})
	debug.FreeOSMemory()
	before := resident(t)
	var wg sync.WaitGroup
	for _, sql := range hostile() {
		wg.Go(func() {
			_, _ = p.Query(t.Context(), olap.Query{SQL: sql, Deadline: 300 * time.Millisecond}, io.Discard) // how it ends is another test
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for {
		if now := resident(t); now-before > 20<<20 {
			t.Fatalf("the portal grew from %d to %d MB", before>>20, now>>20)
		}
		select {
		case <-done:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func resident(t *testing.T) int64 {
	t.Helper()
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(raw), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

func TestNoOrphans(t *testing.T) {
	portal := exec.Command("/proc/self/exe")
	portal.Env = append(os.Environ(), "OLAP_TEST_PORTAL="+t.TempDir())
	out, err := portal.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := portal.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the portal said %q, %v", line, err)
	}
	workers := children(t, portal.Process.Pid)
	if len(workers) != 3 {
		t.Errorf("the portal has %d workers, want 3", len(workers))
	}
	if err := portal.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = portal.Wait() // killed
	eventually(t, "the workers are gone", func() bool {
		for _, pid := range workers {
			if s := state(fmt.Sprintf("/proc/%d", pid)); s != "" && s != "Z" {
				return false
			}
		}
		return true
	})
}

func TestCrashStaysOutside(t *testing.T) {
	p := pool(t, olap.Config{})
	for _, how := range []string{"pointer", "signal", "panic"} {
		if err := p.Do(t.Context(), olap.Do{Task: "crash", In: how}, nil); !errors.Is(err, fault.Invalid) || fault.Of(err).Code != "olap.task-crashed" {
			t.Errorf("Do(crash by %s) = %v, want olap.task-crashed", how, err)
		}
	}
	ask(t, p, olap.Query{SQL: "SELECT 1"})
	for _, pid := range children(t, os.Getpid()) { // idle: replaced unnoticed
		if err := syscall.Kill(pid, syscall.SIGSEGV); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the worker is gone", func() bool { return len(children(t, os.Getpid())) == 0 })
	ask(t, p, olap.Query{SQL: "SELECT 1"})

	murder := writer(func(b []byte) (int, error) {
		for _, pid := range children(t, os.Getpid()) {
			_ = syscall.Kill(pid, syscall.SIGSEGV) // it may be gone already
		}
		return len(b), nil
	})
	_, err := p.Query(t.Context(), olap.Query{SQL: "SELECT * FROM range(1000000000)", Deadline: time.Minute}, murder)
	if !errors.Is(err, fault.Upstream) {
		t.Errorf("Query() of a crashing worker = %v, want fault.Upstream", err)
	}
	if got := p.Stats().Crashes; got != 4 {
		t.Errorf("Stats().Crashes = %d, want 4", got)
	}
}

func TestMemoryOfATask(t *testing.T) {
	p := pool(t, olap.Config{})
	err := p.Do(t.Context(), olap.Do{Task: "eat", Memory: 64 << 20}, nil)
	if !errors.Is(err, fault.Invalid) || fault.Of(err).Code != "olap.task-out-of-memory" {
		t.Errorf("Do(eat) = %v, want olap.task-out-of-memory", err)
	}
}

func TestCancel(t *testing.T) {
	p := pool(t, olap.Config{Workers: 1})
	for _, tt := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"a query", func(ctx context.Context) error {
			_, err := p.Query(ctx, olap.Query{SQL: endless, Deadline: time.Hour}, io.Discard)
			return err
		}},
		{"a task that does not listen", func(ctx context.Context) error {
			return p.Do(ctx, olap.Do{Task: "hang", Deadline: time.Hour}, nil)
		}},
		{"a query in the queue", func(ctx context.Context) error {
			other, stop := context.WithCancel(ctx)
			defer stop()
			go func() { _, _ = p.Query(other, olap.Query{SQL: endless, Deadline: time.Hour}, io.Discard) }()
			_, err := p.Query(ctx, olap.Query{SQL: endless, Deadline: time.Hour}, io.Discard)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(200*time.Millisecond, cancel)
			start := time.Now()
			if err := tt.do(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled = %v, want context.Canceled", err)
			}
			if took := time.Since(start); took > 200*time.Millisecond+olap.KillGrace+slack {
				t.Errorf("it took %v to stop", took)
			}
		})
	}
	ask(t, p, olap.Query{SQL: "SELECT 1"})
}

func TestReaderGoesAway(t *testing.T) {
	p := pool(t, olap.Config{})
	gone := errors.New("gone")
	_, err := p.Query(t.Context(), olap.Query{SQL: "SELECT * FROM range(100000000)", Deadline: time.Hour}, writer(func([]byte) (int, error) { return 0, gone }))
	if !errors.Is(err, gone) {
		t.Errorf("Query() = %v, want the writer's error", err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestRecycle(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  olap.Config
		want int64 // workers started for three queries
	}{
		{"kept", olap.Config{}, 1},
		{"after two queries", olap.Config{MaxQueries: 2}, 2},
		{"when it is old", olap.Config{MaxAge: time.Nanosecond}, 3},
		{"when it is fat", olap.Config{MaxRSS: 1}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := pool(t, tt.cfg)
			for range 3 {
				ask(t, p, olap.Query{SQL: "SELECT 1"})
			}
			if got := p.Stats().Started; got != tt.want {
				t.Errorf("%d workers started, want %d", got, tt.want)
			}
		})
	}
}

func TestRunKeepsASpare(t *testing.T) {
	p := pool(t, olap.Config{Workers: 2, MaxQueries: 1})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- p.Run(ctx) }()
	for range 3 {
		eventually(t, "a worker is warm", func() bool { return p.Stats().Workers == 1 })
		ask(t, p, olap.Query{SQL: "SELECT 1"})
	}
	eventually(t, "a worker is warm", func() bool { return p.Stats().Started >= 4 })
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run() = %v", err)
	}
}

func TestBusy(t *testing.T) {
	p := pool(t, olap.Config{Workers: 1, Waiters: 1, Wait: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	errs := make(chan error, 3)
	for range 3 { // one works, one waits, one is refused
		go func() {
			_, err := p.Query(ctx, olap.Query{SQL: endless, Deadline: time.Hour}, io.Discard)
			errs <- err
		}()
	}
	err := <-errs
	if f := fault.Of(err); !errors.Is(err, fault.Busy) || f.RetryAfter == 0 {
		t.Errorf("the third query = %v, want fault.Busy with a time to come back", err)
	}
	if got := p.Stats().Busy; got != 1 {
		t.Errorf("Stats().Busy = %d, want 1", got)
	}
	cancel()
	<-errs
	<-errs
}

func TestWaitIsBounded(t *testing.T) {
	p := pool(t, olap.Config{Workers: 1, Wait: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _, _ = p.Query(ctx, olap.Query{SQL: endless, Deadline: time.Hour}, io.Discard) }()
	eventually(t, "the worker works", func() bool { return p.Stats().Workers == 1 })
	if _, err := p.Query(t.Context(), olap.Query{SQL: "SELECT 1"}, io.Discard); !errors.Is(err, fault.Busy) {
		t.Errorf("Query() = %v, want fault.Busy", err)
	}
}

func TestExportsKeepNobodyWaiting(t *testing.T) {
	p := pool(t, olap.Config{Workers: 1, Exports: 1, Wait: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = p.Query(ctx, olap.Query{SQL: endless, Deadline: time.Hour, Bulk: true}, io.Discard)
	}()
	eventually(t, "the export works", func() bool { return p.Stats().Workers == 1 })
	ask(t, p, olap.Query{SQL: "SELECT 1"})
	if _, err := p.Query(t.Context(), olap.Query{SQL: "SELECT 1", Format: olap.Parquet}, io.Discard); !errors.Is(err, fault.Busy) {
		t.Errorf("a second export = %v, want fault.Busy", err)
	}
	cancel()
	<-done
}

func TestAnswerIsBounded(t *testing.T) {
	p := pool(t, olap.Config{Workers: 1})
	sql := "SELECT 10000 + range FROM range(50000)"
	whole := ask(t, p, olap.Query{SQL: sql, Format: olap.Lines})
	for _, tt := range []struct {
		name string
		q    olap.Query
		want error
	}{
		{"without a limit", olap.Query{SQL: sql}, nil},
		{"just enough", olap.Query{SQL: sql, MaxBytes: int64(len(whole))}, nil},
		{"a byte too much", olap.Query{SQL: sql, MaxBytes: int64(len(whole)) - 1}, fault.TooLarge},
		{"without end", olap.Query{SQL: "SELECT a.range FROM range(1000000) a, range(1000000) b", MaxBytes: 1 << 20}, fault.TooLarge},
		{"an export", olap.Query{SQL: sql, Bulk: true, MaxBytes: 1000}, fault.TooLarge},
	} {
		var b bytes.Buffer
		tt.q.Format, tt.q.Deadline = olap.Lines, time.Minute
		_, err := p.Query(t.Context(), tt.q, &b)
		if !errors.Is(err, tt.want) || (tt.want != nil && fault.Of(err).Code != "olap.answer-too-large") {
			t.Errorf("%s: Query() = %v, want %v", tt.name, err, tt.want)
		}
		if tt.q.MaxBytes > 0 && int64(b.Len()) > tt.q.MaxBytes {
			t.Errorf("%s: %d bytes were written, want %d at most", tt.name, b.Len(), tt.q.MaxBytes)
		}
		if tt.want == nil && b.String() != whole {
			t.Errorf("%s: %d bytes, want all %d", tt.name, b.Len(), len(whole))
		}
		if got := ask(t, p, olap.Query{SQL: "SELECT 1", Format: olap.Arrays}); got != "[[1]]" {
			t.Errorf("after %s the next query answers %s", tt.name, got)
		}
	}
	if s := p.Stats(); s.Crashes != 0 || s.TimedOut != 0 {
		t.Errorf("Stats() = %+v, want none crashed or late", s)
	}
}

func TestCloseEndsWhatRuns(t *testing.T) {
	p := pool(t, olap.Config{})
	errs := make(chan error, 2)
	go func() {
		_, err := p.Query(context.Background(), olap.Query{SQL: endless, Deadline: time.Hour}, io.Discard)
		errs <- err
	}()
	go func() { errs <- p.Do(context.Background(), olap.Do{Task: "hang", Deadline: time.Hour}, nil) }()
	eventually(t, "both work", func() bool { return p.Stats().Workers == 2 })
	if err := p.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	for range 2 {
		if err := <-errs; !errors.Is(err, fault.Busy) {
			t.Errorf("what ran = %v, want fault.Busy", err)
		}
	}
	if _, err := p.Query(t.Context(), olap.Query{SQL: "SELECT 1"}, io.Discard); !errors.Is(err, fault.Busy) {
		t.Errorf("Query() after Close = %v, want fault.Busy", err)
	}
}

func TestDo(t *testing.T) {
	p := pool(t, olap.Config{})
	var said []string
	var out struct{ Sum int }
	do := olap.Do{Task: "count", In: 3, Progress: func(m json.RawMessage) { said = append(said, string(m)) }}
	if err := p.Do(t.Context(), do, &out); err != nil {
		t.Fatal(err)
	}
	if out.Sum != 6 {
		t.Errorf("Do() = %+v, want 6", out)
	}
	if diff := cmp.Diff([]string{`{"done":1}`, `{"done":2}`, `{"done":3}`}, said); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	if err := p.Do(t.Context(), olap.Do{Task: "hang", Deadline: 50 * time.Millisecond}, nil); !errors.Is(err, fault.TimedOut) {
		t.Errorf("Do(hang) = %v, want fault.TimedOut", err)
	}
	if err := p.Do(t.Context(), olap.Do{Task: "none"}, nil); err == nil {
		t.Error("Do() of no task = nil")
	}
	if err := p.Do(t.Context(), olap.Do{Task: "count", Read: []string{"relative"}}, nil); err == nil {
		t.Error("Do() with a relative path = nil")
	}
}

func TestFaultsCross(t *testing.T) {
	p := pool(t, olap.Config{})
	err := p.Do(t.Context(), olap.Do{Task: "fail", In: "fault"}, nil)
	got, want := fault.Of(err), madeFault()
	if !errors.Is(err, fault.Invalid) || got.Code != want.Code || got.Error() != want.Error() || got.RetryAfter != want.RetryAfter {
		t.Errorf("Do() = %v (%s), want %v (%s)", got, got.Code, want, want.Code)
	}
	if len(got.Fields) != 1 || got.Fields[0].Message() != "4 cells" || got.Fields[0].Location != "row 3" {
		t.Errorf("fields = %+v", got.Fields)
	}
	if _, ok := got.Args[0].(int64); !ok {
		t.Errorf("a number arrived as %T", got.Args[0])
	}
	err = p.Do(t.Context(), olap.Do{Task: "fail", In: "plain"}, nil)
	if fault.Of(err).Kind != fault.Internal || !strings.Contains(err.Error(), "it is not named") {
		t.Errorf("Do() = %v, want the unnamed error", err)
	}
}

func TestNewRefusesRelativeDir(t *testing.T) {
	if _, err := olap.New(olap.Config{Dir: "table"}, olap.Needs{}); err == nil {
		t.Error("New() with a relative directory = nil")
	}
}

func TestOutsideATask(t *testing.T) {
	if _, _, err := olap.Select(t.Context(), "SELECT 1"); err == nil {
		t.Error("Select() outside a task = nil")
	}
	if _, err := olap.Load(t.Context(), olap.LoadSpec{}); err == nil {
		t.Error("Load() outside a task = nil")
	}
}

func TestQueryInParallel(t *testing.T) {
	p := pool(t, olap.Config{Workers: 3})
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			var b bytes.Buffer
			want := fmt.Sprintf("[[%d]]", i)
			_, err := p.Query(t.Context(), olap.Query{SQL: "SELECT ?::BIGINT", Args: []any{i}, Format: olap.Arrays, Deadline: time.Minute}, &b)
			if err != nil || b.String() != want {
				t.Errorf("Query(%d) = %s, %v", i, b.String(), err)
			}
		})
	}
	wg.Wait()
	if got := p.Stats().Started; got > 3 {
		t.Errorf("%d workers started, want 3 at most", got)
	}
}
