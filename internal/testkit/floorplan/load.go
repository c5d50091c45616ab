package floorplan

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// file is what the law wants to know about one file.
type file struct {
	path      string // from the top, with slashes
	lines     int
	generated bool
	comment   string            // package comment
	name      string            // package name
	imports   map[string]string // import path → name in the file
	tree      *ast.File         // nil for what is not Go
	text      []byte            // for what is not Go
}

// pkg is one directory with Go files outside tests, or with other sources.
type pkg struct {
	dir   string
	files []file // Go, without _test.go
	sql   []file
}

// load reads every directory below top, except testdata, hidden and installed
// ones and modules of their own.
func load(top string) (map[string]*pkg, *token.FileSet, error) {
	pkgs, fset := map[string]*pkg{}, token.NewFileSet()
	err := filepath.WalkDir(top, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if at != top && skipped(at, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(top, at)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		f, err := read(fset, at, rel)
		if err != nil || f == nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(rel))
		if pkgs[dir] == nil {
			pkgs[dir] = &pkg{dir: dir}
		}
		if f.tree != nil {
			pkgs[dir].files = append(pkgs[dir].files, *f)
		} else {
			pkgs[dir].sql = append(pkgs[dir].sql, *f)
		}
		return nil
	})
	return pkgs, fset, err
}

func skipped(at, name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules" {
		return true
	}
	_, err := os.Stat(filepath.Join(at, "go.mod"))
	return err == nil
}

// buildsNothing marks a program that is only run by hand, beside the package.
var buildsNothing = regexp.MustCompile(`(?m)^//go:build ignore$`)

// read returns nil for a file the law does not look at.
func read(fset *token.FileSet, at, rel string) (*file, error) {
	isGo := strings.HasSuffix(rel, ".go")
	if strings.HasSuffix(rel, "_test.go") || !isGo && !strings.HasSuffix(rel, ".sql") {
		return nil, nil
	}
	text, err := os.ReadFile(at)
	if err != nil {
		return nil, err
	}
	f := &file{path: rel, lines: strings.Count(string(text), "\n")}
	if !isGo {
		f.text = text
		return f, nil
	}
	if buildsNothing.Match(text) {
		return nil, nil
	}
	tree, err := parser.ParseFile(fset, at, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("floorplan: %w", err)
	}
	f.tree, f.name, f.generated = tree, tree.Name.Name, ast.IsGenerated(tree)
	f.comment = tree.Doc.Text()
	f.imports = map[string]string{}
	for _, imp := range tree.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("floorplan: %s: %w", rel, err)
		}
		name := p[strings.LastIndex(p, "/")+1:]
		if imp.Name != nil {
			name = imp.Name.Name
		}
		f.imports[p] = name
	}
	return f, nil
}

// imports returns what the package imports, sorted, each once.
func (p *pkg) imports() []string {
	seen := map[string]bool{}
	for _, f := range p.files {
		for i := range f.imports {
			seen[i] = true
		}
	}
	return sorted(seen)
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
