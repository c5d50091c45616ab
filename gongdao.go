package gongdao

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/datadir"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/internal/keys"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/internal/telemetry"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/opendata"
)

// Needs is what the program gets from its surroundings.
type Needs struct {
	Log   *slog.Logger
	Now   func() time.Time // the one clock; time.Now in every program
	Quiet bool             // for commands: no listeners, no metrics
}

// App is the whole house in one process.
type App struct {
	Identity *identity.Service
	Opendata *opendata.Service
	Atlas    *atlas.Service

	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	dir     *datadir.Dir
	keys    *keys.Ring
	db      *db.DB
	blobs   map[string]*blob.Store // by room
	workers *olap.Pool
	jobs    *jobs.Jobs
	bus     *bus.Bus
	words   *i18n.Catalogue
	metrics *telemetry.Metrics
	web     *web.Web

	portal  net.Listener // nil for commands
	watcher net.Listener // of the metrics; nil if not wanted
	ready   chan struct{}
	closers []func() error // in the order of opening
}

// New opens everything and starts nothing. What it opened is closed again if a
// step fails. Errors: *datadir.InUse if another process owns the data folder;
// a database newer than this program, by name of the room.
func New(ctx context.Context, cfg Config, needs Needs) (app *App, err error) {
	a := &App{cfg: cfg, log: needs.Log, now: needs.Now, ready: make(chan struct{}), blobs: map[string]*blob.Store{}}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	for _, step := range []struct {
		name string
		open func(context.Context) error
	}{
		{"data folder", a.openFolder},
		{"texts", a.openWords},
		{"database", a.openDB},
		{"files", a.openBlobs},
		{"workers", a.openWorkers},
		{"jobs", a.openJobs},
		{"facts", a.openBus},
		// rooms, in the order they open
		{"identity", a.openIdentity},
		{"atlas", a.openAtlas},
		{"opendata", a.openOpendata},
		// what rooms hear of each other
		{"switchboard", a.openSwitchboard},
	} {
		if err := step.open(ctx); err != nil {
			return nil, fmt.Errorf("open %s: %w", step.name, err)
		}
	}
	if needs.Quiet {
		return a, nil
	}
	if err := a.openDoors(ctx); err != nil {
		return nil, fmt.Errorf("open doors: %w", err)
	}
	return a, nil
}

func (a *App) later(close func() error) { a.closers = append(a.closers, close) }

func (a *App) openFolder(context.Context) error {
	dir, err := datadir.Open(a.cfg.data())
	if err != nil {
		return err
	}
	a.dir = dir
	a.later(dir.Close)
	if _, err := os.Stat(dir.Path(restoreMark)); err == nil {
		return fmt.Errorf("a restore into %s did not finish; empty the folder and restore again", dir.Path())
	}
	if err := a.checkKind(); err != nil {
		return err
	}
	a.keys, err = keys.Open(dir.Path("keys"))
	return err
}

func (a *App) openWords(context.Context) (err error) {
	a.words, err = i18n.Load(Texts()...)
	return err
}

func (a *App) openDB(ctx context.Context) (err error) {
	a.db, err = db.Open(ctx, a.cfg.database(), db.Needs{Log: a.log, Now: a.now})
	if err == nil {
		a.later(a.db.Close)
	}
	return err
}

