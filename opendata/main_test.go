package opendata_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

var update = flag.Bool("update", false, "write goldens anew")

func TestMain(m *testing.M) {
	olap.Main(olap.Tasks{opendata.IngestTask: opendata.Ingest})
	os.Exit(m.Run())
}

const (
	mine   = civic.AgencyID("2.16.886.101.1")
	theirs = civic.AgencyID("2.16.886.101.2")
)

// offices are the agencies of the tests.
type offices []opendata.Agency

func (o offices) Agencies(context.Context) ([]opendata.Agency, error) { return o, nil }

func (o offices) Agency(_ context.Context, key string) (opendata.Agency, error) {
	for _, a := range o {
		if key == a.Short || key == string(a.ID) {
			return a, nil
		}
	}
	return opendata.Agency{}, fault.NotFound.Errorf("identity.not-found", "there is no such agency")
}

// towns knows two areas by name.
type towns struct{}

func (towns) Match(_ context.Context, keys []opendata.AreaKey) (m opendata.AreaMatch, err error) {
	for _, k := range keys {
		code := map[string]string{"安平區": "6703600", "豐濱鄉": "1001507"}[strings.Join(k.Names, "")]
		if m.Codes = append(m.Codes, code); code != "" {
			m.Level, m.Matched = "town", m.Matched+1
		}
	}
	return m, nil
}

// rig is the room with its neighbours, for one test.
type rig struct {
	*opendata.Service
	t     *testing.T
	db    *db.DB
	jobs  *jobs.Jobs
	blobs *blob.Store
	pool  *olap.Pool
	dir   string
	ctx   context.Context // in which a steward of mine asks
}

// each runs fn on an empty room, on both engines.
func each(t *testing.T, fn func(r *rig)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(openRig(t, d, t.TempDir(), opendata.Config{})) })
}

func openRig(t *testing.T, d *db.DB, dir string, cfg opendata.Config) *rig {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r := &rig{t: t, db: d, dir: dir, ctx: as(t.Context(), mine)}
	var err error
	r.blobs, err = blob.Open(filepath.Join(dir, "blob"))
	must(err)
	must(os.MkdirAll(filepath.Join(dir, "table"), 0o700))
	r.pool, err = olap.New(olap.Config{Dir: filepath.Join(dir, "table"), Scratch: t.TempDir()}, olap.Needs{})
	must(err)
	t.Cleanup(func() { must(r.pool.Close()) })
	r.jobs, err = jobs.New(t.Context(), d, jobs.Config{}, jobs.Needs{})
	must(err)
	words, err := i18n.Load(opendata.Text(), profile.Text, olap.Text, blob.Text)
	must(err)
	cfg.Dir = dir
	r.Service, err = opendata.New(t.Context(), cfg, opendata.Needs{DB: d, Blobs: r.blobs, Workers: r.pool, Catalogue: words,
		Log: slog.New(slog.DiscardHandler), Now: d.Now, Gazetteer: towns{},
		Agencies: offices{{mine, "mine", civic.Text{ZhTW: "我們", En: "Ours"}}, {theirs, "theirs", civic.Text{ZhTW: "他們"}}}})
	must(err)
	t.Cleanup(func() { must(r.Close()) })
	r.Register(r.jobs)
	return r
}

// as returns ctx in which a steward of the agency asks.
func as(ctx context.Context, agency civic.AgencyID) context.Context {
	return access.With(ctx, access.Actor{Person: "p", Officer: "o-1", Agency: agency, Roles: []access.Role{access.Steward}})
}

// send imports a file to its end.
func (r *rig) send(name, body string, w opendata.Wish) opendata.Import {
	r.t.Helper()
	i, err := r.Receive(r.ctx, strings.NewReader(body), opendata.Order{Agency: mine, FileName: name, Wish: w})
	if err == nil {
		i, err = r.Work(r.ctx, i.ID)
	}
	if err != nil {
		r.t.Fatalf("import of %s: %v", name, err)
	}
	return i
}

// published sends a file that must become a public version.
func (r *rig) published(name, body string, w opendata.Wish) opendata.Version {
	r.t.Helper()
	w.Publish = true
	i := r.send(name, body, w)
	if i.State != opendata.Done {
		r.t.Fatalf("import of %s ended as %s %+v, want published", name, i.State, i.Problem)
	}
	_, v, err := r.DraftOf(r.ctx, i)
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}

// ask answers a question about a version as JSON rows.
func (r *rig) ask(v opendata.Version, p query.Params) string {
	r.t.Helper()
	q, err := r.Parse(r.ctx, v, p)
	if err != nil {
		r.t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := r.Rows(r.ctx, opendata.Ask{Version: v, Query: q, Format: olap.Arrays}, &out); err != nil {
		r.t.Fatal(err)
	}
	return strings.Join(strings.Fields(out.String()), "")
}

// facts lists what the room told the others, kind by kind.
func (r *rig) facts() (kinds []string, bodies map[string]json.RawMessage) {
	r.t.Helper()
	bodies = map[string]json.RawMessage{}
	err := r.db.Read(r.ctx, func(tx *db.Tx) error {
		kinds = nil
		rows, err := tx.Query(`SELECT kind, body FROM fact WHERE room = 'opendata' ORDER BY seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var kind, body string
			if err := rows.Scan(&kind, &body); err != nil {
				return err
			}
			kinds = append(kinds, strings.TrimPrefix(kind, "opendata."))
			bodies[kind] = json.RawMessage(body)
		}
		return rows.Err()
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return kinds, bodies
}

// count asks the database a question with one number for an answer.
func (r *rig) count(q string, args ...any) (n int64) {
	r.t.Helper()
	err := r.db.Read(r.ctx, func(tx *db.Tx) error { return tx.QueryRow(q, args...).Scan(&n) })
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// tables lists the Parquet files there are.
func (r *rig) tables() []string {
	r.t.Helper()
	list, err := filepath.Glob(filepath.Join(r.dir, "table", "*"))
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

const shelters = "編號,鄉鎮市區,人數\n0001,安平區,120\n0002,豐濱鄉,60\n0003,安平區,40\n"

// big is a table of n rows that takes a while to read.
func big(n int) string {
	var b strings.Builder
	b.WriteString("編號,鄉鎮市區,人數,比率\n")
	for i := range n {
		b.WriteString(strconv.Itoa(i) + ",安平區," + strconv.Itoa(i*7%1000) + "," + strconv.Itoa(i%100) + ".5\n")
	}
	return b.String()
}

// withStop returns a ctx that is cancelled after d.
func withStop(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	t := time.AfterFunc(d, cancel)
	return ctx, func() { t.Stop(); cancel() }
}
