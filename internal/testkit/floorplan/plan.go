package floorplan

import (
	"path"
	"strings"
)

// Plan is the law as data.
type Plan struct {
	// Module is the import path of the repository's top.
	Module string
	// Floors lists the packages of each floor, lowest first. "x" is one
	// directory; "x/..." is a subtree whose parts may import each other.
	// Arrows point down: a package imports lower floors and its own subtree.
	Floors [][]string
	// Sealed is the highest floor that imports nothing of this repository.
	Sealed int
	// Apart names a subtree in which each directory stands for itself.
	Apart string
	// Edges are the few imports allowed inside sealed floors.
	Edges []Edge
	// Rooms is the floor on which rooms stand; the shape of a room is checked there.
	Rooms int
	// Open is the floor for tests alone: it may import anything, no lower floor may import it.
	Open int
	// Owners says who may import what others wrote. Third-party code without
	// an entry may not be imported; the standard library only where a row names it.
	Owners []Owner
	// Clocks are the packages that may ask the machine for the time.
	Clocks []string
	// Markup are the packages that may declare a string to be safe HTML or a safe URL.
	Markup []string
	// FileLines is the most lines a hand-written Go file may have.
	FileLines int
	// SumLines is the most lines a directory may have in all.
	SumLines map[string]int
	// JunkNames are package names that say nothing.
	JunkNames []string
}

// Owner gives one import path, with everything below it, to a few packages.
type Owner struct {
	Path string   // module or package, for example "github.com/riverqueue/river"
	Who  []string // directories, or subtrees as "x/..."
	Why  string   // the reason, and so the end of the complaint
}

// Edge is one import inside the sealed floors.
type Edge struct{ From, To, Why string }

// matches reports whether dir is meant by pattern.
func matches(pattern, dir string) bool {
	if top, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == top || strings.HasPrefix(dir, top+"/")
	}
	return pattern == dir
}

func anyMatches(patterns []string, dir string) bool {
	for _, p := range patterns {
		if matches(p, dir) {
			return true
		}
	}
	return false
}

// place returns the floor of dir and the room it belongs to; floor is -1 for
// a directory on no floor. The longest pattern wins.
func (p Plan) place(dir string) (floor int, room string) {
	floor, best := -1, -1
	for f, patterns := range p.Floors {
		for _, pattern := range patterns {
			if matches(pattern, dir) && len(pattern) > best {
				floor, best, room = f, len(pattern), strings.TrimSuffix(pattern, "/...")
			}
		}
	}
	if p.Apart != "" && matches(p.Apart+"/...", dir) {
		room = dir
	}
	return floor, room
}

// owner returns the row that speaks about an import path; the longest wins.
func (p Plan) owner(imported string) (Owner, bool) {
	var found Owner
	for _, o := range p.Owners {
		if matches(o.Path+"/...", imported) && len(o.Path) > len(found.Path) {
			found = o
		}
	}
	return found, found.Path != ""
}

// standard reports whether an import path is the standard library's.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// local turns an import path of this module into a directory.
func (p Plan) local(imported string) (dir string, ok bool) {
	if imported == p.Module {
		return ".", true
	}
	dir, ok = strings.CutPrefix(imported, p.Module+"/")
	return path.Clean(dir), ok
}
