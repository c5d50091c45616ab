package drawing

import (
	"strconv"

	"github.com/gongdao/gongdao/atlas/coverage"
)

// sheet holds the arcs as they are drawn. Each arc is simplified and rounded
// once, so neighbours, fills and borders have the same coordinates.
type sheet struct {
	c        *coverage.Coverage
	plane    *coverage.Plane
	views    [frames]view
	frame    []int8    // of each arc
	lines    [][]pixel // of each arc; nil until it is needed
	from, to []int32   // junctions
	head     []int32   // first arc that leaves a junction, 0 for none; scratch of walk
	next     []int32   // the arc after it at the same junction
}

// tolerance is how far, in px, a border may move when it is simplified.
const tolerance = 0.35

func newSheet(c *coverage.Coverage) *sheet {
	s := &sheet{c: c, plane: c.Plane(), frame: make([]int8, len(c.Arcs)), lines: make([][]pixel, len(c.Arcs))}
	for i, a := range c.Arcs {
		s.frame[i] = int8(frameOf(a[0]))
	}
	n := 0
	s.from, s.to, n = c.Junctions()
	s.head = make([]int32, n)
	s.next = make([]int32, 2*len(c.Arcs)+1)
	return s
}

// shown reports whether the arc's frame is part of this drawing.
func (s *sheet) shown(arc int) bool { return s.views[s.frame[arc]].on }

// line returns the arc as drawn.
func (s *sheet) line(arc int) []pixel {
	if s.lines[arc] != nil {
		return s.lines[arc]
	}
	v := &s.views[s.frame[arc]]
	keep := v.metres(tolerance)
	weights := s.plane.Weight[arc]
	out := make([]pixel, 0, 8)
	for i, m := range s.plane.Arcs[arc] {
		if weights[i] < keep {
			continue
		}
		p := v.at(m)
		if n := len(out); n == 0 || out[n-1] != p || i == len(weights)-1 && n == 1 {
			out = append(out, p)
		}
	}
	s.lines[arc] = out
	return out
}

// side is an arc with a direction: 2·arc+1 forwards, 2·arc+2 backwards, so
// that 0 is none.
type side = int32

func forwards(arc int) side  { return side(2*arc + 1) }
func backwards(arc int) side { return side(2*arc + 2) }
func arcOf(d side) int       { return int(d-1) / 2 }
func turned(d side) side     { return (d - 1 ^ 1) + 1 }

// leaves and arrives return the junctions at both ends of a directed arc.
func (s *sheet) leaves(d side) int32 {
	if d&1 == 1 {
		return s.from[arcOf(d)]
	}
	return s.to[arcOf(d)]
}

func (s *sheet) arrives(d side) int32 { return s.leaves(turned(d)) }

// walk joins the arcs round areas into rings and calls each for every ring.
// As many of them leave a junction as arrive there, so every ring closes.
func (s *sheet) walk(sides []side, each func([]side)) {
	for i := len(sides) - 1; i >= 0; i-- { // backwards, so that each list has the first one first
		j := s.leaves(sides[i])
		s.next[sides[i]] = s.head[j]
		s.head[j] = sides[i]
	}
	var path []side
	for _, first := range sides {
		for start := s.leaves(first); s.head[start] != 0; {
			path = path[:0]
			for at := start; s.head[at] != 0; {
				d := s.head[at]
				s.head[at] = s.next[d]
				path = append(path, d)
				at = s.arrives(d)
				if at == start {
					break
				}
			}
			each(path)
		}
	}
}

// chain joins borders, whose directions do not matter, into long lines.
func (s *sheet) chain(arcs []int, each func([]side)) {
	for _, arc := range arcs {
		for _, d := range [2]side{forwards(arc), backwards(arc)} {
			j := s.leaves(d)
			s.next[d], s.head[j] = s.head[j], d
		}
	}
	drawn := make(map[int]bool, len(arcs))
	var path []side
	for _, arc := range arcs {
		if drawn[arc] {
			continue
		}
		path = path[:0]
		for d := forwards(arc); d != 0; {
			drawn[arcOf(d)] = true
			path = append(path, d)
			at := s.arrives(d)
			for d = s.head[at]; d != 0 && drawn[arcOf(d)]; d = s.next[d] {
			}
		}
		each(path)
	}
	for _, arc := range arcs {
		s.head[s.from[arc]], s.head[s.to[arc]] = 0, 0
	}
}

// pen writes the data of one path.
type pen struct {
	b    []byte
	last pixel
	line []pixel
}

// fill adds a closed ring; one without an inside is left out.
func (p *pen) fill(s *sheet, path []side) {
	p.gather(s, path)
	if n := len(p.line); n > 1 && p.line[0] == p.line[n-1] {
		p.line = p.line[:n-1]
	}
	if len(p.line) < 3 {
		return
	}
	first := p.line[0]
	p.draw()
	p.b = append(p.b, 'z')
	p.last = first // closing moves the pen there
}

// stroke adds an open or closed line.
func (p *pen) stroke(s *sheet, path []side) {
	p.gather(s, path)
	if len(p.line) >= 2 {
		p.draw()
	}
}

func (p *pen) gather(s *sheet, path []side) {
	p.line = p.line[:0]
	for _, d := range path {
		line := s.line(arcOf(d))
		for i := range line {
			q := line[i]
			if d&1 == 0 {
				q = line[len(line)-1-i]
			}
			if n := len(p.line); n == 0 || p.line[n-1] != q {
				p.line = append(p.line, q)
			}
		}
	}
}

// draw writes line as one relative move and relative lines.
func (p *pen) draw() {
	for i, q := range p.line {
		if i == 0 {
			p.b = append(p.b, 'm')
		}
		p.number(q.x-p.last.x, i > 0)
		p.number(q.y-p.last.y, true)
		p.last = q
	}
}

// number writes v, after a blank where no sign divides it from the one before.
func (p *pen) number(v int32, divide bool) {
	if divide && v >= 0 {
		p.b = append(p.b, ' ')
	}
	p.b = strconv.AppendInt(p.b, int64(v), 10)
}
