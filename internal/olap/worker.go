//go:build cgo && linux

package olap

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gongdao/gongdao/fault"
)

// worker is the portal's side of a worker. One request at a time.
type worker struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *os.File
	r      *bufio.Reader
	said   *tail         // what it wrote to standard error
	exited chan struct{} // closed when the process is gone and reaped
	killed atomic.Bool   // by us
	served int           // queries; used by the goroutine that holds the worker
	aged   atomic.Bool   // older than Config.MaxAge
	age    *time.Timer
}

// startDeadline is how long a worker may take until it is ready. A machine that
// is very busy needs a second.
const startDeadline = 20 * time.Second

// killAfter leaves the kernel a part of KillGrace, to take the process apart.
const killAfter = KillGrace - 50*time.Millisecond

// launch starts a process that will become a worker, with new namespaces of
// users and network where the system allows that: no interface, and none of the
// portal's rights even if the portal is root.
func launch(exe string, kind string, isolate bool) (*worker, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	cmd := exec.Command(exe)
	cmd.Args = []string{"gongdao: " + kind + " worker"}
	cmd.Dir = "/"
	cmd.Env = []string{workerEnv + "=" + kind, "MALLOC_ARENA_MAX=2", "GOMAXPROCS=2", "GOTRACEBACK=single", "TZ=UTC", "LANG=C"}
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	if isolate {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	said := &tail{}
	cmd.Stdout, cmd.Stderr = said, said
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	if kind != kindQuery {
		_ = unix.Setpriority(unix.PRIO_PROCESS, cmd.Process.Pid, 5) // long work yields to short
	}
	return &worker{cmd: cmd, in: in, out: r, r: bufio.NewReaderSize(r, 128<<10), said: said, exited: make(chan struct{})}, nil
}

// reap waits for the process to end.
func (w *worker) reap() {
	_ = w.cmd.Wait() // how it ended is read from ProcessState
	close(w.exited)
}

// kill ends the process at once. The answers that were under way are lost.
func (w *worker) kill() {
	w.killed.Store(true)
	_ = w.cmd.Process.Kill() // it may have ended already
}

func (w *worker) dead() bool {
	select {
	case <-w.exited:
		return true
	default:
		return false
	}
}

// release frees what the portal holds of an ended worker.
func (w *worker) release() {
	_ = w.in.Close()
	_ = w.out.Close()
	if w.age != nil {
		w.age.Stop()
	}
}

// ready tells the worker what it is and waits until it has opened its engine.
func (w *worker) ready(ctx context.Context, s spec) error {
	timer := time.AfterFunc(startDeadline, w.kill)
	defer timer.Stop()
	stop := context.AfterFunc(ctx, w.kill)
	defer stop()
	if err := writeJSON(w.in, frameSpec, s); err != nil {
		return err
	}
	kind, _, err := readHeader(w.r)
	if err == nil && kind != frameHello {
		err = fmt.Errorf("frame %q before hello", kind)
	}
	return err
}

// rss returns the worker's resident bytes; 0 when it is gone.
func (w *worker) rss() int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", w.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(raw), &size, &resident); err != nil {
		return 0
	}
	return resident * int64(os.Getpagesize())
}

// failure returns what a reply says went wrong, or nil.
func (r reply) failure(memory error) error {
	switch {
	case r.Memory:
		return memory
	case r.Fault != nil:
		f, err := r.Fault.unpack()
		if err != nil {
			return err
		}
		return f
	case r.Error != "":
		return errors.New(r.Error)
	}
	return nil
}

// end says how a worker that is gone went: by lack of memory, or not.
func (w *worker) end(memory, crash error) error {
	<-w.exited
	if w.diedOfMemory() {
		return memory
	}
	return crash
}

func (w *worker) diedOfMemory() bool {
	text := w.said.String()
	for _, sign := range []string{"out of memory", "cannot allocate memory", "bad_alloc", "Cannot allocate memory", "failed to create new OS thread", "failed to allocate"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	status, ok := w.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL && !w.killed.Load() // by the kernel
}

// tail keeps the first and the last of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte // guarded by mu
}

const tailSize = 16 << 10

// Write implements io.Writer; it never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = append(t.text[:tailSize/2], t.text[tailSize/2+over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}

// wrap leaves faults as they are and says of the rest what was tried.
func wrap(what string, err error) error {
	var named *fault.Error
	if err == nil || errors.As(err, &named) {
		return err
	}
	return fmt.Errorf("olap: %s: %w", what, err)
}
