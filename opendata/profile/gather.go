package profile

import (
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// gathered is what the first reading of the whole table found.
type gathered struct {
	shape   *shape
	columns []*column
	first   titles // the first rows, held back until it is known what they are
	held    int
	lines   [2]int64
	raw     [2][][]byte
	fresh   func(at int) *column
}

// most is how many goroutines look at columns. Each owns every most-th column
// for the whole file, so that nothing needs to be joined and the result does
// not depend on who was faster.
func most() int { return min(max(runtime.GOMAXPROCS(0), 1), 4) }

// shared is a batch that several goroutines read.
type shared struct {
	batch
	readers atomic.Int32
}

// gather reads the whole table. The first hold rows are kept back.
// prepare is called once they are known; it returns what makes an empty column.
func (r *run) gather(rd reader, hold int, prepare func(first titles, width int) func(at int) *column) (*gathered, error) {
	g := &gathered{shape: rd.tallies()}
	free := make(chan *shared, 2*most())
	for range cap(free) {
		free <- &shared{}
	}
	var work []*worker
	var wait sync.WaitGroup
	finish := func() {
		for _, w := range work {
			close(w.in)
		}
		wait.Wait()
	}
	for {
		b := <-free
		err := rd.next(&b.batch)
		if r.ctx.Err() != nil {
			err = stopped(r.ctx)
		}
		if err != nil {
			finish()
			if err != io.EOF {
				return nil, err
			}
			break
		}
		if b.rows() == 0 {
			free <- b
			continue
		}
		skip := 0
		if work == nil {
			skip = g.hold(&b.batch, hold)
			g.fresh = prepare(g.first, b.width)
			for i := range most() {
				w := &worker{in: newQueue(), nth: i, of: most(), fresh: g.fresh, free: free}
				work = append(work, w)
				wait.Go(w.run)
			}
		}
		b.readers.Store(int32(len(work)))
		for _, w := range work {
			w.in <- task{b, skip}
		}
	}
	g.collect(work)
	return g, nil
}

func newQueue() chan task { return make(chan task, 4) }

type task struct {
	b    *shared
	skip int
}

// worker feeds the columns nth, nth+of, nth+2·of … of every batch.
type worker struct {
	in      chan task
	nth, of int
	fresh   func(at int) *column
	free    chan<- *shared
	columns []*column
}

func (w *worker) run() {
	for t := range w.in {
		for at := w.nth; at < t.b.width; at += w.of {
			for at/w.of >= len(w.columns) {
				w.columns = append(w.columns, w.fresh(len(w.columns)*w.of+w.nth))
			}
			w.columns[at/w.of].feed(&t.b.batch, at, t.skip)
		}
		if t.b.readers.Add(-1) == 0 {
			w.free <- t.b
		}
	}
}

func (g *gathered) collect(work []*worker) {
	for at := 0; len(work) > 0; at++ {
		w := work[at%len(work)]
		if at/len(work) >= len(w.columns) {
			return
		}
		g.columns = append(g.columns, w.columns[at/len(work)])
	}
}

// hold keeps the first rows of the first batch back and returns how many.
func (g *gathered) hold(b *batch, most int) int {
	g.held = min(most, b.rows())
	for i := range g.held {
		g.lines[i] = b.recs[i].line
		for _, c := range b.row(i) {
			v := append([]byte(nil), b.value(c)...)
			g.raw[i] = append(g.raw[i], v)
			g.first[i] = append(g.first[i], string(trim(v)))
		}
	}
	return g.held
}

// release feeds the held rows from the header on into the columns.
func (g *gathered) release(header int) {
	for i := g.held - 1; i >= header; i-- {
		for at, v := range g.raw[i] {
			for at >= len(g.columns) {
				g.columns = append(g.columns, g.fresh(len(g.columns)))
			}
			if len(v) == 0 {
				g.columns[at].empty++
				continue
			}
			g.columns[at].value(v, int64(i), g.lines[i])
		}
	}
}
