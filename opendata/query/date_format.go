package query

import "strings"

// piece is one part of a date pattern: a symbol, or free text.
type piece struct {
	symbol string
	free   string
}

// datePart tells how a symbol is written: a SQL function of the wall time, how
// many digits it is padded to, and the modulus or the names it goes through.
type datePart struct {
	sql    string
	digits int
	modulo int
	names  func(lang string) string // space-separated
}

// dateParts holds every symbol of date_format.
var dateParts = map[string]datePart{
	"yyyy": {sql: "year", digits: 4}, "yy": {sql: "year", digits: 2, modulo: 100},
	"xxxx": {sql: "isoyear", digits: 4}, "xx": {sql: "isoyear", digits: 2, modulo: 100},
	"w": {sql: "weekofyear"}, "ww": {sql: "weekofyear", digits: 2},
	"e": {sql: "isodow"}, "E": {sql: "isodow", names: shortDays}, "EEEE": {sql: "isodow", names: longDays},
	"D": {sql: "dayofyear"}, "DDD": {sql: "dayofyear", digits: 3},
	"M": {sql: "month"}, "MM": {sql: "month", digits: 2}, "MMMM": {sql: "month", names: longMonths},
	"d": {sql: "day"}, "dd": {sql: "day", digits: 2},
	"H": {sql: "hour"}, "HH": {sql: "hour", digits: 2},
	"m": {sql: "minute"}, "mm": {sql: "minute", digits: 2},
	"s": {sql: "second"}, "ss": {sql: "second", digits: 2},
}

func chinese(lang string) bool { return strings.HasPrefix(strings.ToLower(lang), "zh") }

func longDays(lang string) string {
	if chinese(lang) {
		return "星期一 星期二 星期三 星期四 星期五 星期六 星期日"
	}
	return "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
}

func shortDays(lang string) string {
	if chinese(lang) {
		return "週一 週二 週三 週四 週五 週六 週日"
	}
	return "Mon Tue Wed Thu Fri Sat Sun"
}

func longMonths(lang string) string {
	if chinese(lang) {
		return "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月"
	}
	return "January February March April May June July August September October November December"
}

// pieces splits a pattern. Free text stands in single quotes, two of which are
// one. ok is false for a letter that is no symbol.
func pieces(pattern string) (out []piece, ok bool) {
	for s := pattern; s != ""; {
		c := s[0]
		switch {
		case c == '\'':
			free, n := quotedFree(s)
			out, s = append(out, piece{free: free}), s[n:]
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			n := len(s) - len(strings.TrimLeft(s, s[:1]))
			symbol := strings.ReplaceAll(s[:n], "Y", "y")
			if _, known := dateParts[symbol]; !known {
				return nil, false
			}
			out, s = append(out, piece{symbol: symbol}), s[n:]
		default:
			n := strings.IndexFunc(s, func(r rune) bool {
				return r == '\'' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
			})
			if n < 0 {
				n = len(s)
			}
			out, s = append(out, piece{free: s[:n]}), s[n:]
		}
	}
	return out, len(out) > 0 && len(out) <= 40
}

// quotedFree reads free text at the start of s, which begins with a quote, and
// its length. A quote that is never closed runs to the end.
func quotedFree(s string) (free string, n int) {
	if strings.HasPrefix(s, "''") {
		return "'", 2
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1
	}
	return b.String(), len(s)
}

// dateFormat writes date_format as a chain of its parts.
func (w *writer) dateFormat(n *node) {
	parts, _ := pieces(n.args[1].text) // checked when it was typed
	w.text("(")
	w.list(len(parts), " || ", func(i int) {
		if parts[i].symbol == "" {
			w.str(parts[i].free)
			return
		}
		w.datePart(dateParts[parts[i].symbol], n.args[0])
	})
	if onlyFree(parts) { // still nothing for a missing date
		w.text(" || left(CAST(")
		w.expr(n.args[0])
		w.text(" AS VARCHAR), 0)")
	}
	w.text(")")
}

func onlyFree(parts []piece) bool {
	for _, p := range parts {
		if p.symbol != "" {
			return false
		}
	}
	return true
}

func (w *writer) datePart(d datePart, x *node) {
	number := func() {
		w.text(d.sql + "(")
		w.wall(x)
		w.text(")")
		if d.modulo != 0 {
			w.text(" % 100")
		}
	}
	switch {
	case d.names != nil:
		w.text("list_extract(string_split(")
		w.str(d.names(w.q.lang))
		w.text(", ' '), ")
		number()
		w.text(")")
	case d.digits > 0:
		w.text("lpad(CAST(")
		number()
		w.text(map[int]string{2: " AS VARCHAR), 2, '0')", 3: " AS VARCHAR), 3, '0')", 4: " AS VARCHAR), 4, '0')"}[d.digits])
	default:
		w.text("CAST(")
		number()
		w.text(" AS VARCHAR)")
	}
}
