package profile

import (
	"fmt"
	"strings"
	"unicode"
)

// accepts lists, for each type, the classes that every cell must have.
var accepts = map[string]set{
	TypeInt:      of(isInt, isIntDate, isIntClean),
	TypeNumber:   of(isInt, isIntDate, isIntClean, isNum, isNumClean),
	TypeDate:     of(isDateISO, isDate, isDateROC),
	TypeDatetime: of(isDatetime),
	TypeBoolean:  of(isBool),
}

// takes lists what a type takes besides when a person sets it.
var takes = map[string]set{
	TypeInt:      of(isZero, isZeroDate, isGuard),
	TypeNumber:   of(isZero, isZeroDate, isGuard, isPercent, isExp, isLong),
	TypeDate:     of(isIntDate, isZeroDate, isDateShort),
	TypeDatetime: of(isDateISO, isDate, isDateROC, isIntDate, isZeroDate),
}

// digitsOnly are the classes a code may have; some of them make it one.
var (
	codeLike  = of(isZero, isZeroDate, isLong, isGuard, isInt, isIntDate)
	makesCode = of(isZero, isZeroDate, isLong, isGuard)
)

// verdict is the type of a column and why.
type verdict struct {
	typ, sql   string
	unit, note string
	percent    bool
	forced     bool   // by a recipe
	why        string // code of the finding that explains a code, if any
	almost     string // the type that nearly all cells have
	bad        set    // the classes that stood against it
}

// almostShare is the share of cells at which a text column is said to be nearly
// of another type.
const almostShare = 0.9

// decide gives c its type. Every cell counts: one that does not fit makes the
// column text, and the finding says which.
func decide(c *column, label string) verdict {
	v := verdict{typ: TypeText, sql: "VARCHAR"}
	have := c.present() &^ of(isMarker, isNull)
	named := namesCode(label) && !namesDate(label)
	switch {
	case have == 0:
		return v
	case named && have&^of(isBool) != 0:
		v.typ = TypeCode
	case have == of(isBool):
		v.typ, v.sql = TypeBoolean, "BOOLEAN"
	case have&^codeLike == 0 && have&makesCode != 0:
		v.typ, v.why = TypeCode, "column.code"
	case have == of(isIntDate) && c.dateWidths&(c.dateWidths-1) == 0 && namesDate(label):
		v.typ, v.sql = TypeDate, "DATE"
	case have&^accepts[TypeInt] == 0:
		v.typ, v.sql = TypeInt, "BIGINT"
	case have&^accepts[TypeNumber] == 0:
		v.typ, v.sql = TypeNumber, c.decimal()
	case have == of(isPercent):
		v.typ, v.sql, v.unit, v.percent = TypeNumber, c.decimal(), "%", true
	case have == of(isExp):
		v.typ, v.sql = TypeNumber, "DOUBLE"
	case have&^(accepts[TypeDate]|of(isDateShort)) == 0 && (have&of(isDateShort) == 0 || have&of(isDateROC) != 0):
		v.typ, v.sql = TypeDate, "DATE"
	case have&^accepts[TypeDatetime] == 0:
		v.typ, v.sql = TypeDatetime, "TIMESTAMP"
	case have&^(accepts[TypeNumber]|of(isPercent)) == 0:
		v.why = "column.percent_mixed"
	case have&^(accepts[TypeNumber]|of(isExp)) == 0:
		v.why = "column.exponent_mixed"
	case have&^(accepts[TypeDate]|of(isDateShort)) == 0:
		v.why = "column.short_years"
	case have&^(accepts[TypeDate]|accepts[TypeDatetime]) == 0:
		v.why = "column.mixed_dates"
	default:
		v.nearly(c)
	}
	switch {
	case v.typ == TypeCode && have&^of(isZeroDate, isIntDate) == 0 && have.has(isZeroDate):
		v.why = "column.digits_date"
	case v.typ == TypeInt && have == of(isIntDate) && c.maxWhole == 8:
		v.why = "column.digits_date"
	}
	v.note = noteOf(c, v, have, label)
	return v
}

// nearly finds the type that at least nine in ten cells have.
func (v *verdict) nearly(c *column) {
	filled := c.filled - c.kinds[isMarker].count - c.kinds[isNull].count
	most := int64(0)
	for _, typ := range []string{TypeInt, TypeNumber, TypeDate, TypeDatetime, TypeBoolean} {
		n := c.count(accepts[typ])
		if n > most && float64(n) >= almostShare*float64(filled) {
			v.almost, most = typ, n
			v.bad = c.present() &^ accepts[typ] &^ of(isMarker, isNull)
		}
	}
}

