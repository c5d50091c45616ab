package gongdao_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/opendata"
)

func TestMain(m *testing.M) {
	olap.Main(olap.Tasks{opendata.IngestTask: opendata.Ingest})
	os.Exit(m.Run())
}

// soon is how long a test waits for what must happen on a busy machine.
const soon = 90 * time.Second

// binary is the program itself: GONGDAO_BIN, or built once and kept in .cache.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("GONGDAO_BIN"); path != "" {
		return path, nil
	}
	path, err := filepath.Abs(filepath.Join(".cache", "test", "gongdao"))
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./cmd/gongdao").CombinedOutput()
	if err != nil {
		return "", &buildError{string(out), err}
	}
	return path, nil
})

type buildError struct {
	out string
	err error
}

func (e *buildError) Error() string { return e.err.Error() + "\n" + e.out }

// program is a running `gongdao up`.
type program struct {
	cmd    *exec.Cmd
	origin string
	out    *buffer
	done   chan error
}

// buffer collects what a process prints.
type buffer struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

var portalLine = regexp.MustCompile(`(?m)^portal +(http://\S+)$`)

// up starts the program on a folder and waits until it is ready. It is killed
// at the end of the test if it still runs.
func up(t *testing.T, exe, data string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(exe, "up", "--listen", "127.0.0.1:0", "--data", data), out: new(buffer), done: make(chan error, 1)}
	p.cmd.Dir = t.TempDir()
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() { p.cmd.Process.Kill() })
	eventually(t, "the program is ready", func() bool {
		select {
		case err := <-p.done:
			if strings.Contains(p.out.String(), "front-end assets are missing") {
				t.Skip("the front end is not built: run make build")
			}
			t.Fatalf("up ended: %v\n%s", err, p.out)
		default:
		}
		m := portalLine.FindStringSubmatch(p.out.String())
		if m != nil {
			p.origin = m[1]
		}
		return m != nil
	})
	return p
}

// kill ends the program as a power cut does.
func (p *program) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.done
}

// stop asks the program to end and returns its exit code.
func (p *program) stop(t *testing.T) int {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(soon):
		t.Fatalf("the program does not stop\n%s", p.out)
	}
	return p.cmd.ProcessState.ExitCode()
}

// call runs the program with arguments to its end.
func call(t *testing.T, exe string, args ...string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, exe, args...)
	c.Dir = t.TempDir()
	b, err := c.CombinedOutput()
	if err != nil && c.ProcessState == nil {
		t.Fatal(err)
	}
	return string(b), c.ProcessState.ExitCode()
}

// get reads an address; the body and the status.
func get(t *testing.T, url string) (string, int) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), r.StatusCode
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(soon); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in %v: %s", soon, what)
		}
	}
}

// processes lists the ids of processes that run an executable.
func processes(t *testing.T, exe string) (pids []string) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && to == exe {
			pids = append(pids, filepath.Base(filepath.Dir(l)))
		}
	}
	return pids
}

// children lists the ids of this process's children.
func children() (pids []string) {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, l := range lists {
		b, _ := os.ReadFile(l)
		pids = append(pids, strings.Fields(string(b))...)
	}
	return pids
}

// newCommand is the program with arguments, killed at the end of the test.
func newCommand(t *testing.T, exe string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(exe, args...)
	c.Dir = t.TempDir()
	t.Cleanup(func() {
		if c.Process != nil {
			c.Process.Kill()
		}
	})
	return c
}
