package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// StampLayout is how every time is stored: UTC, six decimals, so that text
// order is time order.
const StampLayout = "2006-01-02T15:04:05.000000Z"

// ErrNoRows is what Row.Scan returns when the query found nothing.
var ErrNoRows = sql.ErrNoRows

// ErrReadOnly is the error of Exec and Emit inside a Read.
var ErrReadOnly = errors.New("db: this transaction only reads; use Write")

// ErrOpenRows is the error of a statement while the rows of another are open.
// PostgreSQL cannot do it, so SQLite does not either.
var ErrOpenRows = errors.New("db: close the rows of the last query before the next statement")

// ErrOver is the error of a Tx that is used after its function returned.
var ErrOver = errors.New("db: this transaction is over; do not keep a Tx")

// runner is what an engine gives a transaction.
type runner interface {
	exec(ctx context.Context, q string, args []any) (int64, error)
	query(ctx context.Context, q string, args []any) (cursor, error)
}

// cursor is what *sql.Rows and pgx.Rows have in common.
type cursor interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
}

// Tx is one transaction. It is valid only inside the function it was given to
// and is not safe for use by several goroutines.
type Tx struct {
	db       *DB
	run      runner
	ctx      context.Context
	readOnly bool
	*shared
	sqltx *sql.Tx
	pgtx  pgx.Tx
}

// shared is what a transaction and the reads nested in it have in common.
type shared struct {
	over   atomic.Bool // the function has returned
	now    time.Time
	facts  int   // emitted by this function
	open   *Rows // the result that is being read
	failed error // a statement failed; nothing of this function is kept
	fatal  bool  // and the engine has ended the whole transaction
}

func (d *DB) newTx(ctx context.Context, run runner, readOnly bool) *Tx {
	tx := &Tx{db: d, run: run, readOnly: readOnly, shared: new(shared)}
	tx.ctx = context.WithValue(ctx, txKey{}, tx)
	return tx
}

// end makes the Tx useless once its function has returned, and closes the rows
// that it left open: the connection could not go on with them.
func (tx *Tx) end() {
	tx.over.Store(true)
	if tx.open != nil {
		_ = tx.open.Close()
	}
}

// Context returns the ctx of the call, marked so that a nested Write is found.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now returns the time of the transaction in UTC: one reading of the clock,
// to the microsecond.
func (tx *Tx) Now() time.Time {
	if tx.now.IsZero() {
		tx.now = tx.db.now().UTC().Truncate(time.Microsecond)
	}
	return tx.now
}

// Stamp returns Now as it is stored.
func (tx *Tx) Stamp() string { return tx.Now().Format(StampLayout) }

// NewID returns a UUIDv7 (RFC 9562 section 5.7). It tells when it was made;
// pseudonyms and tokens come from crypto/rand instead.
func (tx *Tx) NewID() string { return newID(tx.Now()) }

// Exec runs a statement and returns the number of rows it changed.
func (tx *Tx) Exec(q string, args ...any) (int64, error) {
	if tx.readOnly {
		return 0, ErrReadOnly
	}
	args, err := tx.ready(args)
	if err != nil {
		return 0, err
	}
	n, err := tx.run.exec(tx.ctx, q, args)
	return n, tx.note(err)
}

// Query runs a statement that returns rows. The caller closes them, or reads
// them to the end; Collect does both.
func (tx *Tx) Query(q string, args ...any) (*Rows, error) {
	args, err := tx.ready(args)
	if err != nil {
		return nil, err
	}
	c, err := tx.run.query(tx.ctx, q, args)
	if err != nil {
		return nil, tx.note(err)
	}
	tx.open = &Rows{c: c, tx: tx}
	return tx.open, nil
}

// QueryRow runs a statement that returns at most one row. Its error waits
// until Scan.
func (tx *Tx) QueryRow(q string, args ...any) *Row {
	rows, err := tx.Query(q, args...)
	return &Row{rows: rows, err: err}
}

// ready checks that the transaction can go on and that args can be stored.
func (tx *Tx) ready(args []any) ([]any, error) {
	if tx.over.Load() {
		return nil, ErrOver
	}
	if tx.failed != nil {
		return nil, fmt.Errorf("db: after a statement that failed: %w", tx.failed)
	}
	err := tx.ctx.Err()
	if tx.open != nil {
		err = ErrOpenRows
	}
	if err == nil {
		args, err = plain(args)
	}
	tx.failed = err
	return args, err
}

// note names the error and remembers it. PostgreSQL takes no further statement
// after one that failed and SQLite would, so no engine gets one.
func (tx *Tx) note(err error) error {
	if err == nil {
		return nil
	}
	named, fatal := name(err)
	if tx.failed == nil {
		tx.failed = named
	}
	tx.fatal = tx.fatal || fatal
	return named
}

// ReadOnly reports whether this is the transaction of a Read.
func (tx *Tx) ReadOnly() bool { return tx.readOnly }

// Note names the error of a statement that ran on SQLTx or PGXTx, and ends the
// transaction if the engine has. For internal/jobs only.
func (tx *Tx) Note(err error) error { return tx.note(err) }

// SQLTx returns the SQLite transaction, nil on PostgreSQL. For internal/jobs only.
func (tx *Tx) SQLTx() *sql.Tx { return tx.sqltx }

// PGXTx returns the PostgreSQL transaction, nil on SQLite. For internal/jobs only.
func (tx *Tx) PGXTx() pgx.Tx { return tx.pgtx }

// Rows is the result of Query.
type Rows struct {
	c  cursor
	tx *Tx
}

// Next moves to the next row.
func (r *Rows) Next() bool {
	if r.c.Next() {
		return true
	}
	r.tx.open = nil
	return false
}

// Scan copies the columns of the row into dest.
func (r *Rows) Scan(dest ...any) error { return r.c.Scan(dest...) }

// Err returns what ended the iteration, nil at its end.
func (r *Rows) Err() error { return r.tx.note(r.c.Err()) }

// Close ends the iteration.
func (r *Rows) Close() error {
	if r.tx.open == r {
		r.tx.open = nil
	}
	if c, ok := r.c.(interface{ Close() error }); ok {
		return c.Close()
	}
	r.c.(interface{ Close() }).Close()
	return nil
}

// Row is the result of QueryRow.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the columns into dest, or returns ErrNoRows.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	if err := r.rows.Close(); err != nil {
		return err
	}
	return r.rows.Err()
}

// Collect reads rows to the end through scan and closes them. It takes the two
// results of Query as they come; no rows give an empty slice.
func Collect[T any](rows *Rows, err error, scan func(*Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("db: scan: %w", err)
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
