package judge_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/judge"
)

// tree writes a register with one judge that is everywhere, one that is
// nowhere and one npm package, and returns its top.
func tree(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	entry := func(name, find string, ci bool) string {
		return "[[judge]]\nname=" + strconv.Quote(name) + "\nkind=\"tool\"\njudges=\"x\"\nfind=[" + strconv.Quote(find) +
			"]\ninstall=\"get " + name + "\"\nci=" + strconv.FormatBool(ci) + "\n"
	}
	write("conformance/judges.toml", entry("here", "linked", true)+entry("nowhere", "no-such-program-anywhere", false)+entry("page", "npm:@a/b", false))
	write("conformance/minimum", "2\n")
	write("conformance/node_modules/@a/b/package.json", "{}")
	return top
}

// fake is a test that only remembers whether it was skipped.
type fake struct {
	*testing.T
	skipped  bool
	cleanups []func()
}

func (f *fake) Skipf(string, ...any) { f.skipped = true }
func (f *fake) Skipped() bool        { return f.skipped }
func (f *fake) Cleanup(fn func())    { f.cleanups = append(f.cleanups, fn) }
func (f *fake) end() {
	for _, fn := range f.cleanups {
		fn()
	}
}

func TestNeedSkipsOnlyTheAbsent(t *testing.T) {
	top := tree(t)
	t.Setenv(judge.LogVar, filepath.Join(top, "log")) // not the log of the run this test belongs to
	t.Chdir(filepath.Join(top, "conformance"))
	for _, tt := range []struct {
		judge   string
		where   string
		skipped bool
	}{
		{"here", "linked", false},
		{"page", filepath.Join(top, "conformance/node_modules/@a/b"), false},
		{"nowhere", "", true},
	} {
		f := &fake{T: t}
		if got := judge.Need(f, tt.judge); f.skipped != tt.skipped || (!tt.skipped && got != tt.where) {
			t.Errorf("Need(%s) = %q, skipped %t; want %q, %t", tt.judge, got, f.skipped, tt.where, tt.skipped)
		}
	}
	f := &fake{T: t}
	if got := judge.Have(f, "nowhere"); got != "" || f.skipped {
		t.Errorf("Have(nowhere) = %q, skipped %t; want it to go on without", got, f.skipped)
	}
}

func TestRunCountsWhatRan(t *testing.T) {
	top := tree(t)
	t.Chdir(top)
	log := filepath.Join(top, "log")
	t.Setenv(judge.LogVar, log)

	ran, gaveUp, without := &fake{T: t}, &fake{T: t}, &fake{T: t}
	judge.Need(ran, "here")
	judge.Need(gaveUp, "page")
	gaveUp.skipped = true
	judge.Need(without, "nowhere")
	for _, f := range []*fake{ran, gaveUp, without} {
		f.end()
	}

	r, err := judge.Read(top)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := r.ReadRun(f)
	if err != nil {
		t.Fatal(err)
	}
	const want = "outside judges: ran 1 of 3; skipped: nowhere (get nowhere), page (get page)"
	if got.String() != want {
		t.Errorf("run = %q, want %q", got, want)
	}
	if err := r.Short(got); err == nil || !strings.Contains(err.Error(), "1 judges ran, and conformance/minimum says 2") {
		t.Errorf("Short() = %v, want one that names the minimum", err)
	}
	if err := r.Short(judge.Run{Ran: r.Judges}); err != nil {
		t.Errorf("Short(all) = %v, want nil", err)
	}
	if err := r.Short(judge.Run{Ran: r.Judges[1:], Skipped: r.Judges[:1]}); err == nil || !strings.Contains(err.Error(), "here") {
		t.Errorf("Short(without a required one) = %v, want its name", err)
	}
}

func TestReadRefuses(t *testing.T) {
	const entry = "[[judge]]\nname=\"a\"\nkind=\"tool\"\njudges=\"x\"\nfind=[\"a\"]\ninstall=\"x\"\nci=true\n"
	for _, tt := range []struct{ name, toml, minimum, want string }{
		{"an unknown key", entry + "colour=1\n", "1", "strict mode"},
		{"a judge twice", entry + entry, "1", "stands twice"},
		{"a strange kind", strings.Replace(entry, "tool", "priest", 1), "1", "want tool, client or vector"},
		{"a bad name", strings.Replace(entry, `"a"`, `"A b"`, 1), "1", "is not a name"},
		{"no way to get it", strings.Replace(entry, "install=\"x\"\n", "", 1), "1", "needs judges, find and install"},
		{"a minimum below the required", entry, "0", "minimum is 0"},
		{"a minimum nobody can reach", entry, "2", "minimum is 2"},
		{"a minimum in words", entry, "many", "want one whole number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			top := tree(t)
			for name, text := range map[string]string{"judges.toml": tt.toml, "minimum": tt.minimum} {
				if err := os.WriteFile(filepath.Join(top, "conformance", name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := judge.Read(top); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Read() = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestRegisterNamesItsTests(t *testing.T) {
	top, err := judge.Root()
	if err != nil {
		t.Fatal(err)
	}
	r, err := judge.Read(top)
	if err != nil {
		t.Fatal(err)
	}
	asked := askedIn(t, top)
	for _, j := range r.Judges {
		if len(asked[j.Name]) == 0 {
			t.Errorf("no test asks the judge %s: ask it through judge.Need, or take it off the register", j.Name)
		}
		delete(asked, j.Name)
	}
	for name, files := range asked {
		t.Errorf("%s ask %q, which is not in conformance/judges.toml", strings.Join(files, ", "), name)
	}
}

// askedIn finds every judge.Need, judge.Have and judge.Ran with its name
// written out, by judge.
func askedIn(t *testing.T, top string) map[string][]string {
	t.Helper()
	asked := map[string][]string{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != top && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || path == filepath.Join(top, "internal", "testkit", "judge")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if j := askedBy(n); j != "" {
				rel, _ := filepath.Rel(top, path)
				asked[j] = append(asked[j], rel)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

func askedBy(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 2 {
		return ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if x, ok := sel.X.(*ast.Ident); !ok || x.Name != "judge" {
		return ""
	}
	lit, ok := call.Args[1].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	name, _ := strconv.Unquote(lit.Value)
	return name
}
