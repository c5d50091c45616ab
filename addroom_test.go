package gongdao_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/papers"
)

// TestAddARoom follows the recipe of CONTRIBUTING.md in a copy of the
// repository: the blocks with a file name are applied as they stand, and then
// the room builds, keeps its promises, and the house still obeys its law. What
// the recipe wrote is laid over the repository for the compiler, so that the
// rest is not compiled a second time.
func TestAddARoom(t *testing.T) {
	if testing.Short() {
		t.Skip("links the whole house again")
	}
	_, recipe, ok := strings.Cut(read(t, "CONTRIBUTING.md"), "\n## Add a room\n")
	if !ok {
		t.Fatal("CONTRIBUTING.md has no section Add a room")
	}
	recipe, _, _ = strings.Cut(recipe, "\n## ")
	top, over := copyTree(t), overlay{Replace: map[string]string{}}
	for _, b := range papers.Blocks(recipe) {
		if b.Title == "" {
			continue
		}
		file := filepath.Join(top, filepath.FromSlash(b.Title))
		if b.Lang == "diff" {
			edit(t, file, b)
		} else {
			write(t, file, b.Text)
		}
		here, err := filepath.Abs(filepath.FromSlash(b.Title))
		if err != nil {
			t.Fatal(err)
		}
		over.Replace[here] = file
		if filepath.Ext(file) == ".go" {
			output(t, nil, "gofmt", "-w", file)
		}
	}
	if len(over.Replace) < 10 {
		t.Fatalf("the recipe writes %d files, want a whole room", len(over.Replace))
	}
	listing, err := json.Marshal(over)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "overlay.json")
	write(t, list, string(listing))

	built := func(dir string) *exec.Cmd {
		t.Helper()
		bin := filepath.Join(t.TempDir(), "tests")
		output(t, nil, "go", "test", "-c", "-vet=off", "-overlay", list, "-o", bin, "./"+dir)
		c := exec.Command(bin)
		c.Dir, c.Env = filepath.Join(top, dir), append(os.Environ(), "GONGDAO_JUDGES_LOG=")
		return c
	}
	if out, err := built("holiday").CombinedOutput(); err != nil {
		t.Fatalf("after the recipe, the tests of the room: %v\n%s", err, out)
	}
	house := built(".")
	law, rest := *house, *house
	law.Args = append(law.Args, "-test.run=^TestFloorPlan$")
	if out, err := law.CombinedOutput(); err != nil {
		t.Errorf("after the recipe, the law: %v\n%s", err, out)
	}
	// What the papers lack beside the new room is told by their own tests.
	rest.Args = append(rest.Args, "-test.run=^(TestPolicyMap|TestTrust|TestReadme|TestInvariants)$")
	if out, err := rest.CombinedOutput(); err != nil && strings.Contains(string(out), "holiday") {
		t.Errorf("after the recipe, the papers disagree with the room:\n%s", out)
	}
}

// overlay is what the go command reads with -overlay.
type overlay struct{ Replace map[string]string }

// copyTree copies what a clone would hold, and what is about to be committed.
func copyTree(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	err := filepath.WalkDir(".", func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			hidden := strings.HasPrefix(name, ".") && at != "."
			if hidden || name == "node_modules" || at == "bin" || at == "data" || at == filepath.Join("docs", "guide", "img") {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || filepath.Dir(at) == filepath.Join("internal", "web", "dist") && name != ".gitkeep" {
			return nil
		}
		write(t, filepath.Join(top, at), read(t, at))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return top
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// edit applies a block of context and added lines: the lines without a plus
// must stand in the file once, one after the other, and the added ones go
// between them. How far a line is indented does not matter.
func edit(t *testing.T, file string, b papers.Block) {
	t.Helper()
	var old, new []string
	for _, line := range strings.Split(strings.TrimRight(b.Text, "\n"), "\n") {
		added, is := strings.CutPrefix(line, "+")
		if is {
			new = append(new, added)
			continue
		}
		old, new = append(old, line), append(new, line)
	}
	lines := strings.Split(read(t, file), "\n")
	at := -1
	for i := range lines {
		if i+len(old) > len(lines) || !sameWords(lines[i:i+len(old)], old) {
			continue
		}
		if at >= 0 {
			t.Fatalf("CONTRIBUTING.md: this stands more than once in %s:\n%s", b.Title, strings.Join(old, "\n"))
		}
		at = i
	}
	if at < 0 {
		t.Fatalf("CONTRIBUTING.md: this does not stand in %s:\n%s", b.Title, strings.Join(old, "\n"))
	}
	// gofmt sets the indentation right; other papers have none.
	text := append(append(append([]string{}, lines[:at]...), new...), lines[at+len(old):]...)
	write(t, file, strings.Join(text, "\n"))
}

func sameWords(a, b []string) bool {
	for i := range a {
		if strings.Join(strings.Fields(a[i]), " ") != strings.Join(strings.Fields(b[i]), " ") {
			return false
		}
	}
	return true
}
