package atlas_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/clock"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
	"github.com/gongdao/gongdao/internal/testkit/faultscan"
	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/internal/testkit/linkscan"
	"github.com/gongdao/gongdao/internal/testkit/pagecheck"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
)

func packed(t *testing.T, b []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// TestMain keeps the folder of the room that several tests share.
func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "atlas")
	if err != nil {
		panic(err)
	}
	shared = sync.OnceValues(func() (*atlas.Service, error) { return importTaiwan(dir) })
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// shared is a room with the real boundaries; set once, by TestMain.
var shared func() (*atlas.Service, error)

func importTaiwan(dir string) (*atlas.Service, error) {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{Dir: dir}, db.Needs{})
	if err != nil {
		return nil, err
	}
	blobs, err := blob.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		return nil, err
	}
	return atlas.New(ctx, atlas.Config{Boundaries: boundaries}, atlas.Needs{DB: d, Blobs: blobs})
}

// taiwanRoom is a room with the real boundaries, or skips. Tests only read it.
func taiwanRoom(t *testing.T) *atlas.Service {
	t.Helper()
	if _, err := os.Stat(boundaries); err != nil {
		t.Skip("no boundaries of Taiwan here: run npm ci --ignore-scripts")
	}
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var words = sync.OnceValues(func() (*i18n.Catalogue, error) { return i18n.Load(web.Text, ui.Text, atlas.Text()) })

func door(t *testing.T, s *atlas.Service) *web.Web {
	t.Helper()
	catalogue, err := words()
	if err != nil {
		t.Fatal(err)
	}
	home := web.Route{Name: "root.home", Pattern: "GET /{$}", Who: access.Anyone, Doc: "The home page.", Bilingual: true,
		Handler: web.Plain(func(http.ResponseWriter, *http.Request) error { return nil })}
	w, err := web.New(web.Config{Strict: true}, web.Needs{Catalogue: catalogue, Now: clock.New(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)).Now}, append(s.Routes(), home))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func get(t *testing.T, w http.Handler, path string, head ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", "http://localhost"+path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec.Result()
}

func body(t *testing.T, res *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPages(t *testing.T) {
	w := door(t, room(t))
	pagecheck.Every(t, w, []string{
		"/maps?q=甲里", "/maps?q=nowhere", "/maps/county", "/maps/town", "/maps/village", "/maps/town?within=09001",
		"/maps/village?within=09001", "/maps/village?within=09001010", "/maps/county?area=09001", "/maps/town?area=09001010", "/maps/village?area=09001010001",
	})
}

// TestPageWithoutBoundaries: an empty room is still a page that says what to do.
func TestPageWithoutBoundaries(t *testing.T) {
	w := door(t, open(t, dbtest.SQLite(t)))
	p := pagecheck.Get(t, w, "/maps")
	if p.Status != 200 || len(p.Check()) > 0 {
		t.Errorf("/maps without boundaries = %d, %v", p.Status, p.Check())
	}
	if res := get(t, w, "/maps/county"); res.StatusCode != 404 {
		t.Errorf("/maps/county without boundaries = %d, want 404", res.StatusCode)
	}
}

// TestMapWithoutScript: with JavaScript off the page has map, table and
// downloads, and every area can be reached.
func TestMapWithoutScript(t *testing.T) {
	w := door(t, room(t))
	p := pagecheck.Get(t, w, "/maps/village?within=09001010")
	for element, want := range map[string]int{"svg": 1, "table": 1} {
		if n := len(p.All(element)); n < want {
			t.Errorf("the page has %d <%s>, want %d", n, element, want)
		}
	}
	links := 0
	for _, a := range p.All("a") {
		if strings.Contains(pagecheck.Attr(a, "href"), "/maps/village?area=0900101000") {
			links++
		}
	}
	if links != 4 {
		t.Errorf("%d links to the four villages", links)
	}
}

func TestFiles(t *testing.T) {
	w := door(t, room(t))
	for _, tt := range []struct {
		path        string
		status      int
		contentType string
	}{
		{"/atlas/layers/town.geojson", 200, "application/geo+json"},
		{"/atlas/layers/village.geojson?within=09001&simplify=100", 200, "application/geo+json"},
		{"/atlas/layers/county.geojson?labels=1", 200, "application/geo+json"},
		{"/atlas/county.geojson", 200, "application/geo+json"},
		{"/atlas/village.topojson", 200, "application/json"},
		{"/atlas/town.svg?theme=dark&lang=en&within=09001", 200, "image/svg+xml; charset=utf-8"},
		{"/atlas/styles/town.json?theme=dark", 200, "application/json"},
		{"/atlas/styles/village.json?within=09001010", 200, "application/json"},
		{"/api/atlas/v1/areas/09001010-001", 200, "application/json"},
		{"/api/atlas/v1/areas?q=%E7%94%B2%E9%87%8C", 200, "application/json"},
		{"/atlas/layers/street.geojson", 404, "application/problem+json"},
		{"/atlas/layers/town.shp", 404, "application/problem+json"},
		{"/atlas/town.exe", 404, "application/problem+json"},
		{"/atlas/styles/town.xml", 404, "application/problem+json"},
		{"/atlas/layers/town.geojson?within=99999", 404, "application/problem+json"},
		{"/atlas/layers/town.geojson?simplify=7", 422, "application/problem+json"},
		{"/api/atlas/v1/areas/1", 404, "application/problem+json"},
		{"/maps/nation", 404, ""}, {"/maps/street", 404, ""}, {"/maps/town?area=09001", 404, ""}, {"/maps/town?within=x", 404, ""},
	} {
		res := get(t, w, tt.path)
		if got := res.Header.Get("Content-Type"); res.StatusCode != tt.status || tt.contentType != "" && got != tt.contentType {
			t.Errorf("GET %s = %d %s, want %d %s", tt.path, res.StatusCode, got, tt.status, tt.contentType)
		}
	}
}

// TestFilesAreCheckedByTag: a reader who has the bytes does not get them again.
func TestFilesAreCheckedByTag(t *testing.T) {
	w := door(t, room(t))
	first := get(t, w, "/atlas/layers/town.geojson")
	tag := first.Header.Get("Etag")
	if tag == "" || first.Header.Get("Cache-Control") == "" {
		t.Fatalf("headers %v", first.Header)
	}
	if res := get(t, w, "/atlas/layers/town.geojson", "If-None-Match", tag); res.StatusCode != 304 || len(body(t, res)) > 0 {
		t.Errorf("with the tag = %d, want 304", res.StatusCode)
	}
	zipped := get(t, w, "/atlas/layers/town.geojson", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(plain, body(t, first)) {
		t.Errorf("the compressed answer holds other bytes (%v)", err)
	}
}

// TestGDALReadsGeoJSON: GDAL finds the same areas with the same fields, and the
// shapes of the towns valid (OGC 06-103r4).
func TestGDALReadsGeoJSON(t *testing.T) {
	ogrinfo := judge.Need(t, "gdal")
	w := door(t, taiwanRoom(t))
	for _, tt := range []struct {
		path string
		want string
	}{
		{"/atlas/layers/town.geojson", "Feature Count: 368"},
		{"/atlas/layers/town.geojson?simplify=200", "Feature Count: 368"},
		{"/atlas/layers/village.geojson?within=63000&simplify=25", "Feature Count: 456"},
		{"/atlas/layers/county.geojson?labels=1", "Geometry: Point"},
	} {
		file := filepath.Join(t.TempDir(), "layer.geojson")
		if err := os.WriteFile(file, body(t, get(t, w, tt.path)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(ogrinfo, "-al", "-so", file).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", tt.path, err, out)
		}
		for _, want := range []string{tt.want, "code: String", "name: String", "km2: Real", "WGS 84"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s: ogrinfo does not say %q:\n%.1500s", tt.path, want, out)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "town.geojson")
	if err := os.WriteFile(file, body(t, get(t, w, "/atlas/layers/town.geojson")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(ogrinfo, "-q", "-dialect", "sqlite", "-sql", "SELECT COUNT(*) AS broken FROM town WHERE NOT ST_IsValid(geometry)", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "broken (Integer) = 0") {
		t.Errorf("GDAL on the validity of the towns: %v\n%.500s", err, out)
	}
}

// TestStyleIsOurs: a style names no other origin and no glyphs.
func TestStyleIsOurs(t *testing.T) {
	w := door(t, room(t))
	b := body(t, get(t, w, "/atlas/styles/village.json?within=09001"))
	var style struct {
		Version int
		Glyphs  string
		Sources map[string]struct{ Type, Data string }
		Layers  []struct{ ID, Type, Source string }
	}
	if err := json.Unmarshal(b, &style); err != nil {
		t.Fatal(err)
	}
	if style.Version != 8 || style.Glyphs != "" || bytes.Contains(b, []byte("//")) {
		t.Errorf("style %s", b)
	}
	for name, source := range style.Sources {
		if res := get(t, w, source.Data); source.Type != "geojson" || res.StatusCode != 200 {
			t.Errorf("source %s: %s %s = %d", name, source.Type, source.Data, res.StatusCode)
		}
	}
	for _, l := range style.Layers {
		if _, ok := style.Sources[l.Source]; !ok && l.Type != "background" {
			t.Errorf("layer %s has no source %q", l.ID, l.Source)
		}
	}
}

func TestCataloguesAgree(t *testing.T) {
	codes, err := faultscan.Codes(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range append(i18n.Check(atlas.Text(), codes...), i18n.TaiwanWords(atlas.Text())...) {
		t.Error(wrong)
	}
}

func TestEveryFaultSpeaks(t *testing.T) {
	catalogue, err := words()
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := faultscan.Check(".", catalogue)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range wrong {
		t.Error(s)
	}
}

func TestLinksResolve(t *testing.T) {
	wrong, err := linkscan.Check(".", room(t).Routes())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range wrong {
		t.Error(s)
	}
}
