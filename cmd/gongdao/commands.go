package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/telemetry"
)

func commands() []cli.Command {
	list := []cli.Command{
		{Name: "up", Short: "Run for real.", MaxArgs: 0, Flags: []cli.Flag{{Name: "listen", Default: "", Usage: "address of the portal (default 127.0.0.1:8080)"}}, Run: up},
		{Name: "demo", Short: "Run a demonstration with made-up people.", MaxArgs: 0, Flags: demoFlags(), Run: runDemo},
		{Name: "config", Short: "Print every setting with its default, its value and where that comes from.", MaxArgs: 0, Run: printConfig},
		{Name: "doctor", Short: "Check this machine and the settings, with remedies.", MaxArgs: 0, Flags: []cli.Flag{{Name: "json", Default: false, Usage: "for machines"}}, Run: doctor},
		{Name: "restore", Args: "FILE", MinArgs: 1, MaxArgs: 1, Short: "Rebuild an empty data folder from a backup.",
			Flags: []cli.Flag{{Name: "key", Default: "recovery.key", Usage: "the recovery key"}}, Run: restore},
		{Name: "version", Short: "Print the version.", MaxArgs: 0, Run: func(_ context.Context, c *cli.Call) error {
			_, err := fmt.Fprintln(c.Stdout, gongdao.Version)
			return err
		}},
	}
	list = append(list, benchCommand())
	for _, c := range gongdao.Commands(withData) {
		list = append(list, shared(c))
	}
	return list
}

// up runs the house until it is told to stop.
func up(ctx context.Context, c *cli.Call) error {
	cfg, _, err := settings(c)
	if err != nil {
		return err
	}
	log := telemetry.Logger(os.Stderr, slog.LevelInfo)
	app, err := gongdao.New(ctx, cfg, gongdao.Needs{Log: log, Now: time.Now})
	if err != nil {
		return cli.Usage{Err: err}
	}
	if app.AssetsMissing() {
		return errors.Join(cli.Usage{Err: errors.New("front-end assets are missing: run make build")}, app.Close())
	}
	done := make(chan error, 1)
	go func() { done <- app.Run(ctx) }()
	select {
	case <-app.Ready():
		err = welcome(ctx, c, app)
	case err = <-done:
		return errors.Join(err, app.Close())
	}
	return errors.Join(err, <-done, app.Close())
}

// welcome says where the portal is, and lets the first officer in.
func welcome(ctx context.Context, c *cli.Call, app *gongdao.App) error {
	fmt.Fprintf(c.Stdout, "portal   %s\n", app.Origin())
	link, err := app.Enrol(ctx)
	if err != nil || link == "" {
		return err
	}
	_, err = fmt.Fprintf(c.Stdout, "\nNobody can administer this portal yet. Open this link within 15 minutes, then add a passkey:\n%s\n", link)
	return err
}

func printConfig(_ context.Context, c *cli.Call) error {
	_, keys, err := settings(c)
	if err != nil {
		return err
	}
	for _, k := range keys {
		value := k.Value
		if value == "" {
			value = k.Default
		}
		if _, err := fmt.Fprintf(c.Stdout, "# %s\n# default: %s · from: %s\n%s = %q\n\n", k.Doc, orNone(k.Default), k.Origin, k.Name, value); err != nil {
			return err
		}
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func restore(ctx context.Context, c *cli.Call) error {
	cfg, _, err := settings(c)
	if err != nil {
		return err
	}
	path := func(p string) string {
		if filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(c.Dir, p)
	}
	key, err := os.ReadFile(path(c.String("key")))
	if err != nil {
		return cli.Usage{Err: err}
	}
	f, err := os.Open(path(c.Args[0]))
	if err != nil {
		return cli.Usage{Err: err}
	}
	defer f.Close()
	if err := gongdao.Restore(ctx, cfg, f, key); err != nil {
		return err
	}
	data, start := cfg.Data, "up"
	if data == "" {
		data = "data"
	}
	if demoFolder(cfg) {
		start = "demo"
	}
	_, err = fmt.Fprintf(c.Stdout, "restored; start with: gongdao %s --data %s\n", start, data)
	return err
}

// verdict is one line of the doctor.
type verdict struct {
	Name   string `json:"name"`
	State  string `json:"state"` // ok, warn, fail
	Detail string `json:"detail"`
	Remedy string `json:"remedy,omitempty"`
}

func doctor(ctx context.Context, c *cli.Call) error {
	cfg, _, err := settings(c)
	if err != nil {
		return err
	}
	list := gongdao.Doctor(ctx, cfg, time.Now)
	failed := false
	for _, v := range list {
		state := "ok"
		if !v.OK {
			state, failed = "fail", true
		}
		if c.Bool("json") {
			json.NewEncoder(c.Stdout).Encode(verdict{v.Name, state, v.Detail, v.Remedy})
			continue
		}
		fmt.Fprintf(c.Stdout, "%-5s %-12s %s\n", state, v.Name, v.Detail)
		if !v.OK && v.Remedy != "" {
			fmt.Fprintf(c.Stdout, "      → %s\n", v.Remedy)
		}
	}
	if failed {
		return cli.ErrFailed
	}
	return nil
}
