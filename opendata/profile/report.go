package profile

import (
	"cmp"
	"slices"

	"github.com/gongdao/gongdao/civic"
)

// severities gives each finding its severity and says whether a person must act.
var severities = map[string]Severity{
	"table.no_rows":           SevereError,
	"personal.national_id":    SevereError,
	"encoding.declared":       SevereWarning,
	"quote.unterminated":      SevereWarning,
	"quote.misplaced":         SevereWarning,
	"line.lone_cr":            SevereWarning,
	"header.none":             SevereWarning,
	"header.assumed":          SevereWarning,
	"header.empty_name":       SevereWarning,
	"header.repeated_name":    SevereWarning,
	"header.two_rows":         SevereInfo,
	"column.unnamed_dropped":  SevereInfo,
	"column.empty":            SevereInfo,
	"column.code":             SevereInfo,
	"column.digits_date":      SevereInfo,
	"column.percent_mixed":    SevereWarning,
	"column.exponent_mixed":   SevereWarning,
	"column.short_years":      SevereWarning,
	"column.mixed_dates":      SevereWarning,
	"row.short":               SevereWarning,
	"row.long":                SevereWarning,
	"row.extra_empty":         SevereInfo,
	"row.blank":               SevereInfo,
	"cell.not_int":            SevereWarning,
	"cell.not_number":         SevereWarning,
	"cell.not_date":           SevereWarning,
	"cell.not_datetime":       SevereWarning,
	"cell.not_boolean":        SevereWarning,
	"cell.refused":            SevereWarning,
	"cell.cleaned":            SevereInfo,
	"cell.guard_removed":      SevereInfo,
	"cell.marker":             SevereInfo,
	"cell.trimmed":            SevereInfo,
	"cell.private_use":        SevereWarning,
	"cell.lost_character":     SevereWarning,
	"personal.phone":          SevereInfo,
	"personal.email":          SevereWarning,
	"geo.swapped":             SevereWarning,
	"geo.twd97":               SevereInfo,
	"geo.outside":             SevereWarning,
	"geo.not_degrees":         SevereWarning,
	"recipe.no_column":        SevereWarning,
	"column.rounded":          SevereInfo,
	"header.described_differ": SevereWarning,
}

// found is a finding before it is worded.
type found struct {
	code   string
	column string
	tally  *tally
	count  int64 // instead of the tally's
	line   int64
	value  string
	args   []any
	fix    *Fix
}

// add words a finding and takes it up. The count is the first operand.
func (t *reading) add(f found) {
	out := Finding{Code: f.code, Severity: severities[f.code], Column: masked(f.column), Count: f.count, Line: f.line, Value: f.value, Fix: f.fix}
	if f.tally != nil {
		if out.Count == 0 {
			out.Count = f.tally.count
		}
		if out.Value == "" {
			out.Value = f.tally.value
		}
		if out.Line == 0 {
			out.Line = f.tally.line
		}
		for _, row := range f.tally.rows {
			if n := row - int64(t.head.rows) + 1; n > 0 {
				out.Rows = append(out.Rows, n)
			}
		}
		if len(out.Rows) > 0 && f.tally.rows[0] >= int64(t.head.rows) {
			out.Row = out.Rows[0]
		}
	}
	out.Count = max(out.Count, 1)
	out.Value = masked(out.Value)
	out.Text = say("opendata.finding."+f.code, out.Count, maskedAll(f.args)...)
	t.p.Findings = append(t.p.Findings, out)
}

// report words everything that was found, the gravest first.
func (t *reading) report(led *ledger) {
	t.p.Findings = []Finding{}
	t.reportFile()
	t.reportHeader()
	t.reportPersonal("", &t.head.marked)
	t.reportRows(led)
	for i := range t.order {
		t.reportColumn(i)
		t.reportCells(i, led)
		t.reportPersonal(t.head.labels[i], &t.g.columns[t.order[i]].marked)
	}
	t.reportPoints(led)
	rank := map[Severity]int{SevereError: 0, SevereWarning: 1, SevereInfo: 2}
	slices.SortStableFunc(t.p.Findings, func(a, b Finding) int {
		return cmp.Compare(rank[a.Severity], rank[b.Severity])
	})
}

