package atlas_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// rate is a map of the made-up land by village; cells are put over it.
func rate(cells map[string]atlas.Cell) atlas.DrawSpec {
	spec := atlas.DrawSpec{
		Title: civic.Text{ZhTW: "出生率", En: "Birth rate"}, Unit: civic.Text{ZhTW: "‰", En: "‰"},
		Level: atlas.LevelVillage, Kind: atlas.Rate, Lang: i18n.ZhTW, Values: map[string]atlas.Cell{},
	}
	n := 0.0
	for _, county := range []string{"09001", "09002"} {
		for _, town := range []string{"010", "020"} {
			for _, village := range []string{"001", "002", "003", "004"} {
				n++
				spec.Values[county+town+village] = atlas.Cell{Value: n * n, Low: n*n - 1, High: n*n + 1}
			}
		}
	}
	for code, c := range cells {
		spec.Values[code] = c
	}
	return spec
}

func draw(t *testing.T, s *atlas.Service, spec atlas.DrawSpec) (atlas.Drawing, string) {
	t.Helper()
	d, err := s.Draw(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := d.Block.Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	return d, page.String()
}

// TestZeroMissingSuppressedDiffer: three fills, three legend rows, three texts
// in the table.
func TestZeroMissingSuppressedDiffer(t *testing.T) {
	s := room(t)
	spec := rate(map[string]atlas.Cell{
		"09001010001": {Value: 0}, "09001010002": {Mark: atlas.Suppressed}, "09001010003": {Mark: atlas.Withheld},
		"09001010004": {Mark: atlas.Missing},
	})
	delete(spec.Values, "09002020004")
	d, page := draw(t, s, spec)
	var rows []atlas.LegendRow
	for _, r := range d.Legend {
		if !strings.HasPrefix(r.Class, "c") {
			rows = append(rows, r)
		}
	}
	want := []atlas.LegendRow{{Class: "zero", Text: "0", Areas: 1}, {Class: "missing", Text: "無資料", Areas: 2}, {Class: "suppressed", Text: "保密", Areas: 2}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("legend (-want +got):\n%s", diff)
	}
	texts := map[string]string{}
	for _, r := range d.Table {
		texts[r.Code] = r.Value
	}
	for code, want := range map[string]string{"09001010001": "0", "09001010002": "保密", "09001010003": "保密", "09001010004": "無資料", "09002020004": "無資料", "09001020001": "25"} {
		if texts[code] != want {
			t.Errorf("the table says %q of %s, want %q", texts[code], code, want)
		}
	}
	svg := string(d.File("light"))
	fills := map[string]bool{}
	for _, class := range []string{"gd-map-zero", "gd-map-missing", "gd-map-suppressed"} {
		_, after, ok := strings.Cut(svg, `class="`+class+`" fill="`)
		fill, _, _ := strings.Cut(after, `"`)
		if !ok || fills[fill] {
			t.Errorf("%s has the fill %q, which is missing or another's", class, fill)
		}
		fills[fill] = true
	}
	if !strings.Contains(page, "保密") || !strings.Contains(page, "無資料") {
		t.Error("the page does not name what is not shown")
	}
}

// TestSuppressedNowhere: a suppressed value is in no drawing, table, figure,
// class count or description, whatever the map.
func TestSuppressedNowhere(t *testing.T) {
	s := room(t)
	secret := atlas.Cell{Value: 31337, Low: 31336, High: 31338}
	for _, mark := range []atlas.Mark{atlas.Suppressed, atlas.Withheld} {
		secret.Mark = mark
		for _, kind := range []atlas.FigureKind{atlas.Rate, atlas.Index, atlas.Density, atlas.Count} {
			spec := rate(map[string]atlas.Cell{"09001010001": secret})
			spec.Kind, spec.Marked = kind, "09001010001"
			d, page := draw(t, s, spec)
			all := page + string(d.Figure) + string(d.File("dark")) + strings.Join(d.Notes, "")
			for _, r := range d.Table {
				all += r.Value
			}
			for _, r := range d.Legend {
				all += r.Text
			}
			for _, digits := range []string{"31337", "31,337", "31336", "31338", "3133"} {
				if i := strings.Index(all, digits); i >= 0 {
					t.Errorf("%s of kind %s: %q stands in …%s…", mark, kind, digits, all[max(0, i-60):min(len(all), i+20)])
				}
			}
			counted := 0
			for _, r := range d.Legend {
				if r.Class != "suppressed" {
					counted += r.Areas
				}
			}
			if counted != 15 {
				t.Errorf("%s of kind %s: %d areas are counted with values, want 15", mark, kind, counted)
			}
		}
	}
}

// TestRatesNotCounts: a count is shaded only with a reason, which is printed;
// otherwise it becomes circles, and too many of them are refused.
func TestRatesNotCounts(t *testing.T) {
	s := room(t)
	spec := rate(nil)
	spec.Kind = atlas.Count
	d, page := draw(t, s, spec)
	if !strings.Contains(string(d.File("light")), "<circle") || strings.Contains(page, "gd-map-c0") || d.Style != "" {
		t.Error("a count without a reason is not drawn as circles")
	}
	spec.Reason = civic.Text{ZhTW: "每里的人口幾乎相同"}
	d, page = draw(t, s, spec)
	if strings.Contains(string(d.File("light")), "<circle") || !strings.Contains(page, "每里的人口幾乎相同") {
		t.Error("a count with a reason is not shaded, or the reason is not printed")
	}
	spec.Reason, spec.PerKm2 = civic.Text{}, true
	d, page = draw(t, s, spec)
	if strings.Contains(string(d.File("light")), "<circle") || !strings.Contains(page, "‰／平方公里") {
		t.Error("a count per km² is not shaded as a density")
	}
	spec.Kind = atlas.Rate
	if _, err := s.Draw(t.Context(), spec); fault.Of(err).Code != "atlas.per-area" {
		t.Errorf("a rate per km²: %v, want atlas.per-area", err)
	}
}

func TestDrawRefuses(t *testing.T) {
	s := room(t)
	for _, tt := range []struct {
		name   string
		change func(*atlas.DrawSpec)
		kind   fault.Kind
		code   string
	}{
		{"two classes", func(d *atlas.DrawSpec) { d.Classes = 2 }, fault.Invalid, "atlas.bad-classes"},
		{"eight classes", func(d *atlas.DrawSpec) { d.Classes = 8 }, fault.Invalid, "atlas.bad-classes"},
		{"an unknown method", func(d *atlas.DrawSpec) { d.Method = "pretty" }, fault.Invalid, "atlas.bad-classes"},
		{"no kind", func(d *atlas.DrawSpec) { d.Kind = "" }, fault.Invalid, "atlas.bad-kind"},
		{"no title", func(d *atlas.DrawSpec) { d.Title = civic.Text{} }, fault.Invalid, "atlas.no-title"},
		{"no unit", func(d *atlas.DrawSpec) { d.Unit = civic.Text{} }, fault.Invalid, "atlas.no-title"},
		{"a level that is none", func(d *atlas.DrawSpec) { d.Level = "street" }, fault.NotFound, "atlas.no-map-level"},
		{"the nation", func(d *atlas.DrawSpec) { d.Level = atlas.LevelNation }, fault.NotFound, "atlas.no-map-level"},
		{"within nothing", func(d *atlas.DrawSpec) { d.Within = "99999" }, fault.NotFound, "atlas.no-within"},
		{"within itself", func(d *atlas.DrawSpec) { d.Within = "09001010001" }, fault.NotFound, "atlas.no-within"},
	} {
		spec := rate(nil)
		tt.change(&spec)
		_, err := s.Draw(t.Context(), spec)
		if !errors.Is(err, tt.kind) || fault.Of(err).Code != tt.code {
			t.Errorf("%s: Draw() = %v, want %s %s", tt.name, err, tt.kind, tt.code)
		}
	}
}

// TestImpossibleValuesAreListed: NaN, infinite, negative, a share above 1.
func TestImpossibleValuesAreListed(t *testing.T) {
	s := room(t)
	spec := rate(map[string]atlas.Cell{"09001010001": {Value: math.NaN()}, "09001010002": {Value: -1}, "09001010003": {Value: math.Inf(1)}, "99999999999": {Value: 1}})
	d, _ := draw(t, s, spec)
	notes := strings.Join(d.Notes, "\n")
	for _, want := range []string{"3 個區域的數值不可能", "山台市東區甲里、山台市東區乙里、山台市東區丙里", "1 個代碼不在這些界線裡"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes lack %q:\n%s", want, notes)
		}
	}
	for _, tt := range []struct {
		name  string
		value float64
		want  string
	}{{"one value", 7, "只分成 1 級，不是 5 級"}} {
		spec := rate(nil)
		for code := range spec.Values {
			spec.Values[code] = atlas.Cell{Value: tt.value}
		}
		d, _ := draw(t, s, spec)
		if notes := strings.Join(d.Notes, "\n"); !strings.Contains(notes, tt.want) {
			t.Errorf("%s: the notes lack %q:\n%s", tt.name, tt.want, notes)
		}
	}
}

