package db

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/gongdao/gongdao/fault"
)

// ErrUnique is in the chain of an error that a UNIQUE or PRIMARY KEY caused.
var ErrUnique = errors.New("db: already there")

// ErrReference is in the chain of an error that a REFERENCES caused.
var ErrReference = errors.New("db: refers to nothing")

func errBusy(err error) error {
	f := fault.Busy.Errorf("db.busy", "the records cannot be reached at the moment; please try again in a minute")
	return errors.Join(f.After(time.Minute), err)
}

func errFull(err error) error {
	f := fault.Busy.Errorf("db.full", "the disk that keeps the records is full and nothing was saved; please try again later")
	return errors.Join(f.After(5*time.Minute), err)
}

// name puts a named error in front of what an engine returned. fatal means that
// the engine has ended the whole transaction.
func name(err error) (named error, fatal bool) {
	if err == nil {
		return nil, false
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err, false
	}
	var le *sqlite.Error
	if errors.As(err, &le) {
		return nameLite(err, le.Code())
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return namePG(err, pe.Code)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err, false
	}
	var unreachable *pgconn.ConnectError
	if errors.As(err, &unreachable) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) {
		return errBusy(err), true
	}
	return err, false
}

func nameLite(err error, code int) (error, bool) {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return errors.Join(ErrUnique, err), false
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errors.Join(ErrReference, err), false
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return errFull(err), true
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_CANTOPEN:
		return errBusy(err), true
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errBusy(err), false
	}
	return err, false
}

func namePG(err error, code string) (error, bool) {
	switch code {
	case "23505":
		return errors.Join(ErrUnique, err), false
	case "23503":
		return errors.Join(ErrReference, err), false
	}
	switch code[:2] {
	case "53": // insufficient resources, disk full among them
		return errFull(err), true
	case "57", "08": // operator intervention, connection
		return errBusy(err), true
	}
	return err, false
}
