package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// house makes a folder with the given files and a build over it.
func house(t *testing.T, files map[string]string) *build {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b := &build{root: root, out: filepath.Join(root, "dist"), cache: filepath.Join(root, ".cache"), compress: true}
	if err := os.MkdirAll(b.cache, 0o755); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCharactersOfDisplayPiecesAreKept(t *testing.T) {
	b := house(t, map[string]string{
		"internal/web/ui/text/zh-TW.toml": `"ui.name" = "公道"` + "\n" + `"ui.hero.lead" = "一條路"`,
		"opendata/text/zh-TW.toml":        `"opendata.search.title" = "開放資料"` + "\n" + `"opendata.search.hint" = "輸入關鍵字"`,
	})
	display, mark, err := b.characters()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "公道一條路開放資料輸入關鍵字7,A" {
		if !strings.ContainsRune(display, r) {
			t.Errorf("the display font lacks %q", r)
		}
	}
	if mark != "公道" {
		t.Errorf("the mark font keeps %q, want 公道", mark)
	}
}

func TestDisplayKey(t *testing.T) {
	for key, want := range map[string]bool{
		"web.home.title": true, "root.home.line1": true, "ui.name": true, "web.home.hero": true, "web.home.hero.lead": true, "atlas.map.heading": true,
		"opendata.import.hint": false, "opendata.title-text": true, "identity.subtitle": false, "ui.footer.promise": false,
	} {
		if got := displayKey.MatchString(key); got != want {
			t.Errorf("displayKey(%q) = %v, want %v", key, got, want)
		}
	}
}

func TestHanKeepsTheMostFrequent(t *testing.T) {
	count := map[rune]int{'公': 3, '道': 2, '路': 2, 'A': 9}
	if got := han(count, 2); got != "公路" && got != "公道" {
		t.Errorf("han() = %q", got)
	}
	if got := han(count, 99); len([]rune(got)) != 3 {
		t.Errorf("han() = %q, want three Han characters", got)
	}
	if got := han(count, -1); got != "" {
		t.Errorf("han() = %q, want nothing", got)
	}
}

func TestIslandsAreFoundByName(t *testing.T) {
	b := house(t, map[string]string{
		"internal/web/ui/islands/upload.ts": "", "atlas/islands/map.ts": "", "atlas/islands/map.worker.ts": "", "atlas/islands/_draw.ts": "", "atlas/islands/types.d.ts": "",
	})
	got, err := b.islands()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for name := range got {
		found = append(found, name)
	}
	slices.Sort(found)
	if !slices.Equal(found, []string{"map", "upload"}) {
		t.Errorf("islands() = %v, want map and upload", found)
	}
}

func TestTwoIslandsOfOneNameAreRefused(t *testing.T) {
	b := house(t, map[string]string{"opendata/islands/map.ts": "", "atlas/islands/map.ts": ""})
	if _, err := b.islands(); err == nil || !strings.Contains(err.Error(), "two islands are called map") {
		t.Errorf("islands() = %v", err)
	}
}

func TestLogicalName(t *testing.T) {
	for _, tt := range []struct{ entry, base, want string }{
		{"internal/web/ui/gongdao.ts", "gongdao-ABC.js", "gongdao.js"},
		{"atlas/islands/map.ts", "map-ABC.js", "islands/map.js"},
		{"", "chunk-ABC.js", "chunks/chunk-ABC.js"},
	} {
		if got := logicalName(tt.entry, tt.base); got != tt.want {
			t.Errorf("logicalName(%q, %q) = %q, want %q", tt.entry, tt.base, got, tt.want)
		}
	}
}

func TestWriteReplacesWhatAnEarlierRunLeft(t *testing.T) {
	b := house(t, map[string]string{"dist/old-1.js": "old", "dist/old-1.js.br": "old", "dist/.gitkeep": ""})
	body := []byte(strings.Repeat("const a = 1;\n", 200))
	b.files = []file{{"a.js", hashed("a.js", body), body}, {"icon.svg", "icon-1.svg", []byte("<svg/>")}}
	if err := b.write(); err != nil {
		t.Fatal(err)
	}
	name := b.manifest["a.js"].File
	want := []string{".gitkeep", name, name + ".br", name + ".gz", "icon-1.svg", "manifest.json"}
	slices.Sort(want)
	var got []string
	list, err := os.ReadDir(b.out)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		got = append(got, d.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the output holds %v, want %v", got, want)
	}
	raw, err := os.ReadFile(filepath.Join(b.out, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]entry
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	if e := m["a.js"]; e.Bytes != int64(len(body)) || e.SHA384 == "" {
		t.Errorf("the manifest says %+v", e)
	}
}

func TestTwoFilesOfOneLogicalNameAreRefused(t *testing.T) {
	b := house(t, nil)
	b.files = []file{{"a.js", "a-1.js", []byte("1")}, {"a.js", "a-2.js", []byte("2")}}
	if err := b.write(); err == nil || !strings.Contains(err.Error(), "two files are called a.js") {
		t.Errorf("write() = %v", err)
	}
}

func TestChangedInputIsNoticed(t *testing.T) {
	b := house(t, map[string]string{"internal/web/ui/gongdao.scss": "a{}"})
	if err := b.write(); err != nil {
		t.Fatal(err)
	}
	if fresh, err := b.upToDate(); err != nil || !fresh {
		t.Fatalf("upToDate() = %v, %v after a build", fresh, err)
	}
	if err := os.WriteFile(filepath.Join(b.root, "internal/web/ui/gongdao.scss"), []byte("b{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if fresh, err := b.upToDate(); err != nil || fresh {
		t.Errorf("upToDate() = %v, %v after a change", fresh, err)
	}
}

// TestWholeBuild builds the house as it stands into another folder.
func TestWholeBuild(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "node_modules", "sass")); err != nil || testing.Short() {
		t.Skip("needs npm packages and time")
	}
	b := &build{root: root, out: t.TempDir(), cache: t.TempDir()}
	if err := b.all(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gongdao.css", "gongdao.js", "islands/upload.js", "islands/live.js", "islands/passkey.js", "fonts/display.woff2", "fonts/mark.woff2", "icon.svg", "licences.txt"} {
		e, ok := b.manifest[name]
		if !ok || e.Bytes == 0 {
			t.Errorf("the manifest lacks %s", name)
		}
	}
	css, err := os.ReadFile(filepath.Join(b.out, b.manifest["gongdao.css"].File))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"./" + b.manifest["fonts/display.woff2"].File, "./" + b.manifest["fonts/mark.woff2"].File, "--gd-paper:"} {
		if !strings.Contains(string(css), want) {
			t.Errorf("the stylesheet lacks %s", want)
		}
	}
	if strings.Contains(string(css), "GDS Transport") {
		t.Error("the stylesheet names a font that is not ours to use")
	}
}
