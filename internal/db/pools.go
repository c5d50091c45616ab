package db

import (
	"context"
	"database/sql"
	"hash/fnv"

	"github.com/jackc/pgx/v5/pgxpool"
)

// SQLPool returns the writer pool of SQLite, nil on PostgreSQL. It has one
// connection, which Write shares. For internal/jobs only.
func (d *DB) SQLPool() *sql.DB {
	if d.lite == nil {
		return nil
	}
	return d.lite.writer
}

// PGXPool returns the writer pool of PostgreSQL, nil on SQLite. For
// internal/jobs only.
func (d *DB) PGXPool() *pgxpool.Pool {
	if d.pg == nil {
		return nil
	}
	return d.pg.writer
}

// Alone runs fn while no other process runs an Alone of the same name on this
// database: for steps of a start that cannot be one transaction.
func (d *DB) Alone(ctx context.Context, name string, fn func(context.Context) error) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	if d.lite != nil { // one process owns the file
		return fn(ctx)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte("gongdao/" + name))
	key := int64(h.Sum64())
	conn, err := d.pg.readers.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, key); err != nil {
		return err
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, key) }()
	return fn(ctx)
}
