package profile_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestLeadingZerosSurvive(t *testing.T) {
	for _, tt := range []struct {
		name, cells string // one column besides a counter
		typ         string
		want        []string
	}{
		{"a zero in the first row", "007 8 9", "code", []string{"007", "8", "9"}},
		{"a zero in the last row", "7 8 009", "code", []string{"7", "8", "009"}},
		{"behind an apostrophe", "'007 '000", "code", []string{"007", "000"}},
		{"an apostrophe among numbers", "1 2 '03", "code", []string{"1", "2", "03"}},
		{"only zeros", "000 0", "code", []string{"000", "0"}},
		{"a day in digits", "0620915 1120508", "code", []string{"0620915", "1120508"}},
		{"more digits than a number holds", "1234567890123456789 1", "code", []string{"1234567890123456789", "1"}},
		{"beside a word", "007 無", "text", []string{"007", "無"}},
		{"zero itself is a number", "0 7", "int", []string{"0", "7"}},
		{"zero before the point is a number", "0.5 0", "number", []string{"0.5", "0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("序,值\n")
			for i, c := range strings.Fields(tt.cells) {
				fmt.Fprintf(&b, "%d,%s\n", i+1, c)
			}
			p, rows := read(t, t.TempDir(), []byte(b.String()), profile.Source{})
			if got := column(t, p, "值").Type; got != tt.typ {
				t.Errorf("type = %s, want %s", got, tt.typ)
			}
			for i, want := range tt.want {
				if got := rows[i+1][2]; got != want {
					t.Errorf("row %d is stored as %q, want %q", i+1, got, want)
				}
			}
		})
	}
	t.Run("a name that promises a code", func(t *testing.T) {
		p, _ := read(t, t.TempDir(), []byte("統一編號,zip_code,district_code,總數\n10458574,100,63000010,5\n10458575,104,63000020,6\n"), profile.Source{})
		for _, name := range []string{"統一編號", "zip_code", "district_code"} {
			if c := column(t, p, name); c.Type != profile.TypeCode || c.SQLType != "VARCHAR" {
				t.Errorf("%s is %s %s, want a code", name, c.Type, c.SQLType)
			}
		}
	})
}

func TestNoTypeFromASample(t *testing.T) {
	const rows = 40_000
	for _, tt := range []struct {
		name, cell, last string
		want             string
	}{
		{"a word after whole numbers", "300", "約 300", "text"},
		{"a fraction after whole numbers", "300", "300.5", "number"},
		{"a zero in front after whole numbers", "300", "0300", "code"},
		{"an impossible day after dates", "2023-05-08", "2023-02-30", "text"},
		{"a date after numbers", "300", "2023-05-08", "text"},
		{"a word after booleans", "true", "是", "text"},
		{"a word after moments", "2023-05-08 09:05:00", "中午", "text"},
		{"nothing after whole numbers", "300", "", "int"},
		{"a marker after whole numbers", "300", "－", "int"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content := "鍵,值\n" + strings.Repeat("a,"+tt.cell+"\n", rows) + "a," + tt.last + "\n"
			p, _ := read(t, t.TempDir(), []byte(content), profile.Source{})
			if got := column(t, p, "值").Type; got != tt.want {
				t.Errorf("type = %s, want %s", got, tt.want)
			}
			if f := find(p, "cell.not_int"); tt.want == "text" && tt.cell == "300" && (f == nil || f.Row != rows+1 || f.Line != rows+2 || f.Count != 1) {
				t.Errorf("finding = %+v, want it at row %d", f, rows+1)
			}
		})
	}
}

