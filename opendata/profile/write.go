package profile

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// layout says how the rows of a file become the rows of the table.
type layout struct {
	skip  int64 // header rows
	width int   // cells of a row that belong to columns
	drop  int   // empty cells that may stand behind them in every row
	cols  []converter
	order []int // for each column of the table, its place in a row
	names []string
	over  bool  // some rows are longer: the rest goes to _overflow
	comma bool  // the file is delimited as the normal form is
	runs  []int // for each column where the run of safe columns that it begins ends
	loose bool  // rows name their values: a short one lacks nothing
}

// page is one batch on its way into the file.
type page struct {
	batch
	out    []byte
	ledger *ledger
	done   chan struct{}
}

// write reads the table a second time and writes its normal form.
func (r *run) write(rd reader, l *layout) (_ *ledger, err error) {
	var out io.Writer = io.Discard
	if r.out.Path != "" {
		f, err := os.Create(r.out.Path)
		if err != nil {
			return nil, fmt.Errorf("profile: make the normal form: %w", err)
		}
		defer func() {
			if cerr := f.Close(); err == nil && cerr != nil {
				err = fmt.Errorf("profile: finish the normal form: %w", cerr)
			}
		}()
		out = f
	}
	total := newLedger(len(l.cols))
	l.findRuns()
	if _, err := out.Write(l.header()); err != nil {
		return nil, fmt.Errorf("profile: write the normal form: %w", err)
	}
	work, queue := make(chan *page), make(chan *page, 2*most())
	free := make(chan *page, 2*most()+2)
	for range cap(free) {
		free <- &page{done: make(chan struct{}, 1)}
	}
	var wait sync.WaitGroup
	for range most() {
		wait.Go(func() {
			for p := range work {
				l.fill(p)
				p.done <- struct{}{}
			}
		})
	}
	var writeErr error
	finished := make(chan struct{})
	go func() { // the only one that writes and joins, in the order of the file
		defer close(finished)
		for p := range queue {
			<-p.done
			if writeErr == nil {
				total.join(p.ledger)
				_, writeErr = out.Write(p.out)
			}
			free <- p
		}
	}()
	readErr := r.pages(rd, len(l.cols), free, work, queue)
	close(work)
	close(queue)
	wait.Wait()
	<-finished
	if readErr != nil {
		return nil, readErr
	}
	if writeErr != nil {
		return nil, fmt.Errorf("profile: write the normal form: %w", writeErr)
	}
	return total, nil
}

func (r *run) pages(rd reader, columns int, free <-chan *page, work, queue chan<- *page) error {
	for {
		if r.ctx.Err() != nil {
			return stopped(r.ctx)
		}
		p := <-free
		p.ledger = newLedger(columns)
		if err := rd.next(&p.batch); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		queue <- p
		work <- p
	}
}

// header is the first line of the normal form.
func (l *layout) header() []byte {
	b := []byte(rowName)
	for _, n := range l.names {
		b = quote(append(b, ','), []byte(n))
	}
	if l.over {
		b = append(b, ","+overflowName...)
	}
	return append(b, '\n')
}
