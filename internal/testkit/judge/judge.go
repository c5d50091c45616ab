package judge

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// LogVar names the environment variable that holds the file to which tests
// add one line for each judge they asked. Unset, nothing is recorded.
const LogVar = "GONGDAO_JUDGES_LOG"

// Need says that t rests on the outside judge called name and returns where it
// stands: the path of a program, the folder of an npm package, or "linked".
// Where the judge is absent t is skipped, and the line of the skip says how to
// get it. A name that is not in the register fails t.
func Need(t testing.TB, name string) string {
	t.Helper()
	path, j := look(t, name)
	if path == "" {
		record(t, "absent", name)
		t.Skipf("outside judge %s is absent: %s", name, j.Install)
	}
	Ran(t, name)
	return path
}

// Have is Need for a test that has something to say without the judge too: it
// returns the empty string and lets t go on.
func Have(t testing.TB, name string) string {
	t.Helper()
	path, _ := look(t, name)
	if path == "" {
		record(t, "absent", name)
		return ""
	}
	Ran(t, name)
	return path
}

// Ran records, for a test that found the judge by itself, that name was asked.
// It counts when t ends without being skipped.
func Ran(t testing.TB, name string) {
	t.Helper()
	t.Cleanup(func() {
		if t.Skipped() {
			record(t, "skipped", name)
			return
		}
		record(t, "ran", name)
	})
}

func look(t testing.TB, name string) (string, Judge) {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	j, ok := r.Find(name)
	if !ok {
		t.Fatalf("no judge is called %q: add it to conformance/judges.toml", name)
	}
	return r.Path(j), j
}

// record appends one line; several test programs write to the same file, and
// one short write in append mode stays whole.
func record(t testing.TB, what, name string) {
	file := os.Getenv(LogVar)
	if file == "" {
		return
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Errorf("judge: %v", err)
		return
	}
	line := strings.Join([]string{what, name, t.Name()}, "\t")
	if _, err := fmt.Fprintln(f, line); err != nil {
		t.Errorf("judge: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("judge: %v", err)
	}
}
