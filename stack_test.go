package gongdao_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/internal/testkit/licence"
	"github.com/gongdao/gongdao/internal/testkit/papers"
)

var update = flag.Bool("update", false, "write docs/reference/deps.txt anew")

const stackADR = "docs/adr/0001-the-stack.md"

// allowed are the licences we link or install. MPL-2.0 stays unmodified and is
// named in NOTICE; OFL-1.1 is for fonts.
var allowed = []string{
	"MIT", "BSD-2-Clause", "BSD-3-Clause", "BSD-0-Clause", "0BSD", "ISC", "Apache-2.0", "Unlicense", "Zlib", "BlueOak-1.0.0", "Python-2.0", "OFL-1.1", "MPL-2.0",
}

// licenceExceptions are modules whose text a scanner misreads.
var licenceExceptions = map[string]string{
	"kernel.org/pub/linux/libs/security/libcap/psx": "BSD-3-Clause OR GPL-2.0-only: we take BSD-3-Clause",
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// output runs a command of the toolchain and returns what it printed.
func output(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), env...)
	var complaint strings.Builder
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, complaint.String())
	}
	return string(out)
}

type goMod struct {
	Go        string
	Toolchain *struct{ Name string }
	Require   []struct {
		Path, Version string
		Indirect      bool
	}
	Exclude, Replace []any
	Ignore           []struct{ Path string }
}

