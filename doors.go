package gongdao

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/gongdao/gongdao/internal/telemetry"
	"github.com/gongdao/gongdao/internal/web"
)

// Version is the release of the program.
const Version = "0.1.0"

// openDoors takes the ports and builds the one route list of the house.
func (a *App) openDoors(ctx context.Context) error {
	proxies, err := a.cfg.proxies()
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.cfg.listen())
	if err != nil {
		return fmt.Errorf("%w; is another program on this port? choose one with --listen", err)
	}
	a.portal = l
	a.later(func() error { l.Close(); return nil })
	given := a.cfg.Identity.Origin // empty: links follow the request
	a.cfg.Identity.Origin = a.cfg.origin(l.Addr().String())
	if err := a.Identity.At(a.cfg.Identity.Origin); err != nil {
		return err
	}
	if err := a.openMetrics(ctx, lc); err != nil {
		return err
	}
	a.web, err = web.New(web.Config{Hosts: a.cfg.Hosts, Origin: given, TrustedProxies: proxies,
		Demo: a.cfg.Demo, Phone: a.cfg.phone(), Counter: a.cfg.Counter, Contact: a.cfg.Contact, Version: Version}, web.Needs{
		Log: a.log, Now: a.now, Catalogue: a.words, Authenticate: a.Identity.Authenticate,
		Translate: a.Identity.Translate, Ready: a.Checks, Observe: a.metrics.Request, Shell: a.dress,
	}, a.Routes())
	return err
}

// Routes is the route list of the house, room by room.
func (a *App) Routes() []web.Route {
	var all []web.Route
	all = append(all, a.routes()...)
	all = append(all, a.Identity.Routes()...)
	all = append(all, a.Opendata.Routes()...)
	all = append(all, a.Atlas.Routes()...)
	return all
}

// Web is the door to everything, for tests that need no network.
func (a *App) Web() http.Handler { return a.web }

// Doors lists the routes as they are served, with those of the door itself.
func (a *App) Doors() []web.Route { return a.web.Routes() }

// AssetsMissing reports that the front end was not built.
func (a *App) AssetsMissing() bool { return a.web.AssetsMissing() }

func (a *App) openMetrics(ctx context.Context, lc net.ListenConfig) error {
	a.metrics = telemetry.NewMetrics()
	a.measure()
	if a.cfg.Metrics == "" {
		return nil
	}
	l, err := lc.Listen(ctx, "tcp", a.cfg.Metrics)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	a.watcher = l
	a.later(func() error { l.Close(); return nil })
	return nil
}

// measure declares the numbers beside those of requests.
func (a *App) measure() {
	stats := a.workers.Stats
	a.metrics.Gauge("workers", "Query workers alive.", func() float64 { return float64(stats().Workers) })
	a.metrics.Gauge("workers_rss_bytes", "Memory of the query workers.", func() float64 { return float64(stats().RSS) })
	a.metrics.Gauge("queries", "Queries answered or failed.", func() float64 { return float64(stats().Queries) })
	a.metrics.Gauge("worker_kills", "Workers killed at their deadline or limit.", func() float64 { return float64(stats().Kills) })
	a.metrics.Gauge("facts_behind", "Facts that a listener has not heard yet.", func() float64 {
		n, _, err := a.factLag(context.Background())
		if err != nil {
			return -1
		}
		return float64(n)
	})
	a.metrics.Gauge("jobs_waiting", "Jobs that wait to run.", func() float64 {
		lag, err := a.jobs.Lag(context.Background())
		if err != nil {
			return -1
		}
		return float64(lag.Available)
	})
}
