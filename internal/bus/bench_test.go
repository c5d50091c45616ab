package bus_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// BenchmarkFactLatency emits 500 facts a second, as many as b.N, and reports
// how long after its commit each reached a listener.
func BenchmarkFactLatency(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			cfg := db.Config{Dir: b.TempDir()}
			if engine == "postgres" {
				cfg = dbtest.Postgres(b)
			}
			d := dbtest.Open(b, cfg, db.Needs{})
			committed, heard := make([]time.Time, b.N), make([]time.Time, b.N)
			left := b.N
			done := make(chan struct{})
			box := bus.New(d, bus.Config{}, bus.Needs{})
			bus.On(box, listener, func(_ context.Context, f Granted) error {
				heard[f.N] = time.Now()
				if left--; left == 0 {
					close(done)
				}
				return nil
			})
			ctx, stop := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- box.Run(ctx) }()
			var wg sync.WaitGroup
			b.ResetTimer()
			tick := time.NewTicker(2 * time.Millisecond)
			defer tick.Stop()
			for n := range b.N {
				<-tick.C
				wg.Go(func() {
					err := d.Write(b.Context(), func(tx *db.Tx) error { return tx.Emit(Granted{ID: tx.NewID(), N: n}) })
					committed[n] = time.Now()
					if err != nil {
						b.Error(err)
					}
				})
			}
			wg.Wait()
			<-done
			b.StopTimer()
			stop()
			<-ended
			late := make([]time.Duration, b.N)
			for n := range late {
				late[n] = max(0, heard[n].Sub(committed[n]))
			}
			slices.Sort(late)
			b.ReportMetric(float64(late[b.N/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(late[b.N*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
		})
	}
}
