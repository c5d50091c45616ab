package main

import (
	"context"
	"fmt"

	"github.com/gongdao/gongdao/cmd/gongdao/bench"
	"github.com/gongdao/gongdao/internal/cli"
)

func benchCommand() cli.Command {
	return cli.Command{Name: "bench", Args: "NAME", MinArgs: 1, MaxArgs: 1, Short: "Measure ours beside its peers in one run: platform or opendata.",
		Flags: []cli.Flag{{Name: "json", Default: false, Usage: "one JSON object a line"}, {Name: "short", Default: false, Usage: "less work, rougher figures"}},
		Run: func(ctx context.Context, c *cli.Call) error {
			run, ok := bench.Named(c.Args[0])
			if !ok {
				return cli.Usage{Err: fmt.Errorf("there is no bench %s; there are: platform opendata", c.Args[0])}
			}
			return run(ctx, bench.Options{Short: c.Bool("short"), JSON: c.Bool("json"), Out: c.Stdout, Err: c.Stderr})
		}}
}
