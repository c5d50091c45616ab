package profile_test

import (
	"strings"
	"testing"

	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/google/go-cmp/cmp"
)

// TestTypes gives one column of cells, its type, and what is stored.
func TestTypes(t *testing.T) {
	for _, tt := range []struct {
		name, label, cells string // cells are separated by |
		typ, sql           string
		stored             string
		finding            string
	}{
		{"whole numbers", "數", "1|-2|30", "int", "BIGINT", "1|-2|30", ""},
		{"eighteen digits", "數", "123456789012345678|1", "int", "BIGINT", "123456789012345678|1", ""},
		{"separators", "數", "1,234|5|-12,345,678", "int", "BIGINT", "1234|5|-12345678", "cell.cleaned"},
		{"full width", "數", "１２３|－４", "int", "BIGINT", "123|-4", "cell.cleaned"},
		{"a plus sign", "數", "+5|6", "int", "BIGINT", "5|6", "cell.cleaned"},
		{"groups that are not of three", "數", "1,23|4", "text", "VARCHAR", "1,23|4", ""},
		{"markers", "數", "1|-|－|…|NA|N/A|null|2", "int", "BIGINT", "1|||||||2", "cell.marker"},
		{"markers alone are words", "數", "-|NA", "text", "VARCHAR", "-|NA", ""},
		{"blanks around", "數", " 1|2　|\u00a03", "int", "BIGINT", "1|2|3", "cell.trimmed"},
		{"fractions", "數", "1.5|2|0.125", "number", "DECIMAL(18,3)", "1.5|2|0.125", ""},
		{"fine fractions", "數", "121.5654321|25.0330001", "number", "DOUBLE", "121.5654321|25.0330001", ""},
		{"no digit before the point", "數", ".5|-.25", "number", "DECIMAL(18,2)", "0.5|-0.25", "cell.cleaned"},
		{"separators and fractions", "數", "1,234.50|7", "number", "DECIMAL(18,2)", "1234.50|7", "cell.cleaned"},
		{"per cent", "率", "12.5%|3%|4％", "number", "DECIMAL(18,1)", "12.5|3|4", "cell.cleaned"},
		{"per cent here and there", "率", "12.5%|3", "text", "VARCHAR", "12.5%|3", "column.percent_mixed"},
		{"exponents", "值", "1.5e3|2E-4", "number", "DOUBLE", "1.5e3|2E-4", ""},
		{"an exponent among numbers may be a code", "值", "1E5|25", "text", "VARCHAR", "1E5|25", "column.exponent_mixed"},
		{"ISO dates", "日", "2023-05-08|1899-12-31", "date", "DATE", "2023-05-08|1899-12-31", ""},
		{"slashes", "日", "2023/5/8|2023/12/31", "date", "DATE", "2023-05-08|2023-12-31", ""},
		{"dates of the Republic", "日", "112/05/08|99年1月2日|民國112年5月8日|112.5.8", "date", "DATE", "2023-05-08|2010-01-02|2023-05-08|2023-05-08", ""},
		{"before the Republic", "日", "民前5年3月2日|民國元年1月1日", "date", "DATE", "1907-03-02|1912-01-01", ""},
		{"a short year beside a long one", "日", "112/05/08|99/1/2", "date", "DATE", "2023-05-08|2010-01-02", ""},
		{"short years alone may be anything", "日", "12/05/08|99/1/2", "text", "VARCHAR", "12/05/08|99/1/2", "column.short_years"},
		{"day and month are never guessed", "日", "5/8/2023|12/31/2023", "text", "VARCHAR", "5/8/2023|12/31/2023", ""},
		{"digits under a name that says date", "發生日期", "20230508|20231231", "date", "DATE", "2023-05-08|2023-12-31", ""},
		{"digits of the Republic", "發生日期", "1120508|1121231", "date", "DATE", "2023-05-08|2023-12-31", ""},
		{"the same digits under another name", "序", "20230508|20231231", "int", "BIGINT", "20230508|20231231", "column.digits_date"},
		{"digits that are no day", "發生日期", "20230508|20230231", "int", "BIGINT", "20230508|20230231", ""},
		{"zeros in front of days stay", "生日", "0620915|0620916", "code", "VARCHAR", "0620915|0620916", "column.digits_date"},
		{"moments without a zone", "時", "2025-01-01 00:48:16|2025-01-01T12:00", "datetime", "TIMESTAMP", "2024-12-31 16:48:16|2025-01-01 04:00:00", ""},
		{"moments with a zone", "時", "2025-01-01T00:00:00Z|2025-01-01T09:00:00+09:00|2025-01-01 08:00:00.250+0800", "datetime", "TIMESTAMP", "2025-01-01 00:00:00|2025-01-01 00:00:00|2025-01-01 00:00:00.250000", ""},
		{"before and after noon", "時", "2023/5/8 上午 9:05|2023/5/8 下午 12:30:00|112/5/8 下午09:05|2023/5/8 9:05:00 PM", "datetime", "TIMESTAMP", "2023-05-08 01:05:00|2023-05-08 04:30:00|2023-05-08 13:05:00|2023-05-08 13:05:00", ""},
		{"days among moments", "時", "2023-05-08 09:05|2023-05-09", "text", "VARCHAR", "2023-05-08 09:05|2023-05-09", "column.mixed_dates"},
		{"hour 25", "時", "2023-05-08 25:05|2023-05-09 24:00", "text", "VARCHAR", "2023-05-08 25:05|2023-05-09 24:00", ""},
		{"booleans", "否", "true|FALSE|True", "boolean", "BOOLEAN", "true|false|true", ""},
		{"yes and no stay words", "否", "是|否", "text", "VARCHAR", "是|否", ""},
		{"months stay", "月份", "2019-01|2019-12", "text", "VARCHAR", "2019-01|2019-12", ""},
		{"an address is no number", "址", "3之1號|5", "text", "VARCHAR", "3之1號|5", ""},
		{"a network address", "址", "192.168.1.1|10.0.0.1", "text", "VARCHAR", "192.168.1.1|10.0.0.1", ""},
		{"a range", "歲", "15-64|65", "text", "VARCHAR", "15-64|65", ""},
		{"nothing", "空", "|", "text", "VARCHAR", "|", "column.empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("鍵\t" + tt.label + "\n")
			for _, c := range strings.Split(tt.cells, "|") {
				b.WriteString("k\t" + c + "\n")
			}
			one := 1
			p, rows := read(t, t.TempDir(), []byte(b.String()), profile.Source{Recipe: []profile.Fix{{Kind: profile.SetHeader, Header: &one}}})
			c := p.Columns[1]
			if c.Type != tt.typ || c.SQLType != tt.sql {
				t.Errorf("type = %s %s, want %s %s", c.Type, c.SQLType, tt.typ, tt.sql)
			}
			var stored []string
			for _, row := range rows[1:] {
				stored = append(stored, row[2])
			}
			if got := strings.Join(stored, "|"); got != tt.stored {
				t.Errorf("stored %q, want %q", got, tt.stored)
			}
			if tt.finding != "" && find(p, tt.finding) == nil {
				t.Errorf("findings %v lack %s", codes(p), tt.finding)
			}
			if tt.finding == "" && len(p.Findings) > 0 {
				t.Errorf("findings %v, want none", codes(p))
			}
		})
	}
}

