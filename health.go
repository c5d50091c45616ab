package gongdao

import (
	"context"
	"fmt"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
)

// The limits at which a check says no.
const (
	maxFactLag = time.Minute
	maxJobLag  = 5 * time.Minute
	minDisk    = 512 << 20 // bytes
)

// Checks asks everything the program needs how it stands. The same list answers
// /readyz, /status and the doctor.
func (a *App) Checks(ctx context.Context) []web.Check {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return []web.Check{a.checkDB(ctx), a.checkFacts(ctx), a.checkJobs(ctx), a.checkDisk(), a.checkWorkers()}
}

func (a *App) checkDB(ctx context.Context) web.Check {
	c := web.Check{Name: "database", OK: true, Detail: a.db.Engine(),
		Means:  a.both("root.check.database"),
		Remedy: "look at the log for the database's own words; check that it runs and that the disk has room"}
	if err := a.db.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow("SELECT 1").Scan(new(int64)) }); err != nil {
		c.OK, c.Detail = false, err.Error()
	}
	return c
}

func (a *App) factLag(ctx context.Context) (behind int64, oldest time.Time, err error) {
	list, err := a.bus.Lag(ctx)
	for _, l := range list {
		behind += l.Behind
		if !l.Oldest.IsZero() && (oldest.IsZero() || l.Oldest.Before(oldest)) {
			oldest = l.Oldest
		}
		if l.Error != "" {
			err = fmt.Errorf("%s stopped at %d: %s", l.Listener, l.Seq, l.Error)
		}
	}
	return behind, oldest, err
}

func (a *App) checkFacts(ctx context.Context) web.Check {
	c := web.Check{Name: "facts", OK: true,
		Means:  a.both("root.check.facts"),
		Remedy: "see which listener is behind in the log; `gongdao facts skip LISTENER SEQ --reason TEXT` passes over one fact"}
	behind, oldest, err := a.factLag(ctx)
	c.Detail = fmt.Sprintf("%d behind", behind)
	if err != nil {
		c.OK, c.Detail = false, err.Error()
	} else if behind > 0 && a.now().Sub(oldest) > maxFactLag {
		c.OK = false
	}
	return c
}

func (a *App) checkJobs(ctx context.Context) web.Check {
	c := web.Check{Name: "jobs", OK: true,
		Means:  a.both("root.check.jobs"),
		Remedy: "see in the log which job fails; a restart takes up what was interrupted"}
	lag, err := a.jobs.Lag(ctx)
	if err != nil {
		c.OK, c.Detail = false, err.Error()
		return c
	}
	c.Detail = fmt.Sprintf("%d waiting, %d running, %d to be tried again", lag.Available, lag.Running, lag.Retryable)
	c.OK = lag.Available == 0 || lag.Oldest < maxJobLag
	return c
}

func (a *App) checkDisk() web.Check {
	c := web.Check{Name: "disk", OK: true,
		Means:  a.both("root.check.disk"),
		Remedy: "make room on the disk of the data folder, or move the folder"}
	free, err := a.dir.Free()
	if err != nil {
		c.OK, c.Detail = false, err.Error()
		return c
	}
	c.Detail = fmt.Sprintf("%d MB free", free>>20)
	c.OK = free >= minDisk
	return c
}

func (a *App) checkWorkers() web.Check {
	s := a.workers.Stats()
	return web.Check{Name: "workers", OK: true, Detail: fmt.Sprintf("%d alive, %d MB, %d queries, %d killed", s.Workers, s.RSS>>20, s.Queries, s.Kills)}
}

// both returns a piece in the two languages.
func (a *App) both(key string) civic.Text {
	in := func(lang i18n.Lang) string { return i18n.T(i18n.With(context.Background(), a.words, lang), key) }
	return civic.Text{ZhTW: in(i18n.ZhTW), En: in(i18n.En)}
}
