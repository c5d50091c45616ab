package floorplan

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// clock: no func init, and the time comes from a clock that was passed in.
func (h *house) clock(p *pkg) {
	for _, f := range p.files {
		if f.generated {
			continue
		}
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				h.say("%s: func init runs before anybody asked: do it in New", h.at(f, fn.Pos()))
			}
		}
		name, reads := f.imports["time"]
		if !reads || anyMatches(h.Clocks, p.dir) {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || !isIdent(sel.X, name) {
				return true
			}
			switch what := sel.Sel.Name; what {
			case "Since", "Until", "Now":
				h.say("%s: time.%s reads the clock of the machine: take a clock, Now func() time.Time", h.at(f, sel.Pos()), what)
			}
			return true
		})
	}
}

// calls returns the selectors that are called, against those passed on as values.
func calls(tree *ast.File) map[*ast.SelectorExpr]bool {
	m := map[*ast.SelectorExpr]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
				m[sel] = true
			}
		}
		return true
	})
	return m
}

// markup: only the shell's packages may promise that a string is safe. The
// templates themselves are read by the tests of internal/web/ui.
func (h *house) markup(p *pkg) {
	if anyMatches(h.Markup, p.dir) {
		return
	}
	for _, f := range p.files {
		name, uses := f.imports["github.com/a-h/templ"]
		if !uses || f.generated {
			continue
		}
		for sel := range calls(f.tree) {
			if isIdent(sel.X, name) && (sel.Sel.Name == "Raw" || sel.Sel.Name == "SafeURL") {
				h.say("%s: templ.%s promises that a string is safe: only %s may", h.at(f, sel.Pos()), sel.Sel.Name, strings.Join(h.Markup, ", "))
			}
		}
	}
}

var (
	// sqlTable finds the word after which SQL names a table.
	sqlTable = regexp.MustCompile(`(?i)\b(DISTINCT\s+FROM|FROM|JOIN|INTO|UPDATE|TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?|REFERENCES|INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\w+\s+ON)\s+([A-Za-z_]\w*)`)
	// sqlWith finds the names a query gives to its own parts.
	sqlWith = regexp.MustCompile(`(?i)(?:\bWITH\s+(?:RECURSIVE\s+)?|\)\s*,\s*)([A-Za-z_]\w*)\s*(?:\([^()]*\)\s*)?AS\s*\(`)
	sqlWord = regexp.MustCompile(`(?i)\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER)\b`)
	sqlNote = regexp.MustCompile(`(?m)--.*$`)
)

// tables: a room names its own tables and nobody else's.
func (h *house) tables(p *pkg) {
	floor, room := h.place(p.dir)
	if floor != h.Rooms {
		return
	}
	for _, f := range p.sql {
		h.named(room, f.path, sqlNote.ReplaceAllString(string(f.text), ""))
	}
	for _, f := range p.files {
		if base := path.Base(f.path); !strings.HasPrefix(base, "store") && !strings.HasSuffix(base, "_store.go") {
			continue
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(lit.Value); err == nil && sqlWord.MatchString(text) {
				h.named(room, h.at(f, lit.Pos()), text)
			}
			return true
		})
	}
}

func (h *house) named(room, where, sql string) {
	own := map[string]bool{}
	for _, m := range sqlWith.FindAllStringSubmatch(sql, -1) {
		own[m[1]] = true
	}
	for _, m := range sqlTable.FindAllStringSubmatch(sql, -1) {
		table := m[2]
		if own[table] || strings.HasPrefix(table, path.Base(room)+"_") ||
			strings.EqualFold(table, "set") || strings.EqualFold(table, "select") || strings.HasPrefix(strings.ToUpper(m[1]), "DISTINCT") {
			continue
		}
		h.say("%s: %s names %s: ask through a port", where, path.Base(room), table)
	}
}

// at is a file with the line of pos.
func (h *house) at(f file, pos token.Pos) string {
	return f.path + ":" + strconv.Itoa(h.fset.Position(pos).Line)
}

func isIdent(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}
