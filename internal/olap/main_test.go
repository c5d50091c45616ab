//go:build cgo && linux

package olap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/olap"
)

func TestMain(m *testing.M) {
	olap.Main(olap.Tasks{
		"select": runSelect, "load": runLoad, "intrude": intrude, "count": count, "fail": fail, "crash": crash, "hang": hang, "eat": eat,
	})
	if dir := os.Getenv("OLAP_TEST_PORTAL"); dir != "" {
		servePortal(dir)
	}
	os.Exit(m.Run())
}

// The tasks of the tests.

func runSelect(ctx context.Context, in json.RawMessage, _ func(any)) (any, error) {
	var sql string
	if err := json.Unmarshal(in, &sql); err != nil {
		return nil, err
	}
	rows, cols, err := olap.Select(ctx, sql)
	return answer{rows, cols}, err
}

type answer struct {
	Rows [][]any
	Cols []string
}

func runLoad(ctx context.Context, in json.RawMessage, _ func(any)) (any, error) {
	var spec olap.LoadSpec
	if err := json.Unmarshal(in, &spec); err != nil {
		return nil, err
	}
	return olap.Load(ctx, spec)
}

// attempt is what intrude is to try.
type attempt struct {
	Read, Write []string
	Dial        string
}

// intrude tries what no worker may and returns what it was able to do.
func intrude(_ context.Context, in json.RawMessage, _ func(any)) (any, error) {
	var a attempt
	if err := json.Unmarshal(in, &a); err != nil {
		return nil, err
	}
	var did []string
	for _, path := range a.Read {
		if _, err := os.ReadFile(path); err == nil {
			did = append(did, "read "+path)
		}
	}
	for _, path := range a.Write {
		if os.WriteFile(path, []byte("x"), 0o600) == nil {
			did = append(did, "write "+path)
		}
	}
	for _, network := range []string{"tcp", "udp"} {
		if c, err := net.Dial(network, a.Dial); err == nil {
			_ = c.Close()
			did = append(did, "dial "+network)
		}
	}
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		_ = l.Close()
		did = append(did, "listen")
	}
	if exec.Command("/bin/true").Run() == nil {
		did = append(did, "exec")
	}
	if pid, _, errno := syscall.RawSyscall(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0); errno == 0 {
		if pid == 0 {
			syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
		}
		did = append(did, "fork")
	}
	if syscall.Kill(os.Getppid(), 0) == nil && os.Getppid() > 1 {
		did = append(did, "signal the portal")
	}
	return append(did, os.Environ()...), nil
}

func count(_ context.Context, in json.RawMessage, say func(any)) (any, error) {
	var n int
	if err := json.Unmarshal(in, &n); err != nil {
		return nil, err
	}
	for i := range n {
		say(map[string]int{"done": i + 1})
	}
	return map[string]int{"sum": n * (n + 1) / 2}, nil
}

func fail(_ context.Context, in json.RawMessage, _ func(any)) (any, error) {
	var how string
	if err := json.Unmarshal(in, &how); err != nil {
		return nil, err
	}
	if how == "fault" {
		return nil, fmt.Errorf("wrapped: %w", madeFault())
	}
	return nil, errors.New("it is not named")
}

func madeFault() *fault.Error {
	return fault.Invalid.Errorf("opendata.bad", "row %d of %q, %s: %.1f%% (%w)", 12, "a", civic.AgencyID("2.16.886"), 12.5, errors.New("why")).
		At("row 3", "cell.bad", "%d cells", 4).After(3 * time.Second)
}

func crash(_ context.Context, in json.RawMessage, _ func(any)) (any, error) {
	switch string(in) {
	case `"pointer"`:
		page, err := syscall.Mmap(-1, 0, os.Getpagesize(), syscall.PROT_READ, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			return nil, err
		}
		if err := syscall.Munmap(page); err != nil {
			return nil, err
		}
		return page[0], nil
	case `"signal"`:
		if err := syscall.Kill(os.Getpid(), syscall.SIGSEGV); err != nil {
			return nil, err
		}
		select {}
	}
	panic("on purpose")
}

// hang does not listen to its context.
func hang(context.Context, json.RawMessage, func(any)) (any, error) { select {} }

func eat(context.Context, json.RawMessage, func(any)) (any, error) {
	var all [][]byte
	for {
		all = append(all, make([]byte, 64<<20))
		if len(all) > 1<<20 {
			return len(all), nil
		}
	}
}

// servePortal is a portal to be killed: it has a warm worker, one at a query
// and one at a task.
func servePortal(dir string) {
	p, err := olap.New(olap.Config{Dir: dir}, olap.Needs{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	go func() {
		_, _ = p.Query(context.Background(), olap.Query{SQL: endless, Deadline: time.Hour}, os.Stderr)
	}()
	go func() { _ = p.Do(context.Background(), olap.Do{Task: "hang", Deadline: time.Hour}, nil) }()
	go func() { _ = p.Run(context.Background()) }()
	for p.Stats().Workers < 3 {
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Println("ready")
	select {}
}

// endless is a query that ends only by being stopped.
const endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c WHERE a.range + b.range + c.range = 7"

// Helpers.

func pool(t *testing.T, cfg olap.Config) *olap.Pool {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	p, err := olap.New(cfg, olap.Needs{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
		if n := len(children(t, os.Getpid())); n > 0 {
			t.Errorf("%d workers live after Close", n)
		}
	})
	return p
}

func ask(t *testing.T, p *olap.Pool, q olap.Query) string {
	t.Helper()
	var b bytes.Buffer
	if q.Deadline == 0 {
		q.Deadline = time.Minute // a busy machine is no failure
	}
	if _, err := p.Query(t.Context(), q, &b); err != nil {
		t.Fatalf("Query(%s) = %v", q.SQL, err)
	}
	return b.String()
}

// table writes a Parquet file with the answer to sql into dir.
func table(t *testing.T, p *olap.Pool, dir, sql string) string {
	t.Helper()
	path := filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".parquet")
	if err := os.WriteFile(path, []byte(ask(t, p, olap.Query{SQL: sql, Format: olap.Parquet})), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// children lists the worker processes of a process.
func children(t *testing.T, pid int) []int {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(threads) == 0 {
		t.Skip("this system does not list children")
	}
	var all []int
	for _, path := range threads {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // the thread has ended
		}
		for _, word := range strings.Fields(string(raw)) {
			var child int
			if _, err := fmt.Sscan(word, &child); err != nil {
				t.Fatal(err)
			}
			cmd, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
			if err == nil && strings.HasPrefix(string(cmd), "gongdao: ") {
				all = append(all, child)
			}
		}
	}
	return all
}

// eventually waits for what must become true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}
