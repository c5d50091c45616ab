//go:build cgo && linux

package olap

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // a worker cannot read /usr/share/zoneinfo
)

// Main serves as a worker, and ends the process, if that is what the process
// was started for; else it returns at once. Call it first in main and TestMain.
func Main(tasks Tasks) {
	if os.Getenv(workerEnv) == "" {
		return
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM)                 // the portal says when; when it ends, so do we
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("900"), 0) // rather us than the portal
	w := &served{
		in:    bufio.NewReader(os.Stdin),
		out:   os.NewFile(3, "answers"),
		tasks: tasks,
		todo:  make(chan request),
	}
	if err := w.serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// served is the worker's side of a worker.
type served struct {
	in     *bufio.Reader
	out    *os.File
	tasks  Tasks
	spec   spec
	engine *engine
	todo   chan request

	views map[string]string // what openTables made: name → path
	zones map[string]*time.Location
}

// request is one frame to answer. Its context ends when the portal interrupts.
type request struct {
	ctx  context.Context
	end  context.CancelFunc
	body []byte
}

func (w *served) serve() error {
	if err := w.start(); err != nil {
		return err
	}
	if err := writeFrame(w.out, frameHello, nil); err != nil {
		return err
	}
	go w.listen() // ends with the process
	for r := range w.todo {
		answer := w.answer
		if w.spec.Kind == kindTask {
			answer = w.runTask
		}
		rep, err := answer(r.ctx, r.body)
		r.end()
		if err != nil {
			rep = packReply(err)
		}
		if err := writeJSON(w.out, frameReply, rep); err != nil {
			return err
		}
	}
	return nil
}

// start reads the spec and gives up every right it does not name. Only then
// the engine opens; a task opens it when it first needs it.
func (w *served) start() error {
	kind, size, err := readHeader(w.in)
	if err != nil || kind != frameSpec {
		return fmt.Errorf("olap: a worker is started by the program itself: %w", err)
	}
	body, err := readBody(w.in, size, maxReply)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, &w.spec); err != nil {
		return err
	}
	debug.SetMemoryLimit(w.spec.Space / 2)
	if err := enterSandbox(w.spec); err != nil {
		return fmt.Errorf("olap: sandbox: %w", err)
	}
	if w.spec.Kind == kindTask {
		return nil
	}
	w.engine, err = openEngine(w.spec)
	return err
}

// listen hands requests on and ends the process when the portal is gone.
func (w *served) listen() {
	var end context.CancelFunc = func() {}
	for {
		kind, size, err := readHeader(w.in)
		if err != nil {
			os.Exit(0)
		}
		body, err := readBody(w.in, size, maxReply)
		if err != nil {
			os.Exit(0)
		}
		switch kind {
		case frameInterrupt:
			end()
		case frameRequest:
			if writeFrame(w.out, frameHeard, nil) != nil { // nothing else is written now
				os.Exit(0)
			}
			r := request{body: body}
			r.ctx, r.end = context.WithCancel(context.Background())
			end = r.end
			w.todo <- r
		}
	}
}

func (w *served) runTask(ctx context.Context, body []byte) (reply, error) {
	var req taskRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return reply{}, err
	}
	task, ok := w.tasks[req.Task]
	if !ok {
		return reply{}, fmt.Errorf("olap: no task %q was given to Main", req.Task)
	}
	say := func(progress any) { // what cannot be said is no reason to stop
		if body, err := json.Marshal(progress); err == nil && len(body) <= maxProgress {
			_ = writeFrame(w.out, frameProgress, body)
		}
	}
	out, err := task(context.WithValue(ctx, servedKey{}, w), req.In, say)
	if err != nil {
		return reply{}, err
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return reply{}, fmt.Errorf("olap: result of task %q: %w", req.Task, err)
	}
	return reply{Out: raw}, nil
}

type servedKey struct{}

// inTask returns the engine of the task that runs under ctx.
func inTask(ctx context.Context) (*engine, error) {
	w, ok := ctx.Value(servedKey{}).(*served)
	if !ok {
		return nil, errors.New("olap: only a task can do this")
	}
	if w.engine == nil {
		e, err := openEngine(w.spec)
		if err != nil {
			return nil, err
		}
		w.engine = e
	}
	return w.engine, nil
}
