package faultscan

import (
	"go/ast"
	"go/token"
)

// wrapper is a function that makes a fault from its own parameters, so that its
// callers name code and sentence.
type wrapper struct {
	name         string
	code, format int       // which parameters, from 0
	prefix       string    // before the code
	from, to     token.Pos // where it is known; zero is the whole package
	body         *ast.BlockStmt
}

func (w wrapper) holds(at token.Pos) bool { return w.from == 0 || (w.from <= at && at < w.to) }

// findWrappers looks at every function with a name.
func (p *pkg) findWrappers(f *source) {
	for _, d := range f.tree.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		p.tryWrapper(f, wrapper{name: fn.Name.Name, body: fn.Body}, fn.Type)
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
				name, isIdent := a.Lhs[0].(*ast.Ident)
				lit, isFunc := a.Rhs[0].(*ast.FuncLit)
				if isIdent && isFunc {
					p.tryWrapper(f, wrapper{name: name.Name, body: lit.Body, from: a.Pos(), to: fn.Body.End()}, lit.Type)
				}
			}
			return true
		})
	}
}

func (p *pkg) tryWrapper(f *source, w wrapper, t *ast.FuncType) {
	for _, known := range p.wrappers {
		if known.body == w.body {
			return
		}
	}
	params := map[string]int{}
	n := 0
	for _, field := range t.Params.List {
		for _, name := range field.Names {
			params[name.Name] = n
			n++
		}
	}
	ast.Inspect(w.body, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		x, ok := p.faultIn(f, call)
		if !ok {
			return true
		}
		prefix, code := split(p, x.code)
		format, isParam := x.format.(*ast.Ident)
		if !isParam || code == nil {
			return true
		}
		c, okCode := params[code.Name]
		v, okFormat := params[format.Name]
		if okCode && okFormat {
			w.code, w.format, w.prefix = c, v, x.prefix+prefix
			p.wrappers = append(p.wrappers, w)
			return false
		}
		return true
	})
}

// split takes "room." + code apart.
func split(p *pkg, x ast.Expr) (string, *ast.Ident) {
	if sum, ok := x.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		before, isText := p.literal(sum.X)
		if id, isIdent := sum.Y.(*ast.Ident); isText && isIdent {
			return before, id
		}
	}
	id, _ := x.(*ast.Ident)
	return "", id
}

// inWrapper reports whether the call is the one inside a wrapper that passes
// its parameters on; its callers are read instead.
func (p *pkg) inWrapper(call *ast.CallExpr, x said) bool {
	if _, ok := p.literal(x.format); ok {
		return false
	}
	for _, w := range p.wrappers {
		if w.body.Pos() <= call.Pos() && call.Pos() < w.body.End() {
			return true
		}
	}
	return false
}
