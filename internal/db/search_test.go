package db

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func openSearch(t *testing.T, file string) *Search {
	t.Helper()
	s, err := OpenSearch(t.Context(), file, SearchColumn{"title", 8}, SearchColumn{"body", 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func rowsOf(hits []SearchHit) (rows []int64) {
	for _, h := range hits {
		rows = append(rows, h.Row)
	}
	return rows
}

func TestSearch(t *testing.T) {
	s := openSearch(t, filepath.Join(t.TempDir(), "search.sqlite"))
	if err := s.Replace(t.Context(), []SearchDoc{
		{1, []string{"人口 口統 統計", "各村 村里"}},
		{2, []string{"村里 里界", "人口 口統 統計 人口"}},
		{3, []string{"youbike 2", "\" OR title : AND NEAR"}},
		{7, []string{"", ""}},
	}); err != nil {
		t.Fatal(err)
	}
	phrase := func(tokens ...string) SearchTerm { return SearchTerm{Tokens: tokens} }
	for _, tt := range []struct {
		name  string
		terms []SearchTerm
		want  []int64
	}{
		{"the heavier column first", []SearchTerm{phrase("人口", "口統")}, []int64{1, 2}},
		{"a phrase keeps its order", []SearchTerm{phrase("口統", "人口")}, nil},
		{"every term", []SearchTerm{phrase("人口"), phrase("里界")}, []int64{2}},
		{"one column", []SearchTerm{{Tokens: []string{"人口"}, Column: "body"}}, []int64{2}},
		{"a beginning", []SearchTerm{{Tokens: []string{"you"}, Prefix: true}}, []int64{3}},
		{"no beginning", []SearchTerm{phrase("you")}, nil},
		{"a beginning of Han", []SearchTerm{{Tokens: []string{"村"}, Prefix: true}}, []int64{2, 1}},
		{"operators are words", []SearchTerm{phrase("or"), phrase("near")}, []int64{3}},
		{"quotes do no harm", []SearchTerm{phrase(`人口" OR "2`)}, nil},
		{"a star is no wildcard", []SearchTerm{phrase("you*")}, nil},
		{"nothing asked", nil, nil},
		{"an empty term", []SearchTerm{{}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hits, err := s.Query(t.Context(), 0, tt.terms...)
			if err != nil {
				t.Fatal(err)
			}
			if got := rowsOf(hits); !slices.Equal(got, tt.want) {
				t.Errorf("Query() = %v, want %v", got, tt.want)
			}
			rows, err := s.Rows(t.Context(), tt.terms...)
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(tt.want)
			slices.Sort(want)
			if slices.Sort(rows); !slices.Equal(rows, want) {
				t.Errorf("Rows() = %v, want %v", rows, want)
			}
		})
	}
	hits, err := s.Query(t.Context(), 1, phrase("人口"))
	if err != nil || len(hits) != 1 || hits[0].Score <= 0 {
		t.Errorf("Query(limit 1) = %v, %v, want one hit with a score above 0", hits, err)
	}
}

func TestSearchPutAndDelete(t *testing.T) {
	file := filepath.Join(t.TempDir(), "search.sqlite")
	s := openSearch(t, file)
	term := SearchTerm{Tokens: []string{"水"}}
	for i, step := range []struct {
		do   func() error
		want []int64
		n    int64
	}{
		{func() error {
			return s.Put(t.Context(), SearchDoc{1, []string{"水", ""}}, SearchDoc{2, []string{"", "水"}})
		}, []int64{1, 2}, 2},
		{func() error { return s.Put(t.Context(), SearchDoc{1, []string{"火", ""}}) }, []int64{2}, 2},
		{func() error { return s.Delete(t.Context(), 2, 99) }, nil, 1},
		{func() error { return s.Replace(t.Context(), []SearchDoc{{5, []string{"水", "水"}}}) }, []int64{5}, 1},
		{func() error { return s.Put(t.Context(), SearchDoc{6, []string{"水"}}) }, []int64{5}, 1},
	} {
		err := step.do()
		if bad := i == 4; bad != (err != nil) {
			t.Fatalf("step %d: %v", i, err)
		}
		hits, err := s.Query(t.Context(), 0, term)
		if err != nil {
			t.Fatal(err)
		}
		if got := rowsOf(hits); !slices.Equal(got, step.want) || s.Len() != step.n {
			t.Errorf("step %d: %v of %d, want %v of %d", i, got, s.Len(), step.want, step.n)
		}
	}
}

// TestSearchBeginsAnew opens files that hold something else.
func TestSearchBeginsAnew(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "search.sqlite")
	if err := os.WriteFile(file, []byte("this is no database, although it is long enough to look like one"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openSearch(t, file)
	if err := s.Put(t.Context(), SearchDoc{1, []string{"a", "b"}}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if s = openSearch(t, file); s.Len() != 1 {
		t.Errorf("opened again it has %d documents, want 1", s.Len())
	}
	s.Close()
	other, err := OpenSearch(t.Context(), file, SearchColumn{"other", 1})
	if err != nil || other.Len() != 0 {
		t.Fatalf("opened with other columns: %v", err)
	}
	other.Close()
	if _, err := OpenSearch(t.Context(), filepath.Join(dir, "x"), SearchColumn{"a b", 1}); err == nil {
		t.Error("a column called \"a b\" was taken")
	}
}

func TestSearchWhileWriting(t *testing.T) {
	s := openSearch(t, filepath.Join(t.TempDir(), "search.sqlite"))
	var docs []SearchDoc
	for i := range 200 {
		docs = append(docs, SearchDoc{int64(i), []string{"水", fmt.Sprint(i)}})
	}
	if err := s.Replace(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				rows, err := s.Rows(t.Context(), SearchTerm{Tokens: []string{"水"}})
				if err != nil || len(rows) != 200 {
					t.Errorf("Rows() while writing = %d, %v, want 200", len(rows), err)
					return
				}
			}
		})
	}
	for range 10 {
		if err := s.Replace(t.Context(), docs); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
}
