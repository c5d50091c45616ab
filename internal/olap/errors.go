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

// engineError sorts what DuckDB says. Its text may show paths, so only the
// kinds that are about values and types reach a reader, and of these only the
// first line.
func engineError(text string) error {
	kind, rest, _ := strings.Cut(text, ": ")
	switch kind {
	case "Out of Memory Error":
		return fmt.Errorf("%w: %s", errMemory, text)
	case "INTERRUPT Error":
		return fmt.Errorf("%w: %s", errInterrupted, text)
	case "INTERNAL Error", "FATAL Error":
		if strings.Contains(text, "bad_alloc") {
			return fmt.Errorf("%w: %w: %s", errMemory, errBroken, text)
		}
		return fmt.Errorf("%w: %s", errBroken, text)
	case "Binder Error", "Conversion Error", "Out of Range Error", "Invalid Input Error",
		"Mismatch Type Error", "Not implemented Error", "Divide by Zero Error":
		if strings.Contains(text, "bad_alloc") {
			return fmt.Errorf("%w: %s", errMemory, text)
		}
		line, _, _ := strings.Cut(rest, "\n")
		return fault.Invalid.Errorf("olap.does-not-fit", "the question does not fit the data: %s", line)
	}
	if strings.Contains(text, "bad_alloc") || strings.Contains(text, "Cannot allocate memory") {
		return fmt.Errorf("%w: %s", errMemory, text)
	}
	return errors.New("olap: " + text)
}

// packReply turns an error of the worker into a reply.
func packReply(err error) reply {
	r := reply{
		Memory:  errors.Is(err, errMemory),
		Stopped: errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled),
		Retire:  errors.Is(err, errBroken) || errors.Is(err, errMemory),
	}
	var named *fault.Error
	if errors.As(err, &named) {
		r.Fault = packFault(named)
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
