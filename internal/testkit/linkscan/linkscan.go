// Package linkscan holds every link that the source makes by route name against
// the route list: the route exists, and the link gives it as many values as its
// pattern has wildcards.
package linkscan

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gongdao/gongdao/internal/web"
)

const webPath = "github.com/gongdao/gongdao/internal/web"

// Check reads the Go below dir, generated templates among it, and returns one
// sentence for each link that leads nowhere. It skips tests, test data, hidden
// folders, node_modules and folders with a go.mod of their own.
func Check(dir string, routes []web.Route) ([]string, error) {
	s := &scan{dir: dir, fset: token.NewFileSet(), wildcards: map[string]int{}}
	for _, r := range routes {
		_, path, _ := strings.Cut(r.Pattern, " ")
		s.wildcards[r.Name] = strings.Count(strings.TrimSuffix(path, "{$}"), "{")
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != dir && skipped(path, d.Name()):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		return s.file(path)
	})
	return s.wrong, err
}

func skipped(path, name string) bool {
	if name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

type scan struct {
	dir       string
	fset      *token.FileSet
	wildcards map[string]int // by route name
	wrong     []string
}

func (s *scan) file(path string) error {
	tree, err := parser.ParseFile(s.fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("linkscan: %w", err)
	}
	name := ""
	for _, i := range tree.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil && p == webPath {
			name = "web"
			if i.Name != nil {
				name = i.Name.Name
			}
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			s.call(call, name)
		}
		return true
	})
	return nil
}

// call reads web.URL(ctx, name, values…), and URL alone inside package web.
func (s *scan) call(call *ast.CallExpr, name string) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "URL" || len(call.Args) < 2 {
		return
	}
	if id, ok := sel.X.(*ast.Ident); !ok || name == "" || id.Name != name {
		return
	}
	lit, ok := call.Args[1].(*ast.BasicLit)
	if !ok {
		return // the name is decided while running
	}
	route, err := strconv.Unquote(lit.Value)
	if err != nil {
		return
	}
	at := s.fset.Position(call.Pos())
	file, err := filepath.Rel(s.dir, at.Filename)
	if err != nil {
		file = at.Filename
	}
	want, known := s.wildcards[route]
	switch got := len(call.Args) - 2; {
	case !known:
		s.wrong = append(s.wrong, fmt.Sprintf("%s:%d: no route is called %s", file, at.Line, route))
	case got != want && !call.Ellipsis.IsValid():
		s.wrong = append(s.wrong, fmt.Sprintf("%s:%d: %s wants %d values, the link gives %d", file, at.Line, route, want, got))
	}
}