func TestEncodingNeverGuessed(t *testing.T) {
	const text = "縣市,人口\n臺北市,2500000\n高雄市,2700000\n"
	inBig5, _ := toBig5(text)
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		content  []byte
		declared string
		recipe   []profile.Fix
		want     string // encoding
		code     string // or why it is refused
	}{
		{"UTF-8", []byte(text), "", nil, "utf-8", ""},
		{"UTF-8 with a mark", []byte("\uFEFF" + text), "big5", nil, "utf-8", ""},
		{"UTF-16 with a mark", toUTF16(binary.LittleEndian, text, true), "", nil, "utf-16le", ""},
		{"UTF-16 without one", toUTF16(binary.BigEndian, text, false), "", nil, "utf-16be", ""},
		{"UTF-16 of ASCII alone, without a mark", toUTF16(binary.LittleEndian, "a,b\n1,2\n", false), "", nil, "utf-16le", ""},
		{"Big5", inBig5, "", nil, "big5", ""},
		{"Big5 that says it is UTF-8", inBig5, "utf-8", nil, "big5", ""},
		{"UTF-32", []byte("\xFF\xFE\x00\x00a\x00\x00\x00"), "", nil, "", "utf32"},
		{"UTF-8 cut in a character", []byte(text[:len(text)-10]), "", nil, "", "undecodable"},
		{"Big5 cut in a character", inBig5[:len(inBig5)-10], "", nil, "", "undecodable"},
		{"Big5 and UTF-8 in one file", append(inBig5, text...), "", nil, "", "undecodable"},
		{"UTF-16 cut in a unit", toUTF16(binary.LittleEndian, text, true)[:51], "", nil, "", "not-in-encoding"},
		{"a mark of UTF-8 before Big5", append([]byte("\uFEFF"), inBig5...), "", nil, "", "not-in-encoding"},
		{"GB18030 that nobody declared", []byte(gb), "", nil, "", "doubtful"},
		{"GB18030 as declared", []byte(gb), "gb18030", nil, "gb18030", ""},
		{"GB18030 by a recipe", []byte(gb), "", []profile.Fix{{Kind: profile.SetEncoding, Encoding: "GB18030"}}, "gb18030", ""},
		{"a recipe that does not fit", []byte(gb), "", []profile.Fix{{Kind: profile.SetEncoding, Encoding: "utf-8"}}, "", "not-in-encoding"},
		{"an encoding nobody knows", []byte(text), "", []profile.Fix{{Kind: profile.SetEncoding, Encoding: "big6"}}, "", "unknown-encoding"},
		{"HKSCS, which would change 造字", inBig5, "", []profile.Fix{{Kind: profile.SetEncoding, Encoding: "big5-hkscs"}}, "", "unknown-encoding"},
		{"bytes of no encoding", []byte("a,b\n\x80\xff,1\n"), "", nil, "", "undecodable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := tryRead(t, t.TempDir(), tt.content, profile.Source{DeclaredEncoding: tt.declared, Recipe: tt.recipe})
			if tt.code != "" {
				refused(t, err, tt.code)
				return
			}
			if err != nil || p.Encoding != tt.want {
				t.Errorf("encoding = %s, %v, want %s", p.Encoding, err, tt.want)
			}
		})
	}
	t.Run("the place is told", func(t *testing.T) {
		_, _, err := tryRead(t, t.TempDir(), []byte("a,b\n1,2\n3,\x80\n"), profile.Source{})
		if s := refused(t, err, "undecodable"); !strings.Contains(s, "byte 10 (line 3, column 3)") {
			t.Errorf("%q does not tell byte 10, line 3, column 3", s)
		}
	})
	t.Run("what may be GB18030 is doubtful", func(t *testing.T) {
		// Characters whose pairs are in Big5 too, as level 2 or user-defined.
		doubtful := []byte("a,b\n\xce\xc4\xbc\xfe\xc3\xfb\xb3\xc6,1\n\xc8\xd5\xc6\xda\xca\xb1\xbc\xe4,2\n")
		p, _, err := tryRead(t, t.TempDir(), doubtful, profile.Source{})
		if err == nil {
			t.Fatalf("read as %s", p.Encoding)
		}
		if s := refused(t, err, "doubtful"); !strings.Contains(s, "set_encoding") {
			t.Errorf("%q does not say what to do", s)
		}
		for _, name := range []string{"gb18030", "big5"} {
			p, _, err := tryRead(t, t.TempDir(), doubtful, profile.Source{DeclaredEncoding: name})
			if err != nil || p.Encoding != name {
				t.Errorf("declared %s: %s, %v", name, p.Encoding, err)
			}
		}
	})
	t.Run("real files in GB18030", func(t *testing.T) {
		n := 0
		corpus(t, "population.tar.gz", func(d delivered) {
			if n++; n%30 != 0 {
				return
			}
			b, err := simplifiedchinese.GB18030.NewEncoder().Bytes(bytes.TrimPrefix(d.content, []byte("\uFEFF")))
			if err != nil {
				t.Fatal(err)
			}
			if p, _, err := tryRead(t, t.TempDir(), b, profile.Source{}); err == nil {
				t.Errorf("%s was read as %s", d.name, p.Encoding)
			}
		})
	})
}