func TestSetType(t *testing.T) {
	for _, tt := range []struct {
		name, typ, cells, stored string
		refused                  int64
	}{
		{"zeros in front of a quantity", "int", "007|8|'09", "7|8|9", 0},
		{"words among whole numbers", "int", "1|約 300|3.5", "1||", 2},
		{"days in digits", "date", "0620915|20230508|無", "1973-09-15|2023-05-08|", 1},
		{"short years", "date", "99/1/2|88/12/31", "2010-01-02|1999-12-31", 0},
		{"days as moments", "datetime", "2023-05-08|2023-05-08 09:05", "2023-05-07 16:00:00|2023-05-08 01:05:00", 0},
		{"numbers as text", "text", "1|2,000", "1|2,000", 0},
		{"exponents as numbers", "number", "1E5|25", "1E5|25", 0},
		{"words among booleans", "boolean", "true|是", "true|", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content := "鍵\t值\nk\t" + strings.ReplaceAll(tt.cells, "|", "\nk\t") + "\n"
			one := 1
			p, rows := read(t, t.TempDir(), []byte(content), profile.Source{Recipe: []profile.Fix{
				{Kind: profile.SetHeader, Header: &one}, {Kind: profile.SetType, Column: "值", Type: tt.typ},
			}})
			var stored []string
			for _, row := range rows[1:] {
				stored = append(stored, row[2])
			}
			if got := strings.Join(stored, "|"); got != tt.stored || p.Columns[1].Type != tt.typ {
				t.Errorf("%s stored %q, want %s %q", p.Columns[1].Type, got, tt.typ, tt.stored)
			}
			count := int64(0)
			if f := find(p, "cell.refused"); f != nil {
				count = f.Count
			}
			if count != tt.refused || p.Cells.Reported != tt.refused+2 {
				t.Errorf("%d cells are reported as refused, want %d", count, tt.refused)
			}
		})
	}
}

