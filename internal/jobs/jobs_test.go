package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

type Greet struct {
	Who string `json:"who"`
}

func (Greet) Kind() string { return "test.greet" }

func TestRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j, err := jobs.New(t.Context(), d, jobs.Config{}, jobs.Needs{})
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan string, 8)
		jobs.Work(j, jobs.Options{}, func(_ context.Context, a Greet) error { got <- a.Who; return nil })
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- j.Run(ctx) }()
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return jobs.Insert(tx, Greet{"world"}) }); err != nil {
			t.Fatal(err)
		}
		select {
		case who := <-got:
			if who != "world" {
				t.Errorf("job got %q", who)
			}
		case <-time.After(10 * time.Second):
			t.Error("the job did not run")
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestJobIffCommitted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		j, err := jobs.New(t.Context(), d, jobs.Config{}, jobs.Needs{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		jobs.Work(j, jobs.Options{}, func(_ context.Context, a Greet) error { got = append(got, a.Who); return nil })
		refused := errors.New("refused")
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			if err := jobs.Insert(tx, Greet{"nobody"}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Errorf("Write() = %v, want what the closure returned", err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return jobs.Insert(tx, Greet{"somebody"}) }); err != nil {
			t.Fatal(err)
		}
		if err := j.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0] != "somebody" {
			t.Errorf("ran %v, want only somebody", got)
		}
		if lag, err := j.Lag(t.Context()); err != nil || lag != (jobs.Lag{}) {
			t.Errorf("Lag() = %+v, %v", lag, err)
		}
	})
}
