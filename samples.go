package gongdao

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/traditionalchinese"
)

// sample is a small file of the kind that offices really have, made here, with
// made-up contents, to try the console with.
type sample struct {
	name string
	key  string // of the sentence that says what is wrong with it
	make func() []byte
}

var samples = []sample{
	{"shelters-big5.csv", "big5", shelters},
	{"clinics-utf16.csv", "utf16", clinics},
	{"budget-messy.csv", "messy", budget},
	{"no-header.csv", "headerless", headerless},
	{"error-page.csv", "html", func() []byte {
		return []byte("<!DOCTYPE html>\n<html><head><title>503</title></head><body>Service Unavailable</body></html>\n")
	}},
}

// shelters: Big5, dates of the Republic of China calendar, codes with leading zeros.
func shelters() []byte {
	var b strings.Builder
	b.WriteString("收容所編號,名稱,鄉鎮市區,可收容人數,設立日期\r\n")
	towns := []string{"臺南市安平區", "臺南市中西區", "花蓮縣豐濱鄉", "臺東縣蘭嶼鄉", "高雄市那瑪夏區"}
	for i := range 40 {
		fmt.Fprintf(&b, "%04d,示範收容所%d,%s,%d,%d/%02d/%02d\r\n", i+1, i+1, towns[i%len(towns)], 60+i*7%240, 88+i%26, i%12+1, i%28+1)
	}
	out, err := traditionalchinese.Big5.NewEncoder().String(b.String())
	if err != nil {
		return []byte(b.String())
	}
	return []byte(out)
}

// clinics: UTF-16 with a byte order mark and tabs, as spreadsheets save "Unicode text".
func clinics() []byte {
	var b strings.Builder
	b.WriteString("診所代碼\t名稱\t電話\t緯度\t經度\r\n")
	for i := range 30 {
		fmt.Fprintf(&b, "35%08d\t示範診所%d\t02-2%07d\t%.5f\t%.5f\r\n", i*137, i+1, 1000000+i*321, 25.02+float64(i%6)*0.011, 121.50+float64(i%5)*0.013)
	}
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(b.String())) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// budget: guarded codes, thousands separators, markers for missing, a remark
// among the numbers near the end, a row that is too long, blank rows.
func budget() []byte {
	var b strings.Builder
	b.WriteString("科目代碼,科目名稱,預算數,決算數,執行率\n")
	for i := range 60 {
		done := `"` + grouped(800_000+i*13_037) + `"`
		switch i {
		case 11, 29:
			done = "-"
		case 55:
			done = "約 300"
		}
		fmt.Fprintf(&b, "'%06d,示範科目%d,\"%s\",%s,%.1f%%\n", 10100+i, i+1, grouped(900_000+i*14_053), done, 70+float64(i%30))
	}
	b.WriteString("\n'010199,示範科目 99,\"1,000\",900,90.0%,多出來的一格\n\n")
	return []byte(b.String())
}

// grouped writes n with a comma before each three digits.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// headerless: no header row at all.
func headerless() []byte {
	var b strings.Builder
	for i := range 25 {
		fmt.Fprintf(&b, "%05d,示範站%d,%d,2026-11-%02d\n", i*11+7, i+1, i*i%97, i%23+1)
	}
	return []byte(b.String())
}
