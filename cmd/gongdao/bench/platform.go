package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/db/dbbench"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/internal/web/webbench"
)

// Platform measures the pipes: rows, facts, the door, a start.
func Platform(ctx context.Context, o Options) error {
	for _, measure := range []func(context.Context, Options) error{writes, reads, door, facts, start} {
		if err := measure(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) database(ctx context.Context, name string) (*db.DB, string, error) {
	dir := filepath.Join(o.Dir, name)
	d, err := db.Open(ctx, db.Config{Dir: dir}, db.Needs{Now: o.Now})
	if err != nil {
		return nil, "", err
	}
	return d, dir, d.Migrate(ctx, "bench", dbbench.Schema)
}

// rate runs do from n callers for a while and returns how often it was done a second.
func (o Options) rate(callers int, do func(i int64) error) (float64, error) {
	span := 3 * time.Second
	if o.Short {
		span = 700 * time.Millisecond
	}
	var next atomic.Int64
	var failed atomic.Pointer[error]
	begin := o.Now()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for o.Now().Sub(begin) < span && failed.Load() == nil {
				if err := do(next.Add(1)); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(next.Load()) / o.Now().Sub(begin).Seconds(), nil
}

func writes(ctx context.Context, o Options) error {
	ours, _, err := o.database(ctx, "write-ours")
	if err != nil {
		return err
	}
	defer ours.Close()
	base, dir, err := o.database(ctx, "write-bare")
	if err != nil {
		return err
	}
	base.Close()
	bare, err := dbbench.Open(dir, 1)
	if err != nil {
		return err
	}
	defer bare.Close()
	var a, b int64 // keys go on from run to run
	value, spread, err := o.median(func() (float64, error) {
		from := atomic.AddInt64(&a, 1e7)
		return o.rate(32, func(i int64) error {
			return ours.Write(ctx, func(tx *db.Tx) error {
				var n int64
				if _, err := tx.Exec(dbbench.Insert, dbbench.Key(from+i), i, dbbench.Body); err != nil {
					return err
				}
				if _, err := tx.Exec(dbbench.Upsert, i%512); err != nil {
					return err
				}
				return tx.QueryRow(dbbench.Sum, i%512).Scan(&n)
			})
		})
	})
	if err != nil {
		return err
	}
	peer, _, err := o.median(func() (float64, error) {
		from := atomic.AddInt64(&b, 1e7)
		return o.rate(32, func(i int64) error { return bare.Write(ctx, from+i) })
	})
	if err != nil {
		return err
	}
	return o.print(Line{Room: "platform", Name: "durable_write_32_callers", Value: value, Unit: "tx/s", Better: "higher", Note: spreadNote(o.runs(), spread)}.
		against("database/sql, one commit each", peer).wantsRatio(5))
}

func reads(ctx context.Context, o Options) error {
	d, dir, err := o.database(ctx, "read")
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Write(ctx, func(tx *db.Tx) error {
		for i := range int64(dbbench.Rows) {
			if _, err := tx.Exec(dbbench.Insert, dbbench.Key(i), i, dbbench.Body); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	bare, err := dbbench.Open(dir, 4)
	if err != nil {
		return err
	}
	defer bare.Close()
	value, spread, err := o.median(func() (float64, error) {
		return o.rate(4, func(i int64) error {
			return d.Read(ctx, func(tx *db.Tx) error {
				var n int64
				var body string
				return tx.QueryRow(dbbench.Select, dbbench.Key(i*7919%dbbench.Rows)).Scan(&n, &body)
			})
		})
	})
	if err != nil {
		return err
	}
	peer, _, err := o.median(func() (float64, error) {
		return o.rate(4, func(i int64) error { return bare.Read(ctx, i) })
	})
	if err != nil {
		return err
	}
	return o.print(Line{Room: "platform", Name: "point_read_4_callers", Value: value, Unit: "reads/s", Better: "higher", Note: spreadNote(o.runs(), spread)}.
		against("database/sql", peer).wantsRatio(0.9))
}

// door compares handlers in this process by processor time, which a busy
// machine disturbs least.
func door(ctx context.Context, o Options) error {
	words, err := i18n.Load(gongdao.Texts()...)
	if err != nil {
		return err
	}
	table := webbench.Table(50)
	page := ui.Page(ui.Head{Title: "bench"})
	whole := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(templ.WithChildren(ctx, table), w)
	})
	ours, err := web.New(web.Config{NoCompression: true}, web.Needs{Now: o.Now, Catalogue: words}, []web.Route{
		{Name: "bench.items", Pattern: "GET /api/bench/v1/items", Who: access.Anyone, Doc: "Bench.", Handler: web.JSON(webbench.Answer)},
		{Name: "bench.page", Pattern: "GET /bench", Who: access.Anyone, Doc: "Bench.", Nav: web.Nav{Unlisted: "a bench"},
			Handler: web.Page(func(*http.Request) (templ.Component, error) { return whole, nil })},
	})
	if err != nil {
		return err
	}
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		webbench.BarePage(whole).ServeHTTP(w, r.WithContext(i18n.With(r.Context(), words, i18n.ZhTW)))
	})
	for _, c := range []struct {
		name, path, peer string
		bare             http.Handler
		goal             float64
	}{
		{"json_route", "/api/bench/v1/items?name=x&limit=20", "huma alone", webbench.BareJSON(), 0.85},
		{"page_of_50_rows", "/bench", "the same page, net/http alone", bare, 0.8},
	} {
		value, spread, err := o.median(func() (float64, error) { return o.perCPU(ctx, ours, c.path) })
		if err != nil {
			return err
		}
		peer, _, err := o.median(func() (float64, error) { return o.perCPU(ctx, c.bare, c.path) })
		if err != nil {
			return err
		}
		l := Line{Room: "platform", Name: c.name, Value: value, Unit: "req/CPU-s", Better: "higher", Note: "in process, " + spreadNote(o.runs(), spread)}
		if err := o.print(l.against(c.peer, peer).wantsRatio(c.goal)); err != nil {
			return err
		}
	}
	return nil
}

// perCPU answers n requests and returns how many a second of processor time answers.
func (o Options) perCPU(ctx context.Context, h http.Handler, path string) (float64, error) {
	n := 4000
	if o.Short {
		n = 800
	}
	runtime.GC()
	begin := cpu()
	for range n {
		r := httptest.NewRequestWithContext(ctx, "GET", "http://localhost"+path, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return 0, fmt.Errorf("bench: %s answered %d: %s", path, w.Code, w.Body.String())
		}
	}
	return float64(n) / max((cpu()-begin).Seconds(), 1e-9), nil
}

// Ticked is the fact of the bench.
type Ticked struct {
	ID string `json:"id"`
	At int64  `json:"at"` // nanoseconds
}

func facts(ctx context.Context, o Options) error {
	d, _, err := o.database(ctx, "facts")
	if err != nil {
		return err
	}
	defer d.Close()
	b := bus.New(d, bus.Config{}, bus.Needs{Now: o.Now})
	var mu sync.Mutex
	var late []time.Duration
	bus.On(b, "bench/bench.Ticked", func(_ context.Context, f Ticked) error {
		mu.Lock()
		defer mu.Unlock()
		late = append(late, o.Now().Sub(time.Unix(0, f.At)))
		return nil
	})
	inner, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- b.Run(inner) }()
	n := 5000
	if o.Short {
		n = 1000
	}
	begin := o.Now()
	for i := range n {
		if wait := begin.Add(time.Duration(i) * 2 * time.Millisecond).Sub(o.Now()); wait > 0 {
			time.Sleep(wait)
		}
		err := d.Write(ctx, func(tx *db.Tx) error { return tx.Emit(Ticked{ID: tx.NewID(), At: o.Now().UnixNano()}) })
		if err != nil {
			stop()
			return err
		}
	}
	for deadline := o.Now().Add(10 * time.Second); o.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		mu.Lock()
		all := len(late) >= n
		mu.Unlock()
		if all {
			break
		}
	}
	stop()
	<-done
	mu.Lock()
	defer mu.Unlock()
	rate := float64(n) / o.Now().Sub(begin).Seconds()
	l := Line{Room: "platform", Name: "fact_to_listener_p99", Value: percentile(late, 0.99), Unit: "ms", Better: "lower",
		Note: fmt.Sprintf("%d of %d heard, %.0f/s asked 500/s, p50 %.2f ms; no peer: in process", len(late), n, rate, percentile(late, 0.5))}.wants(20)
	l.Holds = l.Holds && len(late) == n
	return o.print(l)
}

