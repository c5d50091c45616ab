package floorplan

import (
	"fmt"
	"go/token"
	"path"
	"sort"
	"strings"
)

// house is the repository as loaded, beside its law.
type house struct {
	Plan
	pkgs  map[string]*pkg
	fset  *token.FileSet
	wrong []string
}

// Check reads the repository below top and returns one sentence for each way
// in which it breaks plan, in order of place. An error means that a file could
// not be read or is not Go.
func Check(top string, plan Plan) ([]string, error) {
	pkgs, fset, err := load(top)
	if err != nil {
		return nil, err
	}
	h := &house{Plan: plan, pkgs: pkgs, fset: fset}
	for _, dir := range sorted(pkgs) {
		p := pkgs[dir]
		if len(p.files) > 0 {
			h.standing(p)
			h.arrows(p)
			h.owned(p)
			h.sizes(p)
			h.clock(p)
			h.markup(p)
		}
		h.tables(p)
	}
	h.stale()
	sort.Strings(h.wrong)
	return h.wrong, nil
}

func (h *house) say(format string, args ...any) {
	h.wrong = append(h.wrong, fmt.Sprintf(format, args...))
}

// standing: on a floor, with a name and a comment that say what it is.
func (h *house) standing(p *pkg) {
	if floor, _ := h.place(p.dir); floor < 0 {
		h.say("%s is on no floor: add it to law in arch_test.go", p.dir)
	}
	for _, junk := range h.JunkNames {
		if path.Base(p.dir) == junk || p.files[0].name == junk {
			h.say("%s: name the package for what it provides", p.dir)
		}
	}
	var said []string
	for _, f := range p.files {
		if !f.generated && f.comment != "" {
			said = append(said, f.path)
		}
	}
	switch {
	case len(said) == 0:
		h.say("%s has no package comment", p.dir)
	case len(said) > 1:
		h.say("%s has package comments in %s: keep one", p.dir, strings.Join(said, " and "))
	}
}

// arrows: down, or inside one's own room; sealed floors import nothing of ours.
func (h *house) arrows(p *pkg) {
	floor, room := h.place(p.dir)
	for _, imported := range p.imports() {
		dir, ours := h.local(imported)
		if !ours {
			continue
		}
		to, toRoom := h.place(dir)
		switch {
		case floor < 0 || floor == h.Open || to == floor && toRoom == room:
		case floor <= h.Sealed:
			if !h.edge(p.dir, dir) {
				h.say("%s imports %s: this floor imports only the standard library and third parties", p.dir, dir)
			}
		case to >= floor:
			h.say("%s (floor %d) imports %s (floor %d): arrows point down; pass it in through a port or the switchboard", p.dir, floor, dir, to)
		}
		if floor == h.Rooms && path.Base(p.dir) == "pages" && dir == "internal/db" {
			h.say("%s imports internal/db: pages show values; the room fetches them", p.dir)
		}
	}
}

func (h *house) edge(from, to string) bool {
	for _, e := range h.Edges {
		if e.From == from && e.To == to {
			return true
		}
	}
	return false
}

// owned: what others wrote is imported by its owners alone. Test support may
// import anything.
func (h *house) owned(p *pkg) {
	floor, _ := h.place(p.dir)
	if floor == h.Open {
		return
	}
	for _, imported := range p.imports() {
		if _, ours := h.local(imported); ours {
			continue
		}
		o, found := h.owner(imported)
		switch {
		case !found && standard(imported):
		case floor == 0 && !standard(imported):
			h.say("%s imports %s: this floor imports only the standard library", p.dir, imported)
		case !found:
			h.say("%s imports %s, which nobody owns: give it an owner in arch_test.go, and a decision in docs/adr", p.dir, imported)
		case !anyMatches(o.Who, p.dir):
			h.say("%s imports %s: only %s may, because %s", p.dir, imported, strings.Join(o.Who, ", "), o.Why)
		}
	}
}

// sizes: a file one can read at a sitting.
func (h *house) sizes(p *pkg) {
	sum := 0
	for _, f := range p.files {
		if f.generated {
			continue
		}
		sum += f.lines
		if f.lines > h.FileLines {
			h.say("%s has %d lines, budget %d: split by noun", f.path, f.lines, h.FileLines)
		}
	}
	if most, ok := h.SumLines[p.dir]; ok && sum > most {
		h.say("%s has %d lines in all, budget %d: keep only words that rooms share", p.dir, sum, most)
	}
}

// stale: the law names only what exists.
func (h *house) stale() {
	for f, patterns := range h.Floors {
		for _, pattern := range patterns {
			if !h.exists(pattern) {
				h.say("law floor %d names %s, which does not exist", f, pattern)
			}
		}
	}
	for _, e := range h.Edges {
		if !h.imports(e.From, func(i string) bool { d, ok := h.local(i); return ok && d == e.To }) {
			h.say("law allows the edge %s → %s, which nothing uses", e.From, e.To)
		}
	}
	for _, o := range h.Owners {
		for _, who := range o.Who {
			if !h.imports(who, func(i string) bool { got, ok := h.owner(i); return ok && got.Path == o.Path }) {
				h.say("law lets %s import %s, which it does not", who, o.Path)
			}
		}
	}
	for _, list := range [][]string{h.Clocks, h.Markup, sorted(h.SumLines)} {
		for _, pattern := range list {
			if !h.exists(pattern) {
				h.say("law makes an exception for %s, which does not exist", pattern)
			}
		}
	}
}

func (h *house) exists(pattern string) bool {
	for dir := range h.pkgs {
		if matches(pattern, dir) {
			return true
		}
	}
	return false
}

// imports reports whether a package meant by pattern imports something for which is holds.
func (h *house) imports(pattern string, is func(string) bool) bool {
	for dir, p := range h.pkgs {
		if !matches(pattern, dir) {
			continue
		}
		for _, i := range p.imports() {
			if is(i) {
				return true
			}
		}
	}
	return false
}
