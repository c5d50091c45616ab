//go:build cgo && linux

package olap

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Pool starts, feeds and ends workers. It is safe for concurrent use.
type Pool struct {
	cfg   Config
	log   *slog.Logger
	now   func() time.Time
	exe   string
	pages *places       // for queries
	bulk  *places       // for exports
	tasks chan struct{} // one token for each task at work
	wake  chan struct{} // tells Run to look after the idle
	stop  chan struct{} // closed by Close

	plain atomic.Bool // namespaces are not allowed here

	mu     sync.Mutex
	idle   []*worker            // guarded by mu; the last one is used next
	alive  map[*worker]struct{} // guarded by mu
	closed bool                 // guarded by mu

	reapers sync.WaitGroup

	queries, taskRuns, started, kills, crashes, timedOut, busy atomic.Int64
}

// New returns a pool; no worker is started before one is needed. Run keeps a
// worker warm, Close ends all of them.
func New(cfg Config, needs Needs) (*Pool, error) {
	cfg = cfg.withDefaults()
	if cfg.Dir != "" && !filepath.IsAbs(cfg.Dir) {
		return nil, fmt.Errorf("olap: the directory of tables must be absolute, not %q", cfg.Dir)
	}
	exe := "/proc/self/exe" // right even after the file was replaced by a newer release
	if _, err := os.Stat(exe); err != nil {
		if exe, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("olap: %w", err)
		}
	}
	// A worker inherits nothing by accident, such as what our own parent left open.
	_ = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) // Linux 5.11 and later
	if needs.Log == nil {
		needs.Log = slog.New(slog.DiscardHandler)
	}
	if landlockVersion() < 1 {
		needs.Log.Warn("olap: this kernel has no Landlock; workers can open every file that the program can")
	}
	return &Pool{
		cfg: cfg, log: needs.Log, now: needs.Now, exe: exe,
		pages: newPlaces(cfg.Workers, cfg.Waiters),
		bulk:  newPlaces(cfg.Exports, cfg.Waiters),
		tasks: make(chan struct{}, cfg.Tasks),
		wake:  make(chan struct{}, 1),
		stop:  make(chan struct{}),
		alive: map[*worker]struct{}{},
	}, nil
}

func (c Config) withDefaults() Config {
	or(&c.Workers, 4)
	or(&c.Exports, 4)
	or(&c.Waiters, 64)
	or(&c.Tasks, 2)
	or(&c.Wait, 5*time.Second)
	or(&c.Deadline, 2*time.Second)
	or(&c.TaskDeadline, 10*time.Minute)
	or(&c.QueryMemory, 512<<20)
	or(&c.TaskMemory, 512<<20)
	or(&c.MaxFile, 16<<30)
	or(&c.MaxQueries, 1000)
	or(&c.MaxAge, 10*time.Minute)
	or(&c.MaxRSS, 300<<20)
	or(&c.Scratch, os.TempDir())
	return c
}

func or[T comparable](v *T, standard T) {
	var zero T
	if *v == zero {
		*v = standard
	}
}

// querySpec is what query workers are. DuckDB does not count all it uses, so
// the address space is what makes a hungry function fail at once.
func (p *Pool) querySpec() spec {
	s := spec{Kind: kindQuery, Memory: p.cfg.QueryMemory, Space: p.cfg.QueryMemory + 512<<20, Threads: 1, Files: 64}
	if p.cfg.Dir != "" {
		s.Read = []string{p.cfg.Dir}
	}
	return s
}

// start starts a worker and waits until it is ready.
func (p *Pool) start(ctx context.Context, s spec) (*worker, error) {
	isolate := !p.plain.Load()
	w, err := launch(p.exe, s.Kind, isolate)
	if err != nil && isolate {
		p.log.Warn("olap: workers run without namespaces of their own", "reason", err)
		p.plain.Store(true)
		w, err = launch(p.exe, s.Kind, false)
	}
	if err != nil {
		return nil, fmt.Errorf("olap: start a worker: %w", err)
	}
	p.started.Add(1)
	p.mu.Lock()
	p.alive[w] = struct{}{}
	closed := p.closed
	p.reapers.Go(func() {
		w.reap()
		p.mu.Lock()
		delete(p.alive, w)
		p.mu.Unlock()
	})
	p.mu.Unlock()
	if closed {
		w.kill()
	}
	if err := w.ready(ctx, s); err != nil {
		w.kill()
		<-w.exited
		w.release()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if p.stopping() {
			return nil, errClosed()
		}
		return nil, fmt.Errorf("olap: start a worker: %w: %s", err, w.said)
	}
	return w, nil
}

