package drawing

import "strconv"

// Theme says which colours a drawing has.
type Theme string

// The themes. A drawing that stands in a page takes the page's colours through
// CSS variables, with the light ones where there are none.
const (
	Page  Theme = ""
	Light Theme = "light"
	Dark  Theme = "dark"
	Print Theme = "print" // greys, on white
)

// Ink is one colour of a map, by its CSS variable without "--gd-map-".
type Ink string

// The inks beside those of classes, which are "1" to "9" from little to much.
const (
	Paper   Ink = "paper"   // behind the map
	Land    Ink = "land"    // areas the figure does not speak of
	None    Ink = "zero"    // counted, and none
	Hatch   Ink = "hatch"   // lines over Land: missing
	Dots    Ink = "dots"    // dots over Paper: suppressed
	Line    Ink = "line"    // between areas
	Border  Ink = "border"  // between counties, and the coast
	Pointed Ink = "pointed" // the area the reader asked for
	Text    Ink = "text"
	Circle  Ink = "circle"
)

// shades is light, dark, print. The steps of a ramp have equal differences of
// lightness (Oklab), so that they stay apart for every kind of colour vision
// and in print.
var shades = map[Ink][3]string{
	"1": {"#dbeae3", "#1d3635", "#f2f2f2"},
	"2": {"#b2d5cb", "#204e4b", "#dcdcdc"},
	"3": {"#89c0b4", "#206861", "#c6c6c6"},
	"4": {"#63aaa0", "#2d8078", "#b0b0b0"},
	"5": {"#43928a", "#3b9a8f", "#989898"},
	"6": {"#2d7973", "#59b3a6", "#808080"},
	"7": {"#14625d", "#76cbbf", "#686868"},
	"8": {"#084a47", "#a3e1d6", "#505050"},
	"9": {"#053332", "#d3f5ee", "#333333"},

	Paper:   {"#fffdf9", "#14191a", "#ffffff"},
	Land:    {"#ece6d9", "#252c2d", "#f7f7f7"},
	None:    {"#fffdf9", "#14191a", "#ffffff"},
	Hatch:   {"#7d776a", "#8b9597", "#666666"},
	Dots:    {"#7d776a", "#8b9597", "#666666"},
	Line:    {"#fffdf9", "#14191a", "#ffffff"},
	Border:  {"#55524a", "#aab3b1", "#222222"},
	Pointed: {"#b3392a", "#ff8a7d", "#000000"},
	Text:    {"#1b1a17", "#ece8df", "#000000"},
	Circle:  {"#0b5b57", "#5cc4b8", "#444444"},
}

// steps says which of the nine shades k classes take.
var steps = [...][]int{
	1: {5}, 2: {3, 7}, 3: {2, 5, 8}, 4: {1, 4, 6, 9}, 5: {1, 3, 5, 7, 9}, 6: {1, 3, 4, 6, 7, 9}, 7: {1, 2, 4, 5, 6, 8, 9},
}

// ClassInk returns the ink of class i of k.
func ClassInk(i, k int) Ink { return Ink(strconv.Itoa(steps[k][i])) }

// Colour returns the ink as a value for a presentation attribute.
func (t Theme) Colour(i Ink) string {
	s := shades[i]
	switch t {
	case Light:
		return s[0]
	case Dark:
		return s[1]
	case Print:
		return s[2]
	}
	return "var(--gd-map-" + string(i) + "," + s[0] + ")"
}
