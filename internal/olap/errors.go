//go:build cgo && linux

package olap

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gongdao/gongdao/fault"
)

// Errors of the engine that mean something to us.
var (
	errMemory      = errors.New("olap: out of memory")
	errInterrupted = errors.New("olap: interrupted")
	errBroken      = errors.New("olap: the engine is of no more use")
)

// failure is what DuckDB said. Its text may show paths and is not for readers.
type failure struct {
	kind string // "Binder Error"
	text string // the rest
}

// Error implements error.
func (f *failure) Error() string { return "olap: " + f.kind + ": " + f.text }

// engineError sorts what DuckDB says.
func engineError(text string) error {
	kind, rest, _ := strings.Cut(text, ": ")
	f := &failure{kind, rest}
	broken := kind == "INTERNAL Error" || kind == "FATAL Error"
	switch {
	case kind == "Out of Memory Error", strings.Contains(text, "bad_alloc"), strings.Contains(text, "Cannot allocate memory"):
		if broken {
			return fmt.Errorf("%w: %w: %w", errMemory, errBroken, f)
		}
		return fmt.Errorf("%w: %w", errMemory, f)
	case kind == "INTERRUPT Error":
		return fmt.Errorf("%w: %w", errInterrupted, f)
	case broken:
		return fmt.Errorf("%w: %w", errBroken, f)
	}
	return f
}

// named makes a fault of a failure that is about values and types, which the
// reader can do something about. Only the first line is shown.
func named(err error) error {
	var f *failure
	if !errors.As(err, &f) || errors.Is(err, errMemory) {
		return err
	}
	switch f.kind {
	case "Binder Error", "Conversion Error", "Out of Range Error", "Invalid Input Error",
		"Mismatch Type Error", "Not implemented Error", "Divide by Zero Error":
		line, _, _ := strings.Cut(f.text, "\n")
		return fault.Invalid.Errorf("olap.does-not-fit", "the question does not fit the data: %s", line)
	}
	return err
}

// packReply turns an error of the worker into a reply.
func packReply(err error) reply {
	err = named(err)
	r := reply{
		Memory:  errors.Is(err, errMemory),
		Stopped: errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled),
		Retire:  errors.Is(err, errBroken) || errors.Is(err, errMemory),
	}
	var f *fault.Error
	if errors.As(err, &f) {
		r.Fault = packFault(f)
	}
	r.Error = err.Error()
	return r
}

// The faults of this package. What a query and a task are told to do differs.

func queryTimedOut(d time.Duration) error {
	return fault.TimedOut.Errorf("olap.timed-out",
		"the question took longer than %s; ask for less: add a condition, or use an export", d.String())
}

func taskTimedOut(d time.Duration) error {
	return fault.TimedOut.Errorf("olap.task-timed-out",
		"the work took longer than %s; divide the file and send it in parts", d.String())
}

func queryMemory() error {
	return fault.Invalid.Errorf("olap.out-of-memory",
		"the question needs more memory than one may have; add a condition, group by fewer values, or use an export")
}

func taskMemory() error {
	return fault.Invalid.Errorf("olap.task-out-of-memory",
		"the file needs more memory than one may have; divide it and send it in parts")
}

func queryTooLarge() error {
	return fault.TooLarge.Errorf("olap.answer-too-large",
		"the answer is larger than one may be; ask for fewer rows or columns, or download an export")
}

func queryCrashed() error {
	return fault.Upstream.Errorf("olap.crashed",
		"the query engine stopped while it answered; ask again, and tell us if that does not help")
}

func taskCrashed() error {
	return fault.Invalid.Errorf("olap.task-crashed",
		"the program that reads the file stopped; check that the file opens elsewhere, save it anew and send that")
}

func errBusy() error {
	return fault.Busy.Errorf("olap.busy", "too many questions are waiting; ask again in a few seconds").After(2 * time.Second)
}

func errClosed() error {
	return fault.Busy.Errorf("olap.closed", "the program is stopping; ask again in a minute").After(time.Minute)
}
