package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gongdao/gongdao/cmd/gongdao/bench"
	"github.com/gongdao/gongdao/internal/cli"
)

func benchCommand() cli.Command {
	return cli.Command{Name: "bench", Args: "NAME", MinArgs: 1, MaxArgs: 1,
		Short: "Measure ours beside its peers in one run: " + strings.Join(bench.Names(), " or ") + ".",
		Flags: []cli.Flag{{Name: "json", Default: false, Usage: "one JSON object a line"}, {Name: "short", Default: false, Usage: "less work, rougher figures"}},
		Run: func(ctx context.Context, c *cli.Call) error {
			run, ok := bench.Named(c.Args[0])
			if !ok {
				return cli.Usage{Err: fmt.Errorf("there is no bench %s; there are: %s", c.Args[0], strings.Join(bench.Names(), " "))}
			}
			dir, err := os.MkdirTemp("", "gongdao-bench-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			return run(ctx, bench.Options{Short: c.Bool("short"), JSON: c.Bool("json"), Out: c.Stdout, Err: c.Stderr, Now: time.Now, Dir: dir})
		}}
}
