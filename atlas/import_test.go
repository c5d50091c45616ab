package atlas_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

var update = flag.Bool("update", false, "write goldens anew")

// golden compares with testdata/name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run with -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		in, err := s.Import(t.Context(), bytes.NewReader(land()))
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, l := range in.Layers {
			got = append(got, l.Areas)
		}
		if diff := cmp.Diff([]int{1, 2, 4, 16}, got); diff != "" || !in.New {
			t.Errorf("new %v, areas of the layers (-want +got):\n%s", in.New, diff)
		}
		a, err := s.Area(t.Context(), "09002020004")
		if err != nil {
			t.Fatal(err)
		}
		if a.Name != (civic.Text{ZhTW: "丁里", En: "V4 Vil."}) || a.Parent != "09002020" || a.KM2 < 1.1 || a.KM2 > 1.2 {
			t.Errorf("Area() = %+v, want 丁里 in 09002020 with 1.1 km²", a)
		}
		if n := len(facts(t, d)); n != 4 {
			t.Errorf("%d facts, want one a layer", n)
		}
	})
}

// TestImportTwiceIsOnce: the same file again changes nothing and says so.
func TestImportTwiceIsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for i, want := range []bool{true, false} {
			in, err := s.Import(t.Context(), bytes.NewReader(land()))
			if err != nil {
				t.Fatal(err)
			}
			if in.New != want || len(in.Layers) != 4 {
				t.Errorf("import %d: new %v, %d layers, want %v, 4", i+1, in.New, len(in.Layers), want)
			}
		}
		if n := len(facts(t, d)); n != 4 {
			t.Errorf("%d facts after two imports, want 4", n)
		}
	})
}

// TestFactGoldens: stored facts of every release decode; fields are added,
// never renamed.
func TestFactGoldens(t *testing.T) {
	d := dbtest.SQLite(t)
	s := open(t, d)
	if _, err := s.Import(t.Context(), bytes.NewReader(land())); err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`"id":"[0-9a-f-]{36}"`)
	got := ids.ReplaceAllString(strings.Join(facts(t, d), "\n")+"\n", `"id":"…"`)
	golden(t, "facts.golden", []byte(got))
}

// TestRestartKeepsBoundaries: what was imported is there for the next process,
// and a process that was running sees what another one imported.
func TestRestartKeepsBoundaries(t *testing.T) {
	d := dbtest.SQLite(t)
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	needs := atlas.Needs{DB: d, Blobs: blobs}
	first, err := atlas.New(t.Context(), atlas.Config{}, needs)
	if err != nil {
		t.Fatal(err)
	}
	second, err := atlas.New(t.Context(), atlas.Config{}, needs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.Area(t.Context(), "09001"); !errors.Is(err, fault.NotFound) {
		t.Fatalf("Area() before any import = %v, want fault.NotFound", err)
	}
	if _, err := first.Import(t.Context(), bytes.NewReader(land())); err != nil {
		t.Fatal(err)
	}
	if a, err := second.Area(t.Context(), "09001"); err != nil || a.Name.ZhTW != "山台市" {
		t.Errorf("Area() after the other's import = %+v, %v", a, err)
	}
}

func TestConfiguredBoundaries(t *testing.T) {
	file := filepath.Join(t.TempDir(), "villages.json")
	if err := os.WriteFile(file, land(), 0o600); err != nil {
		t.Fatal(err)
	}
	d := dbtest.SQLite(t)
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second start finds them
		s, err := atlas.New(t.Context(), atlas.Config{Boundaries: file}, atlas.Needs{DB: d, Blobs: blobs})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Area(t.Context(), "09001"); err != nil {
			t.Error(err)
		}
	}
	_, err = atlas.New(t.Context(), atlas.Config{Boundaries: file + ".not"}, atlas.Needs{DB: dbtest.SQLite(t), Blobs: blobs})
	if !errors.Is(err, fault.Invalid) {
		t.Errorf("New() with a file that is not there = %v, want fault.Invalid", err)
	}
}

