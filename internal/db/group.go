package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/gongdao/gongdao/fault"
)

// maxGroup is how many closures share one commit.
const maxGroup = 64

// queue passes the writer connection from caller to caller. Every closure runs
// in its caller's own goroutine, so a panic or t.FailNow goes where it belongs;
// what is passed on is the open transaction. The last of a group commits it for
// all. There is no goroutine of our own, so nothing to start or stop.
type queue struct {
	pool *sql.DB // one connection, shared with River

	mu      sync.Mutex // guards the two below
	busy    bool       // somebody holds the turn
	waiting []*waiter
}

type waiter struct {
	turn chan *group // gets the open group, or nil: begin one
}

// group is one transaction that several callers share.
type group struct {
	tx    *sql.Tx
	size  int
	facts int
	err   error         // why nothing was kept; written before done closes
	done  chan struct{} // closed after commit or rollback
}

// write runs fn within a group and returns once the group is durable.
func (q *queue) write(ctx context.Context, d *DB, fn func(*Tx) error) error {
	g, err := q.join(ctx)
	if err != nil {
		return err
	}
	if g == nil {
		if g, err = q.begin(); err != nil {
			q.pass(nil)
			return err
		}
	}
	if ctx.Err() != nil { // it ended while we waited
		q.next(d, g)
		return ctx.Err()
	}
	err = q.run(ctx, d, g, fn)
	<-g.done
	if g.err != nil { // whatever fn saw of its neighbours did not happen
		return g.err
	}
	return err
}

// join waits for the turn. It returns the group to go on with, or nil to begin one.
func (q *queue) join(ctx context.Context) (*group, error) {
	q.mu.Lock()
	if !q.busy {
		q.busy = true
		q.mu.Unlock()
		return nil, nil
	}
	w := &waiter{turn: make(chan *group, 1)}
	q.waiting = append(q.waiting, w)
	q.mu.Unlock()
	select {
	case g := <-w.turn:
		return g, nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	for i, other := range q.waiting {
		if other == w {
			q.waiting = append(q.waiting[:i], q.waiting[i+1:]...)
			q.mu.Unlock()
			return nil, ctx.Err()
		}
	}
	q.mu.Unlock()
	return <-w.turn, nil // the turn was already ours; write passes it on
}

// pop takes the caller that waits longest, or nil.
func (q *queue) pop() *waiter {
	if len(q.waiting) == 0 {
		return nil
	}
	w := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	return w
}

// pass gives the turn to whoever waits longest; without one it is free.
func (q *queue) pass(g *group) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w := q.pop(); w != nil {
		w.turn <- g
		return
	}
	q.busy = false
}

func (q *queue) begin() (*group, error) {
	tx, err := q.pool.BeginTx(context.Background(), nil)
	if err != nil {
		named, _ := name(err)
		return nil, named
	}
	return &group{tx: tx, done: make(chan struct{})}, nil
}

// run executes fn under a savepoint and passes the turn on, also when fn
// panics or ends its goroutine.
func (q *queue) run(ctx context.Context, d *DB, g *group, fn func(*Tx) error) (err error) {
	tx := d.newTx(ctx, liteRunner{g.tx}, false)
	tx.sqltx = g.tx
	if _, err := g.tx.ExecContext(context.Background(), "SAVEPOINT w"); err != nil {
		q.fail(g, err)
		return g.err
	}
	g.size++
	leave := d.writing.enter()
	returned := false
	defer func() {
		leave()
		tx.end()
		q.settle(d, g, tx, returned && err == nil)
	}()
	err = fn(tx)
	if err == nil {
		err = tx.failed
	}
	returned = true
	return err
}

// settle keeps or undoes what one closure did, then goes on with the group.
func (q *queue) settle(d *DB, g *group, tx *Tx, keep bool) {
	if tx.fatal { // SQLite has rolled back everything already
		q.fail(g, tx.failed)
		return
	}
	var err error
	if keep {
		_, err = g.tx.ExecContext(context.Background(), "RELEASE w")
		g.facts += tx.facts
	} else if _, err = g.tx.ExecContext(context.Background(), "ROLLBACK TO w"); err == nil {
		_, err = g.tx.ExecContext(context.Background(), "RELEASE w")
	}
	if err != nil {
		q.fail(g, err)
		return
	}
	q.next(d, g)
}

// next lets another waiting caller into the group, or commits it.
func (q *queue) next(d *DB, g *group) {
	if g.size < maxGroup {
		q.mu.Lock()
		if w := q.pop(); w != nil {
			w.turn <- g
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
	}
	if err := g.tx.Commit(); err != nil {
		_ = g.tx.Rollback()
		g.err, _ = name(err)
	}
	if g.err == nil && g.facts > 0 {
		d.announce()
	}
	close(g.done)
	q.pass(nil)
}

// fail gives the whole group up: everyone in it gets err.
func (q *queue) fail(g *group, err error) {
	_ = g.tx.Rollback()
	g.err, _ = name(err)
	if g.err == nil || !errors.Is(g.err, fault.Busy) {
		g.err = errBusy(err)
	}
	close(g.done)
	q.pass(nil)
}
