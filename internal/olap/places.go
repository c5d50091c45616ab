//go:build cgo && linux

package olap

import (
	"context"
	"sync/atomic"
	"time"
)

// places bounds how many work at the same time, and how many may wait.
type places struct {
	taken   chan struct{} // one token for each at work
	waiting atomic.Int64
	queue   int64
}

func newPlaces(n, queue int) *places {
	return &places{taken: make(chan struct{}, n), queue: int64(queue)}
}

func (s *places) full() bool { return len(s.taken) == cap(s.taken) }

func (s *places) leave() { <-s.taken }

// enter waits for a place, at most wait. Errors: fault.Busy, ctx's.
func (p *Pool) enter(ctx context.Context, s *places) error {
	if p.stopping() {
		return errClosed()
	}
	select {
	case s.taken <- struct{}{}:
		return nil
	default:
	}
	defer s.waiting.Add(-1)
	if s.waiting.Add(1) > s.queue {
		p.busy.Add(1)
		return errBusy()
	}
	timer := time.NewTimer(p.cfg.Wait)
	defer timer.Stop()
	select {
	case s.taken <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-p.stop:
		return errClosed()
	case <-timer.C:
		p.busy.Add(1)
		return errBusy()
	}
}