// TestSameMapSameBytes: a drawing is reproducible, byte for byte.
func TestSameMapSameBytes(t *testing.T) {
	spec := rate(map[string]atlas.Cell{"09001010001": {Mark: atlas.Suppressed}, "09001010002": {Mark: atlas.Missing}})
	first, page := draw(t, room(t), spec)
	for range 3 {
		again, samePage := draw(t, room(t), spec)
		if !bytes.Equal(first.File("light"), again.File("light")) || !bytes.Equal(first.Figure, again.Figure) || page != samePage {
			t.Fatal("the same map has other bytes")
		}
	}
	golden(t, "rate.svg", first.File("light"))
	golden(t, "rate.json", indented(t, first.Figure))
}

func indented(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", " "); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), '\n')
}

// TestNamesAreText: whatever a title or a name holds, the drawing is
// well-formed XML and nothing of it is markup.
func TestNamesAreText(t *testing.T) {
	s := room(t)
	spec := rate(nil)
	spec.Title = civic.Text{ZhTW: `<script>alert("1")</script>&'`}
	spec.Source = civic.Text{ZhTW: `<img src=x onerror=alert(1)>`}
	d, page := draw(t, s, spec)
	for dec := xml.NewDecoder(bytes.NewReader(d.File("light"))); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the drawing is not well-formed: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || e.Name.Local == "script" || e.Name.Local == "style" {
				t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "<img") {
		t.Error("a title became markup")
	}
}

