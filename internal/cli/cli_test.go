package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/fault"
)

func commands() []Command {
	return []Command{
		{Name: "opendata import", Args: "PATH...", Short: "Import.", MinArgs: 1, MaxArgs: -1,
			Flags: []Flag{{"jobs", 2, "how many at a time"}, {"json", false, "for machines"}, {"agency", "", "owner"}},
			Run: func(ctx context.Context, c *Call) error {
				fmt.Fprintf(c.Stdout, "%v %d %v %q in %s\n", c.Args, c.Int("jobs"), c.Bool("json"), c.String("agency"), filepath.Base(c.Dir))
				if c.Args[0] == "bad" {
					return fault.Invalid.Errorf("x.bad", "line %d is bad", 7).At("row 7", "x.cell", "not a number")
				}
				return nil
			}},
		{Name: "verify", Short: "Verify.", MaxArgs: 0, Run: func(context.Context, *Call) error {
			return fault.Malformed.Errorf("x.unreadable", "not a receipt")
		}},
	}
}

func run(args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	p := Program{Name: "gongdao", Commands: commands(), Flags: []Flag{{"data", "./data", "folder"}}}
	code := p.Main(context.Background(), args, Call{Stdout: &out, Stderr: &errs, Dir: "/here"})
	return code, out.String(), errs.String()
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		args      string
		code      int
		out, errs string
	}{
		{"opendata import a b --jobs 3 --agency moi", 0, `[a b] 3 false "moi" in here`, ""},
		{"opendata import bad", 1, "", "line 7 is bad\n  row 7: not a number"},
		{"opendata import", 2, "", "use: opendata import PATH..."},
		{"opendata import a --nope", 2, "", "unknown flag"},
		{"verify", 2, "", "not a receipt"},
		{"nonsense", 2, "", "unknown command"},
		{"--help", 0, "opendata", ""},
	} {
		code, out, errs := run(strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(errs, tt.errs) {
			t.Errorf("gongdao %s = %d, %q, %q; want %d, %q, %q", tt.args, code, out, errs, tt.code, tt.out, tt.errs)
		}
	}
}

func TestForwardedCallIsTheSameCall(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- Serve(ctx, socket, commands()) }()
	for {
		if st, err := os.Stat(socket); err == nil && st.Mode().Perm() == 0o600 {
			break
		}
		select {
		case err := <-done:
			t.Fatal(err)
		default:
		}
	}
	for _, tt := range []struct {
		arg  string
		code int
		out  string
		errs string
	}{{"a", 0, `[a] 5 true "moi" in here`, ""}, {"bad", 1, "[bad]", "line 7 is bad"}} {
		var out, errs bytes.Buffer
		err := Forward(t.Context(), socket, "opendata import", &Call{Dir: "/here", Args: []string{tt.arg},
			Flags: map[string]any{"jobs": 5, "json": true, "agency": "moi"}, Stdout: &out, Stderr: &errs})
		if Code(err) != tt.code || !strings.Contains(out.String(), tt.out) || !strings.Contains(errs.String(), tt.errs) {
			t.Errorf("Forward(%s) = %v, %q, %q", tt.arg, err, out.String(), errs.String())
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Serve() = %v", err)
	}
}
