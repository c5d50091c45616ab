package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/db/dbbench"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/query"
)

const benchAgency = civic.AgencyID("2.16.886.101.99009")

// Opendata measures the way of a file into the room and of answers out of it.
func Opendata(ctx context.Context, o Options) error {
	app, err := gongdao.New(ctx, gongdao.Config{Data: filepath.Join(o.Dir, "house"), Listen: "127.0.0.1:0"}, gongdao.Needs{Now: o.Now})
	if err != nil {
		return err
	}
	inner, stop := context.WithCancel(opendata.AsOperator(identity.AsOperator(ctx)))
	done := make(chan error, 1)
	go func() { done <- app.Run(inner) }()
	<-app.Ready()
	err = measureRoom(inner, o, app)
	stop()
	return errors.Join(err, <-done, app.Close())
}

func measureRoom(ctx context.Context, o Options, app *gongdao.App) error {
	err := app.Identity.AddAgency(ctx, identity.Agency{ID: benchAgency, Short: "bench", Name: civic.Text{En: "Bench"}})
	if err != nil {
		return err
	}
	rows := 1_000_000
	if o.Short {
		rows = 20_000
	}
	file := filepath.Join(o.Dir, "registers.csv")
	size, err := makeFile(file, rows)
	if err != nil {
		return err
	}
	if err := loads(ctx, o, app, file, rows, size); err != nil {
		return err
	}
	if err := groups(ctx, o, app, rows); err != nil {
		return err
	}
	return answers(ctx, o, app)
}

// makeFile writes a table of the kind registers are: codes with leading zeros,
// names, dates of the Republic of China calendar, amounts, remarks.
func makeFile(path string, rows int) (int64, error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	counties := []string{"臺北市", "新北市", "桃園市", "臺中市", "臺南市", "高雄市", "宜蘭縣", "花蓮縣", "臺東縣", "澎湖縣"}
	w.WriteString("編號,縣市代碼,縣市,鄉鎮市區,設立日期,人數,金額,比率,經度,緯度,更新時間,備註\n")
	remark := strings.Repeat("本列由程式產生，供量測使用。", 7)
	for i := range rows {
		c := r.IntN(len(counties))
		fmt.Fprintf(w, "%09d,%05d,%s,第%d區,%d/%02d/%02d,%d,%d,%.3f,%.6f,%.6f,2026-%02d-%02dT%02d:00:00+08:00,%s%d\n", i, c*1000+c, counties[c], r.IntN(40),
			80+r.IntN(35), r.IntN(12)+1, r.IntN(28)+1, r.IntN(5000), r.IntN(9_000_000), r.Float64()*100, 120+r.Float64()*2, 22+r.Float64()*3,
			r.IntN(11)+1, r.IntN(28)+1, r.IntN(24), remark, i)
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	st, err := f.Stat()
	return st.Size(), err
}

func importFile(ctx context.Context, app *gongdao.App, file, slug string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	i, err := app.Opendata.Receive(ctx, f, opendata.Order{Agency: benchAgency, FileName: filepath.Base(file),
		Wish: opendata.Wish{Slug: slug, Title: civic.Text{En: slug}, Publish: true}})
	if err != nil {
		return err
	}
	if i, err = app.Opendata.Work(ctx, i.ID); err != nil {
		return err
	}
	if i.Problem != nil {
		return errors.New(i.Problem.Text.En)
	}
	return nil
}

func loads(ctx context.Context, o Options, app *gongdao.App, file string, rows int, size int64) error {
	runs := 0
	began := cpu()
	value, spread, err := o.median(func() (float64, error) {
		runs++
		begin := o.Now()
		err := importFile(ctx, app, file, fmt.Sprintf("registers-%d", runs))
		return o.Now().Sub(begin).Seconds(), err
	})
	if err != nil {
		return err
	}
	used := (cpu() - began).Seconds() / float64(runs)
	base := Line{Room: "opendata", Name: "load_typed_profiled_queryable", Value: value, Unit: "s", Better: "lower",
		Note: fmt.Sprintf("%d rows, %d MB, %.0f MB per CPU-s, received, every cell profiled, Parquet written, published; %s", rows, size>>20, float64(size)/1e6/used, spreadNote(o.runs(), spread))}
	goal := 8.0
	if o.Short {
		goal = 8 * float64(rows) / 1e6 * 4 // small files pay for a new process each
	}
	printed := false
	for _, p := range peers(file, filepath.Join(o.Dir, "peer.db")) {
		path, err := exec.LookPath(p.argv[0])
		if err != nil {
			continue
		}
		took, err := o.runPeer(ctx, path, p.argv[1:])
		if err != nil {
			fmt.Fprintf(o.Err, "bench: %s: %v\n", p.name, err)
			continue
		}
		if err := o.print(base.against(p.name, took).wants(goal)); err != nil {
			return err
		}
		printed = true
	}
	if !printed {
		base.Note = join("no peer on PATH: apt-get install csvkit sqlite-utils miller", base.Note)
		return o.print(base.wants(goal))
	}
	return nil
}

type peer struct {
	name string
	argv []string
}

// peers read the same file whole: statistics of every column, or typed rows.
func peers(file, database string) []peer {
	return []peer{
		{"miller summary", []string{"mlr", "--icsv", "--ojson", "summary", file}},
		{"sqlite-utils insert, types detected", []string{"sqlite-utils", "insert", database, "registers", file, "--csv", "--detect-types", "--silent"}},
		{"csvstat", []string{"csvstat", file}},
	}
}

// runPeer runs a peer once: they take minutes. Ten minutes are enough.
func (o Options) runPeer(ctx context.Context, path string, args []string) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, path, args...)
	var errs bytes.Buffer
	c.Stderr = &errs
	begin := o.Now()
	if err := c.Run(); err != nil {
		return 0, fmt.Errorf("%w: %.200s", err, errs.String())
	}
	return o.Now().Sub(begin).Seconds(), nil
}