// decimal returns DECIMAL(18,s) where no digit is lost, else DOUBLE.
func (c *column) decimal() string {
	if c.maxScale <= 6 && int(c.maxWhole)+int(c.maxScale) <= 18 {
		return fmt.Sprintf("DECIMAL(18,%d)", c.maxScale)
	}
	return "DOUBLE"
}

// force gives c the type that a recipe names.
func force(c *column, typ string) verdict {
	v := verdict{typ: typ, forced: true, sql: map[string]string{
		TypeCode: "VARCHAR", TypeText: "VARCHAR", TypeInt: "BIGINT", TypeNumber: "",
		TypeDate: "DATE", TypeDatetime: "TIMESTAMP", TypeBoolean: "BOOLEAN",
	}[typ]}
	if typ == TypeNumber {
		v.sql = c.decimal()
		if c.present()&of(isExp, isLong) != 0 {
			v.sql = "DOUBLE"
		}
		if have := c.present() &^ of(isMarker, isNull); have == of(isPercent) {
			v.unit, v.percent = "%", true
		}
	}
	return v
}

// noteOf says what a column is about where its type does not.
func noteOf(c *column, v verdict, have set, label string) string {
	switch {
	case have == of(isMonth):
		return "month"
	case have == of(isMonthROC):
		return "roc_month"
	case have == of(isYearROC):
		return "roc_year"
	case v.typ != TypeInt || c.table.spilled:
		return ""
	case strings.Contains(label, "年月") || strings.Contains(strings.ToLower(label), "yyymm"):
		if c.each(func(n int) bool { return n >= 1000 && n < 30000 && n%100 >= 1 && n%100 <= 12 }) {
			return "roc_month"
		}
		if c.each(func(n int) bool { return n >= 100000 && n < 300000 && n%100 >= 1 && n%100 <= 12 }) {
			return "month"
		}
	case strings.HasSuffix(label, "年") || strings.Contains(label, "年度") || strings.Contains(label, "年份") || strings.EqualFold(label, "year"):
		if c.each(func(n int) bool { return n >= 1 && n <= 200 }) {
			return "roc_year"
		}
		if c.each(func(n int) bool { return n >= 1800 && n <= 2200 }) {
			return "year"
		}
	}
	return ""
}

// each reports whether f holds for every whole number of the column.
func (c *column) each(f func(int) bool) bool {
	for i := range c.table.entries {
		if e := &c.table.entries[i]; accepts[TypeInt].has(e.class) && !f(int(e.num)) {
			return false
		}
	}
	return true
}

// namesCode reports whether a name promises a code, which is text always.
func namesCode(label string) bool {
	for _, w := range []string{"代碼", "代號", "編號", "統編", "統一編號", "電話", "郵遞區號", "傳真", "手機", "證號", "身分證", "條碼", "帳號"} {
		if strings.Contains(label, w) {
			return true
		}
	}
	for _, w := range words(label) {
		switch w {
		case "code", "zip", "zipcode", "postcode", "postal", "phone", "tel", "telephone", "fax", "mobile", "barcode":
			return true
		}
	}
	return false
}

// namesDate reports whether a name promises dates.
func namesDate(label string) bool {
	for _, w := range []string{"日期", "年月日", "時間", "生日"} {
		if strings.Contains(label, w) {
			return true
		}
	}
	if strings.HasSuffix(label, "日") {
		return true
	}
	for _, w := range words(label) {
		switch w {
		case "date", "day", "ymd", "yyyymmdd", "birthday":
			return true
		}
	}
	return false
}

// words splits a Latin name at signs, digits and changes of case.
func words(name string) (list []string) {
	var w []rune
	flush := func() {
		if len(w) > 0 {
			list = append(list, strings.ToLower(string(w)))
			w = w[:0]
		}
	}
	for _, c := range name {
		switch {
		case !unicode.IsLetter(c) || c > 0x24F:
			flush()
			continue
		case unicode.IsUpper(c) && len(w) > 0 && unicode.IsLower(w[len(w)-1]):
			flush()
		}
		w = append(w, c)
	}
	flush()
	return list
}
