package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/cmd/gongdao/demo"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/config"
	"github.com/gongdao/gongdao/internal/telemetry"
	"github.com/gongdao/gongdao/opendata"
)

func demoFlags() []cli.Flag {
	return []cli.Flag{
		{Name: "listen", Default: "127.0.0.1:8080", Usage: "loopback address of the portal"},
		{Name: "import", Default: "", Usage: "folder of real files to import"},
		{Name: "ready-file", Default: "", Usage: "JSON with every address and link, written when all is ready"},
	}
}

// readyFile is what --ready-file holds. Members may be added, none renamed.
type readyFile struct {
	Portal  string        `json:"portal"`
	People  []demo.Person `json:"people"`
	Nodes   []struct{}    `json:"nodes"`
	Metrics string        `json:"metrics"`
}

func runDemo(ctx context.Context, c *cli.Call) (err error) {
	if err := loopbackOnly(c.String("listen")); err != nil {
		return cli.Usage{Err: err}
	}
	cfg := gongdao.Config{Demo: true, Listen: c.String("listen"), Data: c.String("data"), Metrics: "127.0.0.1:0"}
	cfg.Identity.CitizenIdle, cfg.Identity.OfficerIdle = config.Duration(4*time.Hour), config.Duration(4*time.Hour)
	kept := cfg.Data != ""
	if !kept {
		if cfg.Data, err = os.MkdirTemp("", "gongdao-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(cfg.Data)
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return err
	}
	logFile := filepath.Join(cfg.Data, "gongdao.log")
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	log := telemetry.Logger(out, slog.LevelInfo)
	begin := time.Now()
	app, err := gongdao.New(ctx, cfg, gongdao.Needs{Log: log, Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	if app.AssetsMissing() {
		return cli.Usage{Err: errors.New("front-end assets are missing: run make build")}
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- app.Run(inner) }()
	select {
	case <-app.Ready():
	case err := <-done:
		return err
	}
	if err := open(inner, c, app, log, begin, logFile, kept); err != nil {
		stop()
		return errors.Join(err, <-done)
	}
	if file := c.String("ready-file"); file != "" {
		defer os.Remove(file)
	}
	return <-done
}

// open fills the house, tells where its doors are, and imports a folder if one
// was given.
func open(ctx context.Context, c *cli.Call, app *gongdao.App, log *slog.Logger, begin time.Time, logFile string, kept bool) error {
	people, err := demo.People(ctx, app)
	if err != nil {
		return err
	}
	if err := demo.Data(ctx, app); err != nil {
		return err
	}
	if file := c.String("ready-file"); file != "" {
		if err := writeReady(file, readyFile{Portal: app.Origin(), People: people, Nodes: []struct{}{}, Metrics: app.MetricsURL()}); err != nil {
			return err
		}
	}
	banner(c, app, people, time.Since(begin), logFile, kept)
	if dir := c.String("import"); dir != "" {
		return importFolder(ctx, c, app, dir)
	}
	return nil
}

func loopbackOnly(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--listen %s: give host and port, such as 127.0.0.1:8080", addr)
	}
	ip := net.ParseIP(host)
	if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen %s: a demonstration is served on this machine only; use 127.0.0.1", addr)
	}
	return nil
}

// writeReady writes the file whole or not at all. It holds sign-in links, so
// only its owner can read it.
func writeReady(path string, v readyFile) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func banner(c *cli.Call, app *gongdao.App, people []demo.Person, took time.Duration, logFile string, kept bool) {
	p := func(format string, args ...any) { fmt.Fprintf(c.Stdout, format+"\n", args...) }
	p("")
	p("  公道 Gongdao %s", gongdao.Version)
	p("  示範環境：人物、機關與部分統計是虛構的，請勿放入真實資料")
	p("  DEMO: made-up people and agencies, not for real data")
	p("")
	p("  portal      %s        English: %s/en", app.Origin(), app.Origin())
	p("  open data   %s/dataset", app.Origin())
	p("  map         %s/dataset/village-people/map", app.Origin())
	p("  desk        %s/desk", app.Origin())
	p("  API         %s/docs/api", app.Origin())
	p("  status      %s/status", app.Origin())
	p("  metrics     %s", app.MetricsURL())
	p("")
	p("  sign in as (each link works once; new link: gongdao identity link NAME --data DIR)")
	for _, x := range people {
		p("    %s  %-36s %s", x.Name, x.Role, x.Link)
	}
	p("")
	p("  try these")
	p("    1  search 人口, sort and filter the rows, download what you see as Parquet")
	p("    2  open the map of a made-up village census, zoom to a county")
	p("    3  sign in as 黃國華, drop a messy file from %s/samples on the desk, watch, review, publish", app.Origin())
	p("    4  ask the API: %s/dataset/towns/api", app.Origin())
	p("    5  add a passkey to your account and sign in with it")
	p("")
	if kept {
		p("  data  %s (kept)", c.String("data"))
	} else {
		p("  data  %s (deleted at exit; keep it with --data DIR)", filepath.Dir(logFile))
	}
	p("  log   %s", logFile)
	p("  ready after %.1f s. Stop with Ctrl-C.", took.Seconds())
	p("")
}

// importFolder imports a folder of real files as the command line would.
func importFolder(ctx context.Context, c *cli.Call, app *gongdao.App, dir string) error {
	for _, cmd := range opendata.Commands(func(ctx context.Context, do func(context.Context, *opendata.Service) error) error {
		return do(ctx, app.Opendata)
	}) {
		if cmd.Name != "opendata import" {
			continue
		}
		call := *c
		call.Args = []string{dir}
		call.Flags = map[string]any{"agency": "interior", "jobs": 2}
		if err := cmd.Run(ctx, &call); err != nil && !errors.Is(err, cli.ErrFailed) {
			return err
		}
	}
	return nil
}
