package profile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/google/go-cmp/cmp"
)

func TestGeoJSON(t *testing.T) {
	const content = `{
 "type": "FeatureCollection", "name": "避難所",
 "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
 "features": [
  {"type": "Feature", "id": 1, "properties": {"名稱": "甲", "人數": 120, "代碼": "007", "開放": true}, "geometry": {"type": "Point", "coordinates": [121.5, 25.03]}},
  {"type": "Feature", "id": 2, "properties": {"名稱": "乙 \"二\"\n行", "人數": null, "代碼": "008", "開放": false, "設備": ["水", "電"]},
   "geometry": {"type": "Polygon", "coordinates": [[[120, 22], [121, 22], [121, 23], [120, 22]]]}},
  {"type": "Feature", "properties": {"名稱": "丙"}, "geometry": null}
 ]
}`
	p, rows := read(t, t.TempDir(), []byte(content), profile.Source{Name: "a.geojson"})
	if p.Format != profile.FormatGeoJSON || p.Rows != 3 {
		t.Fatalf("%s with %d rows", p.Format, p.Rows)
	}
	want := [][]string{
		{"_row", "名稱", "人數", "代碼", "開放", "id", "設備", "geo_point_lon", "geo_point_lat", "geo_shape"},
		{"1", "甲", "120", "007", "true", "1", "", "121.5", "25.03", `{"type":"Point","coordinates":[121.5,25.03]}`},
		{"2", "乙 \"二\"\n行", "", "008", "false", "2", `["水","電"]`, "", "", `{"type":"Polygon","coordinates":[[[120,22],[121,22],[121,23],[120,22]]]}`},
		{"3", "丙", "", "", "", "", "", "", "", ""},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows: %s", diff)
	}
	types := map[string]string{}
	for _, c := range p.Columns {
		types[c.Name] = c.Type + " " + c.SQLType
	}
	wantTypes := map[string]string{
		"名稱": "text VARCHAR", "人數": "int BIGINT", "代碼": "code VARCHAR", "開放": "boolean BOOLEAN", "id": "int BIGINT", "設備": "text VARCHAR",
		"geo_point_lon": "number DOUBLE", "geo_point_lat": "number DOUBLE", "geo_shape": "geo_shape VARCHAR",
	}
	if diff := cmp.Diff(wantTypes, types); diff != "" {
		t.Errorf("types: %s", diff)
	}
	if want := []profile.Point{{Name: "geo_point", Lon: "geo_point_lon", Lat: "geo_point_lat", CRS: "EPSG:4326"}}; !cmp.Equal(p.Points, want) {
		t.Errorf("points = %+v", p.Points)
	}
	if want := []float64{120, 22, 121.5, 25.03}; !cmp.Equal(p.BBox, want) {
		t.Errorf("bounds = %v, want %v", p.BBox, want)
	}
	if c := p.Cells; c.Read != c.Loaded+c.Missing+c.Reported {
		t.Errorf("cells = %+v", c)
	}
	t.Run("a recipe", func(t *testing.T) {
		p, _ := read(t, t.TempDir(), []byte(content), profile.Source{Recipe: []profile.Fix{
			{Kind: profile.SetType, Column: "id", Type: "code"}, {Kind: profile.Rename, Column: "名稱", To: "name"},
		}})
		if column(t, p, "id").Type != "code" || column(t, p, "name").Label != "name" {
			t.Errorf("columns %v", names(p))
		}
	})
}

