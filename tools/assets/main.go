package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root := flag.String("root", ".", "folder of the repository")
	out := flag.String("out", "", "where to write; internal/web/dist under -root when empty")
	force := flag.Bool("force", false, "build even if no input changed")
	watch := flag.Bool("watch", false, "stay, and build again after each change, without compressing")
	flag.Parse()
	if err := run(ctx, *root, *out, *force, *watch); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, out string, force, watch bool) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(root, "internal", "web", "dist")
	}
	b := &build{root: root, out: out, cache: filepath.Join(root, ".cache", "assets"), compress: !watch}
	if _, err := os.Stat(b.module("govuk-frontend")); err != nil {
		return fmt.Errorf("node_modules is missing or incomplete: run npm ci --ignore-scripts in %s", root)
	}
	if watch {
		return b.watch(ctx)
	}
	began := time.Now()
	fresh, err := b.upToDate()
	if err != nil {
		return err
	}
	if fresh && !force {
		fmt.Printf("assets: nothing changed (%s)\n", since(began))
		return nil
	}
	if err := b.all(ctx); err != nil {
		return err
	}
	fmt.Printf("assets: %d files, %s (%s)\n", len(b.manifest), b.total(), since(began))
	return nil
}

func since(t time.Time) string { return time.Since(t).Round(10 * time.Millisecond).String() }

// watch builds whenever the inputs change, until ctx ends. A failed build is
// printed and waits for the next change.
func (b *build) watch(ctx context.Context) error {
	last := ""
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for {
		in, err := b.inputs()
		if err != nil {
			return err
		}
		if in != last {
			last = in
			began := time.Now()
			if err := b.all(ctx); err != nil {
				fmt.Fprintln(os.Stderr, "assets:", err)
			} else {
				fmt.Printf("assets: built (%s)\n", since(began))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
