package db

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
)

// ErrNested is the error of a Write inside a Write. It is a mistake of the
// program: the inner function must use the tx it was given.
var ErrNested = errors.New("db: a Write inside a Write would wait for itself; use the tx you were given")

type txKey struct{}

// txOf returns the live transaction of d that ctx runs in, or nil.
func txOf(ctx context.Context, d *DB) *Tx {
	tx, _ := ctx.Value(txKey{}).(*Tx)
	if tx == nil || tx.db != d || tx.over.Load() {
		return nil
	}
	return tx
}

// holders knows which goroutines run a write closure. It finds the nested
// Write whose author used the outer ctx instead of tx.Context().
type holders struct {
	mu  sync.Mutex
	ids map[uint64]struct{} // guarded by mu
}

// here reports whether the calling goroutine runs a write closure.
func (h *holders) here() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.ids) == 0 {
		return false
	}
	_, ok := h.ids[goroutine()]
	return ok
}

// enter marks the calling goroutine until the returned function is called.
func (h *holders) enter() (leave func()) {
	id := goroutine()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ids == nil {
		h.ids = map[uint64]struct{}{}
	}
	h.ids[id] = struct{}{}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.ids, id)
	}
}

// goroutine returns the number in the first line of this goroutine's stack
// trace, "goroutine 7 [running]:"; the language gives no other way.
func goroutine() uint64 {
	var buf [40]byte
	line := buf[:runtime.Stack(buf[:], false)]
	line = bytes.TrimPrefix(line, []byte("goroutine "))
	if i := bytes.IndexByte(line, ' '); i > 0 {
		line = line[:i]
	}
	id, _ := strconv.ParseUint(string(line), 10, 64)
	return id
}
