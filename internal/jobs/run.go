package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"
)

// Every inserts the job once in every period d, at the start of the program if
// it has not run in this period yet. d is at least a minute.
func (j *Jobs) Every(d time.Duration, a Args) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.running {
		panic("jobs: " + a.Kind() + " is made periodic after Run")
	}
	j.periodic = append(j.periodic, river.NewPeriodicJob(river.PeriodicInterval(d),
		func() (river.JobArgs, *river.InsertOpts) {
			o := options(nil)
			o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByPeriod: d}
			return a, o
		}, &river.PeriodicJobOpts{ID: a.Kind(), RunOnStart: true}))
}

// Run works jobs until ctx is done, then waits Config.Stop for those that run,
// and ends the ctx of the rest.
func (j *Jobs) Run(ctx context.Context) error {
	j.mu.Lock()
	if j.running {
		j.mu.Unlock()
		return errors.New("jobs: runs already")
	}
	j.running = true
	idle := len(j.run) == 0
	j.mu.Unlock()
	defer func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.running = false
	}()
	if idle { // River refuses to start without a kind to work
		<-ctx.Done()
		return nil
	}
	if pool := j.db.SQLPool(); pool != nil {
		return serve(ctx, j, riversqlite.New(pool))
	}
	return serve(ctx, j, riverpgxv5.New(j.db.PGXPool()))
}

func (j *Jobs) config() *river.Config {
	return &river.Config{
		ErrorHandler:         failures{j.log},
		FetchCooldown:        25 * time.Millisecond,
		ID:                   j.cfg.Node,
		JobTimeout:           j.cfg.Timeout,
		Logger:               j.log,
		PeriodicJobs:         j.periodic,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: j.cfg.Workers}, slowQueue: {MaxWorkers: j.cfg.Slow}},
		RescueStuckJobsAfter: j.longest + time.Minute,
		SoftStopTimeout:      j.cfg.Stop,
		Workers:              j.workers,
	}
}

func serve[T any](ctx context.Context, j *Jobs, driver riverdriver.Driver[T]) error {
	c, err := river.NewClient(driver, j.config())
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	if err := c.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: start: %w", err)
	}
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), j.cfg.Stop+5*time.Second)
	defer cancel()
	if err := c.Stop(last); err != nil {
		return fmt.Errorf("jobs: a job goes on although its ctx has ended: %w", err)
	}
	return nil
}

// failures logs what jobs return, once for each attempt.
type failures struct{ log *slog.Logger }

// HandleError implements river.ErrorHandler.
func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	f.log.WarnContext(ctx, "jobs: job failed", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt, "err", err)
	return nil
}

// HandlePanic implements river.ErrorHandler.
func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, p any, trace string) *river.ErrorHandlerResult {
	f.log.ErrorContext(ctx, "jobs: job panicked", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt, "panic", p, "stack", trace)
	return nil
}
