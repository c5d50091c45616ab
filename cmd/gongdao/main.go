// Command gongdao runs the house, and asks it things from the shell.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/opendata"
)

func main() {
	// A worker is this same program, started again inside a sandbox.
	olap.Main(olap.Tasks{opendata.IngestTask: opendata.Ingest})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) int {
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	st, err := os.Stdout.Stat()
	tty := err == nil && st.Mode()&os.ModeCharDevice != 0
	p := cli.Program{Name: "gongdao", Short: "公道: a service-oriented smart government in one program",
		Flags: []cli.Flag{
			{Name: "data", Default: "", Usage: "data folder (GONGDAO_DATA; default ./data)"},
			{Name: "config", Default: "", Usage: "settings (default gongdao.toml in the working directory, if there)"},
		},
		Commands: commands()}
	return p.Main(ctx, args, cli.Call{Dir: dir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, TTY: tty})
}