// take returns a worker for one query. The caller gives it back.
func (p *Pool) take(ctx context.Context) (*worker, error) {
	if w := p.pop(); w != nil {
		return w, nil
	}
	return p.fresh(ctx)
}

// pop returns an idle worker that is fit for use, or nil.
func (p *Pool) pop() *worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := len(p.idle); n > 0; n = len(p.idle) {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		if !w.dead() && !w.aged.Load() {
			return w
		}
		p.discard(w)
	}
	return nil
}

// fresh starts a query worker.
func (p *Pool) fresh(ctx context.Context) (*worker, error) {
	w, err := p.start(ctx, p.querySpec())
	if err != nil {
		return nil, err
	}
	w.age = time.AfterFunc(p.cfg.MaxAge, func() {
		w.aged.Store(true)
		p.poke()
	})
	return w, nil
}

// give takes a worker back; one that is worn, or of which fit is false, ends.
func (p *Pool) give(w *worker, fit bool) {
	w.served++
	fit = fit && !w.aged.Load() && w.served < p.cfg.MaxQueries && w.rss() < p.cfg.MaxRSS
	p.mu.Lock()
	if fit && !p.closed {
		p.idle = append(p.idle, w)
	} else {
		p.discard(w)
	}
	p.mu.Unlock()
	p.poke()
}

// discard ends a worker that nobody uses; its reaper does the rest.
func (p *Pool) discard(w *worker) {
	w.kill()
	w.release()
}

func (p *Pool) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run keeps one spare worker warm, and ends those that are old, until ctx ends.
func (p *Pool) Run(ctx context.Context) error {
	for {
		p.sweep()
		if err := p.spare(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("olap: no spare worker", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.stop:
			return nil
		case <-p.wake:
		}
	}
}

// sweep ends idle workers that are old or dead.
func (p *Pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	keep := p.idle[:0]
	for _, w := range p.idle {
		if w.dead() || w.aged.Load() {
			p.discard(w)
		} else {
			keep = append(keep, w)
		}
	}
	p.idle = keep
}

// spare starts a worker if none is idle and one more query may come.
func (p *Pool) spare(ctx context.Context) error {
	p.mu.Lock()
	enough := len(p.idle) > 0 || p.closed || p.pages.full()
	p.mu.Unlock()
	if enough {
		return nil
	}
	w, err := p.fresh(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		p.discard(w)
		return nil
	}
	p.idle = append(p.idle, w)
	return nil
}

// Close ends every worker, also those at work, and waits for them.
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	close(p.stop)
	for w := range p.alive {
		w.kill()
	}
	for _, w := range p.idle {
		w.release()
	}
	p.idle = nil
	p.mu.Unlock()
	p.reapers.Wait()
	return nil
}

func (p *Pool) stopping() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

// Stats returns counts, and how much memory the workers alive use.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{
		Queries: p.queries.Load(), Tasks: p.taskRuns.Load(), Started: p.started.Load(), Kills: p.kills.Load(),
		Crashes: p.crashes.Load(), TimedOut: p.timedOut.Load(), Busy: p.busy.Load(), Workers: len(p.alive),
	}
	for w := range p.alive {
		s.RSS += w.rss()
	}
	return s
}

// verdict turns what became of an exchange into the caller's error, and counts.
func (p *Pool) verdict(w *worker, rep reply, err error, late, memory, crash error) error {
	if w.killed.Load() {
		p.kills.Add(1)
	}
	switch {
	case err == nil:
		return rep.failure(memory)
	case errors.Is(err, errDeadline):
		p.timedOut.Add(1)
		return late
	case !errors.Is(err, errGone) && !errors.Is(err, errUnheard):
		return err
	}
	if p.stopping() {
		return errClosed()
	}
	p.crashes.Add(1)
	w.kill() // it may hang without having ended
	err = w.end(memory, crash)
	p.log.Warn("olap: a worker stopped", "state", w.cmd.ProcessState, "said", w.said)
	return err
}
