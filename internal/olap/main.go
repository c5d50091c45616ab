//go:build cgo && linux

package olap

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"
	_ "time/tzdata" // a worker cannot read /usr/share/zoneinfo

	"github.com/gongdao/gongdao/fault"
)

// Main serves as a worker, and ends the process, if that is what the process
// was started for; else it returns at once. Call it first in main and TestMain.
func Main(tasks Tasks) {
	if os.Getenv(workerEnv) == "" {
		return
	}
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

// answer runs one query and sends what it yields.
func (w *served) answer(ctx context.Context, body []byte) (reply, error) {
	var q queryRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return reply{}, err
	}
	args, err := unpackAll(q.Args)
	if err != nil {
		return reply{}, err
	}
	release := w.engine.stopOn(ctx)
	defer release()
	if err := w.openTables(q.Tables); err != nil {
		return reply{}, err
	}
	if q.Format == Parquet {
		return w.export(ctx, q, args)
	}
	s, err := w.engine.prepare(q.SQL, args, selects()...)
	if err != nil {
		return reply{}, err
	}
	defer s.close()
	r, err := s.run()
	if err != nil {
		return reply{}, err
	}
	defer r.close()
	return w.stream(ctx, q, r)
}

// stream encodes the answer row by row.
func (w *served) stream(ctx context.Context, q queryRequest, r *rows) (reply, error) {
	zone, err := w.zone(q.Timezone)
	if err != nil {
		return reply{}, err
	}
	fields, err := plan(q.Columns, r.columns, zone)
	if err != nil {
		return reply{}, err
	}
	enc, err := newEncoder(q, fields)
	if err != nil {
		return reply{}, err
	}
	var rep reply
	for _, f := range fields {
		rep.Columns = append(rep.Columns, f.Column)
	}
	out := newOutput(w.out)
	out.buf = enc.begin(out.buf)
	for !rep.More {
		more, err := r.next()
		if err != nil {
			return reply{}, err
		}
		if !more {
			break
		}
		if err := ctx.Err(); err != nil {
			return reply{}, err
		}
		for i := range r.size {
			if q.MaxRows > 0 && rep.Rows == int64(q.MaxRows) {
				rep.More = true
				break
			}
			out.buf = enc.row(out.buf, i, rep.Rows == 0)
			rep.Rows++
			if len(out.buf) >= frameFull {
				if err := out.flush(); err != nil {
					return reply{}, err
				}
			}
		}
	}
	out.buf = enc.end(out.buf)
	return rep, out.flush()
}

// zone returns the time zone of that name; "" is UTC.
func (w *served) zone(name string) (*time.Location, error) {
	if z, ok := w.zones[name]; ok {
		return z, nil
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fault.Invalid.Errorf("olap.bad-timezone", "there is no time zone %q; use a name such as Asia/Taipei", name)
	}
	if w.zones == nil {
		w.zones = map[string]*time.Location{}
	}
	w.zones[name] = z
	return z, nil
}

// openTables makes the views that the next query names, and no others.
func (w *served) openTables(tables map[string]string) error {
	for name := range w.views {
		if tables[name] != w.views[name] {
			if err := w.engine.exec("DROP VIEW IF EXISTS " + quoteName(name)); err != nil {
				return err
			}
			delete(w.views, name)
		}
	}
	for name, path := range tables {
		if w.views[name] == path {
			continue
		}
		sql := "CREATE OR REPLACE TEMP VIEW " + quoteName(name) + " AS SELECT * FROM parquet_scan(" + quote(path) + ")"
		if err := w.engine.exec(sql); err != nil {
			return err
		}
		if w.views == nil {
			w.views = map[string]string{}
		}
		w.views[name] = path
	}
	return nil
}

// export writes the answer as a file, and then sends that.
func (w *served) export(ctx context.Context, q queryRequest, args []any) (reply, error) {
	columns, err := w.describe(q, args)
	if err != nil {
		return reply{}, err
	}
	sql, err := copySQL(q)
	if err != nil {
		return reply{}, err
	}
	s, err := w.engine.prepare(sql, args, copies()...)
	if err != nil {
		return reply{}, err
	}
	defer s.close()
	r, err := s.run()
	if err != nil {
		return reply{}, err
	}
	defer r.close()
	rep := reply{Columns: q.Columns}
	if rep.Columns == nil {
		rep.Columns = columns
	}
	if ok, err := r.next(); err != nil {
		return reply{}, err
	} else if ok {
		rep.Rows, _ = r.columns[0].value(0).(int64)
	}
	f, err := os.Open(q.Out)
	if err != nil {
		return reply{}, err
	}
	defer f.Close()
	return rep, w.sendFile(ctx, f)
}

func (w *served) sendFile(ctx context.Context, f io.Reader) error {
	buf := make([]byte, headerSize+frameFull)
	for ctx.Err() == nil {
		n, err := io.ReadFull(f, buf[headerSize:])
		if n > 0 {
			putHeader(buf, frameOutput, n)
			if _, err := w.out.Write(buf[:headerSize+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
