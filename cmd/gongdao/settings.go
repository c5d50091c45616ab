package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/config"
	"github.com/gongdao/gongdao/internal/datadir"
	"github.com/gongdao/gongdao/internal/telemetry"
)

// settings reads the configuration that a call wants: file, environment, flags.
func settings(c *cli.Call) (gongdao.Config, []config.Key, error) {
	var cfg gongdao.Config
	src := config.Sources{File: filepath.Join(c.Dir, "gongdao.toml"), Env: os.Environ(), Flags: map[string]string{}}
	if file := c.String("config"); file != "" {
		src.File, src.Required = file, true
	}
	for _, name := range []string{"data", "listen"} {
		if v := c.String(name); v != "" {
			src.Flags[name] = v
		}
	}
	keys, err := config.Load(&cfg, src)
	if err != nil {
		return cfg, nil, cli.Usage{Err: err}
	}
	return cfg, keys, nil
}

type callKey struct{}

// withData opens the house for one command, works it in the background, and
// closes it afterwards.
func withData(ctx context.Context, do func(context.Context, *gongdao.App) error) error {
	c := ctx.Value(callKey{}).(*cli.Call)
	cfg, _, err := settings(c)
	if err != nil {
		return err
	}
	cfg.Demo = demoFolder(cfg)
	log := telemetry.Logger(os.Stderr, slog.LevelWarn)
	app, err := gongdao.New(ctx, cfg, gongdao.Needs{Log: log, Now: time.Now, Quiet: true})
	if err != nil {
		return err
	}
	inner, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- app.Run(inner) }()
	select {
	case <-app.Ready():
		err = do(ctx, app)
	case err = <-done:
		stop()
		return errors.Join(err, app.Close())
	}
	stop()
	return errors.Join(err, <-done, app.Close())
}

// demoFolder reports whether a demonstration made the folder: its commands may
// then work on it as well.
func demoFolder(cfg gongdao.Config) bool {
	data := cfg.Data
	if data == "" {
		data = "data"
	}
	_, err := os.Stat(filepath.Join(data, "demo"))
	return err == nil
}

// shared lets a command be carried out by the program that owns the folder, if
// one does.
func shared(c cli.Command) cli.Command {
	own := c.Run
	c.Run = func(ctx context.Context, call *cli.Call) error {
		err := own(context.WithValue(ctx, callKey{}, call), call)
		var used *datadir.InUse
		if !errors.As(err, &used) {
			return err
		}
		address, release, err := datadir.Address(used.Path)
		if err != nil {
			return err
		}
		defer release()
		return cli.Forward(ctx, address, c.Name, call)
	}
	return c
}
