//go:build cgo && linux

package olap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Query answers one SELECT into w, as q.Format. The worker encodes; here only
// bytes are copied. What fails early writes nothing to w; what fails after the
// first 128 KB leaves w cut short.
// Errors: fault.TimedOut, fault.Busy, fault.Invalid where memory is short or
// the question does not fit the data, fault.TooLarge past q.MaxBytes; ctx's and
// w's own.
func (p *Pool) Query(ctx context.Context, q Query, w io.Writer) (Result, error) {
	p.queries.Add(1)
	req, err := p.request(q)
	if err != nil {
		return Result{}, wrap("query", err)
	}
	or(&q.Deadline, p.cfg.Deadline)
	var began time.Time
	if p.now != nil {
		began = p.now()
	}
	ask, where := p.ask, p.pages
	if q.Format == Parquet {
		ask = p.export
	}
	if q.Bulk || q.Format == Parquet {
		where = p.bulk
	}
	if err := p.enter(ctx, where); err != nil {
		return Result{}, wrap("query", err)
	}
	defer where.leave()
	if q.MaxBytes > 0 {
		w = &bounded{w: w, left: q.MaxBytes}
	}
	res, err := ask(ctx, q, req, w)
	if err != nil {
		return Result{}, wrap("query", err)
	}
	if p.now != nil {
		res.Millis = p.now().Sub(began).Milliseconds()
	}
	return res, nil
}

// request checks a query and packs it.
func (p *Pool) request(q Query) (queryRequest, error) {
	if strings.ContainsRune(q.SQL, 0) { // C would end there
		return queryRequest{}, errors.New("the statement contains a NUL character")
	}
	for name, path := range q.Tables {
		if rel, err := filepath.Rel(p.cfg.Dir, path); err != nil || !filepath.IsLocal(rel) || strings.ContainsRune(name+path, 0) {
			return queryRequest{}, fmt.Errorf("table %q is outside the directory of tables", name)
		}
	}
	args, err := packAll(q.Args)
	if err != nil {
		return queryRequest{}, err
	}
	return queryRequest{
		SQL: q.SQL, Args: args, Tables: q.Tables, Format: q.Format, Columns: q.Columns, Timezone: q.Timezone,
		MaxRows: q.MaxRows, CSV: q.CSV, Compression: q.Compression,
	}, nil
}

// ask uses a warm worker. One that ended while it was idle is replaced.
func (p *Pool) ask(ctx context.Context, q Query, req queryRequest, out io.Writer) (Result, error) {
	w, err := p.take(ctx)
	if err != nil {
		return Result{}, err
	}
	rep, err := w.do(ctx, exchange{body: req, out: out, deadline: q.Deadline})
	if errors.Is(err, errUnheard) && !p.stopping() {
		p.give(w, false)
		if w, err = p.fresh(ctx); err != nil {
			return Result{}, err
		}
		rep, err = w.do(ctx, exchange{body: req, out: out, deadline: q.Deadline})
	}
	fit := (err == nil || rep.Stopped) && !rep.Retire && !w.killed.Load()
	err = p.verdict(w, rep, err, queryTimedOut(q.Deadline), queryMemory(), queryCrashed())
	p.give(w, fit)
	return Result{Rows: rep.Rows, More: rep.More, Columns: rep.Columns}, err
}

// export uses a worker of its own that may write one file, which goes with it.
func (p *Pool) export(ctx context.Context, q Query, req queryRequest, out io.Writer) (Result, error) {
	or(&q.Scratch, p.cfg.Scratch)
	dir, err := os.MkdirTemp(q.Scratch, "export-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	req.Out = filepath.Join(dir, "answer.parquet")
	s := p.querySpec()
	s.Kind, s.Write, s.MaxFile = kindExport, []string{dir}, p.cfg.MaxFile
	w, err := p.start(ctx, s)
	if err != nil {
		return Result{}, err
	}
	defer p.discard(w)
	rep, err := w.do(ctx, exchange{body: req, out: out, deadline: q.Deadline})
	err = p.verdict(w, rep, err, queryTimedOut(q.Deadline), queryMemory(), queryCrashed())
	return Result{Rows: rep.Rows, Columns: rep.Columns}, err
}

// Do runs a task in a fresh worker that can read what d names, and nothing
// else. out, if not nil, takes the task's result.
// Errors: the task's own faults; fault.TimedOut; fault.Invalid where memory is
// short or the worker crashed; ctx's own.
func (p *Pool) Do(ctx context.Context, d Do, out any) error {
	p.taskRuns.Add(1)
	in, err := json.Marshal(d.In)
	if err != nil {
		return fmt.Errorf("olap: input of task %q: %w", d.Task, err)
	}
	or(&d.Deadline, p.cfg.TaskDeadline)
	or(&d.Memory, p.cfg.TaskMemory)
	rep, err := p.runTask(ctx, d, in)
	if err != nil {
		return wrap("task "+d.Task, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(rep.Out, out); err != nil {
		return fmt.Errorf("olap: result of task %q: %w", d.Task, err)
	}
	return nil
}

func (p *Pool) runTask(ctx context.Context, d Do, in []byte) (reply, error) {
	select {
	case p.tasks <- struct{}{}:
	case <-ctx.Done():
		return reply{}, context.Cause(ctx)
	case <-p.stop:
		return reply{}, errClosed()
	}
	defer func() { <-p.tasks }()
	s := spec{Kind: kindTask, Read: d.Read, Memory: d.Memory, Space: 2*d.Memory + 2<<30, Threads: 2, MaxFile: p.cfg.MaxFile, Files: 256}
	for _, path := range append([]string{d.Scratch}, d.Read...) {
		if path != "" && !filepath.IsAbs(path) {
			return reply{}, errors.New("path is not absolute: " + path)
		}
	}
	if d.Scratch != "" {
		s.Write = []string{d.Scratch}
	}
	w, err := p.start(ctx, s)
	if err != nil {
		return reply{}, err
	}
	defer p.discard(w)
	rep, err := w.do(ctx, exchange{body: taskRequest{Task: d.Task, In: in}, progress: d.Progress, deadline: d.Deadline})
	return rep, p.verdict(w, rep, err, taskTimedOut(d.Deadline), taskMemory(), taskCrashed())
}