func TestUserDefinedBytesNeverMapped(t *testing.T) {
	// 糖�里 and others: pairs that HKSCS and ETEN have real characters for.
	content := []byte("\xa7\xf8\xa8\xbd,\xa4H\xa4f\n" + strings.Repeat("\xa4j\xa6w\xa8\xbd,1\n", 60) +
		"\xbf}\xfa\x40\xa8\xbd,2\n\xa4j\xc6\xa1\xa8\xbd,3\n\xa4j\x8e\x40\xa8\xbd,4\n\xa4j\xc8\xfe\xa8\xbd,5\n")
	p, rows := read(t, t.TempDir(), content, profile.Source{})
	if p.Encoding != "big5" {
		t.Fatalf("encoding = %s", p.Encoding)
	}
	for i, want := range []string{"糖\ue000里", "大\uf6b1里", "大\ue311里", "大\uf848里"} {
		if got := rows[61+i][1]; got != want {
			t.Errorf("row %d = %q, want %q", 61+i, got, want)
		}
	}
	f := find(p, "cell.private_use")
	if f == nil || f.Count != 4 || f.Row != 61 || f.Line != 62 || f.Column != "村里" || f.Value != "糖\ue000里" || !cmp.Equal(f.Rows, []int64{61, 62, 63, 64}) {
		t.Errorf("finding = %+v, want four cells from row 61", f)
	}
}

func TestRecipeReplays(t *testing.T) {
	first := []byte("編號;金額;日期;備註\n001;100;112/05/08;甲\n002;約 300;112/05/09;乙\n003;,5;112/05/10;丙\n")
	first = append(first, strings.Repeat("004;7;112/05/11;丁\n", 30)...)
	dir := t.TempDir()
	p, _ := read(t, dir, first, profile.Source{})
	f := find(p, "cell.not_int")
	if f == nil || f.Fix == nil || f.Fix.Kind != profile.TreatAsMissing || column(t, p, "金額").Type != profile.TypeText {
		t.Fatalf("finding = %+v, want a repair", f)
	}
	recipe := []profile.Fix{
		*f.Fix,
		{Kind: profile.SetDelimiter, Delimiter: ";"},
		{Kind: profile.Rename, Column: "備註", To: "類別 (新)"},
		{Kind: profile.SetType, Column: "日期", Type: profile.TypeText},
		{Kind: profile.GuardCode, Column: "類別 (新)"},
	}
	written, err := json.Marshal(recipe)
	if err != nil {
		t.Fatal(err)
	}
	var again []profile.Fix
	if err := json.Unmarshal(written, &again); err != nil || !cmp.Equal(recipe, again) {
		t.Fatalf("the recipe is not the same after JSON: %v %s", err, cmp.Diff(recipe, again))
	}
	p1, t1, err := tryRead(t, dir, first, profile.Source{Recipe: recipe})
	if err != nil {
		t.Fatal(err)
	}
	p2, t2, err := tryRead(t, dir, first, profile.Source{Recipe: again})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(t1, t2) || !cmp.Equal(p1, p2) {
		t.Errorf("the same file and recipe gave another table: %s", cmp.Diff(p1, p2))
	}
	money := column(t, p1, "金額")
	if money.Type != profile.TypeInt || !cmp.Equal(money.Missing, []string{",5", "約 300"}) || money.Stats.Missing != 2 {
		t.Errorf("金額 = %+v, want whole numbers with two values missing", money)
	}
	if c := column(t, p1, "類別_新"); c.Label != "類別 (新)" || c.Type != profile.TypeCode {
		t.Errorf("備註 = %+v, want it renamed and a code", c)
	}
	if column(t, p1, "日期").Type != profile.TypeText {
		t.Error("the type of 日期 was not set")
	}

	// The next delivery has its columns in another order, and lacks one.
	next := []byte("日期;編號;金額\n112/06/08;001;約 300\n112/06/09;002;9\n")
	p3, rows := read(t, dir, next, profile.Source{Recipe: recipe})
	if column(t, p3, "金額").Type != profile.TypeInt || rows[1][3] != "" {
		t.Errorf("金額 = %+v, row %v, want the recipe applied by name", column(t, p3, "金額"), rows[1])
	}
	if f := find(p3, "recipe.no_column"); f == nil || f.Column != "備註" {
		t.Errorf("findings %v lack the missing column", codes(p3))
	}
}