func (a *App) openBlobs(context.Context) (err error) {
	for _, room := range []string{"atlas", "opendata"} {
		if a.blobs[room], err = blob.Open(a.dir.Path(room, "blob")); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) openWorkers(context.Context) (err error) {
	dir := a.dir.Path("opendata", "table")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	scratch := a.dir.Path("scratch")
	if err := errors.Join(os.RemoveAll(scratch), os.MkdirAll(scratch, 0o700)); err != nil {
		return err
	}
	a.workers, err = olap.New(olap.Config{Dir: dir, Scratch: scratch}, olap.Needs{Log: a.log, Now: a.now})
	if err == nil {
		a.later(a.workers.Close)
	}
	return err
}

func (a *App) openJobs(ctx context.Context) (err error) {
	a.jobs, err = jobs.New(ctx, a.db, jobs.Config{}, jobs.Needs{Log: a.log, Now: a.now})
	return err
}

func (a *App) openBus(context.Context) error {
	a.bus = bus.New(a.db, bus.Config{}, bus.Needs{Log: a.log, Now: a.now})
	return nil
}

func (a *App) openIdentity(ctx context.Context) (err error) {
	cfg := a.cfg.Identity
	cfg.Demo = a.cfg.Demo
	a.Identity, err = identity.New(ctx, cfg, identity.Needs{DB: a.db, Keys: a.keys, Log: a.log, Now: a.now})
	if err == nil {
		a.Identity.Register(a.jobs)
	}
	return err
}

func (a *App) openAtlas(ctx context.Context) (err error) {
	a.Atlas, err = atlas.New(ctx, a.cfg.Atlas, atlas.Needs{DB: a.db, Blobs: a.blobs["atlas"], Log: a.log, Gallery: gallery{a}})
	return err
}

func (a *App) openOpendata(ctx context.Context) (err error) {
	cfg := a.cfg.Opendata
	cfg.Dir = a.dir.Path("opendata")
	a.Opendata, err = opendata.New(ctx, cfg, opendata.Needs{
		DB: a.db, Blobs: a.blobs["opendata"], Workers: a.workers, Catalogue: a.words, Log: a.log, Now: a.now,
		Agencies: agencies{a}, Gazetteer: gazetteer{a}, Drawing: drawing{a},
	})
	if err == nil {
		a.later(a.Opendata.Close)
		a.Opendata.Register(a.jobs)
	}
	return err
}

// Run works until ctx ends, then lets requests finish and stops. It owns every
// goroutine of the house.
func (a *App) Run(ctx context.Context) error {
	if err := a.layBoundaries(ctx); err != nil {
		return err
	}
	if err := a.Opendata.Resume(ctx); err != nil {
		return err
	}
	// What works behind the doors stops after the doors have closed.
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	behind, inner := errgroup.WithContext(inner)
	behind.Go(func() error { return a.workers.Run(inner) })
	behind.Go(func() error { return a.bus.Run(inner) })
	behind.Go(func() error { return a.jobs.Run(inner) })
	if a.portal != nil {
		behind.Go(func() error { return a.obey(inner) })
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(inner, cancel)() // what fails behind the doors closes them
	doors, open := errgroup.WithContext(ctx)
	if a.portal != nil {
		a.serve(open, doors)
	}
	close(a.ready)
	<-open.Done()
	err := doors.Wait()
	stop()
	return errors.Join(err, ignoreCancelled(behind.Wait()))
}

// obey carries out the commands of callers who find the folder in use.
func (a *App) obey(ctx context.Context) error {
	address, release, err := datadir.Address(a.dir.Path())
	if err != nil {
		return err
	}
	defer release()
	return cli.Serve(ctx, address, a.served())
}

func ignoreCancelled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// serve answers at every listener until ctx ends, then drains for at most ten
// seconds.
func (a *App) serve(ctx context.Context, group *errgroup.Group) {
	door := func(l net.Listener, h http.Handler) {
		s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
		group.Go(func() error {
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			if err := s.Shutdown(drain); err != nil {
				return s.Close()
			}
			return nil
		})
	}
	door(a.portal, a.web)
	if a.watcher != nil {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", a.metrics.Handler())
		door(a.watcher, mux)
	}
}

// Ready is closed when everything listens.
func (a *App) Ready() <-chan struct{} { return a.ready }

// Close gives up what New opened, in reverse order. Call it after Run returned.
func (a *App) Close() error {
	var err error
	for i := len(a.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, a.closers[i]())
	}
	a.closers = nil
	return err
}

// Origin is where people reach the portal.
func (a *App) Origin() string { return a.cfg.Identity.Origin }

// MetricsURL is where Prometheus reads; empty if nobody may.
func (a *App) MetricsURL() string {
	if a.watcher == nil {
		return ""
	}
	return "http://" + a.watcher.Addr().String() + "/metrics"
}

// checkKind keeps demonstrations and real data apart: a folder made by one is
// refused by the other.
func (a *App) checkKind() error {
	mark := filepath.Join(a.dir.Path(), "demo")
	_, err := os.Stat(mark)
	made := err == nil
	if made == a.cfg.Demo {
		return nil
	}
	if made {
		return fmt.Errorf("%s was made by a demonstration; start it with `gongdao demo --data %s`, or give another folder", a.dir.Path(), a.dir.Path())
	}
	empty, err := a.dir.Empty()
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("%s holds real data; a demonstration never touches it: give an empty folder with --data", a.dir.Path())
	}
	return os.WriteFile(mark, []byte("made-up people and agencies, not for real data\n"), 0o600)
}