func TestStats(t *testing.T) {
	content := "數,日,字\n1,112/05/08,甲\n2,112/05/09,乙丙\n2,112/05/10,甲\n4,,甲\n-,112/05/08,\n"
	p, _ := read(t, t.TempDir(), []byte(content), profile.Source{})
	n := column(t, p, "數").Stats
	mean := 2.25
	want := profile.Stats{
		Filled: 4, Missing: 1, Distinct: 3, Exact: true, Min: "1", Max: "4", Mean: &mean,
		Quantiles: []profile.Quantile{{P: 0.05, Value: 1}, {P: 0.25, Value: 1}, {P: 0.5, Value: 2}, {P: 0.75, Value: 2}, {P: 0.95, Value: 4}},
		Top:       []profile.Frequent{{Value: "2", Count: 2}, {Value: "1", Count: 1}, {Value: "4", Count: 1}},
		MinLength: 1, MaxLength: 1,
		Bins: []profile.Bin{{From: 1, To: 2, Count: 1}, {From: 2, To: 3, Count: 2}, {From: 3, To: 4, Count: 0}, {From: 4, To: 5, Count: 1}},
	}
	if diff := cmp.Diff(want, n); diff != "" {
		t.Errorf("statistics of numbers: %s", diff)
	}
	if d := column(t, p, "日").Stats; d.Min != "2023-05-08" || d.Max != "2023-05-10" || d.Distinct != 3 || d.Missing != 1 || d.Top[0].Value != "2023-05-08" {
		t.Errorf("statistics of dates = %+v", d)
	}
	if s := column(t, p, "字").Stats; s.MaxLength != 2 || s.Distinct != 2 || s.Top[0] != (profile.Frequent{Value: "甲", Count: 3}) {
		t.Errorf("statistics of text = %+v", s)
	}
}

func TestNotes(t *testing.T) {
	content := "統計年月,年度,西元年,月,經度,緯度,X座標,Y座標\n11203,112,2023,112年5月,121.5654,25.0330,302000,2770000\n11204,113,2024,112年6月,121.5170,25.0478,303000,2771000\n"
	p, _ := read(t, t.TempDir(), []byte(content), profile.Source{})
	for name, want := range map[string]string{
		"統計年月": "roc_month", "年度": "roc_year", "西元年": "year", "月": "roc_month", "經度": "longitude", "緯度": "latitude", "X座標": "easting", "Y座標": "northing",
	} {
		if c := column(t, p, name); c.Note != want {
			t.Errorf("%s has the note %q, want %q", name, c.Note, want)
		}
	}
	if want := []profile.Point{{Name: "geo_point", Lon: "經度", Lat: "緯度", CRS: "EPSG:4326"}}; !cmp.Equal(p.Points, want) {
		t.Errorf("points = %+v, want %+v", p.Points, want)
	}
	if want := []profile.Point{{Name: "geo_point_2", Lon: "X座標", Lat: "Y座標", CRS: "EPSG:3826"}}; !cmp.Equal(p.Projected, want) {
		t.Errorf("projected = %+v, want %+v", p.Projected, want)
	}
}

func TestSwappedCoordinates(t *testing.T) {
	content := []byte("站名,經度,緯度\n甲,25.0330,121.5654\n乙,25.0478,121.5170\n丙,25.1,0\n")
	p, _ := read(t, t.TempDir(), content, profile.Source{})
	f := find(p, "geo.swapped")
	if len(p.Points) != 0 || f == nil || f.Fix == nil {
		t.Fatalf("points %v, findings %v: nothing is swapped without being asked", p.Points, codes(p))
	}
	p, _ = read(t, t.TempDir(), content, profile.Source{Recipe: []profile.Fix{*f.Fix}})
	if want := []profile.Point{{Name: "geo_point", Lon: "緯度", Lat: "經度", CRS: "EPSG:4326"}}; !cmp.Equal(p.Points, want) {
		t.Errorf("points = %+v, want %+v", p.Points, want)
	}
	if f := find(p, "geo.outside"); f == nil || f.Row != 3 || f.Value != "0" {
		t.Errorf("the coordinate 0 is not told: %+v", f)
	}
}

func TestPersonalData(t *testing.T) {
	content := "姓名,證件,聯絡,信箱,說明\n甲,A123456789,0912-345-678,a@example.tw,無\n乙,A123456788,(02)2345-6789#12,無,身分證A123456789已驗\n丙,A800000014,2345,b.c@mail.example.com.tw,編號XA123456789\n"
	p, _ := read(t, t.TempDir(), []byte(content), profile.Source{})
	if want := (profile.Personal{NationalIDs: 3, Phones: 2, Emails: 2}); p.Personal != want || !p.Personal.Blocks() {
		t.Errorf("personal = %+v, want %+v", p.Personal, want)
	}
	f := find(p, "personal.national_id")
	if f == nil || f.Severity != profile.SevereError || f.Value != "" || f.Row != 1 {
		t.Errorf("finding = %+v: it tells the row and not the number", f)
	}
	if top := column(t, p, "證件").Stats.Top; top != nil {
		t.Errorf("the statistics show %v", top)
	}
}