func groups(ctx context.Context, o Options, app *gongdao.App, rows int) error {
	_, _, v, err := app.Opendata.At(ctx, "registers-1", 0)
	if err != nil {
		return err
	}
	var times []time.Duration
	n := 40
	if o.Short {
		n = 10
	}
	for i := range n {
		// Another condition each time, so that no remembered answer serves.
		q, err := app.Opendata.Parse(ctx, v, query.Params{Select: "縣市, sum(人數) as n", GroupBy: "縣市", Where: []string{fmt.Sprintf("人數 >= %d", -i-1)}})
		if err != nil {
			return err
		}
		begin := o.Now()
		if _, err := app.Opendata.Cells(ctx, v, q); err != nil {
			return err
		}
		times = append(times, o.Now().Sub(begin))
	}
	sqlite, err := dbbench.GroupBy(ctx, filepath.Join(o.Dir, "groups"), rows, o.Now)
	if err != nil {
		return err
	}
	return o.print(Line{Room: "opendata", Name: "group_by_p50", Value: percentile(times, 0.5), Unit: "ms", Better: "lower",
		Note: fmt.Sprintf("%d rows in Parquet, a worker process, uncached, p99 %.1f ms; the goal of 60 ms is for 10 M rows in a hot copy", rows, percentile(times, 0.99))}.
		against("SQLite, same rows in memory order", float64(sqlite.Microseconds())/1000).wants(60))
}

// answers asks the portal itself, in process, as a client would.
func answers(ctx context.Context, o Options, app *gongdao.App) error {
	ask := func(path string) (time.Duration, error) {
		begin := o.Now()
		w := httptest.NewRecorder()
		app.Web().ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", app.Origin()+path, nil))
		if w.Code == http.StatusServiceUnavailable {
			return 0, errBusy
		}
		if w.Code != http.StatusOK {
			return 0, fmt.Errorf("bench: %s answered %d: %.300s", path, w.Code, w.Body.String())
		}
		return o.Now().Sub(begin), nil
	}
	const records = "/api/explore/v2.1/catalog/datasets/registers-1/records?limit=100&offset="
	n := 1000
	if o.Short {
		n = 100
	}
	times, busy, err := o.paced(n, 200, func(i int) (time.Duration, error) { return ask(records + fmt.Sprint(i*7%9800)) })
	if err != nil {
		return err
	}
	l := Line{Room: "opendata", Name: "page_of_100_rows_p99_at_200", Value: percentile(times, 0.99), Unit: "ms", Better: "lower",
		Note: fmt.Sprintf("uncached, %d requests at 200/s, %d refused as busy, p50 %.1f ms; no peer in this run", n, busy, percentile(times, 0.5))}.wants(50)
	l.Holds = l.Holds && busy == 0
	if err := o.print(l); err != nil {
		return err
	}
	if _, err := ask(records + "0"); err != nil {
		return err
	}
	value, spread, err := o.median(func() (float64, error) {
		return o.rate(4, func(int64) error {
			_, err := ask(records + "0")
			return err
		})
	})
	if err != nil {
		return err
	}
	return o.print(Line{Room: "opendata", Name: "cached_answers", Value: value, Unit: "req/s", Better: "higher",
		Note: "the same page of 100 rows, 4 callers, guard and codec included; no peer; " + spreadNote(o.runs(), spread)}.wants(10_000))
}

var errBusy = errors.New("busy")

// paced asks n times at a rate and returns how long each answer took, waiting
// for a place included, and how many were refused because too many waited.
func (o Options) paced(n, perSecond int, ask func(i int) (time.Duration, error)) (times []time.Duration, busy int, failed error) {
	var mu sync.Mutex // guards the results
	var wg sync.WaitGroup
	begin := o.Now()
	for i := range n {
		if wait := begin.Add(time.Duration(i) * time.Second / time.Duration(perSecond)).Sub(o.Now()); wait > 0 {
			time.Sleep(wait)
		}
		wg.Go(func() {
			took, err := ask(i)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, errBusy):
				busy++
			case err != nil:
				failed = err
			default:
				times = append(times, took)
			}
		})
	}
	wg.Wait()
	return times, busy, failed
}
