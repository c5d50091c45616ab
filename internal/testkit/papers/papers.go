// Package papers reads the documents of the repository the way its tests need
// them: tables by the name of their columns, fenced blocks by their language,
// and, on the side of the code, which tests exist and what packages promise.
package papers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Table is one Markdown table.
type Table struct {
	Under   string   // the heading it stands under, without its number signs
	Columns []string // as written, in small letters
	Rows    []Row
}

// Row is a table's row: cell by column.
type Row map[string]string

// Tables returns the tables of a Markdown text in order.
func Tables(text string) []Table {
	var all []Table
	var open *Table
	under := ""
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			open = nil
			if h := strings.TrimLeft(line, "#"); h != line {
				under = strings.TrimSpace(h)
			}
			continue
		}
		cells := cellsOf(line)
		switch {
		case open == nil:
			for i := range cells {
				cells[i] = strings.ToLower(cells[i])
			}
			all = append(all, Table{Under: under, Columns: cells})
			open = &all[len(all)-1]
		case strings.Trim(strings.Join(cells, ""), "-: ") == "":
		default:
			row := Row{}
			for i, c := range open.Columns {
				if i < len(cells) {
					row[c] = cells[i]
				}
			}
			open.Rows = append(open.Rows, row)
		}
	}
	return all
}

// With returns the first table that has all these columns.
func With(tables []Table, columns ...string) (Table, bool) {
	for _, t := range tables {
		have := map[string]bool{}
		for _, c := range t.Columns {
			have[c] = true
		}
		all := true
		for _, c := range columns {
			all = all && have[c]
		}
		if all {
			return t, true
		}
	}
	return Table{}, false
}

func cellsOf(line string) []string {
	const bar = "\x00"
	line = strings.ReplaceAll(strings.Trim(line, "|"), `\|`, bar)
	cells := strings.Split(line, "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(strings.ReplaceAll(cells[i], bar, "|"))
	}
	return cells
}

var quoted = regexp.MustCompile("`([^`]+)`")

// Quoted returns what stands between backquotes in a cell.
func Quoted(cell string) []string {
	var all []string
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

// Block is a fenced block of code.
type Block struct {
	Lang  string // first word after the fence
	Title string // the rest of that line, for example a file name
	Text  string
}

// Blocks returns the fenced blocks of a Markdown text in order.
func Blocks(text string) []Block {
	var all []Block
	inside := false
	for _, line := range strings.SplitAfter(text, "\n") {
		if head, ok := strings.CutPrefix(strings.TrimSpace(line), "```"); ok {
			inside = !inside
			if inside {
				lang, title, _ := strings.Cut(head, " ")
				all = append(all, Block{Lang: lang, Title: strings.TrimSpace(title)})
			}
			continue
		}
		if inside {
			all[len(all)-1].Text += line
		}
	}
	return all
}

// Tests returns every test, fuzz target and benchmark below top as
// "directory.TestName", with slashes; those of top itself as "TestName".
func Tests(top string) (map[string]bool, error) {
	found := map[string]bool{}
	err := each(top, func(rel string, f *ast.File) {
		if !strings.HasSuffix(rel, "_test.go") {
			return
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv == nil && hasAnyPrefix(fn.Name.Name, "Test", "Fuzz", "Benchmark", "Example") {
				found[strings.TrimPrefix(filepath.ToSlash(filepath.Dir(rel))+"."+fn.Name.Name, "..")] = true
			}
		}
	})
	return found, err
}

// Comments returns the package comments below top by directory.
func Comments(top string) (map[string]string, error) {
	found := map[string]string{}
	err := each(top, func(rel string, f *ast.File) {
		if f.Doc != nil && !ast.IsGenerated(f) && !strings.HasSuffix(rel, "_test.go") {
			found[filepath.ToSlash(filepath.Dir(rel))] = f.Doc.Text()
		}
	})
	return found, err
}

func each(top string, see func(rel string, f *ast.File)) error {
	fset := token.NewFileSet()
	return filepath.WalkDir(top, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if at != top && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, at, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, at)
		if err != nil {
			return err
		}
		see(rel, f)
		return nil
	})
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