func readGoMod(t *testing.T, file string) goMod {
	t.Helper()
	var m goMod
	if err := json.Unmarshal([]byte(output(t, nil, "go", "mod", "edit", "-json", file)), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m goMod) version(module string) string {
	for _, r := range m.Require {
		if r.Path == module {
			return r.Version
		}
	}
	return ""
}

func TestModFile(t *testing.T) {
	m := readGoMod(t, "go.mod")
	if len(m.Replace) > 0 || len(m.Exclude) > 0 || m.Toolchain != nil {
		t.Error("go.mod has a replace, exclude or toolchain line: everybody must build what the checksum database knows")
	}
	if !strings.HasPrefix(m.Go, "1.26") {
		t.Errorf("go.mod says go %s, want 1.26: that is what README promises", m.Go)
	}
	if !slices.ContainsFunc(m.Ignore, func(i struct{ Path string }) bool { return strings.HasSuffix(i.Path, "node_modules") }) {
		t.Error("go.mod lacks `ignore node_modules`: npm packages may hold Go files")
	}
	pins, ok := papers.With(papers.Tables(read(t, stackADR)), "module", "pin", "licence", "for")
	if !ok {
		t.Fatalf("%s has no table of modules", stackADR)
	}
	listed := map[string]string{}
	for _, row := range pins.Rows {
		listed[strings.Trim(row["module"], "`")] = row["pin"]
	}
	for _, r := range m.Require {
		if r.Indirect {
			continue
		}
		switch pin, ok := listed[r.Path]; {
		case !ok:
			t.Errorf("go.mod requires %s, which %s does not list: a new module needs a decision", r.Path, stackADR)
		case pin != r.Version:
			t.Errorf("go.mod requires %s %s, %s says %s", r.Path, r.Version, stackADR, pin)
		}
		delete(listed, r.Path)
	}
	for module := range listed {
		t.Errorf("%s lists %s, which go.mod does not require", stackADR, module)
	}
}

// linked returns the modules whose code is in the program, as `path version`,
// with the folder each lies in. The platform is fixed, so that every machine
// gives the same list.
func linked(t *testing.T) map[string]string {
	t.Helper()
	env := []string{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"}
	out := output(t, env, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/gongdao")
	dirs := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if module, dir, ok := strings.Cut(line, "\t"); ok {
			dirs[module] = dir
		}
	}
	if len(dirs) < 10 {
		t.Fatalf("go list found %d linked modules, want the whole program", len(dirs))
	}
	return dirs
}

// census returns one line a linked module: path, version, licence.
func census(t *testing.T) []string {
	t.Helper()
	var lines []string
	for module, dir := range linked(t) {
		name, _, _ := strings.Cut(module, " ")
		found, err := licence.In(dir)
		if note, ok := licenceExceptions[name]; ok {
			found, err = strings.SplitN(note, ":", 2)[0], nil
		}
		if err != nil {
			t.Errorf("%s: %v", module, err)
		}
		lines = append(lines, module+" "+found)
	}
	slices.Sort(lines)
	return lines
}

func TestDepsListed(t *testing.T) {
	const file = "docs/reference/deps.txt"
	got := "# Modules linked into gongdao for linux/amd64: path, version, licence.\n" +
		"# Written by `go test -run TestDepsListed -update .`; a new line needs a decision in docs/adr.\n" +
		strings.Join(census(t), "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, file), got); diff != "" {
		t.Errorf("the program links other modules than %s says, listed - and linked +:\n%s", file, diff)
	}
}

func TestLicences(t *testing.T) {
	notice := read(t, "NOTICE")
	used := map[string]bool{}
	for _, line := range census(t) {
		part := strings.SplitN(line, " ", 3)
		if _, ok := licenceExceptions[part[0]]; ok {
			used[part[0]] = true
			continue
		}
		for _, l := range strings.Split(part[2], " AND ") {
			if !slices.Contains(allowed, l) {
				t.Errorf("%s %s is under %s, which is not allowed; it is linked by:\n%s", part[0], part[1], l, output(t, nil, "go", "mod", "why", "-m", part[0]))
			}
			if l == "MPL-2.0" && !strings.Contains(notice, part[0]) {
				t.Errorf("NOTICE does not say where the source of %s (MPL-2.0) is", part[0])
			}
		}
	}
	for module := range licenceExceptions {
		if !used[module] {
			t.Errorf("the exception for %s is stale: it is not linked", module)
		}
	}
}

// TestBuildsWithoutCgo builds the static flavour, which has no DuckDB.
func TestBuildsWithoutCgo(t *testing.T) {
	if os.Getenv("GONGDAO_SLOW") == "" {
		t.Skip("compiles the program a second time; make check runs it")
	}
	output(t, []string{"CGO_ENABLED=0"}, "go", "build", "./...")
}

// TestPairs: what must move together.
func TestPairs(t *testing.T) {
	m, tools, npm := readGoMod(t, "go.mod"), readGoMod(t, "tools/go.mod"), readNPM(t, ".")
	for _, tt := range []struct{ why, a, b string }{
		{"the trio of River moves together", m.version("github.com/riverqueue/river"), m.version("github.com/riverqueue/river/riverdriver/riversqlite")},
		{"the trio of River moves together", m.version("github.com/riverqueue/river"), m.version("github.com/riverqueue/river/riverdriver/riverpgxv5")},
		{"generator and runtime of templ are one version", m.version("github.com/a-h/templ"), tools.version("github.com/a-h/templ")},
		{"the driver speaks the protocol of playwright-core", "v0.6201.0", tools.version("github.com/mxschmitt/playwright-go")},
		{"the driver speaks the protocol of playwright-core", "1.62.1", npm.manifest.Dependencies["playwright-core"]},
		{"DuckDB 2 needs a library that cannot be had", "v2.10506.0", m.version("github.com/duckdb/duckdb-go/v2")},
	} {
		if tt.a != tt.b || tt.a == "" {
			t.Errorf("%s: %q and %q", tt.why, tt.a, tt.b)
		}
	}
}

type npmManifest struct {
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
}

type npmTree struct {
	manifest npmManifest
	packages map[string]struct {
		Version, Licence, Integrity, Resolved string
		Dependencies                          map[string]string
		HasInstallScript, Link                bool
	}
}

func readNPM(t *testing.T, dir string) npmTree {
	t.Helper()
	var n npmTree
	if err := json.Unmarshal([]byte(read(t, path.Join(dir, "package.json"))), &n.manifest); err != nil {
		t.Fatal(err)
	}
	var lock struct{ Packages json.RawMessage }
	if err := json.Unmarshal([]byte(read(t, path.Join(dir, "package-lock.json"))), &lock); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(lock.Packages), `"license"`, `"licence"`)
	if err := json.Unmarshal([]byte(text), &n.packages); err != nil {
		t.Fatal(err)
	}
	return n
}

var exact = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

func TestNpmExact(t *testing.T) {
	for _, dir := range []string{".", "conformance"} {
		n := readNPM(t, dir)
		for name, version := range n.manifest.Dependencies {
			locked := n.packages["node_modules/"+name]
			switch {
			case !exact.MatchString(version):
				t.Errorf("%s/package.json asks for %s %s: write one exact version", dir, name, version)
			case locked.Version != version || n.packages[""].Dependencies[name] != version:
				t.Errorf("%s: %s is %s in package.json and %s in the lock: run npm install --ignore-scripts", dir, name, version, locked.Version)
			}
		}
		if len(n.manifest.DevDependencies) > 0 {
			t.Errorf("%s/package.json has devDependencies: everything here is for building and testing, keep one list", dir)
		}
		for name, p := range n.packages {
			if name != "" && p.Integrity == "" {
				t.Errorf("%s/package-lock.json: %s has no integrity hash", dir, name)
			}
			if name != "" && !licencesAllowed(p.Licence) {
				t.Errorf("%s/package-lock.json: %s is under %q, which is not allowed", dir, name, p.Licence)
			}
			if p.Resolved != "" {
				t.Errorf("%s/package-lock.json says where %s comes from (%s): say which bytes, not from where", dir, name, p.Resolved)
			}
		}
		if !strings.Contains(read(t, path.Join(dir, ".npmrc")), "ignore-scripts=true") {
			t.Errorf("%s/.npmrc does not say ignore-scripts=true", dir)
		}
	}
}

// licencesAllowed reads "MIT", "MIT AND Zlib" and "(MIT OR Apache-2.0)".
func licencesAllowed(expression string) bool {
	expression = strings.Trim(expression, "()")
	one := func(l string) bool { return slices.Contains(allowed, strings.Trim(l, "() ")) }
	if strings.Contains(expression, " OR ") {
		return slices.ContainsFunc(strings.Split(expression, " OR "), one)
	}
	return !slices.ContainsFunc(strings.Split(expression, " AND "), func(l string) bool { return !one(l) })
}

// TestScriptsAreNotRun: every place that installs npm packages refuses their scripts.
func TestScriptsAreNotRun(t *testing.T) {
	found := 0
	for _, file := range trackedFiles(t) {
		if !slices.Contains([]string{"", ".sh"}, path.Ext(path.Base(file))) && path.Base(file) != "Makefile" {
			continue
		}
		for i, line := range strings.Split(read(t, file), "\n") {
			if regexp.MustCompile(`\bnpm (ci|install|i)\b`).MatchString(line) && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				found++
				if !strings.Contains(line, "--ignore-scripts") {
					t.Errorf("%s:%d installs npm packages without --ignore-scripts", file, i+1)
				}
			}
		}
	}
	if found == 0 {
		t.Error("nothing installs npm packages, want at least the Makefile")
	}
}

