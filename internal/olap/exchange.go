//go:build cgo && linux

package olap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// exchange is one request to a worker.
type exchange struct {
	body     any
	out      io.Writer
	progress func(json.RawMessage)
	deadline time.Duration
}

// What stopped an exchange before its reply.
var (
	errDeadline = errors.New("olap: deadline")
	errGone     = errors.New("olap: the worker is gone")
	errUnheard  = errors.New("olap: the worker was gone before") // and the request never began
)

// do sends a request and reads until its reply. At the deadline, or when ctx
// ends or the reader of the answer goes away, the worker is interrupted, and
// KillGrace later killed. Errors: errDeadline, ctx's, the reader's, errGone,
// errUnheard.
func (w *worker) do(ctx context.Context, x exchange) (reply, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(x.deadline, func() { cancel(errDeadline) })
	defer timer.Stop()

	var sent atomic.Bool
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { w.stopOn(ctx, &sent, done) })
	rep, err := w.converse(x, &sent, cancel)
	close(done)
	wg.Wait()

	switch cause := context.Cause(ctx); {
	case cause != nil && (err != nil || rep.Stopped):
		return rep, cause
	case errors.Is(err, errUnheard):
		return rep, err
	case err != nil:
		return rep, fmt.Errorf("%w: %w", errGone, err)
	}
	return rep, nil
}

// stopOn asks the worker to stop when ctx ends, and makes it stop if it does not.
func (w *worker) stopOn(ctx context.Context, sent *atomic.Bool, done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	if sent.Load() {
		_ = writeFrame(w.in, frameInterrupt, nil) // if that fails it is gone
	}
	grace := time.NewTimer(killAfter)
	defer grace.Stop()
	select {
	case <-done:
	case <-grace.C:
		w.kill()
	}
}

// converse sends the request and hands on what comes until the reply.
func (w *worker) converse(x exchange, sent *atomic.Bool, stop context.CancelCauseFunc) (reply, error) {
	if err := writeJSON(w.in, frameRequest, x.body); err != nil {
		return reply{}, fmt.Errorf("%w: %w", errUnheard, err)
	}
	sent.Store(true)
	if _, _, err := readHeader(w.r); err != nil { // frameHeard
		return reply{}, fmt.Errorf("%w: %w", errUnheard, err)
	}
	for {
		kind, size, err := readHeader(w.r)
		if err != nil {
			return reply{}, err
		}
		switch kind {
		case frameOutput:
			err = w.copyOut(x.out, size, stop)
		case frameProgress:
			var body []byte
			if body, err = readBody(w.r, size, maxProgress); err == nil && x.progress != nil {
				x.progress(body)
			}
		case frameReply:
			return w.readReply(size)
		default:
			err = fmt.Errorf("frame %q", kind)
		}
		if err != nil {
			w.kill()
			return reply{}, err
		}
	}
}

// copyOut hands output on. When its reader goes away the rest is read and
// dropped, until the worker notices that it should stop.
func (w *worker) copyOut(out io.Writer, size int, stop context.CancelCauseFunc) error {
	if size > maxOutput || out == nil {
		return fmt.Errorf("%d bytes of output", size)
	}
	err := copyBody(out, w.r, size)
	var lost writeError
	if errors.As(err, &lost) {
		stop(lost.error)
		w.kill()
	}
	return err
}

// bounded refuses what is longer than it may be. Its refusal stops the query as
// a reader's leaving does, so the portal holds no more than was allowed,
// whatever the worker sends.
type bounded struct {
	w    io.Writer
	left int64 // bytes that may still come
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if int64(len(p)) > b.left {
		return 0, queryTooLarge()
	}
	n, err := b.w.Write(p)
	b.left -= int64(n)
	return n, err
}

func (w *worker) readReply(size int) (reply, error) {
	var rep reply
	body, err := readBody(w.r, size, maxReply)
	if err == nil {
		err = json.Unmarshal(body, &rep)
	}
	return rep, err
}
