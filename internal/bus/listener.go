package bus

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gongdao/gongdao/internal/db"
)

const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
	saveEvery  = 1024 // facts of other kinds passed before the bookmark is stored
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
	wake       chan struct{}

	mu    sync.Mutex // held while facts are delivered; guards the five below
	known bool       // at and saved are what is stored
	at    int64      // heard up to here; facts of other kinds count as heard
	saved int64      // the bookmark as stored, at or before at
	until time.Time  // end of our lease; zero if we have none
	owned bool       // we had the lease before

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

func (l *listener) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run delivers whenever there is something, until ctx is done.
func (l *listener) run(ctx context.Context) {
	defer l.release(context.WithoutCancel(ctx))
	for {
		wait := time.Duration(-1)
		if _, err := l.drain(ctx); ctx.Err() != nil {
			return
		} else if errors.Is(err, errHeld) {
			wait = l.bus.cfg.Lease / 4
		} else if err != nil {
			wait = l.state.failed(err, l.bus.now())
			l.bus.log.ErrorContext(ctx, "bus: listener failed", "listener", l.name, "retry_in", wait, "err", err)
		} else {
			l.state.fine()
		}
		if !l.sleep(ctx, wait) {
			return
		}
	}
}

// sleep waits for a nudge, or after a failure only for the time to pass.
func (l *listener) sleep(ctx context.Context, wait time.Duration) bool {
	if wait < 0 {
		select {
		case <-ctx.Done():
			return false
		case <-l.wake:
			return true
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// drain delivers until nothing is left and returns how many facts it delivered.
func (l *listener) drain(ctx context.Context) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	total := 0
	for {
		n, more, err := l.step(ctx)
		total += n
		if err != nil {
			l.known, l.until = false, time.Time{} // read the bookmark again: somebody may have moved it
			return total, err
		}
		if !more {
			return total, nil
		}
	}
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
			return 0, false, l.save(ctx)
		}
		return 0, false, nil
	}
	if moved, err := l.claim(ctx); err != nil || moved {
		return 0, moved, err
	}
	n, err = l.handAll(ctx, p.facts)
	if err == nil && !p.full {
		l.at = max(l.at, p.head)
	}
	if n > 0 {
		err = errors.Join(err, l.save(context.WithoutCancel(ctx)))
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
		return
	}
	if err := l.free(ctx); err != nil && !errors.Is(err, errHeld) {
		l.bus.log.WarnContext(ctx, "bus: lease not released", "listener", l.name, "err", err)
	}
}