func TestGeoJSONRefuses(t *testing.T) {
	feature := func(geometry string) string {
		return `{"type":"FeatureCollection","features":[` + "\n" + `{"type":"Feature","properties":{"a":1},"geometry":` + geometry + `}]}`
	}
	for _, tt := range []struct{ name, content, code, says string }{
		{"a feature alone", `{"type":"Feature","properties":{},"geometry":null}`, "json-not-geojson", ""},
		{"cut off", `{"type":"FeatureCollection","features":[{"type":"Feature"`, "json-broken", "ends too early"},
		{"a comma too many", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":null},]}`, "json-broken", ""},
		{"two features without a comma", `{"type":"FeatureCollection","features":[{"type":"Feature"} {"type":"Feature"}]}`, "json-broken", "comma"},
		{"a word that is no JSON", "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"properties\":{\"a\":nil}}]}", "json-broken", "line 2"},
		{"text behind the end", `{"type":"FeatureCollection","features":[]} x`, "json-broken", ""},
		{"an element that is no feature", `{"type":"FeatureCollection","features":[{"type":"Point","coordinates":[1,2]}]}`, "json-not-feature", "element 1"},
		{"another system", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3826"}},"features":[]}`, "json-crs", "EPSG::3826"},
		{"a geometry of no type", feature(`{"type":"Circle","coordinates":[1,2]}`), "json-geometry", "line 2"},
		{"positions that are too flat", feature(`{"type":"Polygon","coordinates":[[1,2],[3,4]]}`), "json-geometry", ""},
		{"a NUL in an escape", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":"x\u0000y"},"geometry":null}]}`, "json-broken", "NUL"},
		{"half a position", feature(`{"type":"Point","coordinates":[1]}`), "json-geometry", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := tryRead(t, t.TempDir(), []byte(tt.content), profile.Source{})
			if err == nil {
				t.Fatalf("read as %+v", p)
			}
			if s := refused(t, err, tt.code); !strings.Contains(s, tt.says) {
				t.Errorf("%q does not say %q", s, tt.says)
			}
		})
	}
	t.Run("metres are told and not drawn", func(t *testing.T) {
		p, _ := read(t, t.TempDir(), []byte(feature(`{"type":"Point","coordinates":[302000,2770000]}`)), profile.Source{})
		if f := find(p, "geo.not_degrees"); f == nil || f.Row != 1 || f.Line != 2 || len(p.Points) != 0 || p.BBox != nil {
			t.Errorf("finding %+v, points %v, bounds %v", f, p.Points, p.BBox)
		}
	})
}

// TestGeoJSONInPieces reads features that the pieces of the reader cut anywhere.
func TestGeoJSONInPieces(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	const n = 20_000
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"n":%d,"名":"第 %d 個 \\ \"x\""},"geometry":{"type":"LineString","coordinates":[[%d.5,22],[121,23]]}}`, i, i, 118+i%5)
	}
	b.WriteString(`]}`)
	p, rows := read(t, t.TempDir(), []byte(b.String()), profile.Source{})
	if p.Rows != n || rows[n][1] != fmt.Sprint(n-1) || rows[n][2] != fmt.Sprintf("第 %d 個 \\ \"x\"", n-1) {
		t.Errorf("%d rows, the last is %v", p.Rows, rows[len(rows)-1])
	}
	if s := column(t, p, "n").Stats; s.Exact || s.Distinct < n*97/100 || s.Distinct > n*103/100 || s.Min != "0" || s.Max != fmt.Sprint(n-1) {
		t.Errorf("statistics = %+v, want about %d different values", s, n)
	}
}

// TestEveryFindingSaysWhereAndHow makes every finding there is.
func TestEveryFindingSaysWhereAndHow(t *testing.T) {
	one := 1
	header := profile.Fix{Kind: profile.SetHeader, Header: &one}
	many := func(cell string, n int) string { return strings.Repeat("k,"+cell+"\n", n) }
	seen := map[string]bool{}
	for _, in := range []struct {
		content string
		source  profile.Source
	}{
		{"a,b\n", profile.Source{Recipe: []profile.Fix{header}}},
		{"a,b\n1,2\n", profile.Source{DeclaredEncoding: "big5", Recipe: []profile.Fix{{Kind: profile.Rename, Column: "c", To: "d"}}}},
		{"鍵,值\n\"a,1\n\"b\"c,2\n甲\n乙,2,x\n丙,3,\n\n丁\r戊,9\n", profile.Source{}},
		{"63,臺北市\n", profile.Source{}},
		{"鍵,值\n甲,1\n\"乙,2\n", profile.Source{}},
		{"名稱,地址\n甲,某路\n", profile.Source{}},
		{"縣市,,縣市\n臺北市,a,1\n", profile.Source{}},
		{"city,total,\n縣市,人口,\n臺北市,1,\n", profile.Source{}},
		{"鍵,值,號,空,率,數,短,時\nk,007,20230508,,5%,1E5,12/05/08,2023-05-08\nk,1,20230509,,5,7,12/05/09,2023-05-08 09:05\n", profile.Source{}},
		{"鍵,值\n" + many("1", 20) + "k,約 300\n", profile.Source{}},
		{"鍵,值\n" + many("1.5", 20) + "k,約 300\n", profile.Source{}},
		{"鍵,值\n" + many("2023-05-08", 20) + "k,2023-02-30\n", profile.Source{}},
		{"鍵,值\n" + many("2023-05-08 09:05", 20) + "k,中午\n", profile.Source{}},
		{"鍵,值\n" + many("true", 20) + "k,是\n", profile.Source{}},
		{"鍵,值\nk,1\nk,無\n", profile.Source{Recipe: []profile.Fix{header, {Kind: profile.SetType, Column: "值", Type: "int"}}}},
		{"鍵,值,碼\nk,\"1,234\",'007\nk,-,\ue000\n k,5,\uFFFD\n", profile.Source{}},
		{"鍵,值\nA123456789,a@example.tw\n0912345678,x\n", profile.Source{Recipe: []profile.Fix{header}}},
		{"站,經度,緯度\n甲,25.03,121.5\n", profile.Source{Recipe: []profile.Fix{header}}},
		{"站,經度,緯度,X,Y\n甲,121.5,25.03,302000,2770000\n乙,121.5,25.03,302000,2770000\n丙,0,25.03,302000,2770000\n", profile.Source{}},
		{"鍵,值\nk,1.12345678901234567890\n", profile.Source{Recipe: []profile.Fix{header}}},
		{`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[302000,2770000]}}]}`, profile.Source{}},
	} {
		p, _ := read(t, t.TempDir(), []byte(in.content), in.source)
		for _, f := range p.Findings {
			seen[f.Code] = true
			if f.Row == 0 && f.Line == 0 && f.Column == "" {
				t.Errorf("%s does not say where: %+v", f.Code, f)
			}
			if f.Count < 1 || len(f.Rows) > 100 || int64(len(f.Rows)) > f.Count || len(f.Rows) > 0 && f.Rows[0] < 1 {
				t.Errorf("%s: count %d, rows %v", f.Code, f.Count, f.Rows)
			}
			for _, s := range []string{f.Text.ZhTW, f.Text.En} {
				if s == "" || strings.Contains(s, "⟦") || strings.Contains(s, "%!") {
					t.Errorf("%s says %q", f.Code, s)
				}
			}
			if how := f.Fix != nil || strings.Contains(f.Text.ZhTW, "請"); f.Severity != profile.SevereInfo && !how {
				t.Errorf("%s does not say how it is repaired: %s", f.Code, f.Text.ZhTW)
			}
			if f.Fix != nil {
				if err := f.Fix.Check(); err != nil {
					t.Errorf("%s offers a repair that cannot be applied: %v", f.Code, err)
				}
			}
			if f.Severity == "" {
				t.Errorf("%s has no severity", f.Code)
			}
		}
	}
	c, err := i18n.Load(profile.Text)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range c.Keys(i18n.En) {
		if code, ok := strings.CutPrefix(key, "opendata.finding."); ok && !seen[code] {
			t.Errorf("no file here has the finding %s", code)
		}
	}
}

func TestCatalogue(t *testing.T) {
	for _, wrong := range i18n.Check(profile.Text, "opendata.profile.") {
		t.Error(wrong)
	}
	for _, wrong := range i18n.TaiwanWords(profile.Text) {
		t.Error(wrong)
	}
}

func TestFixCheck(t *testing.T) {
	for _, tt := range []struct {
		name, fix, code string
	}{
		{"an unknown kind", `{"kind":"paint_it_red"}`, "fix-unknown"},
		{"a kind that is not built", `{"kind":"split_file"}`, "fix-later"},
		{"a header of three rows", `{"kind":"set_header","header":3}`, "fix-header"},
		{"a delimiter of two characters", `{"kind":"set_delimiter","delimiter":"::"}`, "fix-delimiter"},
		{"a type that is none", `{"kind":"set_type","column":"a","type":"money"}`, "fix-type"},
		{"no column", `{"kind":"set_type","type":"int"}`, "fix-column"},
		{"no values", `{"kind":"treat_as_missing","column":"a"}`, "fix-values"},
		{"a name of signs", `{"kind":"rename","column":"a","to":"!!"}`, "fix-name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var f profile.Fix
			if err := json.Unmarshal([]byte(tt.fix), &f); err != nil {
				t.Fatal(err)
			}
			_, _, err := tryRead(t, t.TempDir(), []byte("a,b\n1,2\n"), profile.Source{Recipe: []profile.Fix{f}})
			refused(t, err, tt.code)
			if !errors.Is(err, fault.Invalid) {
				t.Errorf("err = %v, want fault.Invalid", err)
			}
		})
	}
}

func TestProgressAndStop(t *testing.T) {
	content := "鍵,值\n" + strings.Repeat("k,1\n", 700_000)
	dir := t.TempDir()
	read(t, dir, []byte(content), profile.Source{})
	in := profile.Source{Path: dir + "/delivered"}
	var last profile.Progress
	stages := map[string]int{}
	if _, err := profile.Run(t.Context(), in, profile.Sink{}, func(p profile.Progress) {
		if p.Stage == last.Stage && p.Done < last.Done || p.Done > p.Total {
			t.Errorf("progress goes from %+v to %+v", last, p)
		}
		stages[p.Stage]++
		last = p
	}); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{"identify", "decode", "profile", "write"} {
		if stages[stage] == 0 || stage != "identify" && stages[stage] < 3 {
			t.Errorf("%d reports of %s", stages[stage], stage)
		}
	}
	if last.Rows != 700_000 || last.Done != last.Total {
		t.Errorf("the last progress is %+v", last)
	}
	for _, stage := range []string{"decode", "profile", "write"} {
		ctx, stop := context.WithCancel(t.Context())
		_, err := profile.Run(ctx, in, profile.Sink{}, func(p profile.Progress) {
			if p.Stage == stage {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped while it did %s: %v", stage, err)
		}
	}
}

// TestSameTwice: a profile does not depend on which goroutine was faster.
func TestSameTwice(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("鍵,值,字,日\n")
	for i := range 60_000 {
		fmt.Fprintf(&b, "%05d,%d.%d,字%d,2023-%02d-%02d\n", i, i%977, i%10, i*7919%50021, 1+i%12, 1+i%28)
	}
	dir := t.TempDir()
	p1, t1, err := tryRead(t, dir, b.Bytes(), profile.Source{})
	if err != nil {
		t.Fatal(err)
	}
	p2, t2, err := tryRead(t, dir, b.Bytes(), profile.Source{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p1, p2); diff != "" || !bytes.Equal(t1, t2) {
		t.Errorf("the second profile differs: %s", diff)
	}
}
