package bus

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"github.com/gongdao/gongdao/internal/db"
)

// Config tunes the bus. The zero value works.
type Config struct {
	// Poll is how often facts of other processes are looked for. Default 250 ms.
	Poll time.Duration `toml:"poll"`
	// Lease is how long a process that vanished keeps its listeners. Default 30 s.
	Lease time.Duration `toml:"lease"`
	// Keep is how long facts stay after the slowest listener has heard them. Default 720 h (30 days).
	Keep time.Duration `toml:"keep"`
}

// Needs is all a Bus is given. Both are optional.
type Needs struct {
	Log *slog.Logger
	Now func() time.Time
}

// Bus delivers facts. Listeners are added before Run.
type Bus struct {
	db     *db.DB
	cfg    Config
	log    *slog.Logger
	now    func() time.Time
	holder string // this process, in leases

	mu        sync.Mutex  // guards the two below
	listeners []*listener // in the order they were added
	running   bool
}

const batch = 256

// New returns a bus without listeners. It starts nothing.
func New(d *db.DB, cfg Config, needs Needs) *Bus {
	b := &Bus{db: d, cfg: cfg, log: needs.Log, now: needs.Now, holder: rand.Text()}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.now == nil {
		b.now = d.Now
	}
	if b.cfg.Poll <= 0 {
		b.cfg.Poll = 250 * time.Millisecond
	}
	if b.cfg.Lease <= 0 {
		b.cfg.Lease = 30 * time.Second
	}
	if b.cfg.Keep <= 0 {
		b.cfg.Keep = 30 * 24 * time.Hour
	}
	return b
}

// On hears every fact of type F, one at a time. The name is the bookmark's and
// stays for ever: "<hearer>/<room>.<Type>". fn must be idempotent: after a
// crash it gets the last facts again. Slow work belongs in a job that fn inserts.
// It panics if the name is taken, F is no fact, or the bus runs already.
func On[F any](b *Bus, name string, fn func(context.Context, F) error) {
	add(b, name, 1, func(ctx context.Context, facts []F) error { return fn(ctx, facts[0]) })
}

// OnBatch is On for up to 256 facts at a time, in order. If fn fails it gets
// the whole batch again.
func OnBatch[F any](b *Bus, name string, fn func(context.Context, []F) error) {
	add(b, name, batch, fn)
}

func add[F any](b *Bus, name string, size int, fn func(context.Context, []F) error) {
	room, kind, err := db.FactKind(reflect.TypeFor[F]())
	if err != nil {
		panic(fmt.Sprintf("bus: %s: %v", name, err))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running {
		panic("bus: listener " + name + " comes after Run")
	}
	for _, l := range b.listeners {
		if l.name == name {
			panic("bus: two listeners are named " + name)
		}
	}
	b.listeners = append(b.listeners, &listener{bus: b, name: name, room: room, kind: kind, size: size,
		wake: make(chan struct{}, 1), kick: make(chan struct{}, 1),
		deliver: func(ctx context.Context, rows []Fact) error {
			facts := make([]F, len(rows))
			for i, r := range rows {
				if err := json.Unmarshal([]byte(r.Body), &facts[i]); err != nil {
					return fmt.Errorf("bus: fact %d of %s cannot be read: %w", r.Seq, r.Room, err)
				}
			}
			return fn(ctx, facts)
		}})
}

// Fact is one row of the outbox.
type Fact struct {
	Room, Kind string
	Seq        int64
	At         time.Time // when it became true
	Body       string    // JSON
	Trace      string    // empty if none
}

type factKey struct{}

// FactOf returns the fact that a listener was given with ctx, in a batch the
// last one.
func FactOf(ctx context.Context) (Fact, bool) {
	f, ok := ctx.Value(factKey{}).(Fact)
	return f, ok
}

func (b *Bus) all() []*listener {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.listeners
}

// Run delivers facts until ctx is done, then waits for the listeners that are
// at work and lets other processes go on.
func (b *Bus) Run(ctx context.Context) error {
	b.mu.Lock()
	if b.running {
		b.mu.Unlock()
		return fmt.Errorf("bus: runs already")
	}
	b.running = true
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.running = false
	}()
	var wg sync.WaitGroup
	for _, l := range b.all() {
		wg.Go(func() { l.run(ctx) })
	}
	wg.Go(func() { b.pruneLoop(ctx) })
	b.pump(ctx)
	wg.Wait()
	return nil
}

// pump wakes the listeners of rooms whose head has moved.
func (b *Bus) pump(ctx context.Context) {
	seen := map[string]int64{}
	tick := time.NewTicker(b.cfg.Poll)
	defer tick.Stop()
	for ctx.Err() == nil {
		changed := b.db.Changed()
		heads, err := b.heads(ctx)
		if err != nil && ctx.Err() == nil {
			b.log.ErrorContext(ctx, "bus: heads cannot be read", "err", err)
		}
		for _, l := range b.all() {
			if heads[l.room] > seen[l.room] {
				l.nudge()
			}
		}
		for room, seq := range heads {
			seen[room] = seq
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-tick.C:
		}
	}
}

// Drain delivers, in this goroutine, until every listener has heard all there
// is, including what listeners themselves emit. Tests use it instead of Run,
// or beside it. It returns the first error of a listener.
func (b *Bus) Drain(ctx context.Context) error {
	for {
		moved := false
		for _, l := range b.all() {
			n, err := l.drain(ctx, true)
			if err != nil {
				return fmt.Errorf("bus: %s: %w", l.name, err)
			}
			l.state.fine()
			moved = moved || n > 0
		}
		if !moved {
			return nil
		}
	}
}