func trackedFiles(t *testing.T) []string {
	t.Helper()
	if _, err := os.Stat(".git"); err != nil {
		t.Skip("not a clone: without git nobody knows which files are tracked")
	}
	var files []string
	for _, f := range strings.Split(strings.Trim(output(t, nil, "git", "ls-files", "-z"), "\x00"), "\x00") {
		if info, err := os.Lstat(f); err == nil && info.Mode().IsRegular() {
			files = append(files, f)
		}
	}
	return files
}

func TestNoForeignSource(t *testing.T) {
	const largest = 400 << 10
	for _, file := range trackedFiles(t) {
		dirs := strings.Split(path.Dir(file), "/")
		for _, d := range []string{"node_modules", "vendor", "third_party"} {
			if slices.Contains(dirs, d) {
				t.Errorf("%s is what others wrote: install it, do not commit it", file)
			}
		}
		if strings.HasPrefix(file, "internal/web/dist/") && path.Base(file) != ".gitkeep" {
			t.Errorf("%s is built: only .gitkeep is tracked there", file)
		}
		for _, ext := range []string{".min.js", ".min.css", ".woff", ".woff2", ".ttf", ".otf", ".so", ".a", ".jar", ".zip", ".tgz", ".gz", ".parquet"} {
			if strings.HasSuffix(file, ext) && !strings.Contains(file, "/testdata/") {
				t.Errorf("%s is a built or foreign file: build or install it instead", file)
			}
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > largest && path.Base(file) != "package-lock.json" {
			t.Errorf("%s has %d bytes, limit %d", file, info.Size(), largest)
		}
	}
}
