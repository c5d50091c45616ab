package floorplan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/gongdao/gongdao/internal/testkit/floorplan"
)

// plan is the law of the small trees in testdata/law.
func plan() floorplan.Plan {
	return floorplan.Plan{
		Module: "example.org/house",
		Floors: [][]string{
			{"civic"},
			{"standards/..."},
			{"internal/db/..."},
			{"internal/web/..."},
			{"mydata/...", "casework/..."},
			{"."},
			{"cmd/..."},
			{"internal/testkit/..."},
		},
		Sealed: 1,
		Apart:  "standards",
		Edges:  []floorplan.Edge{{From: "standards/dmn", To: "standards/feel", Why: "a table's cells are expressions"}},
		Rooms:  4,
		Open:   7,
		Owners: []floorplan.Owner{
			{Path: "database/sql", Who: []string{"internal/db"}, Why: "rows have one door"},
			{Path: "github.com/a-h/templ", Who: []string{"internal/web/...", "mydata/pages"}, Why: "pages are theirs"},
		},
		Clocks:    []string{"cmd/house", "internal/db", "internal/testkit/..."},
		Markup:    []string{"internal/web/..."},
		FileLines: 40,
		SumLines:  map[string]int{"civic": 24},
		JunkNames: []string{"utils"},
	}
}

// TestLaw breaks the lawful tree in one way at a time: each archive of
// testdata/law is laid over lawful.txtar (an empty file takes one away), and
// its head is what the law must say.
func TestLaw(t *testing.T) {
	cases, err := filepath.Glob("testdata/law/*.txtar")
	if err != nil || len(cases) < 20 {
		t.Fatalf("Glob() = %d cases, %v; want at least 20", len(cases), err)
	}
	for _, file := range cases {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			unpack(t, top, "testdata/law/lawful.txtar")
			head := unpack(t, top, file)
			got, err := floorplan.Check(top, plan())
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			if s := strings.TrimSpace(head); s != "" {
				want = strings.Split(s, "\n")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Check(), want - and got +:\n%s", diff)
			}
		})
	}
}

func unpack(t *testing.T, top, archive string) (head string) {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		file := filepath.Join(top, filepath.FromSlash(f.Name))
		if len(f.Data) == 0 {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return string(a.Comment)
}

// TestSkips: what is installed, hidden, test data or a module of its own is
// not the repository's.
func TestSkips(t *testing.T) {
	top := t.TempDir()
	unpack(t, top, "testdata/law/lawful.txtar")
	for _, dir := range []string{"node_modules/x", ".cache/x", "mydata/testdata/x", "tools"} {
		dir = filepath.Join(top, filepath.FromSlash(dir))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte("package x\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(top, "tools", "go.mod"), []byte("module x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := floorplan.Check(top, plan()); err != nil || len(got) > 0 {
		t.Errorf("Check() = %q, %v; want nothing", got, err)
	}
}

// TestBrokenSource: a file that is not Go is an error, not a silence.
func TestBrokenSource(t *testing.T) {
	top := t.TempDir()
	unpack(t, top, "testdata/law/lawful.txtar")
	if err := os.WriteFile(filepath.Join(top, "casework", "broken.go"), []byte("pakage x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := floorplan.Check(top, plan()); err == nil || !strings.Contains(err.Error(), "broken.go:1") {
		t.Errorf("Check() = %v, want the file and line", err)
	}
}
