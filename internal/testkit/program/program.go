// Package program runs the built program for tests that need it whole: as a
// process of its own, over the network, with the made-up people of the
// demonstration.
package program

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gongdao/gongdao/internal/testkit/judge"
)

// BinVar names the environment variable with the path of a program that is
// built already; without it the first test that asks builds one.
const BinVar = "GONGDAO_BIN"

// patience is how long a slow and busy machine may take to be ready or to stop.
const patience = 2 * time.Minute

var build = sync.OnceValues(func() (string, error) {
	root, err := judge.Root()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "gongdao-bin-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "gongdao")
	c := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", bin, "./cmd/gongdao")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return "", errors.New("go build: " + err.Error() + "\n" + string(out))
	}
	return bin, nil
})

// Bin returns the path of the program.
func Bin(t testing.TB) string {
	t.Helper()
	if bin := os.Getenv(BinVar); bin != "" {
		return bin
	}
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// Person is one of the made-up people.
type Person struct{ Name, Role, Link string }

// Demo is a demonstration that runs.
type Demo struct {
	Portal  string // base URL without a slash at the end
	People  []Person
	Metrics string
	Data    string // its folder
	Process *os.Process
}

// Start runs a demonstration on a free port, waits until it is ready, and
// stops it when t ends. What it printed is logged if t failed.
func Start(t testing.TB, args ...string) *Demo {
	t.Helper()
	dir := t.TempDir()
	ready, data := filepath.Join(dir, "ready.json"), filepath.Join(dir, "data")
	out, err := os.Create(filepath.Join(dir, "printed"))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(Bin(t), append([]string{"demo", "--listen", "127.0.0.1:0", "--data", data, "--ready-file", ready}, args...)...)
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() { stop(t, c, ended, out) })

	d := &Demo{Data: data, Process: c.Process}
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		text, err := os.ReadFile(ready)
		if err == nil && json.Unmarshal(text, d) == nil {
			return d
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the demonstration ended before it was ready: %v", err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("the demonstration was not ready within %s: %v", patience, err)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

func stop(t testing.TB, c *exec.Cmd, ended chan error, out *os.File) {
	_ = c.Process.Signal(syscall.SIGINT) // it may have ended by itself
	select {
	case <-ended:
	case <-time.After(patience):
		t.Errorf("the demonstration did not stop within %s", patience)
		_ = c.Process.Kill()
		<-ended
	}
	out.Close()
	if text, err := os.ReadFile(out.Name()); err == nil && t.Failed() {
		t.Logf("the demonstration printed:\n%s", text)
	}
}
