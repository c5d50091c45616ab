package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/gongdao/gongdao/internal/db"
)

// Config tunes the workers. The zero value works.
type Config struct {
	// Workers is how many ordinary jobs run at a time. Default twice the cores, at least 4.
	Workers int `toml:"workers"`
	// Slow is how many jobs inserted with Slow run at a time. Default 1 for every 2 cores, at least 1.
	Slow int `toml:"slow"`
	// Timeout is how long a job may run unless its Options say otherwise. Default 5 min.
	Timeout time.Duration `toml:"timeout"`
	// Stop is how long running jobs may go on when the program stops, before their ctx ends. Default 10 s.
	Stop time.Duration `toml:"stop"`
	// Node names this process among those that share a PostgreSQL database: what it was doing when it died
	// it takes up again at once. Default: from the machine's name and the data directory, which one process owns.
	Node string `toml:"node"`
}

// Needs is all a Jobs is given. Both are optional.
type Needs struct {
	Log *slog.Logger
	Now func() time.Time
}

// Args are the arguments of a job, stored as JSON. Kind is its name for ever:
// "<room>.<verb>", at least two letters, digits or . - _ and so on.
type Args interface{ Kind() string }

// Options are what a kind of job may do.
type Options struct {
	Timeout time.Duration // its ctx ends then; default Config.Timeout
	// MaxAttempts is after how many failures it is given up. Default 25, some three weeks.
	MaxAttempts int
}

// Jobs runs jobs. Kinds are registered before Run.
type Jobs struct {
	db  *db.DB
	cfg Config
	log *slog.Logger
	now func() time.Time

	mu       sync.Mutex // guards the rest
	workers  *river.Workers
	run      map[string]work // by kind, for Drain
	periodic []*river.PeriodicJob
	longest  time.Duration
	running  bool
}

// work runs one job from its stored arguments.
type work struct {
	do      func(ctx context.Context, args []byte) error
	timeout time.Duration
}

// New brings River's tables up to date and frees the jobs that this node was
// running when it died. It starts nothing.
func New(ctx context.Context, d *db.DB, cfg Config, needs Needs) (*Jobs, error) {
	j := &Jobs{db: d, cfg: cfg, log: needs.Log, now: needs.Now, workers: river.NewWorkers(), run: map[string]work{}}
	if j.log == nil {
		j.log = slog.New(slog.DiscardHandler)
	}
	j.log = slog.New(quiet{j.log.Handler()})
	if j.now == nil {
		j.now = d.Now
	}
	j.cfg.Workers = cmp.Or(cfg.Workers, max(4, 2*runtime.NumCPU()))
	j.cfg.Slow = cmp.Or(cfg.Slow, max(1, runtime.NumCPU()/2))
	j.cfg.Timeout = cmp.Or(cfg.Timeout, 5*time.Minute)
	j.cfg.Stop = cmp.Or(cfg.Stop, 10*time.Second)
	j.cfg.Node = cmp.Or(cfg.Node, node(d.Dir()))
	j.longest = j.cfg.Timeout
	if err := j.migrate(ctx); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if err := j.free(ctx); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return j, nil
}

// node returns a name that is the same after a restart.
func node(dir string) string {
	host, _ := os.Hostname()
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s\x00%s", host, dir)
	return fmt.Sprintf("node-%016x", h.Sum64())
}

// Work registers what to do with jobs of type A. fn runs at least once for each
// job, perhaps again after a crash, so it must be idempotent. An error or a
// panic is tried again later, 1 s after the first failure and ever more slowly;
// Final gives up at once. It panics if the kind is taken or Run has begun.
func Work[A Args](j *Jobs, o Options, fn func(context.Context, A) error) {
	var zero A
	kind := zero.Kind()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.running {
		panic("jobs: " + kind + " is registered after Run")
	}
	o.Timeout = cmp.Or(o.Timeout, j.cfg.Timeout)
	j.longest = max(j.longest, o.Timeout)
	river.AddWorker(j.workers, &worker[A]{options: o, fn: fn})
	j.run[kind] = work{timeout: o.Timeout, do: func(ctx context.Context, args []byte) error {
		var a A
		if err := json.Unmarshal(args, &a); err != nil {
			return fmt.Errorf("jobs: arguments of %s cannot be read: %w", kind, err)
		}
		return fn(ctx, a)
	}}
}

// worker is a function in River's form.
type worker[A Args] struct {
	river.WorkerDefaults[A]
	options Options
	fn      func(context.Context, A) error
}

func (w *worker[A]) Timeout(*river.Job[A]) time.Duration { return w.options.Timeout }

func (w *worker[A]) Work(ctx context.Context, job *river.Job[A]) error {
	err := w.fn(ctx, job.Args)
	if err == nil {
		return nil
	}
	var f final
	if errors.As(err, &f) || (w.options.MaxAttempts > 0 && job.Attempt >= w.options.MaxAttempts) {
		return river.JobCancel(err)
	}
	return err
}

type final struct{ error }

// Unwrap gives errors.Is what Final wrapped.
func (f final) Unwrap() error { return f.error }

// Final marks an error that another try would not mend: the job is given up.
func Final(err error) error {
	if err == nil {
		return nil
	}
	return final{err}
}

// quiet lets only warnings and errors of River through.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a)} }
func (q quiet) WithGroup(n string) slog.Handler      { return quiet{q.Handler.WithGroup(n)} }
