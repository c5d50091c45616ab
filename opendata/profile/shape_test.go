package profile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/google/go-cmp/cmp"
)

func TestHeader(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		described     []string
		header        int
		names         []string
		findings      []string
	}{
		{"names over numbers", "縣市,人口\n臺北市,1\n", nil, 1, []string{"縣市", "人口"}, nil},
		{"no names", "63,臺北市\n64,高雄市\n", nil, 0, []string{"column_1", "column_2"}, []string{"header.none"}},
		{"names over nothing but words", "名稱,地址\n甲,某路\n乙,某街\n", nil, 1, []string{"名稱", "地址"}, []string{"header.assumed"}},
		{"words that come again below", "大安,松山\n大安,信義\n", nil, 0, []string{"column_1", "column_2"}, []string{"header.none"}},
		{"described names, with variants and signs", "台北,（臺）面積\n甲,乙\n", []string{"臺北", "台面積"}, 1, []string{"台北", "臺_面積"}, nil},
		{"machine names and labels", "city,total\n縣市,人口\n臺北市,1\n高雄市,2\n", nil, 2, []string{"city", "total"}, []string{"header.two_rows"}},
		{"a column without a name", "縣市,,人口\n臺北市,a,1\n", nil, 1, []string{"縣市", "column_2", "人口"}, []string{"header.empty_name"}},
		{"names that repeat", "縣市,人口,人口\n臺北市,1,2\n", nil, 1, []string{"縣市", "人口", "人口_2"}, []string{"header.repeated_name"}},
		{"names that differ in case", "Total,total,市\n1,2,甲\n", nil, 1, []string{"Total", "total_2", "市"}, []string{"header.repeated_name"}},
		{"signs and digits in names", "0歲-男,2019,and,人口（人）\n1,2,3,4\n", nil, 0, []string{"column_1", "column_2", "column_3", "column_4"}, []string{"header.none"}},
		{"a delimiter at the end of every row", "縣市,人口,\n臺北市,1,\n高雄市,2,\n", nil, 1, []string{"縣市", "人口"}, []string{"column.unnamed_dropped"}},
		{"a name over a column that rows leave out", "縣市,人口,備註\n臺北市,1\n高雄市,2\n", nil, 1, []string{"縣市", "人口", "備註"}, []string{"row.short", "column.empty"}},
		{"one bad cell does not hide the header", "縣,數\n" + strings.Repeat("甲,1\n", 40) + "乙,無\n", nil, 1, []string{"縣", "數"}, []string{"cell.not_int"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := read(t, t.TempDir(), []byte(tt.content), profile.Source{Described: tt.described})
			if p.HeaderRows != tt.header || !cmp.Equal(names(p), tt.names) {
				t.Errorf("%d header rows, %v, want %d, %v", p.HeaderRows, names(p), tt.header, tt.names)
			}
			if !cmp.Equal(codes(p), tt.findings) {
				t.Errorf("findings %v, want %v", codes(p), tt.findings)
			}
		})
	}
	t.Run("labels keep what the file has", func(t *testing.T) {
		p, _ := read(t, t.TempDir(), []byte("city,pop\n縣市,人口（人）\n臺北市,1\n"), profile.Source{})
		if c := column(t, p, "pop"); c.Label != "人口（人）" {
			t.Errorf("label = %q", c.Label)
		}
	})
	t.Run("signs and digits in names", func(t *testing.T) {
		one := 1
		p, _ := read(t, t.TempDir(), []byte("0歲-男,2019,and,人口（人）,_row,Ａ　b\n1,2,3,4,5,6\n"), profile.Source{Recipe: []profile.Fix{{Kind: profile.SetHeader, Header: &one}}})
		if want := []string{"0歲_男", "_2019", "and_", "人口_人", "_row_", "A_b"}; !cmp.Equal(names(p), want) {
			t.Errorf("names = %v, want %v", names(p), want)
		}
	})
	t.Run("names given for a file without a header", func(t *testing.T) {
		none := 0
		p, rows := read(t, t.TempDir(), []byte("63,臺北市\n64,高雄市\n"), profile.Source{
			Recipe: []profile.Fix{{Kind: profile.SetHeader, Header: &none, Names: []string{"縣市代碼", "縣市"}}, {Kind: profile.SetType, Column: "縣市代碼", Type: "int"}},
		})
		if !cmp.Equal(names(p), []string{"縣市代碼", "縣市"}) || p.Columns[0].Type != "int" || len(rows) != 3 || len(p.Findings) != 0 {
			t.Errorf("%v %s, %d rows, findings %v", names(p), p.Columns[0].Type, len(rows)-1, codes(p))
		}
	})
}

