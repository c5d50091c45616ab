package profile_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/opendata/profile"
)

// TestPersonalDataInNames: what stands in a name is published as a cell is.
func TestPersonalDataInNames(t *testing.T) {
	one, none := 1, 0
	header := profile.Fix{Kind: profile.SetHeader, Header: &one}
	const feature = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"名稱":"甲"},"geometry":null},
{"type":"Feature","properties":{"名稱":"乙","A123456789":1,"a@example.tw":2},"geometry":null}]}`
	for _, tt := range []struct {
		name, content string
		recipe        []profile.Fix
		header        int
		line          int64
		want          profile.Personal
	}{
		{"a header cell", "王小明,A123456789,人口\n甲,乙,1\n丙,丁,2\n", nil, 1, 1, profile.Personal{NationalIDs: 1}},
		{"a header that a recipe sets", "王小明,證號 A123456789,0912-345-678,a@example.tw\n", []profile.Fix{header}, 1, 1, profile.Personal{NationalIDs: 1, Phones: 1, Emails: 1}},
		{"header cells that repeat", "A123456789,A123456789,人口\n甲,乙,1\n", nil, 1, 1, profile.Personal{NationalIDs: 2}},
		{"a column that most rows leave out", "縣市,人口,A123456789\n甲,1\n乙,2\n", nil, 1, 1, profile.Personal{NationalIDs: 1}},
		{"above the cells of the same column", "A123456789,人口\nA800000014,1\n", nil, 1, 1, profile.Personal{NationalIDs: 2}},
		{"the second of two header rows", "city,owner,total\n縣市,負責人 A123456789,人口\n臺北市,甲,1\n高雄市,乙,2\n", nil, 2, 2, profile.Personal{NationalIDs: 1}},
		{"the first of two header rows", "city,A123456789,total\n縣市,負責人,人口\n臺北市,甲,1\n高雄市,乙,2\n", nil, 2, 1, profile.Personal{NationalIDs: 1}},
		{"a header cell that a recipe renames", "A123456789,人口\n甲,1\n", []profile.Fix{{Kind: profile.Rename, Column: "A123456789", To: "縣市"}}, 1, 1, profile.Personal{NationalIDs: 1}},
		{"a name that a recipe gives", "63,臺北市\n64,高雄市\n", []profile.Fix{{Kind: profile.SetHeader, Header: &none, Names: []string{"A123456789", "縣市"}}}, 0, 1, profile.Personal{NationalIDs: 1}},
		{"the name of a property", feature, nil, 0, 3, profile.Personal{NationalIDs: 1, Emails: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := read(t, t.TempDir(), []byte(tt.content), profile.Source{Recipe: tt.recipe})
			if p.HeaderRows != tt.header {
				t.Fatalf("%d header rows, want %d", p.HeaderRows, tt.header)
			}
			if p.Personal != tt.want || !p.Personal.Blocks() {
				t.Errorf("personal = %+v, want %+v, which blocks", p.Personal, tt.want)
			}
			f := find(p, "personal.national_id")
			if f == nil || f.Severity != profile.SevereError || f.Line != tt.line || f.Row != 0 || f.Rows != nil || f.Value != "" {
				t.Errorf("finding = %+v, want line %d and no value", f, tt.line)
			}
			for _, f := range p.Findings {
				f.Fix = nil // names the column as it is
				if b, err := json.Marshal(f); err != nil || strings.Contains(string(b), "A123456789") {
					t.Errorf("%s shows the number: %s, %v", f.Code, b, err)
				}
			}
		})
	}
	t.Run("a number whose check digit is wrong", func(t *testing.T) {
		p, _ := read(t, t.TempDir(), []byte("王小明,A123456788,人口\n甲,乙,1\n"), profile.Source{})
		if p.Personal != (profile.Personal{}) {
			t.Errorf("personal = %+v", p.Personal)
		}
	})
}
