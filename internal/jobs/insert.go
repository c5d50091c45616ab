package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/gongdao/gongdao/internal/db"
)

const slowQueue = "slow"

// InsertOption says how a job is inserted.
type InsertOption func(*river.InsertOpts)

// At runs the job at a time or soon after it, not before.
func At(t time.Time) InsertOption { return func(o *river.InsertOpts) { o.ScheduledAt = t } }

// Once drops the job if an equal one, of the same kind and arguments, waits or
// runs already.
func Once() InsertOption {
	return func(o *river.InsertOpts) {
		o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}}
	}
}

// Slow runs the job among few, so that heavy work leaves room for light.
func Slow() InsertOption { return func(o *river.InsertOpts) { o.Queue = slowQueue } }

// First runs the job before others that wait.
func First() InsertOption { return func(o *river.InsertOpts) { o.Priority = 1 } }

func options(list []InsertOption) *river.InsertOpts {
	o := &river.InsertOpts{Priority: 2}
	for _, set := range list {
		set(o)
	}
	return o
}

// Insert adds a job in the transaction: it runs if and only if that commits.
// Call it before Emit.
func Insert(tx *db.Tx, a Args, list ...InsertOption) error {
	if tx.ReadOnly() {
		return fmt.Errorf("jobs: insert %s: %w", a.Kind(), db.ErrReadOnly)
	}
	var err error
	if t := tx.SQLTx(); t != nil {
		// A statement that SQLite interrupts would undo the whole group commit.
		_, err = liteInserter().InsertTx(context.WithoutCancel(tx.Context()), t, a, options(list))
	} else {
		_, err = pgInserter().InsertTx(tx.Context(), tx.PGXTx(), a, options(list))
	}
	if err = tx.Note(err); err != nil {
		return fmt.Errorf("jobs: insert %s: %w", a.Kind(), err)
	}
	return nil
}

// The inserters hold no pool and no rows: they only write into the transaction
// they are given.
var (
	liteInserter = sync.OnceValue(func() *river.Client[*sql.Tx] { return inserter(riversqlite.New(nil)) })
	pgInserter   = sync.OnceValue(func() *river.Client[pgx.Tx] { return inserter(riverpgxv5.New(nil)) })
)

func inserter[T any](driver riverdriver.Driver[T]) *river.Client[T] {
	c, err := river.NewClient(driver, &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err) // the configuration is a constant
	}
	return c
}
