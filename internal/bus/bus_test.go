package bus_test

import (
	"context"
	"testing"

	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

type Granted struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

func emit(t *testing.T, d *db.DB, n int) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Emit(Granted{ID: tx.NewID(), N: n}) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestDrain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := bus.New(d, bus.Config{}, bus.Needs{})
		var got []int
		bus.On(b, "test/bus_test.Granted", func(_ context.Context, f Granted) error {
			got = append(got, f.N)
			return nil
		})
		for n := range 3 {
			emit(t, d, n)
		}
		if err := b.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 || got[0] != 0 || got[2] != 2 {
			t.Errorf("heard %v, want 0 1 2", got)
		}
		lag, err := b.Lag(t.Context())
		if err != nil || len(lag) != 1 || lag[0].Behind != 0 || lag[0].Seq != 3 {
			t.Errorf("Lag() = %+v, %v", lag, err)
		}
	})
}
