package atlas_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/atlas"
)

// TestJoinByCodeOnly: names become codes only through Match, which takes a
// single fit; a name beside a code is reported if it differs, and not used.
func TestJoinByCodeOnly(t *testing.T) {
	s := room(t)
	names := func(n ...string) atlas.AreaKey { return atlas.AreaKey{Names: n} }
	for _, tt := range []struct {
		name string
		key  atlas.AreaKey
		want string // code; "" if nothing is taken
	}{
		{"a code", atlas.AreaKey{Code: "09001010001"}, "09001010001"},
		{"a code with a dash", atlas.AreaKey{Code: "09001010-001"}, "09001010001"},
		{"a code in full width", atlas.AreaKey{Code: "０９００１０１０－００１"}, "09001010001"},
		{"a code without its first zero", atlas.AreaKey{Code: "9001010001"}, ""},
		{"a code that is none", atlas.AreaKey{Code: "09001990001"}, ""},
		{"a code and the name of another area", atlas.AreaKey{Code: "09001010001", Names: []string{"海台市西區丁里"}}, "09001010001"},
		{"an unknown code and a name that fits", atlas.AreaKey{Code: "09001990001", Names: []string{"山台市東區甲里"}}, ""},
		{"three columns", names("山臺市", "東區", "甲里"), "09001010001"},
		{"two columns", names("山台市東區", "甲里"), "09001010001"},
		{"one column", names("海臺市西區丁里"), "09002020004"},
		{"with a province", names("臺灣省海臺市西區", "丁里"), "09002020004"},
		{"with blanks", names(" 海臺市 ", "西　區", "丁里"), "09002020004"},
		{"English", names("Sea City", "West District", "V4 Vil."), "09002020004"},
		{"a village without its town", names("甲里"), ""},
		{"a town that two counties have", names("東區", "甲里"), ""},
		{"a character that could not be written", names("海台市西區[丁]里"), "09002020004"},
		{"a private-use character", names("海台市西區\ue000里"), ""},
		{"nothing", atlas.AreaKey{}, ""},
		{"a wrong name", names("山臺市", "東區", "戊里"), ""},
	} {
		// A table of one level around the key, so that the level is not in doubt.
		keys := []atlas.AreaKey{{Code: "09001020001"}, {Code: "09001020002"}, tt.key}
		m, err := s.Match(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		if m.Level != atlas.LevelVillage || m.Codes[2] != tt.want {
			t.Errorf("%s: Match(%v) = %q at level %s, want %q", tt.name, tt.key, m.Codes[2], m.Level, tt.want)
		}
	}
}

func TestMatchLists(t *testing.T) {
	s := room(t)
	m, err := s.Match(t.Context(), []atlas.AreaKey{
		{Names: []string{"山臺市", "東區"}}, {Names: []string{"海台市西區"}},
		{Names: []string{"東區"}}, {Names: []string{"東區"}}, {Names: []string{"總計"}},
		{Code: "09001010", Names: []string{"山臺市西區"}}, {Code: "9001010"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := atlas.Matches{
		Level: atlas.LevelTown, Matched: 3,
		Codes: []string{"09001010", "09002020", "", "", "", "09001010", ""},
		Unmatched: []atlas.Unmatched{
			{Key: "東區", Count: 2, Candidates: []string{"09001010", "09002010"}},
			{Key: "9001010", Count: 1, Candidates: []string{"09001010"}},
			{Key: "總計", Count: 1},
		},
		Differing: []atlas.Differing{{Code: "09001010", Given: "山臺市西區", Ours: "東區", Count: 1}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("Match() (-want +got):\n%s", diff)
	}
	if m, err := s.Match(t.Context(), []atlas.AreaKey{{Names: []string{"火星"}}, {}}); err != nil || m.Level != "" || m.Matched != 0 || len(m.Codes) != 2 {
		t.Errorf("Match() of nothing known = %+v, %v", m, err)
	}
}

// TestMatchRealRegister joins a month of the population register: by code, and
// by name alone, which must come to the same codes.
func TestMatchRealRegister(t *testing.T) {
	rows := register(t, "2020/12.csv")
	s := taiwanRoom(t)
	var byCode, byName []atlas.AreaKey
	for _, r := range rows[1:] {
		byCode = append(byCode, atlas.AreaKey{Code: r[1], Names: []string{r[2], r[3]}})
		byName = append(byName, atlas.AreaKey{Names: []string{r[2], r[3]}})
	}
	code, err := s.Match(t.Context(), byCode)
	if err != nil {
		t.Fatal(err)
	}
	name, err := s.Match(t.Context(), byName)
	if err != nil {
		t.Fatal(err)
	}
	if code.Level != atlas.LevelVillage || code.Matched < len(byCode)*99/100 {
		t.Errorf("by code: %d of %d at level %s; unmatched %v", code.Matched, len(byCode), code.Level, code.Unmatched[:min(3, len(code.Unmatched))])
	}
	other := 0
	for i := range name.Codes {
		if name.Codes[i] != "" && code.Codes[i] != "" && name.Codes[i] != code.Codes[i] {
			other++
		}
	}
	if name.Matched < code.Matched*995/1000 || other > 0 {
		t.Errorf("by name: %d, by code %d, %d of them another area", name.Matched, code.Matched, other)
	}
	t.Logf("%d rows: %d by code, %d by name, %d names differ: %v", len(byCode), code.Matched, name.Matched, len(code.Differing), code.Differing)
}

// register reads a file of the population register, or skips.
func register(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "population.tar.gz"))
	if err != nil {
		t.Skip("no population register here")
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			t.Skipf("the register has no %s", name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(h.Name, name) {
			rows, err := csv.NewReader(r).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			return rows
		}
	}
}
