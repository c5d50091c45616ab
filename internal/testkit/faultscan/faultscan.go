package faultscan

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

	"github.com/gongdao/gongdao/internal/i18n"
)

// faultPath is the package whose faults are looked for.
const faultPath = "github.com/gongdao/gongdao/fault"

// Fault is one failure that the source can say.
type Fault struct {
	File         string // below the scanned folder
	Line         int
	Code, Format string
}

// Scan returns the faults below dir, in order of place, and what it could not
// read as one, each as a sentence. It skips tests, test data, hidden folders,
// node_modules and folders with a go.mod of their own.
func Scan(dir string) ([]Fault, []string, error) {
	s := &scan{dir: dir, fset: token.NewFileSet()}
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
	sort.SliceStable(s.found, func(i, j int) bool { return s.found[i].Code < s.found[j].Code })
	return s.found, s.wrong, err
}

func skipped(path, name string) bool {
	if name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

// Codes returns the codes of the faults below dir, sorted, for i18n.Check.
func Codes(dir string) ([]string, error) {
	found, _, err := Scan(dir)
	var codes []string
	for i, f := range found {
		if i == 0 || f.Code != found[i-1].Code {
			codes = append(codes, f.Code)
		}
	}
	return codes, err
}

// Check returns what is wrong with the faults below dir: a code that is not
// written as <room>.<what>, one code with two sentences, no zh-TW sentence, or
// other verbs in it.
func Check(dir string, c *i18n.Catalogue) ([]string, error) {
	found, wrong, err := Scan(dir)
	if err != nil {
		return nil, err
	}
	first := map[string]Fault{}
	for _, f := range found {
		at := fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Code)
		before, again := first[f.Code]
		zh, ok := c.Sentence(i18n.ZhTW, f.Code)
		switch {
		case !codeForm.MatchString(f.Code):
			wrong = append(wrong, at+": write a code as room.what, in lower case")
		case again && before.Format != f.Format:
			wrong = append(wrong, fmt.Sprintf("%s: %s:%d says something else under this code", at, before.File, before.Line))
		case again:
		case !ok:
			wrong = append(wrong, at+": no zh-TW sentence stands under this code")
		case i18n.Verbs(zh) != i18n.Verbs(f.Format):
			wrong = append(wrong, fmt.Sprintf("%s: English has the verbs [%s], zh-TW [%s]", at, i18n.Verbs(f.Format), i18n.Verbs(zh)))
		}
		if !again {
			first[f.Code] = f
		}
	}
	return wrong, nil
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9][a-z0-9-]*)+$`)

type scan struct {
	dir   string
	fset  *token.FileSet
	found []Fault
	wrong []string
}

func (s *scan) file(path string) error {
	tree, err := parser.ParseFile(s.fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("faultscan: %w", err)
	}
	name := importName(tree)
	if name == "" {
		return nil
	}
	for _, d := range tree.Decls {
		s.table(d)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			s.call(call, name)
		}
		return true
	})
	return nil
}

// importName returns the name by which the file knows package fault.
func importName(tree *ast.File) string {
	for _, i := range tree.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err != nil || p != faultPath {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return "fault"
	}
	return ""
}

// call reads fault.Kind.Errorf(code, format, …) and x.At(location, code,
// format, …).
func (s *scan) call(call *ast.CallExpr, name string) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	kind, isKind := method.X.(*ast.SelectorExpr)
	switch {
	case method.Sel.Name == "Errorf" && isKind && isName(kind.X, name) && len(call.Args) >= 2:
		s.add(call.Args[0], call.Args[1], true)
	case method.Sel.Name == "At" && len(call.Args) >= 3:
		s.add(call.Args[1], call.Args[2], false)
	}
}

func isName(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// add keeps one fault. must says that a code which is no literal is a mistake;
// without it, the call may be of another type, or its code come from a table.
func (s *scan) add(code, format ast.Expr, must bool) {
	c, okCode := literal(code)
	f, okFormat := literal(format)
	at := s.fset.Position(code.Pos())
	file, err := filepath.Rel(s.dir, at.Filename)
	if err != nil {
		file = at.Filename
	}
	if !okCode || !okFormat {
		if must {
			s.wrong = append(s.wrong, fmt.Sprintf("%s:%d: write code and sentence of a fault as literals, or mark their table for faultscan", file, at.Line))
		}
		return
	}
	s.found = append(s.found, Fault{file, at.Line, c, f})
}

// literal reads a string literal, or a sum of them.
func literal(x ast.Expr) (string, bool) {
	switch v := x.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(v.Value)
		return s, err == nil && v.Kind == token.STRING
	case *ast.BinaryExpr:
		a, okA := literal(v.X)
		b, okB := literal(v.Y)
		return a + b, okA && okB && v.Op == token.ADD
	case *ast.ParenExpr:
		return literal(v.X)
	}
	return "", false
}

var mark = regexp.MustCompile(`^//fault:table code=(\d+) format=(\d+)$`)

// table reads a marked table of codes.
func (s *scan) table(d ast.Decl) {
	var doc *ast.CommentGroup
	switch v := d.(type) {
	case *ast.FuncDecl:
		doc = v.Doc
	case *ast.GenDecl:
		doc = v.Doc
	}
	if doc == nil {
		return
	}
	for _, line := range doc.List {
		m := mark.FindStringSubmatch(line.Text)
		if m == nil {
			continue
		}
		code, _ := strconv.Atoi(m[1])   // digits, by the pattern
		format, _ := strconv.Atoi(m[2]) // likewise
		ast.Inspect(d, func(n ast.Node) bool {
			row, ok := n.(*ast.CompositeLit)
			if ok && row.Type == nil && len(row.Elts) > max(code, format) {
				s.add(row.Elts[code], row.Elts[format], true)
			}
			return true
		})
	}
}