func TestDialect(t *testing.T) {
	rows := func(delim string) string {
		return strings.ReplaceAll("縣市#人口#備註\n臺北市#1#a\n高雄市#2#b\n", "#", delim)
	}
	for _, tt := range []struct {
		name, content, delim, ending string
		rows                         int64
	}{
		{"commas", rows(","), ",", "LF", 2},
		{"tabs", rows("\t"), "\t", "LF", 2},
		{"semicolons", rows(";"), ";", "LF", 2},
		{"bars", rows("|"), "|", "LF", 2},
		{"CRLF", strings.ReplaceAll(rows(","), "\n", "\r\n"), ",", "CRLF", 2},
		{"CR alone", strings.ReplaceAll(rows(","), "\n", "\r"), ",", "CR", 2},
		{"both", "a,b\r\n1,2\n3,4\r\n", ",", "mixed", 2},
		{"no end of the last row", "a,b\n1,2", ",", "LF", 1},
		{"commas inside a semicolon table", "名稱;說明\n甲;a,b,c\n乙;d,e\n", ";", "LF", 2},
		{"quoted delimiters", "名稱,說明\n甲,\"a;b;c;d\"\n乙,\"e;f;g;h\"\n", ",", "LF", 2},
		{"one column", "名稱\n甲\n乙\n", "", "LF", 2},
		{"one column with a comma here and there", "說明\n一\n二, 三\n四\n五\n", "", "LF", 4},
		{"a delimiter that shows its face late", strings.Repeat("a;b,c,d\n", 3) + strings.Repeat("a;b\n", 100_000), ";", "LF", 100_003},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := read(t, t.TempDir(), []byte(tt.content), profile.Source{})
			if got := p.Rows + int64(p.HeaderRows); p.Delimiter != tt.delim || p.LineEnding != tt.ending || got != tt.rows+1 && got != tt.rows {
				t.Errorf("%q, %s, %d rows, want %q, %s, %d", p.Delimiter, p.LineEnding, p.Rows, tt.delim, tt.ending, tt.rows)
			}
		})
	}
}

func TestQuotesAndRaggedRows(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		want          [][]string // data rows, without _row
		findings      []string
	}{
		{"quotes inside quotes", "名,數\n\"a \"\"b\"\" c\",1\n", [][]string{{`a "b" c`, "1"}}, nil},
		{"a line end inside quotes", "名,數\n\"a\nb\",1\nc,2\n", [][]string{{"a\nb", "1"}, {"c", "2"}}, nil},
		{"a quote inside a word", "名,數\na\"b,1\n", [][]string{{`a"b`, "1"}}, nil},
		{"a quote that is never closed", "名,數\n\"a,1\nb,2\n", [][]string{{`"a`, "1"}, {"b", "2"}}, []string{"quote.unterminated"}},
		{"something behind a closing quote", "名,數\n\"a\"b,1\n", [][]string{{`"a"b`, "1"}}, []string{"quote.misplaced"}},
		{"short and long rows", "名,數,註\n甲,1,x\n乙\n丙,3,y,z\n丁,4,x,\n戊,5,x\n", [][]string{
			{"甲", "1", "x", ""}, {"乙", "", "", ""}, {"丙", "3", "y", "z"}, {"丁", "4", "x", ""}, {"戊", "5", "x", ""},
		}, []string{"row.short", "row.long", "row.extra_empty"}},
		{"blank rows", "名,數\n\n甲,1\n , \n乙,2\n\n", [][]string{{"甲", "1"}, {"乙", "2"}}, []string{"row.blank"}},
		{"a carriage return in a cell", "名,數\na\rb,1\nc,2\n", [][]string{{"a\rb", "1"}, {"c", "2"}}, []string{"line.lone_cr"}},
		{"an apostrophe in a word", "名,數\nKing's,1\n", [][]string{{"King's", "1"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, rows := read(t, t.TempDir(), []byte(tt.content), profile.Source{})
			var got [][]string
			for _, row := range rows[1:] {
				got = append(got, row[1:])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rows: %s", diff)
			}
			if !cmp.Equal(codes(p), tt.findings) {
				t.Errorf("findings %v, want %v", codes(p), tt.findings)
			}
		})
	}
	t.Run("lines are physical", func(t *testing.T) {
		content := "名,數\n\n\"a\n\nb\",1\n" + strings.Repeat("x,2\n", 20) + "c,無\n"
		p, _ := read(t, t.TempDir(), []byte(content), profile.Source{})
		if f := find(p, "cell.not_int"); f == nil || f.Row != 22 || f.Line != 26 {
			t.Errorf("finding = %+v, want row 22 on line 26", f)
		}
	})
}

func TestRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, content, code string
	}{
		{"an empty file", "", "empty-file"},
		{"an HTML page", "\n <!DOCTYPE html><html><body>404</body></html>", "html"},
		{"an HTML page in UTF-16", string(toUTF16BE("<html><body>a,b\n</body></html>")), "html"},
		{"XML", `<?xml version="1.0"?><rows/>`, "unread-export"},
		{"PDF", "%PDF-1.7\n", "unread-pdf"},
		{"gzip", "\x1f\x8b\x08\x00", "unread-unpack"},
		{"a zip", "PK\x03\x04\x14\x00\x00\x00\x08\x00a.csv", "unread-unpack"},
		{"xlsx", "PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "unread-export"},
		{"ods", "PK\x03\x04\x14\x00\x00\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "unread-export"},
		{"xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest", "unread-export"},
		{"Parquet", "PAR1\x15\x04", "unread-export"},
		{"a shapefile", "\x00\x00\x27\x0A\x00\x00", "unread-shapefile"},
		{"JSON that is no GeoJSON", `{"records":[{"a":1}]}`, "json-not-geojson"},
		{"a JSON array", `[{"a":1}]`, "json-not-geojson"},
		{"a NUL", "a,b\n1,\x002\n", "nul"},
		{"a cell that is too large", "a,b\n1," + strings.Repeat("x", 1<<20+1) + "\n", "cell-too-large"},
		{"a row that is too large", "a,b\n" + strings.Repeat(strings.Repeat("x", 1000)+",", 9000) + "\n", "row-too-large"},
		{"too many columns", strings.Repeat("1,", 4096) + "1\n" + strings.Repeat("1,", 4096) + "1\n", "too-many-columns"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := tryRead(t, t.TempDir(), []byte(tt.content), profile.Source{Name: "table.csv"})
			if err == nil {
				t.Fatalf("read as %+v", p)
			}
			refused(t, err, tt.code)
		})
	}
	t.Run("a header without rows is read and told", func(t *testing.T) {
		one := 1
		p, rows := read(t, t.TempDir(), []byte("名稱,數\n"), profile.Source{Recipe: []profile.Fix{{Kind: profile.SetHeader, Header: &one}}})
		if f := find(p, "table.no_rows"); f == nil || f.Severity != profile.SevereError || len(rows) != 1 {
			t.Errorf("findings %v, want table.no_rows", codes(p))
		}
	})
	for _, content := range []string{"\n\n", "\uFEFF", " ", `{"type":"FeatureCollection","features":[]}`} {
		t.Run(fmt.Sprintf("nothing but %q", content), func(t *testing.T) {
			p, rows := read(t, t.TempDir(), []byte(content), profile.Source{})
			if find(p, "table.no_rows") == nil || p.Rows != 0 || len(rows) != 1 {
				t.Errorf("%d rows, findings %v", p.Rows, codes(p))
			}
		})
	}
	t.Run("wide tables are read", func(t *testing.T) {
		p, _ := read(t, t.TempDir(), []byte(strings.Repeat("1,", 4095)+"1\n"+strings.Repeat("2,", 4095)+"2\n"), profile.Source{})
		if len(p.Columns) != 4096 {
			t.Errorf("%d columns", len(p.Columns))
		}
	})
}
