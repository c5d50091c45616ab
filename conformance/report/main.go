// Command report prints how many outside judges a run of the tests asked.
//
//	go run ./conformance/report [-ci] LOG
//
// With -ci it ends with status 1 when a required judge is missing or fewer ran
// than conformance/minimum says; 2 when the log or the register is unreadable.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/gongdao/gongdao/internal/testkit/judge"
)

func main() {
	ci := flag.Bool("ci", false, "fail when judges are missing")
	debian := flag.Bool("debian", false, "print instead the Debian packages of the judges that are absent, one a line")
	flag.Parse()
	code, err := run(*ci, *debian, flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(ci, debian bool, log string) (code int, err error) {
	root, err := judge.Root()
	if err != nil {
		return 2, err
	}
	r, err := judge.Read(root)
	if err != nil {
		return 2, err
	}
	if debian {
		for _, j := range r.Judges {
			if r.Path(j) == "" {
				for _, p := range j.Debian {
					fmt.Println(p)
				}
			}
		}
		return 0, nil
	}
	f, err := os.Open(log)
	if err != nil {
		return 2, fmt.Errorf("report: no log of the judges: %w", err)
	}
	defer f.Close()
	n, err := r.ReadRun(f)
	if err != nil {
		return 2, err
	}
	fmt.Println(n)
	if err := r.Short(n); ci && err != nil {
		return 1, err
	}
	return 0, nil
}
