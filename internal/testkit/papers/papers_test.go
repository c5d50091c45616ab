package papers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/internal/testkit/papers"
)

const text = "# Top\n" +
	"| Room | status |\n|---|:--|\n| `opendata` | working |\n| a \\| b | planned |\n\n" +
	"## Next\nwords\n| phrase | test |\n|---|---|\n| x | `a.TestB`, `c.TestD` |\n" +
	"```go gongdao.go\nadded\n```\nbetween\n```sh\nmake demo\n```\n"

func TestTables(t *testing.T) {
	got := papers.Tables(text)
	want := []papers.Table{
		{Under: "Top", Columns: []string{"room", "status"}, Rows: []papers.Row{
			{"room": "`opendata`", "status": "working"}, {"room": "a | b", "status": "planned"},
		}},
		{Under: "Next", Columns: []string{"phrase", "test"}, Rows: []papers.Row{{"phrase": "x", "test": "`a.TestB`, `c.TestD`"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Tables(), want - and got +:\n%s", diff)
	}
	if table, ok := papers.With(got, "test", "phrase"); !ok || table.Under != "Next" {
		t.Errorf("With(test, phrase) = %v, %t; want the second", table, ok)
	}
	if _, ok := papers.With(got, "room", "test"); ok {
		t.Error("With(room, test) found a table, want none: no table has both")
	}
	if diff := cmp.Diff([]string{"a.TestB", "c.TestD"}, papers.Quoted(got[1].Rows[0]["test"])); diff != "" {
		t.Error(diff)
	}
}

func TestBlocks(t *testing.T) {
	want := []papers.Block{{Lang: "go", Title: "gongdao.go", Text: "added\n"}, {Lang: "sh", Text: "make demo\n"}}
	if diff := cmp.Diff(want, papers.Blocks(text)); diff != "" {
		t.Errorf("Blocks(), want - and got +:\n%s", diff)
	}
}

func TestReadsCode(t *testing.T) {
	top := t.TempDir()
	for name, src := range map[string]string{
		"a/a.go":              "// Package a says.\npackage a\n\nconst Route = \"a.page\"\n",
		"a/a_test.go":         "package a\n\nimport \"testing\"\n\nconst not = \"a.fake\"\n\nfunc TestA(t *testing.T) {}\n\nfunc helper() {}\n",
		"node_modules/b/b.go": "not Go at all",
	} {
		file := filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tests, err := papers.Tests(top)
	if diff := cmp.Diff(map[string]bool{"a.TestA": true}, tests); err != nil || diff != "" {
		t.Errorf("Tests() = %v, %v", tests, err)
	}
	comments, err := papers.Comments(top)
	if diff := cmp.Diff(map[string]string{"a": "Package a says.\n"}, comments); err != nil || diff != "" {
		t.Errorf("Comments() = %v, %v", comments, err)
	}
}
