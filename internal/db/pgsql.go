package db

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// maxTries is how often a transaction runs before its serialisation failure
// is the caller's.
const maxTries = 6

// pgsql is a PostgreSQL database behind two native pools, so that a read within
// a write never waits for connections that other writes hold.
type pgsql struct {
	url     string
	writer  *pgxpool.Pool
	readers *pgxpool.Pool
	rebound rebinder

	// lane: writes run side by side. One that met a conflict runs again alone in
	// this process, and so does every other for the next coolDown: writes that
	// emit facts of one room conflict by nature, and each lost try is work lost.
	lane sync.RWMutex
	hot  atomic.Int64 // until when, in Unix nanoseconds
}

const coolDown = 100 * time.Millisecond

func openPG(ctx context.Context, url string, readers int) (*pgsql, error) {
	if readers <= 0 {
		readers = max(4, runtime.NumCPU())
	}
	p := &pgsql{url: url}
	var err error
	if p.writer, err = pgPool(ctx, url, max(8, 2*runtime.NumCPU())); err != nil {
		return nil, err
	}
	if p.readers, err = pgPool(ctx, url, readers); err != nil {
		p.writer.Close()
		return nil, err
	}
	return p, nil
}

func pgPool(ctx context.Context, url string, size int) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = int32(size)
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "gongdao"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, errBusy(err)
	}
	return pool, nil
}

func (p *pgsql) close() {
	p.readers.Close()
	p.writer.Close()
}

func (p *pgsql) read(ctx context.Context, d *DB, fn func(*Tx) error) error {
	return p.again(ctx, func(bool) error {
		return p.once(ctx, d, p.readers, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
	})
}

func (p *pgsql) write(ctx context.Context, d *DB, fn func(*Tx) error) error {
	return p.again(ctx, func(alone bool) error {
		if alone {
			p.hot.Store(time.Now().Add(coolDown).UnixNano())
		}
		if alone || p.hot.Load() > time.Now().UnixNano() {
			p.lane.Lock()
			defer p.lane.Unlock()
		} else {
			p.lane.RLock()
			defer p.lane.RUnlock()
		}
		return p.once(ctx, d, p.writer, pgx.TxOptions{IsoLevel: pgx.Serializable}, fn)
	})
}

// again repeats a transaction that the server asked to repeat.
func (p *pgsql) again(ctx context.Context, try func(alone bool) error) error {
	for n := 1; ; n++ {
		err := try(n > 1)
		if err == nil || !repeatable(err) {
			return err
		}
		if n == maxTries {
			return errBusy(err)
		}
		if n > 1 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(rand.IntN(4<<n)+1) * time.Millisecond):
			}
		}
	}
}

// repeatable reports a serialisation failure, a deadlock, or a cached plan that
// a migration made stale.
func repeatable(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01" || pe.Code == "0A000")
}

func (p *pgsql) once(ctx context.Context, d *DB, pool *pgxpool.Pool, opts pgx.TxOptions, fn func(*Tx) error) error {
	t, err := pool.BeginTx(ctx, opts)
	if err != nil {
		named, _ := name(err)
		return named
	}
	committed := false
	defer func() {
		if !committed {
			_ = t.Rollback(context.WithoutCancel(ctx))
		}
	}()
	readOnly := opts.AccessMode == pgx.ReadOnly
	tx := d.newTx(ctx, pgRunner{t, &p.rebound}, readOnly)
	tx.pgtx = t
	defer tx.end()
	if !readOnly {
		defer d.writing.enter()()
	}
	err = fn(tx)
	if repeatable(tx.failed) { // whatever fn made of it
		return tx.failed
	}
	if err == nil {
		err = tx.failed
	}
	if err != nil {
		return err
	}
	tx.end()
	if err := commit(ctx, t); err != nil {
		named, _ := name(err)
		return named
	}
	committed = true
	if tx.facts > 0 {
		d.announce()
	}
	return nil
}

// commit does not end with ctx: nobody would know whether it had happened.
func commit(ctx context.Context, t pgx.Tx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return t.Commit(ctx)
}

// pgRunner runs statements on PostgreSQL, ? rewritten to $n.
type pgRunner struct {
	tx pgx.Tx
	re *rebinder
}

func (r pgRunner) exec(ctx context.Context, q string, args []any) (int64, error) {
	tag, err := r.tx.Exec(ctx, r.re.bind(q), args...)
	return tag.RowsAffected(), err
}

func (r pgRunner) query(ctx context.Context, q string, args []any) (cursor, error) {
	return r.tx.Query(ctx, r.re.bind(q), args...)
}
