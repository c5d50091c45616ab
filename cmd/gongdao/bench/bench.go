// Package bench measures ours beside its peers in one run and prints one line a
// figure. It never decides whether a build passes.
package bench

import (
	"context"
	"io"
)

// Options shape a run.
type Options struct {
	Short bool // less work, rougher figures
	JSON  bool // one object a line
	Out   io.Writer
	Err   io.Writer
}

// Run is one bench.
type Run func(context.Context, Options) error

// Named finds a bench by its name.
func Named(name string) (Run, bool) {
	return nil, false
}
