package profile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/gongdao/gongdao/standards/hanvariant"
)

// heading is what was decided about the first rows.
type heading struct {
	rows     int // 0, 1 or 2
	assumed  bool
	names    []string // machine names, one for each column
	labels   []string
	empty    []int // columns without a name in the file
	repeated []int
	dropped  int // columns at the end without name and values
	marked   [markCount]tally
}

// titles are the first two rows, cells trimmed.
type titles [2][]string

// decideHeader looks at the first rows and at the whole columns below them.
func decideHeader(first titles, width int, columns []*column, described []string) (rows int, assumed bool) {
	if len(first[0]) == 0 {
		return 0, false
	}
	described = foldAll(described)
	top := first[0][:min(len(first[0]), width)]
	if share(top, described) >= 0.6 {
		return 1 + second(first, width, columns), false
	}
	if !fit(top, width) {
		return 0, false
	}
	if aboveTyped(top, columns) {
		return 1 + second(first, width, columns), false
	}
	if !slices.ContainsFunc(columns, func(c *column) bool { return c.filled+c.empty > 0 }) && overTyped(top, first[1]) {
		return 1, false
	}
	if titled(top) && !again(top, columns) {
		return 1, true
	}
	return 0, false
}

// fit reports whether top can be names: most are filled, most are unique, none
// is a number or a date.
func fit(top []string, width int) bool {
	filled, unique := 0, map[string]bool{}
	for _, t := range top {
		if t == "" {
			continue
		}
		filled++
		unique[t] = true
		if l := lex([]byte(t)); l.class != isText && l.class != isYearROC && l.class != isMonthROC && l.class != isMonth {
			return false
		}
	}
	return filled > 0 && 2*filled >= width && 2*len(unique) >= filled
}

// aboveTyped reports whether some column below is of a type that its title is not.
func aboveTyped(top []string, columns []*column) bool {
	for i, t := range top {
		if t != "" && i < len(columns) && typed(columns[i]) {
			return true
		}
	}
	return false
}

// overTyped is aboveTyped for a table whose second row is its last.
func overTyped(top, below []string) bool {
	for i, t := range top {
		if t != "" && i < len(below) && below[i] != "" && !of(isText, isMonth, isMonthROC, isYearROC, isMarker).has(lex([]byte(below[i])).class) {
			return true
		}
	}
	return false
}

// typed reports whether nearly every cell of c is a number, a date or a code of
// digits. For telling titles from data nearly is enough; for a type it is not.
func typed(c *column) bool {
	words := c.count(of(isText, isMonth, isMonthROC, isYearROC))
	cells := c.filled - c.kinds[isMarker].count - c.kinds[isNull].count
	return cells > 0 && float64(cells-words) >= almostShare*float64(cells)
}

// second returns 1 if the second row holds labels: machine names above, words
// for people below, and no cell of it has the type of its column.
func second(first titles, width int, columns []*column) int {
	top, below := first[0], first[1]
	if len(below) == 0 || !fit(below, width) || !aboveTyped(below, columns) {
		return 0
	}
	machine, han := 0, 0
	for i, t := range top {
		if isIdentifier(t) {
			machine++
		}
		if i < len(below) && hasHan(below[i]) {
			han++
		}
	}
	if 2*machine > width && 2*han > width {
		return 1
	}
	return 0
}

// titled reports whether a third of top look like names of fields.
func titled(top []string) bool {
	n := 0
	for _, t := range top {
		if len([]rune(t)) > 40 {
			return false
		}
		if isIdentifier(t) || slices.ContainsFunc(fieldWords, func(w string) bool { return strings.HasSuffix(t, w) }) {
			n++
		}
	}
	return 3*n >= len(top)
}

// fieldWords end the names of fields in the files of agencies.
var fieldWords = []string{
	"名稱", "姓名", "名", "地址", "住址", "位置", "地點", "電話", "編號", "代碼", "代號", "日期", "時間", "年度", "年月", "類別", "種類", "類型",
	"單位", "備註", "說明", "網址", "縣市", "縣市別", "鄉鎮", "鄉鎮市區", "行政區", "區域", "區域別", "村里", "里別", "經度", "緯度", "機關", "負責人", "狀態",
	"項目", "內容", "性別", "級別", "等級", "路段", "路名", "信箱", "標題", "主旨", "主題", "欄位",
}

// again reports whether a title stands in its own column below.
func again(top []string, columns []*column) bool {
	for i, t := range top {
		if t != "" && i < len(columns) && columns[i].table.find(hashOf([]byte(t)), []byte(t)) != nil {
			return true
		}
	}
	return false
}

func isIdentifier(s string) bool {
	for i, c := range s {
		if c > unicode.MaxASCII || !(unicode.IsLetter(c) || c == '_' || i > 0 && (unicode.IsDigit(c) || c == '-' || c == '.' || c == ' ')) {
			return false
		}
	}
	return s != ""
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return unicode.Is(unicode.Han, c) })
}

// share returns how many of top are among the described names, folded.
func share(top, described []string) float64 {
	if len(described) == 0 || len(top) == 0 {
		return 0
	}
	n := 0
	for _, t := range foldAll(top) {
		if slices.Contains(described, t) {
			n++
		}
	}
	return float64(n) / float64(len(top))
}

// foldAll makes names comparable: variants, width, case and signs do not count.
func foldAll(names []string) []string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = strings.Map(func(c rune) rune {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				return c
			}
			return -1
		}, hanvariant.Fold(n))
	}
	return list
}
