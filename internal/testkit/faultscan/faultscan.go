package faultscan

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	s := &scan{dir: dir, fset: token.NewFileSet(), pkgs: map[string]*pkg{}}
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
	for _, at := range slices.Sorted(maps.Keys(s.pkgs)) {
		s.read(s.pkgs[at])
	}
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
	pkgs  map[string]*pkg // by folder
	found []Fault
	wrong []string
}

// pkg is one folder of sources.
type pkg struct {
	files    []*source
	consts   map[string]ast.Expr // string constants by name, wherever they stand
	wrappers []wrapper
}

type source struct {
	tree *ast.File
	name string // by which the file knows package fault; "" if it does not
}

func (s *scan) file(path string) error {
	tree, err := parser.ParseFile(s.fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("faultscan: %w", err)
	}
	at := filepath.Dir(path)
	if s.pkgs[at] == nil {
		s.pkgs[at] = &pkg{consts: map[string]ast.Expr{}}
	}
	s.pkgs[at].files = append(s.pkgs[at].files, &source{tree, importName(tree)})
	return nil
}

// read finds the faults of one folder: its constants first, then the functions
// that make a fault from their own parameters, then every call.
func (s *scan) read(p *pkg) {
	for _, f := range p.files {
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
				p.keepConsts(d)
			}
			return true
		})
	}
	for before := -1; before < len(p.wrappers); { // a wrapper may call another
		before = len(p.wrappers)
		for _, f := range p.files {
			p.findWrappers(f)
		}
	}
	for _, f := range p.files {
		for _, d := range f.tree.Decls {
			s.table(p, d)
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				s.call(p, f, call)
			}
			return true
		})
	}
}

func (p *pkg) keepConsts(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok && len(v.Names) == len(v.Values) {
			for i, name := range v.Names {
				p.consts[name.Name] = v.Values[i]
			}
		}
	}
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

// said is where a call names a fault: code and sentence, and what stands before
// the code.
type said struct {
	prefix       string
	code, format ast.Expr
	sure         bool // the call can be nothing else
}

// faultIn reads fault.Kind.Errorf(code, format, …), x.At(location, code,
// format, …), and calls of wrappers.
func (p *pkg) faultIn(f *source, call *ast.CallExpr) (said, bool) {
	name, kind := "", ast.Expr(nil)
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name, kind = fun.Sel.Name, fun.X
	}
	if sel, ok := kind.(*ast.SelectorExpr); ok && name == "Errorf" && f.name != "" && isName(sel.X, f.name) && len(call.Args) >= 2 {
		return said{"", call.Args[0], call.Args[1], true}, true
	}
	if name == "At" && len(call.Args) >= 3 {
		return said{"", call.Args[1], call.Args[2], false}, true
	}
	for _, w := range p.wrappers {
		if w.name == name && len(call.Args) > max(w.code, w.format) && w.holds(call.Pos()) {
			return said{w.prefix, call.Args[w.code], call.Args[w.format], true}, true
		}
	}
	return said{}, false
}

func (s *scan) call(p *pkg, f *source, call *ast.CallExpr) {
	x, ok := p.faultIn(f, call)
	if !ok || p.inWrapper(call, x) {
		return
	}
	s.add(p, x)
}

func isName(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// add keeps one fault.
func (s *scan) add(p *pkg, x said) {
	c, okCode := p.literal(x.code)
	f, okFormat := p.literal(x.format)
	at := s.fset.Position(x.code.Pos())
	file, err := filepath.Rel(s.dir, at.Filename)
	if err != nil {
		file = at.Filename
	}
	if !okCode || !okFormat {
		if x.sure {
			s.wrong = append(s.wrong, fmt.Sprintf("%s:%d: write code and sentence of a fault as literals, or mark their table for faultscan", file, at.Line))
		}
		return
	}
	s.found = append(s.found, Fault{file, at.Line, x.prefix + c, f})
}

// literal reads a string literal, a constant, or a sum of them.
func (p *pkg) literal(x ast.Expr) (string, bool) {
	switch v := x.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(v.Value)
		return s, err == nil && v.Kind == token.STRING
	case *ast.BinaryExpr:
		a, okA := p.literal(v.X)
		b, okB := p.literal(v.Y)
		return a + b, okA && okB && v.Op == token.ADD
	case *ast.ParenExpr:
		return p.literal(v.X)
	case *ast.Ident:
		if value, ok := p.consts[v.Name]; ok && value != x {
			return p.literal(value)
		}
	}
	return "", false
}

var mark = regexp.MustCompile(`^//fault:table code=(\d+) format=(\d+)$`)

// table reads a marked table of codes.
func (s *scan) table(p *pkg, d ast.Decl) {
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
				s.add(p, said{"", row.Elts[code], row.Elts[format], true})
			}
			return true
		})
	}
}
