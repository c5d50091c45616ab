package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"modernc.org/sqlite"
)

// lite is SQLite in one file: one connection that writes, several that read.
type lite struct {
	file    string
	writer  *sql.DB
	readers *sql.DB
	queue   queue
}

func openLite(ctx context.Context, dir string, readers int) (*lite, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	sweep(dir)
	if readers <= 0 {
		readers = max(4, runtime.NumCPU())
	}
	l := &lite{file: filepath.Join(dir, "gongdao.db")}
	var err error
	if l.writer, err = litePool(l.file, 1, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=journal_size_limit(67108864)"); err != nil {
		return nil, err
	}
	if err := l.writer.PingContext(ctx); err != nil {
		_ = l.writer.Close()
		named, _ := name(err)
		return nil, named
	}
	if l.readers, err = litePool(l.file, readers, "_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	l.queue.pool = l.writer
	return l, nil
}

func litePool(file string, size int, options ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	dsn := (&url.URL{Scheme: "file", Path: abs}).String() + "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)"
	for _, o := range options {
		dsn += "&" + o
	}
	base, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(caching{base})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxLifetime(0)
	pool.SetConnMaxIdleTime(0)
	return pool, nil
}

func (l *lite) close() error {
	return errors.Join(l.readers.Close(), l.writer.Close())
}

func (l *lite) write(ctx context.Context, d *DB, fn func(*Tx) error) error {
	return l.queue.write(ctx, d, fn)
}

// read runs fn on one connection. BEGIN and ROLLBACK are sent as statements,
// which costs less than database/sql's own transactions and their goroutine.
func (l *lite) read(ctx context.Context, d *DB, fn func(*Tx) error) (err error) {
	conn, err := l.readers.Conn(ctx)
	if err != nil {
		named, _ := name(err)
		return named
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(context.Background(), "BEGIN"); err != nil {
		named, _ := name(err)
		return named
	}
	tx := d.newTx(ctx, liteReader{conn}, true)
	defer func() {
		tx.end()
		if _, rerr := conn.ExecContext(context.Background(), "ROLLBACK"); rerr != nil {
			_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // do not give it to the next reader
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.failed
}

// liteRunner runs statements of a write. They never see the caller's ctx: an
// interrupted statement would roll back the whole group.
type liteRunner struct{ tx *sql.Tx }

func (r liteRunner) exec(_ context.Context, q string, args []any) (int64, error) {
	res, err := r.tx.ExecContext(context.Background(), q, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (r liteRunner) query(_ context.Context, q string, args []any) (cursor, error) {
	return r.tx.QueryContext(context.Background(), q, args...)
}

// liteReader runs statements of a read; they end with the caller's ctx.
type liteReader struct{ conn *sql.Conn }

func (r liteReader) exec(context.Context, string, []any) (int64, error) { return 0, ErrReadOnly }

func (r liteReader) query(ctx context.Context, q string, args []any) (cursor, error) {
	return r.conn.QueryContext(ctx, q, args...)
}