// start opens a whole house in an empty folder.
func start(ctx context.Context, o Options) error {
	n := 0
	value, spread, err := o.median(func() (float64, error) {
		n++
		begin := o.Now()
		app, err := gongdao.New(ctx, gongdao.Config{Data: filepath.Join(o.Dir, fmt.Sprintf("start-%d", n)), Listen: "127.0.0.1:0"}, gongdao.Needs{Now: o.Now})
		if err != nil {
			return 0, err
		}
		inner, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- app.Run(inner) }()
		<-app.Ready()
		took := o.Now().Sub(begin).Seconds()
		stop()
		if err := <-done; err != nil {
			return 0, err
		}
		return took, app.Close()
	})
	if err != nil {
		return err
	}
	if err := o.print(Line{Room: "platform", Name: "empty_folder_to_ready", Value: value, Unit: "s", Better: "lower",
		Note: "all rooms, boundaries imported; no peer; " + spreadNote(o.runs(), spread)}.wants(1.5)); err != nil {
		return err
	}
	return o.print(Line{Room: "platform", Name: "resident_after_starts", Value: residentMB(), Unit: "MB", Better: "lower",
		Note: "this process after all the above, its workers ended; no peer"}.wants(200))
}

// residentMB is the memory of this process that is in use, from /proc.
func residentMB() float64 {
	runtime.GC()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		return 0
	}
	return float64(resident*int64(os.Getpagesize())) / (1 << 20)
}