func (t *reading) reportFile() {
	if t.p.Rows == 0 {
		t.add(found{code: "table.no_rows", line: 1, fix: nil})
	}
	if declared, ok := namedCodec(t.in.DeclaredEncoding); ok && declared.name != t.codec.name && t.plan.encoding == "" {
		t.add(found{code: "encoding.declared", line: 1, value: t.in.DeclaredEncoding,
			args: []any{t.in.DeclaredEncoding, t.codec.name}, fix: &Fix{Kind: SetEncoding, Encoding: t.codec.name}})
	}
	for _, f := range t.lost {
		t.add(found{code: "recipe.no_column", column: f.Column, count: 1, args: []any{f.Kind, f.Column}})
	}
}

func (t *reading) reportHeader() {
	h := t.head
	one, none := 1, 0
	if t.plan.header == nil && t.p.Format == FormatCSV {
		switch {
		case h.rows == 0 && t.p.Rows > 0:
			fix := &Fix{Kind: SetHeader, Header: &none} // says so for good
			if len(t.in.Described) == t.width {
				fix = &Fix{Kind: SetHeader, Header: &none, Names: t.in.Described}
			}
			t.add(found{code: "header.none", line: t.g.lines[0], value: clip([]byte(joined(t.g.first[0]))), fix: fix})
		case h.assumed:
			t.add(found{code: "header.assumed", line: t.g.lines[0], value: clip([]byte(joined(t.g.first[0]))), fix: &Fix{Kind: SetHeader, Header: &none}})
		case h.rows == 2:
			t.add(found{code: "header.two_rows", line: t.g.lines[1], value: clip([]byte(joined(t.g.first[1]))), fix: &Fix{Kind: SetHeader, Header: &one}})
		}
	}
	if h.rows > 0 {
		for _, i := range h.empty {
			if i < t.width {
				t.add(found{code: "header.empty_name", column: h.labels[i], line: t.g.lines[0], count: 1,
					args: []any{i + 1, h.names[i]}, fix: &Fix{Kind: Rename, Column: h.names[i], To: h.names[i]}})
			}
		}
		for _, i := range h.repeated {
			t.add(found{code: "header.repeated_name", column: h.labels[i], line: t.g.lines[0], count: 1, value: h.labels[i],
				args: []any{h.labels[i], i + 1, h.names[i]}, fix: &Fix{Kind: Rename, Column: h.names[i], To: h.names[i]}})
		}
	}
	if h.dropped > 0 {
		t.add(found{code: "column.unnamed_dropped", line: t.g.lines[0], count: int64(h.dropped)})
	}
}

func joined(cells []string) string {
	var b []byte
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = quote(b, []byte(c))
	}
	return string(b)
}

func (t *reading) reportRows(led *ledger) {
	s := t.g.shape
	for _, f := range []found{
		{code: "quote.unterminated", tally: &s.unterminated},
		{code: "quote.misplaced", tally: &s.misplaced},
		{code: "line.lone_cr", tally: &s.loneCR},
		{code: "row.short", tally: &led.short, args: []any{t.width}},
		{code: "row.long", tally: &led.long, args: []any{t.width}},
		{code: "row.extra_empty", tally: &led.extra, args: []any{t.width}},
		{code: "row.blank", line: s.blank.line, count: s.blank.count},
	} {
		if f.count > 0 || f.tally != nil && f.tally.count > 0 {
			if f.code == "row.blank" && t.p.Format == FormatGeoJSON {
				continue
			}
			t.add(f)
		}
	}
}

func (t *reading) reportColumn(i int) {
	c, v, label := t.g.columns[t.order[i]], t.verd[i], t.head.labels[i]
	name := t.head.names[i]
	first := func(s set) *tally { x := c.tallyOf(s); return &x }
	switch {
	case c.opaque:
		return
	case c.filled == 0 && t.p.Rows > 0:
		t.add(found{code: "column.empty", column: label, count: 1})
	case v.why == "column.code":
		t.add(found{code: v.why, column: label, tally: first(makesCode)})
	case v.why == "column.digits_date":
		t.add(found{code: v.why, column: label, tally: first(of(isIntDate, isZeroDate)), fix: &Fix{Kind: SetType, Column: name, Type: TypeDate}})
	case v.why == "column.percent_mixed":
		t.add(found{code: v.why, column: label, tally: first(of(isPercent))})
	case v.why == "column.exponent_mixed":
		t.add(found{code: v.why, column: label, tally: first(of(isExp)), fix: &Fix{Kind: SetType, Column: name, Type: TypeNumber}})
	case v.why == "column.short_years":
		t.add(found{code: v.why, column: label, tally: first(of(isDateShort)), fix: &Fix{Kind: SetType, Column: name, Type: TypeDate}})
	case v.why == "column.mixed_dates":
		t.add(found{code: v.why, column: label, tally: first(accepts[TypeDate]), fix: &Fix{Kind: SetType, Column: name, Type: TypeDatetime}})
	case v.almost != "":
		t.reportAlmost(c, v, label, name)
	}
	if v.sql == "DOUBLE" && !v.forced && c.maxDigits > 17 {
		t.add(found{code: "column.rounded", column: label, count: 1, args: []any{int(c.maxDigits)}})
	}
}