func TestImportRefuses(t *testing.T) {
	good := string(land())
	replace := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the made-up land has no %s", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	for _, tt := range []struct {
		name, in string
		kind     fault.Kind
		code     string
		field    string // code of the first thing listed
	}{
		{"a table", "村里,人口\n", fault.Malformed, "atlas.not-topojson", ""},
		{"cut off", good[:len(good)/2], fault.Malformed, "atlas.not-topojson", ""},
		{"arc out of range", replace(`"arcs":[[0,1,2,3]]`, `"arcs":[[0,1,2,999]]`), fault.Malformed, "atlas.not-topojson", ""},
		{"open ring", replace(`"arcs":[[0,1,2,3]]`, `"arcs":[[0,1,2]]`), fault.Malformed, "atlas.not-topojson", ""},
		{"too deep", strings.Repeat("[", 100), fault.Malformed, "atlas.not-topojson", ""},
		{"other objects", replace(`"villages":`, `"districts":`), fault.Invalid, "atlas.boundaries-invalid", "atlas.no-villages"},
		{"a code of another town", replace(`"TOWNCODE":"09001010"`, `"TOWNCODE":"09001020"`), fault.Invalid, "atlas.boundaries-invalid", "atlas.bad-code"},
		{"a short code", replace(`"VILLCODE":"09001010001"`, `"VILLCODE":"9001010001"`), fault.Invalid, "atlas.boundaries-invalid", "atlas.bad-code"},
		{"one code twice", replace(`"VILLCODE":"09001010002"`, `"VILLCODE":"09001010001"`), fault.Invalid, "atlas.boundaries-invalid", "atlas.duplicate-code"},
		{"a town with two names", replace(`"TOWNNAME":"東區"`, `"TOWNNAME":"冬區"`), fault.Invalid, "atlas.boundaries-invalid", "atlas.two-names"},
		{"two villages on one place", replace(`[[4,5,6,-2]]`, `[[0,1,2,3]]`), fault.Invalid, "atlas.boundaries-invalid", "atlas.overlap"},
		{"latitude first", replace(`"translate":[121,24]`, `"translate":[24,121]`), fault.Invalid, "atlas.boundaries-invalid", "atlas.swapped"},
		{"metres", replace(`"scale":[0.00001,0.00001],"translate":[121,24]`, `"scale":[1,1],"translate":[250000,2600000]`), fault.Invalid, "atlas.boundaries-invalid", "atlas.metres"},
		{"another continent", replace(`"translate":[121,24]`, `"translate":[2,48]`), fault.Invalid, "atlas.boundaries-invalid", "atlas.elsewhere"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			s := open(t, d)
			_, err := s.Import(t.Context(), strings.NewReader(tt.in))
			f := fault.Of(err)
			if err == nil || f.Kind != tt.kind || f.Code != tt.code {
				t.Fatalf("Import() = %v, want %s %s", err, tt.kind, tt.code)
			}
			if tt.field != "" && (len(f.Fields) == 0 || f.Fields[0].Code != tt.field) {
				t.Errorf("Import() lists %+v, want %s first", f.Fields, tt.field)
			}
			if n := len(facts(t, d)); n != 0 {
				t.Errorf("a refused import left %d facts", n)
			}
		})
	}
}

// TestImportTaiwan: the real file, whole.
func TestImportTaiwan(t *testing.T) {
	s := taiwanRoom(t)
	for level, want := range map[string]int{atlas.LevelNation: 1, atlas.LevelCounty: 22, atlas.LevelTown: 368, atlas.LevelVillage: 7701} {
		areas, err := s.Names(t.Context(), level)
		if err != nil || len(areas) != want {
			t.Errorf("Names(%s) = %d areas, %v, want %d", level, len(areas), err, want)
		}
	}
	if a, err := s.Area(t.Context(), "63000"); err != nil || a.Name != (civic.Text{ZhTW: "臺北市", En: "Taipei City"}) {
		t.Errorf("Area(63000) = %+v, %v", a, err)
	}
}
