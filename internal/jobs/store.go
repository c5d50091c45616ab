package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
)

// migrate brings River's tables up to date, in one process at a time.
func (j *Jobs) migrate(ctx context.Context) error {
	return j.db.Alone(ctx, "jobs", func(ctx context.Context) error {
		if pool := j.db.SQLPool(); pool != nil {
			return migrate(ctx, j, riversqlite.New(pool))
		}
		return migrate(ctx, j, riverpgxv5.New(j.db.PGXPool()))
	})
}

func migrate[T any](ctx context.Context, j *Jobs, driver riverdriver.Driver[T]) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: j.log})
	if err != nil {
		return err
	}
	known := m.AllVersions()
	want := known[len(known)-1].Version
	have, err := m.ExistingVersions(ctx)
	if err != nil {
		return err
	}
	if n := len(have); n > 0 && have[n-1].Version > want {
		return fault.Conflict.Errorf("db.newer", "the tables of %s are at version %d, this program knows version %d; start the newer program", "jobs", have[n-1].Version, want)
	} else if n > 0 && have[n-1].Version == want {
		return nil
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// free lets jobs run again that this node was running when it died. On SQLite
// that is every running job, because one process owns the file.
func (j *Jobs) free(ctx context.Context) error {
	mine, args := "", []any{}
	if j.db.Engine() == "postgres" {
		mine, args = " AND attempted_by[array_upper(attempted_by, 1)] = ?", []any{j.cfg.Node}
	}
	return j.db.Write(ctx, func(tx *db.Tx) error {
		if j.db.Engine() == "sqlite" {
			if _, err := tx.Exec(`DELETE FROM river_leader`); err != nil {
				return err
			}
		}
		n, err := tx.Exec(`UPDATE river_job SET state = 'available' WHERE state = 'running' AND attempt < max_attempts`+mine, args...)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE river_job SET state = 'discarded', finalized_at = CURRENT_TIMESTAMP WHERE state = 'running' AND attempt >= max_attempts`+mine, args...)
		if n > 0 {
			j.log.WarnContext(ctx, "jobs: jobs interrupted by the last stop run again", "jobs", n)
		}
		return err
	})
}

// Lag is how the queue stands, for the status page.
type Lag struct {
	Available int64         // wait for a worker
	Scheduled int64         // wait for their time
	Running   int64         // run now, in whatever process
	Retryable int64         // failed and wait for another try
	GivenUp   int64         // failed for good in the last days
	Oldest    time.Duration // how long the oldest available job has waited
}

// Lag returns how the queue stands.
func (j *Jobs) Lag(ctx context.Context) (Lag, error) {
	var lag Lag
	err := j.db.Read(ctx, func(tx *db.Tx) error {
		lag = Lag{}
		rows, err := tx.Query(`SELECT CAST(state AS TEXT), COUNT(*) FROM river_job WHERE state IN ('available', 'scheduled', 'running', 'retryable', 'discarded', 'cancelled') GROUP BY state`)
		if err != nil {
			return err
		}
		if err := lag.count(rows); err != nil {
			return err
		}
		if lag.Available == 0 {
			return nil
		}
		lag.Oldest, err = j.oldest(tx)
		return err
	})
	if err != nil {
		return Lag{}, fmt.Errorf("jobs: lag: %w", err)
	}
	return lag, nil
}

func (lag *Lag) count(rows *db.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return err
		}
		switch state {
		case "available":
			lag.Available = n
		case "scheduled":
			lag.Scheduled = n
		case "running":
			lag.Running = n
		case "retryable":
			lag.Retryable = n
		default:
			lag.GivenUp += n
		}
	}
	return rows.Err()
}

func (j *Jobs) oldest(tx *db.Tx) (time.Duration, error) {
	q := `SELECT CAST((julianday('now') - julianday(MIN(scheduled_at))) * 86400000 AS BIGINT) FROM river_job WHERE state = 'available'`
	if j.db.Engine() == "postgres" {
		q = `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp() - MIN(scheduled_at)) * 1000 AS BIGINT) FROM river_job WHERE state = 'available'`
	}
	var ms *int64
	if err := tx.QueryRow(q).Scan(&ms); err != nil || ms == nil {
		return 0, err
	}
	return max(0, time.Duration(*ms)*time.Millisecond), nil
}

// job is what Drain needs of a row.
type job struct {
	id   int64
	kind string
	args []byte
}

// Drain runs, in this goroutine and one after the other, every job that is due
// or waits for another try, and those that they insert. Tests use it instead of
// Run. Each job is tried once; the errors are joined and the failed jobs stay
// for the next Drain.
func (j *Jobs) Drain(ctx context.Context) error {
	j.mu.Lock()
	running := j.running
	j.mu.Unlock()
	if running {
		return errors.New("jobs: Drain while Run is at work")
	}
	var failed error
	tried := map[int64]bool{}
	for {
		list, err := j.due(ctx)
		if err != nil {
			return fmt.Errorf("jobs: drain: %w", err)
		}
		moved := false
		for _, one := range list {
			if tried[one.id] {
				continue
			}
			tried[one.id], moved = true, true
			failed = errors.Join(failed, j.drainOne(ctx, one))
		}
		if !moved {
			return failed
		}
	}
}

func (j *Jobs) drainOne(ctx context.Context, one job) error {
	w, ok := j.run[one.kind]
	if !ok {
		return fmt.Errorf("jobs: nobody works %s", one.kind)
	}
	runctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	err := w.do(runctx, one.args)
	set := `state = 'completed', finalized_at = CURRENT_TIMESTAMP`
	var f final
	if errors.As(err, &f) {
		set = `state = 'cancelled', finalized_at = CURRENT_TIMESTAMP`
	} else if err != nil {
		set = `state = 'retryable'`
	}
	return errors.Join(err, j.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE river_job SET attempt = attempt + 1, `+set+` WHERE id = ?`, one.id)
		return err
	}))
}

func (j *Jobs) due(ctx context.Context) (list []job, err error) {
	args := "json(args)"
	if j.db.Engine() == "postgres" {
		args = "CAST(args AS TEXT)"
	}
	err = j.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(`SELECT id, kind, ` + args + ` FROM river_job WHERE state IN ('available', 'retryable') ORDER BY priority, id`)
		list, err = db.Collect(rows, err, func(r *db.Rows) (job, error) {
			var one job
			var text string
			err := r.Scan(&one.id, &one.kind, &text)
			one.args = []byte(text)
			return one, err
		})
		return err
	})
	return list, err
}
