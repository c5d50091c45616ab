package search

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gongdao/gongdao/standards/hanvariant"
)

var today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func open(t testing.TB, entries ...Entry) *Index {
	t.Helper()
	x, err := Open(t.Context(), filepath.Join(t.TempDir(), "search.sqlite"), func() time.Time { return today })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	if err := x.Replace(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	return x
}

func ids(t testing.TB, x *Index, ask Ask) []string {
	t.Helper()
	a, err := x.Search(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range a.Hits {
		out = append(out, h.ID)
	}
	return out
}

func catalogue() []Entry {
	return []Entry{
		{ID: "pop", Titles: []string{"各村里人口統計", "Population by village"}, Keywords: []string{"戶政", "里鄰"}, Agency: "內政部戶政司",
			Columns: []string{"區域別代碼", "total_people"}, Description: "每月底臺閩地區各村里戶數與人口數。", Updated: today,
			Facets: map[Facet][]string{Agency: {"moi"}, Format: {"CSV", "JSON"}, Theme: {"life"}}},
		{ID: "age", Titles: []string{"人口"}, Agency: "內政部戶政司", Updated: today.AddDate(-5, 0, 0),
			Facets: map[Facet][]string{Agency: {"moi"}, Format: {"CSV"}}},
		{ID: "bike", Titles: []string{"YouBike2.0臺北市公共自行車即時資訊", "YouBike 2.0"}, Keywords: []string{"公共自行車"}, Agency: "臺北市政府交通局",
			Updated: today.AddDate(0, -1, 0), Facets: map[Facet][]string{Agency: {"tpe"}, Format: {"JSON"}, Theme: {"transport"}}},
		{ID: "water", Titles: []string{"第3次自來水水質抽驗"}, Agency: "環境部", Notes: "原名稱：飲用水水質", Updated: today.AddDate(-1, 0, 0),
			Facets: map[Facet][]string{Agency: {"moenv"}, Format: {"CSV"}, Theme: {"environment"}}},
	}
}

func TestSearch(t *testing.T) {
	x := open(t, catalogue()...)
	for _, tt := range []struct {
		name string
		ask  Ask
		want []string
	}{
		{"the exact title first, however old", Ask{Words: "人口"}, []string{"age", "pop"}},
		{"another spelling of one name", Ask{Words: "台北"}, []string{"bike"}},
		{"one character", Ask{Words: "水"}, []string{"water"}},
		{"one character of an agency", Ask{Words: "環"}, []string{"water"}},
		{"a part of a word", Ask{Words: "oubik"}, []string{"bike"}},
		{"a part of a word and Han", Ask{Words: "ike2.0台"}, []string{"bike"}},
		{"full-width letters", Ask{Words: "ＹＯＵＢＩＫＥ"}, []string{"bike"}},
		{"the end of one run and the beginning of the next", Ask{Words: "第3次"}, []string{"water"}},
		{"digits and the beginning of Han", Ask{Words: "3次自"}, []string{"water"}},
		{"words in any order", Ask{Words: "統計 村里"}, []string{"pop"}},
		{"a word of the title and one of the description", Ask{Words: "opulatio 戶數"}, []string{"pop"}},
		{"a field name", Ask{Words: "total_people"}, []string{"pop"}},
		{"the beginning of a field name", Ask{Words: "total"}, []string{"pop"}},
		{"in the notes", Ask{Words: "飲用水"}, []string{"water"}},
		{"pairs do not match across a gap", Ask{Words: "政里"}, []string{}},
		{"a word that is nowhere", Ask{Words: "人口 國防"}, []string{}},
		{"signs only", Ask{Words: "!!"}, []string{}},
		{"operators are words", Ask{Words: `" OR title:*`}, []string{}},
		{"nothing asked, newest first", Ask{}, []string{"pop", "bike", "water", "age"}},
		{"by title", Ask{Sort: Title}, []string{"bike", "age", "pop", "water"}},
		{"newest", Ask{Words: "人口", Sort: Newest}, []string{"pop", "age"}},
		{"a facet", Ask{Chosen: map[Facet][]string{Agency: {"moi"}}}, []string{"pop", "age"}},
		{"two values of a facet", Ask{Chosen: map[Facet][]string{Agency: {"moi", "tpe"}, Format: {"JSON"}}}, []string{"pop", "bike"}},
		{"a page", Ask{Limit: 2, Offset: 1}, []string{"bike", "water"}},
		{"beyond the last page", Ask{Offset: 100}, []string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ids(t, x, tt.ask); !slices.Equal(got, tt.want) {
				t.Errorf("Search(%+v) = %v, want %v", tt.ask, got, tt.want)
			}
		})
	}
}

func TestPutAndRemove(t *testing.T) {
	x := open(t, catalogue()...)
	e := catalogue()[1]
	e.Titles = []string{"水庫"}
	if err := x.Put(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := x.Put(t.Context(), Entry{ID: "new", Titles: []string{"新水井"}, Updated: today}); err != nil {
		t.Fatal(err)
	}
	if got, want := ids(t, x, Ask{Words: "水", Sort: Newest}), []string{"new", "water", "age"}; !slices.Equal(got, want) {
		t.Errorf("after Put = %v, want %v", got, want)
	}
	for range 2 { // removing twice is removing once
		if err := x.Remove(t.Context(), "water"); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := ids(t, x, Ask{Words: "水", Sort: Newest}), []string{"new", "age"}; !slices.Equal(got, want) || x.Len() != 4 {
		t.Errorf("after Remove = %v of %d, want %v of 4", got, x.Len(), want)
	}
	if err := x.Replace(t.Context(), []Entry{{ID: "a"}, {ID: "a"}}); err == nil {
		t.Error("Replace took one ID twice")
	}
}

func TestFacetCountsAddUp(t *testing.T) {
	x := open(t, catalogue()...)
	for _, chosen := range []map[Facet][]string{nil, {Agency: {"moi"}}, {Agency: {"moi"}, Format: {"JSON"}}, {Theme: {"nothing"}}} {
		a, err := x.Search(t.Context(), Ask{Chosen: chosen})
		if err != nil {
			t.Fatal(err)
		}
		for f, counts := range a.Facets {
			for _, c := range counts {
				only := map[Facet][]string{}
				for k, v := range chosen {
					only[k] = v
				}
				only[f] = []string{c.Value}
				if got := len(ids(t, x, Ask{Chosen: only})); got != c.Count {
					t.Errorf("with %v, %s %s has %d hits, its count says %d", chosen, f, c.Value, got, c.Count)
				}
			}
		}
	}
}

// titles reads the real titles, or skips.
func titles(t testing.TB) []string {
	t.Helper()
	f, err := os.Open("../../../shared/data/dataset-titles.txt.gz")
	if err != nil {
		t.Skip("the real titles are absent: ../shared/data/dataset-titles.txt.gz")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for s := bufio.NewScanner(z); s.Scan(); {
		out = append(out, s.Text())
	}
	return out
}

func TestSearchFindsEveryTitleSubstring(t *testing.T) {
	list := titles(t)
	var entries []Entry
	for i, title := range list {
		entries = append(entries, Entry{ID: fmt.Sprint(i), Titles: []string{title}, Updated: today})
	}
	x := open(t, entries...)
	folded := make([]string, len(list))
	for i, title := range list {
		folded[i] = hanvariant.Fold(title)
	}
	missing := func(query string) (want int, first string) {
		a, err := x.Search(t.Context(), Ask{Words: query, Limit: len(list)})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, h := range a.Hits {
			got[h.ID] = true
		}
		word := hanvariant.Fold(query)
		for i, f := range folded {
			if strings.Contains(f, word) {
				if want++; !got[fmt.Sprint(i)] {
					return want, list[i]
				}
			}
		}
		return want, ""
	}
	for _, query := range []string{"人口", "預算", "水", "臺北市", "台北", "市", "資料"} {
		want, first := missing(query)
		if first != "" || want == 0 {
			t.Errorf("%s: %q is not found", query, first)
		}
		t.Logf("%s: all of %d", query, want)
	}
	rapid.Check(t, func(r *rapid.T) {
		title := []rune(strings.ReplaceAll(rapid.SampledFrom(list).Draw(r, "title"), " ", ""))
		if len(title) == 0 {
			return
		}
		from := rapid.IntRange(0, len(title)-1).Draw(r, "from")
		n := rapid.IntRange(1, min(12, len(title)-from)).Draw(r, "n")
		query := string(title[from : from+n])
		if strings.ContainsFunc(query, func(c rune) bool { return c == '\u3000' || c == '\u00a0' || c == '\t' }) {
			return
		}
		if _, first := missing(query); first != "" {
			r.Fatalf("%q: %q is not found", query, first)
		}
	})
}

func BenchmarkReplace(b *testing.B) {
	list := titles(b)
	var entries []Entry
	for i, title := range list {
		entries = append(entries, Entry{ID: fmt.Sprint(i), Titles: []string{title}, Updated: today})
	}
	x := open(b)
	for b.Loop() {
		if err := x.Replace(b.Context(), entries); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearch asks for parts of real titles over as many datasets as the
// national platform has, and reports the slowest hundredth.
func BenchmarkSearch(b *testing.B) {
	list := titles(b)
	var entries []Entry
	for i := range 53_000 {
		title := list[i%len(list)]
		if i >= len(list) {
			title = title + list[(i*7)%len(list)]
		}
		entries = append(entries, Entry{ID: fmt.Sprint(i), Titles: []string{title}, Agency: fmt.Sprintf("第%d機關", i%40),
			Description: list[(i*31)%len(list)] + "，" + list[(i*17)%len(list)], Updated: today.AddDate(0, 0, -i%2000),
			Facets: map[Facet][]string{Agency: {fmt.Sprint(i % 40)}, Format: {"CSV", "JSON"}}})
	}
	x := open(b, entries...)
	var took []time.Duration
	worst, slowest := time.Duration(0), ""
	i := 0
	for b.Loop() {
		title := []rune(list[(i*7919)%len(list)])
		from := (i * 31) % len(title)
		query := string(title[from:min(len(title), from+1+i%6)])
		if i%50 == 0 {
			query = []string{"臺北市", "市", "人口", "水", "資料", "預算"}[(i/50)%6]
		}
		i++
		start := time.Now()
		if _, err := x.Search(b.Context(), Ask{Words: query}); err != nil {
			b.Fatal(err)
		}
		d := time.Since(start)
		if took = append(took, d); d > worst {
			worst, slowest = d, query
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.Logf("slowest: %q %v", slowest, worst)
}
