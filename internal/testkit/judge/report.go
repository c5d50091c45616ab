package judge

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Run is what one run of the tests asked of the judges.
type Run struct {
	Ran     []Judge // asked by at least one test that was not skipped
	Skipped []Judge
}

// ReadRun reads the lines that tests recorded. A line that names no judge of
// the register is an error.
func (r *Register) ReadRun(log io.Reader) (Run, error) {
	asked := map[string]bool{}
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		part := strings.Split(lines.Text(), "\t")
		if len(part) != 3 {
			return Run{}, fmt.Errorf("judge: the log holds %q, want what, judge, test", lines.Text())
		}
		if _, ok := r.Find(part[1]); !ok {
			return Run{}, fmt.Errorf("judge: %s asked %q, which is not in conformance/judges.toml", part[2], part[1])
		}
		if part[0] == "ran" {
			asked[part[1]] = true
		}
	}
	if err := lines.Err(); err != nil {
		return Run{}, fmt.Errorf("judge: %w", err)
	}
	var run Run
	for _, j := range r.Judges {
		if asked[j.Name] {
			run.Ran = append(run.Ran, j)
		} else {
			run.Skipped = append(run.Skipped, j)
		}
	}
	return run, nil
}

// String is the line that ends a run of the tests.
func (n Run) String() string {
	skipped := make([]string, 0, len(n.Skipped))
	for _, j := range n.Skipped {
		skipped = append(skipped, j.Name+" ("+j.Install+")")
	}
	if len(skipped) == 0 {
		skipped = []string{"none"}
	}
	return fmt.Sprintf("outside judges: ran %d of %d; skipped: %s",
		len(n.Ran), len(n.Ran)+len(n.Skipped), strings.Join(skipped, ", "))
}

// Short says, as an error, what a run lacks where nothing may be missing:
// required judges, or fewer judges than the committed minimum.
func (r *Register) Short(n Run) error {
	var missing []string
	for _, j := range n.Skipped {
		if j.CI {
			missing = append(missing, j.Name)
		}
	}
	switch {
	case len(missing) > 0:
		return fmt.Errorf("judge: these must run here and did not: %s", strings.Join(missing, ", "))
	case len(n.Ran) < r.Minimum:
		return fmt.Errorf("judge: %d judges ran, and conformance/minimum says %d", len(n.Ran), r.Minimum)
	}
	return nil
}
