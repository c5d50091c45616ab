//go:build !cgo || !linux

package olap

import (
	"context"
	"errors"
	"io"
)

var errFlavour = errors.New("olap: this program was built without DuckDB; use the default flavour (Linux, CGO_ENABLED=1)")

// Pool starts, feeds and ends workers. It is safe for concurrent use.
type Pool struct{}

// Main serves as a worker, and ends the process, if that is what the process
// was started for; else it returns at once. Call it first in main and TestMain.
func Main(Tasks) {}

// New returns a pool; Run keeps a worker warm, Close ends all of them.
func New(Config, Needs) (*Pool, error) { return nil, errFlavour }

// Run keeps one spare worker warm until ctx ends.
func (p *Pool) Run(context.Context) error { return errFlavour }

// Close ends every worker and waits for them.
func (p *Pool) Close() error { return nil }

// Stats returns counts.
func (p *Pool) Stats() Stats { return Stats{} }

// Do runs a task in a fresh worker.
func (p *Pool) Do(context.Context, Do, any) error { return errFlavour }

// Query answers one SELECT into w.
func (p *Pool) Query(context.Context, Query, io.Writer) (Result, error) {
	return Result{}, errFlavour
}

// Load turns a file in our normal form into typed Parquet; inside a task only.
func Load(context.Context, LoadSpec) (LoadResult, error) { return LoadResult{}, errFlavour }

// Select answers a query over files that the task may read; inside a task only.
func Select(context.Context, string, ...any) (rows [][]any, cols []string, err error) {
	return nil, nil, errFlavour
}
