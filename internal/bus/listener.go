package bus

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gongdao/gongdao/internal/db"
)

const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
	saveEvery  = 1024 // facts of other kinds passed before the bookmark is stored
	// saveAfter is how long Run may leave a bookmark behind what was heard. A
	// crash within it delivers those facts again; a save for each would cost a
	// durable write and keep the next fact waiting.
	saveAfter = 100 * time.Millisecond
)

// errHeld says that another process delivers to this listener now.
var errHeld = errors.New("another process holds this listener")

// listener is one hearer of one kind of fact.
type listener struct {
	bus        *Bus
	name       string
	room, kind string
	size       int
	deliver    func(context.Context, []Fact) error
	wake       chan struct{} // there may be facts
	kick       chan struct{} // try again now, although the last try failed

	mu    sync.Mutex // held while facts are delivered; guards the seven below
	known bool       // at and saved are what is stored
	at    int64      // heard up to here; facts of other kinds count as heard
	saved int64      // the bookmark as stored, at or before at
	until time.Time  // end of our lease; zero if we have none
	owned bool       // we had the lease before

	dirty bool        // the stored bookmark is behind what was delivered
	timer *time.Timer // sets due; stopped when the bookmark is stored

	due atomic.Bool // it is time to store the bookmark

	state state
}

// state is what Lag shows of a listener without waiting for it.
type state struct {
	mu    sync.Mutex // guards the rest
	tries int
	err   error
	next  time.Time // of the next try
}

func (s *state) failed(err error, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := min(firstRetry<<min(s.tries, 16), lastRetry)
	s.tries++
	s.err, s.next = err, now.Add(wait)
	return wait
}

func (s *state) fine() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries, s.err, s.next = 0, nil, time.Time{}
}

func (l *listener) nudge() { signal(l.wake) }

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run delivers whenever there is something, until ctx is done.
func (l *listener) run(ctx context.Context) {
	defer l.release(context.WithoutCancel(ctx))
	for {
		_, err := l.drain(ctx, false)
		var wait time.Duration
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errHeld):
			wait = l.bus.cfg.Lease / 4
		case err != nil:
			wait = l.state.failed(err, l.bus.now())
			l.bus.log.ErrorContext(ctx, "bus: listener failed", "listener", l.name, "retry_in", wait, "err", err)
		default:
			l.state.fine()
			if l.await(ctx) {
				continue
			}
			return
		}
		if !l.pause(ctx, wait) {
			return
		}
	}
}

// await waits for a nudge. It returns false once ctx is done.
func (l *listener) await(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-l.wake:
		return true
	}
}

// behind notes that the stored bookmark is behind what was delivered, and sees
// to it that drain stores it soon even if no fact comes.
func (l *listener) behind() {
	if l.dirty {
		return
	}
	l.dirty = true
	l.timer = time.AfterFunc(saveAfter, func() {
		l.due.Store(true)
		l.nudge()
	})
}

// pause lets time pass after a failure; only Skip cuts it short.
func (l *listener) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-l.kick:
	case <-timer.C:
	}
	return true
}

// drain delivers until nothing is left and returns how many facts it delivered.
// The bookmark is stored when that is due, after a failure, and if eager.
func (l *listener) drain(ctx context.Context, eager bool) (total int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for more := true; more && err == nil; {
		var n int
		n, more, err = l.step(ctx)
		total += n
		if l.dirty && (err != nil || eager || l.due.Load()) {
			err = errors.Join(err, l.save(context.WithoutCancel(ctx)))
		}
	}
	if err != nil {
		l.known = false // read the bookmark again: somebody may have moved it
	}
	if errors.Is(err, errHeld) {
		l.until = time.Time{}
	}
	return total, err
}

// step delivers one page of facts. more means that another may follow.
func (l *listener) step(ctx context.Context) (n int, more bool, err error) {
	p, err := l.page(ctx)
	if err != nil {
		return 0, false, err
	}
	if len(p.facts) == 0 {
		l.at = max(l.at, p.head) // facts of other kinds
		if l.at-l.saved > saveEvery && l.holds() {
			l.behind()
		}
		return 0, false, nil
	}
	if moved, err := l.claim(ctx); err != nil || moved {
		return 0, moved, err
	}
	n, err = l.handAll(ctx, p.facts)
	if n > 0 {
		l.behind()
	}
	if err == nil && !p.full {
		l.at = max(l.at, p.head)
	}
	return n, p.full, err
}

// handAll gives facts to the listener's function until one fails.
func (l *listener) handAll(ctx context.Context, facts []Fact) (n int, err error) {
	for n < len(facts) {
		end := min(n+l.size, len(facts))
		if err := ctx.Err(); err != nil {
			return n, err
		}
		if err := l.hand(ctx, facts[n:end]); err != nil {
			return n, err
		}
		l.at, n = facts[end-1].Seq, end
		if !l.holds() { // a slow page: renew before somebody else begins
			if err := l.save(context.WithoutCancel(ctx)); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// holds reports whether our lease has at least half its time left.
func (l *listener) holds() bool {
	return l.bus.now().Add(l.bus.cfg.Lease / 2).Before(l.until)
}

// hand gives facts to the listener's function, within half a lease.
func (l *listener) hand(ctx context.Context, facts []Fact) (err error) {
	last := facts[len(facts)-1]
	ctx = db.WithTrace(context.WithValue(ctx, factKey{}, last), last.Trace)
	ctx, cancel := context.WithTimeout(ctx, l.bus.cfg.Lease/2)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			l.bus.log.ErrorContext(ctx, "bus: listener panicked", "listener", l.name, "room", l.room,
				"seq", facts[0].Seq, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("bus: listener panicked: %v", p)
		}
	}()
	if err := l.deliver(ctx, facts); err != nil {
		return fmt.Errorf("fact %d of %s: %w", facts[0].Seq, l.room, err)
	}
	return nil
}

// persist stores how many facts of other kinds have passed, so that the stored
// bookmark keeps no old facts from being removed.
func (l *listener) persist(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.known || l.at == l.saved {
		return
	}
	at := l.at
	moved, err := l.claim(ctx)
	if err == nil && !moved {
		l.at = at
		err = l.save(ctx)
	}
	if err != nil && !errors.Is(err, errHeld) && ctx.Err() == nil {
		l.bus.log.WarnContext(ctx, "bus: bookmark not stored", "listener", l.name, "err", err)
	}
}

// release stores the bookmark and lets another process go on.
func (l *listener) release(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until.IsZero() {
		l.clean()
		return
	}
	if err := l.free(ctx); err != nil && !errors.Is(err, errHeld) {
		l.bus.log.WarnContext(ctx, "bus: lease not released", "listener", l.name, "err", err)
	}
}
