// Package bench measures ours beside its peers in one run and prints one line a
// figure. It never decides whether a build passes: machines are shared, and
// figures are for reading.
package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"syscall"
	"time"
)

// Options shape a run.
type Options struct {
	Short bool             // less work, rougher figures
	JSON  bool             // one object a line
	Out   io.Writer        // the figures
	Now   func() time.Time // the clock that measures
	Dir   string           // an empty folder to work in
	Err   io.Writer        // what went wrong with a peer
}

// Run is one bench.
type Run func(context.Context, Options) error

// Named finds a bench by its name.
func Named(name string) (Run, bool) {
	run, ok := map[string]Run{"platform": Platform, "opendata": Opendata}[name]
	return run, ok
}

// Names lists the benches.
func Names() []string { return []string{"platform", "opendata"} }

// Line is one figure. Ratio is ours against the peer, so that more is better;
// Peer is empty where none was run, and Note then says why.
type Line struct {
	Room      string  `json:"room"`
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Unit      string  `json:"unit"`
	Better    string  `json:"better"` // higher or lower
	Goal      float64 `json:"goal"`
	Holds     bool    `json:"holds"`
	Peer      string  `json:"peer"`
	PeerValue float64 `json:"peer_value"`
	Ratio     float64 `json:"ratio"`
	Note      string  `json:"note"`
}

// against completes a line with its peer.
func (l Line) against(peer string, value float64) Line {
	l.Peer, l.PeerValue = peer, value
	switch {
	case value == 0 || l.Value == 0:
	case l.Better == "higher":
		l.Ratio = l.Value / value
	default:
		l.Ratio = value / l.Value
	}
	return l
}

// wants says what must hold: the value itself.
func (l Line) wants(goal float64) Line {
	l.Goal = goal
	l.Holds = l.Better == "higher" && l.Value >= goal || l.Better == "lower" && l.Value <= goal
	return l
}

// wantsRatio says what must hold: the ratio to the peer.
func (l Line) wantsRatio(goal float64) Line {
	l.Goal, l.Holds = goal, l.Ratio >= goal
	l.Note = join("goal is the ratio", l.Note)
	return l
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + "; " + b
}

func (o Options) print(l Line) error {
	if o.JSON {
		return json.NewEncoder(o.Out).Encode(l)
	}
	holds := "no "
	if l.Holds {
		holds = "yes"
	}
	text := fmt.Sprintf("%-32s %12.4g %-8s goal %-8.4g %s", l.Name, l.Value, l.Unit, l.Goal, holds)
	if l.Peer != "" {
		text += fmt.Sprintf("  %s %.4g, ratio %.2f", l.Peer, l.PeerValue, l.Ratio)
	}
	if l.Note != "" {
		text += "  (" + l.Note + ")"
	}
	_, err := fmt.Fprintln(o.Out, text)
	return err
}

// runs is how often a figure is taken; the median counts.
func (o Options) runs() int {
	if o.Short {
		return 3
	}
	return 5
}

// median takes a figure several times.
func (o Options) median(take func() (float64, error)) (value, spread float64, err error) {
	var list []float64
	for range o.runs() {
		v, err := take()
		if err != nil {
			return 0, 0, err
		}
		list = append(list, v)
	}
	slices.Sort(list)
	m := list[len(list)/2]
	return m, (list[len(list)-1] - list[0]) / max(m, 1e-12), nil
}

// cpu is the processor time that this process and its ended children used.
func cpu() time.Duration {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return total
}

// percentile of durations in milliseconds; p between 0 and 1.
func percentile(list []time.Duration, p float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	i := min(int(float64(len(list))*p), len(list)-1)
	return float64(list[i].Microseconds()) / 1000
}

// spreadNote says how far runs lay apart.
func spreadNote(n int, spread float64) string {
	return fmt.Sprintf("median of %d runs, spread %.0f %%", n, spread*100)
}
