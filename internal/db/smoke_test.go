package db_test

import (
	"testing"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

type Opened struct {
	ID string `json:"id"`
}

func TestSmoke(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Emit(Opened{ID: tx.NewID()}) }); err != nil {
			t.Fatal(err)
		}
		var n int64
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow("SELECT seq FROM fact WHERE room = ?", "db_test").Scan(&n) }); err != nil {
			t.Fatal(err)
		}
		if n != 1 {
			t.Error(n)
		}
	})
}