// reportAlmost names the cells that keep a column from being what nearly all
// of it is. If they are few different ones the repair is to call them missing.
func (t *reading) reportAlmost(c *column, v verdict, label, name string) {
	bad := c.tallyOf(v.bad)
	fix := &Fix{Kind: TreatAsMissing, Column: name}
	for k := range c.kinds {
		if !v.bad.has(class(k)) {
			continue
		}
		fix.Values = append(fix.Values, c.kinds[k].examples...)
		if c.kinds[k].more {
			fix.Values = nil
			break
		}
	}
	if len(fix.Values) == 0 || len(fix.Values) > keptExamples || slices.ContainsFunc(fix.Values, func(s string) bool { return len(s) >= keptValue }) {
		fix = &Fix{Kind: SetType, Column: name, Type: v.almost}
	}
	t.add(found{code: "cell.not_" + v.almost, column: label, tally: &bad, args: []any{bad.value}, fix: fix})
}

func (t *reading) reportCells(i int, led *ledger) {
	c, label, name := t.g.columns[t.order[i]], t.head.labels[i], t.head.names[i]
	if d := led.deeds[i]; d != nil {
		refused := &Fix{Kind: SetType, Column: name, Type: TypeText}
		for _, f := range []found{
			{code: "cell.refused", tally: &d[failed], args: []any{typeName(t.verd[i].typ), d[failed].value}, fix: refused},
			{code: "cell.cleaned", tally: &d[cleaned], args: []any{d[cleaned].value}},
			{code: "cell.guard_removed", tally: &d[guarded], args: []any{d[guarded].value}},
			{code: "cell.marker", tally: &d[marker], args: []any{d[marker].value}},
		} {
			if f.tally.count > 0 {
				f.column = label
				t.add(f)
			}
		}
	}
	for _, f := range []found{
		{code: "cell.trimmed", tally: &c.spaced},
		{code: "cell.private_use", tally: markedAs(&c.marked, holdsPrivate), args: []any{markedAs(&c.marked, holdsPrivate).value}},
		{code: "cell.lost_character", tally: markedAs(&c.marked, holdsLost), args: []any{markedAs(&c.marked, holdsLost).value}},
	} {
		if f.tally.count > 0 {
			f.column = label
			t.add(f)
		}
	}
}

// reportPersonal counts and tells what stands in a column, or in the names of
// all columns where column is empty.
func (t *reading) reportPersonal(column string, marked *[markCount]tally) {
	for _, f := range []struct {
		code string
		m    marks
		sum  *int64
	}{
		{"personal.national_id", holdsID, &t.p.Personal.NationalIDs},
		{"personal.phone", isPhone, &t.p.Personal.Phones},
		{"personal.email", holdsEmail, &t.p.Personal.Emails},
	} {
		tally := markedAs(marked, f.m)
		if tally.count == 0 {
			continue
		}
		*f.sum += tally.count
		hidden := *tally
		hidden.value = "" // a finding is read by more people than the file
		t.add(found{code: f.code, column: column, tally: &hidden})
	}
}

func (t *reading) reportPoints(led *ledger) {
	if t.far != nil && t.far.count > 0 {
		t.add(found{code: "geo.not_degrees", column: "geo_shape", tally: t.far, args: []any{t.far.value}})
	}
	for _, p := range t.pairs {
		x, y := t.head.labels[p.lon], t.head.labels[p.lat]
		switch {
		case p.swapped && !t.plan.swap:
			t.add(found{code: "geo.swapped", column: x, count: t.p.Columns[p.lon].Stats.Filled, args: []any{x, y}, fix: &Fix{Kind: SwapCoordinates}})
			continue
		case p.crs != "EPSG:4326":
			t.add(found{code: "geo.twd97", column: x, count: t.p.Columns[p.lon].Stats.Filled, args: []any{x, y}})
		}
		for _, i := range []int{p.lon, p.lat} {
			if o := &led.outside[i]; o.count > 0 {
				t.add(found{code: "geo.outside", column: t.head.labels[i], tally: o, args: []any{o.value}})
			}
		}
	}
}

func typeName(typ string) civic.Text { return say("opendata.type."+typ, 1) }