func TestDrawSpeaksBothLanguages(t *testing.T) {
	s := room(t)
	spec := rate(map[string]atlas.Cell{"09001010001": {Mark: atlas.Suppressed}})
	spec.Lang = i18n.En
	d, page := draw(t, s, spec)
	if d.Title != "Birth rate" || !strings.Contains(page, "Confidential") || !strings.Contains(page, "V4 Vil., West District, Sea City") {
		t.Errorf("the English map has the title %q", d.Title)
	}
	for _, r := range page {
		if r >= 0x4e00 && r < 0xa000 {
			t.Fatalf("the English map has the character %c", r)
		}
	}
	if strings.Contains(page, "⟦") {
		t.Error("a piece is missing from the catalogue")
	}
}

// TestDrawTaiwan is the size and the look of the real thing.
func TestDrawTaiwan(t *testing.T) {
	s := taiwanRoom(t)
	villages, err := s.Names(t.Context(), atlas.LevelVillage)
	if err != nil {
		t.Fatal(err)
	}
	spec := atlas.DrawSpec{Title: civic.Text{ZhTW: "人口"}, Unit: civic.Text{ZhTW: "人"}, Level: atlas.LevelVillage, Kind: atlas.Count,
		PerKm2: true, Classes: 7, Lang: i18n.ZhTW, Values: map[string]atlas.Cell{}}
	for i, v := range villages {
		spec.Values[v.Code] = atlas.Cell{Value: float64(100 + i*7919%9973)}
	}
	d, _ := draw(t, s, spec)
	svg := d.File("light")
	if n := packed(t, svg); n > 150_000 {
		t.Errorf("the villages of Taiwan take %d bytes gzipped, want at most 150,000", n)
	}
	if paths := bytes.Count(svg, []byte(`class="gd-map-c`)); paths != 7 {
		t.Errorf("%d paths of classes, want one a class", paths)
	}
	spec.PerKm2 = false
	if _, err := s.Draw(t.Context(), spec); fault.Of(err).Code != "atlas.too-many-circles" {
		t.Errorf("7,701 circles: %v, want atlas.too-many-circles", err)
	}
}
