package chart_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/chart"
)

var update = flag.Bool("update", false, "write the goldens")

func reader(t testing.TB, lang i18n.Lang) context.Context {
	t.Helper()
	c, err := i18n.Load(chart.Text)
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(t.Context(), c, lang)
}

func page(t testing.TB, ctx context.Context, c chart.Chart, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func file(t testing.TB, ctx context.Context, c chart.Chart) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.File(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func month(y, m int) time.Time { return time.Date(y, time.Month(m), 1, 0, 0, 0, 0, time.UTC) }

func bars(list ...chart.Mark) chart.BarSpec {
	return chart.BarSpec{ID: "c", Title: "人口，依縣市", Category: "縣市", Value: "人口", Bars: list}
}

func months(values ...float64) chart.LineSpec {
	l := chart.LineSpec{ID: "c", Title: "件數，依年月", Date: "年月", Value: "件數", Grain: chart.Month, Series: []chart.Series{{}}}
	for i, v := range values {
		l.Series[0].Points = append(l.Series[0].Points, chart.Point{At: month(2025, i+1), Value: v})
	}
	return l
}

var (
	towns = bars(chart.Mark{"新北市", 4_041_120}, chart.Mark{"南投縣信義鄉羅娜村第一鄰與其他很長的名稱", 120_500}, chart.Mark{"連江縣", math.NaN()})
	bins  = chart.HistSpec{ID: "h", Title: "「件數」的分布", Bins: []chart.Bin{{0, 10, 3}, {10, 20, 8}, {20, 30, 0}, {30, 40, 1}}}
)

// TestGoldens keeps what readers see; look at the pictures after -update.
func TestGoldens(t *testing.T) {
	for _, lang := range []i18n.Lang{i18n.ZhTW, i18n.En} {
		ctx := reader(t, lang)
		bar, err := chart.Bar(towns)
		golden(t, "bar."+string(lang)+".svg", page(t, ctx, bar, err))
		golden(t, "bar.file."+string(lang)+".svg", file(t, ctx, bar))
		line, err := chart.Line(months(120, 150, math.NaN(), 90, 240))
		golden(t, "line."+string(lang)+".svg", page(t, ctx, line, err))
		golden(t, "line.file."+string(lang)+".svg", file(t, ctx, line))
		two := months(3, 1, 2)
		two.Series = append(two.Series, chart.Series{"核定", []chart.Point{{month(2025, 1), 2}, {month(2025, 3), 1.5}}})
		two.Series[0].Name = "申請"
		lines, err := chart.Line(two)
		golden(t, "lines."+string(lang)+".svg", page(t, ctx, lines, err))
		hist, err := chart.Histogram(bins)
		golden(t, "hist."+string(lang)+".svg", page(t, ctx, hist, err))
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	wellFormed(t, got)
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run go test ./internal/web/chart -update and look at it", name)
	}
}

// wellFormed reads the drawings as XML and checks that ids are unique and names
// lead somewhere.
func wellFormed(t *testing.T, svg string) {
	t.Helper()
	ids, wanted := map[string]bool{}, map[string]bool{}
	dec := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, svg)
		}
		el, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range el.Attr {
			switch a.Name.Local {
			case "id":
				if ids[a.Value] {
					t.Errorf("id %q stands twice", a.Value)
				}
				ids[a.Value] = true
			case "aria-labelledby":
				for _, id := range strings.Fields(a.Value) {
					wanted[id] = true
				}
			case "style":
				t.Errorf("%s has a style, which the policy of pages refuses", el.Name.Local)
			}
		}
	}
	for id := range wanted {
		if !ids[id] {
			t.Errorf("aria-labelledby names %q, which is not there", id)
		}
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || strings.Contains(svg, "⟦") {
		t.Errorf("a number or a sentence is missing:\n%s", svg)
	}
}

var barPath = regexp.MustCompile(`class="gd-series-1" d="M([\d.]+) [\d.]+H([\d.]+)v`)

func TestBarsStartAtZero(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []float64
	}{
		{"close together and far from zero", []float64{1000, 990, 980}},
		{"on both sides of zero", []float64{50, -25, 10}},
		{"all below zero", []float64{-10, -30}},
		{"fractions", []float64{0.004, 0.001}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var marks []chart.Mark
			for i, v := range tt.values {
				marks = append(marks, chart.Mark{strconv.Itoa(i), v})
			}
			c, err := chart.Bar(bars(marks...))
			svg, _, _ := strings.Cut(page(t, reader(t, i18n.ZhTW), c, err), "</svg>")
			found := barPath.FindAllStringSubmatch(svg, -1)
			if len(found) != len(tt.values) {
				t.Fatalf("%d bars, want %d", len(found), len(tt.values))
			}
			zero := found[0][1]
			length := func(i int) float64 {
				from, _ := strconv.ParseFloat(found[i][1], 64)
				to, _ := strconv.ParseFloat(found[i][2], 64)
				return to - from
			}
			for i, v := range tt.values {
				if found[i][1] != zero {
					t.Errorf("bar %d starts at %s, want %s as the others", i, found[i][1], zero)
				}
				if got, want := length(i)/length(0), v/tt.values[0]; math.Abs(got-want) > 0.01 {
					t.Errorf("bar %d is %.3f of the first, want %.3f", i, got, want)
				}
			}
		})
	}
}

func TestMissingBreaksTheLine(t *testing.T) {
	stroke := regexp.MustCompile(`class="gd-series-line-1"[^>]* d="([^"]*)"`)
	c, err := chart.Line(months(1, 2, math.NaN(), 4, math.Inf(1), 6))
	svg := page(t, reader(t, i18n.En), c, err)
	d := stroke.FindStringSubmatch(svg)[1]
	if got := strings.Count(d, "M"); got != 3 {
		t.Errorf("the line has %d pieces, want 3: %s", got, d)
	}
	if !strings.Contains(svg, "2 values are missing.") {
		t.Errorf("the description does not speak of the gap:\n%s", svg)
	}
}

func TestWordsAreEscaped(t *testing.T) {
	bad := `<script>alert("1")</script>&` + "\x00\x1b"
	ctx := reader(t, i18n.ZhTW)
	b := chart.BarSpec{ID: "c", Title: bad, Category: bad, Value: bad, Bars: []chart.Mark{{bad, 1}}}
	bar, err := chart.Bar(b)
	l := months(1, 2)
	l.Title, l.Date, l.Value = bad, bad, bad
	l.Series = append(l.Series, chart.Series{bad, l.Series[0].Points})
	l.Series[0].Name = bad
	line, also := chart.Line(l)
	h := bins
	h.Title = bad
	hist, too := chart.Histogram(h)
	for _, svg := range []string{page(t, ctx, bar, err), file(t, ctx, bar), page(t, ctx, line, also), page(t, ctx, hist, too)} {
		wellFormed(t, svg)
		if strings.Contains(svg, "<script") || strings.ContainsAny(svg, "\x00\x1b") {
			t.Errorf("a label became markup:\n%s", svg)
		}
	}
}

func TestSameChartSameBytes(t *testing.T) {
	for _, lang := range []i18n.Lang{i18n.ZhTW, i18n.En} {
		ctx := reader(t, lang)
		first := ""
		for range 20 {
			c, err := chart.Line(months(5, 3, 9, math.NaN(), 2))
			svg := page(t, ctx, c, err)
			if first == "" {
				first = svg
			}
			if svg != first {
				t.Fatal("the same spec gave other bytes")
			}
		}
	}
}

func many(n int) chart.LineSpec {
	l := chart.LineSpec{ID: "c", Title: "t", Date: "d", Value: "v", Grain: chart.Day, Series: []chart.Series{{}}}
	for i := range n {
		l.Series[0].Points = append(l.Series[0].Points, chart.Point{At: month(2020, 1).AddDate(0, 0, i), Value: 1e6 * (1 + math.Sin(float64(i*i)))})
	}
	return l
}

func TestNoChartOverLimit(t *testing.T) {
	ctx := reader(t, i18n.ZhTW)
	c, err := chart.Line(many(chart.MaxMarks))
	for _, svg := range strings.SplitAfter(page(t, ctx, c, err), "</svg>\n") {
		if len(svg) > chart.MaxBytes {
			t.Errorf("a drawing of %d marks has %d bytes, want at most %d", chart.MaxMarks, len(svg), chart.MaxBytes)
		}
	}
	long := strings.Repeat("很長的名稱", 400)
	full := chart.BarSpec{ID: "c", Title: long, Category: long, Value: long}
	for range chart.MaxBars {
		full.Bars = append(full.Bars, chart.Mark{long, 1})
	}
	if _, err := chart.Bar(full); err != nil {
		t.Errorf("Bar() with the longest labels = %v, want a drawing", err)
	}
	eight := chart.LineSpec{Series: make([]chart.Series, chart.MaxSeries+1)}
	_, series := chart.Line(eight)
	_, marks := chart.Line(many(chart.MaxMarks + 1))
	full.Bars = append(full.Bars, chart.Mark{"x", 1})
	_, more := chart.Bar(full)
	_, none := chart.Bar(bars())
	_, blank := chart.Line(months(math.NaN()))
	_, empty := chart.Histogram(chart.HistSpec{})
	for _, err := range []error{series, marks, more, none, blank, empty} {
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("past a limit: %v, want fault.Invalid", err)
		}
	}
}

func TestDescriptions(t *testing.T) {
	bar, err := chart.Bar(towns)
	line, also := chart.Line(months(100, 150, 120))
	hist, too := chart.Histogram(bins)
	if err := errors.Join(err, also, too); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		c      chart.Chart
		zh, en string
	}{
		{"bars", bar, "長條圖，共 3 項。最高：新北市，4,041,120。最低：南投縣信義鄉羅娜村第一鄰與其他很長的名稱，120,500。有 1 處沒有數值。",
			"Bar chart of 3 bars. Highest: 新北市, 4,041,120. Lowest: 南投縣信義鄉羅娜村第一鄰與其他很長的名稱, 120,500. One value is missing."},
		{"a line", line, "折線圖，共 3 點，從 114年1月 到 114年3月。最高：114年2月，150。最低：114年1月，100。前後相比，從 100 上升到 120。變動 +20%。",
			"Line chart of 3 points, from January 2025 to March 2025. Highest: February 2025, 150. Lowest: January 2025, 100. From first to last it rose from 100 to 120. Change: +20%."},
		{"a histogram", hist, "分布圖，數值從 0 到 40。最多的一段是 10 到 20，有 8 筆。", "Histogram of values from 0 to 40. Most lie from 10 to 20: 8 values."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for lang, want := range map[i18n.Lang]string{i18n.ZhTW: tt.zh, i18n.En: tt.en} {
				svg := page(t, reader(t, lang), tt.c, nil)
				if !strings.Contains(svg, ">"+want+"</desc>") {
					_, rest, _ := strings.Cut(svg, "<desc")
					got, _, _ := strings.Cut(rest, "</desc>")
					t.Errorf("%s: %s, want %s", lang, got, want)
				}
			}
		})
	}
}

// TestLabelsFit: no word leaves the drawing, and what is shortened is whole in
// the title of its mark.
func TestLabelsFit(t *testing.T) {
	long := strings.Repeat("臺北市中正區", 8)
	c, err := chart.Bar(bars(chart.Mark{long, 5}, chart.Mark{"a", 3}))
	svg := page(t, reader(t, i18n.ZhTW), c, err)
	if !strings.Contains(svg, "<title>"+long+"：5</title>") {
		t.Errorf("the whole label is nowhere:\n%s", svg)
	}
	if strings.Contains(svg, ">"+long+"</text>") || !strings.Contains(svg, "…</text>") {
		t.Errorf("the label was not shortened:\n%s", svg)
	}
}

func TestNumber(t *testing.T) {
	ctx := reader(t, i18n.En)
	for _, tt := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {1234, "1,234"}, {-1234567, "-1,234,567"}, {12.5, "12.5"}, {99.999, "100"}, {123.456, "123.5"},
		{1234.5, "1,234"}, {0.1 + 0.2, "0.3"}, {0.00123456, "0.00123"}, {math.NaN(), "no value"}, {1e15, "1,000,000,000,000,000"},
	} {
		if got := chart.Number(ctx, tt.v); got != tt.want {
			t.Errorf("Number(%v) = %q, want %q", tt.v, got, tt.want)
		}
	}
}

// TestDatesOnTheAxis: labels of dates stand apart, whatever the period.
func TestDatesOnTheAxis(t *testing.T) {
	ctx := reader(t, i18n.En)
	for _, days := range []int{1, 2, 6, 20, 45, 100, 400, 1500, 9000, 40000, 300000} {
		t.Run(fmt.Sprint(days, " days"), func(t *testing.T) {
			l := months(1)
			l.Grain = chart.Day
			l.Series[0].Points = append(l.Series[0].Points, chart.Point{At: month(2025, 1).AddDate(0, 0, days), Value: 3})
			c, err := chart.Line(l)
			svg := page(t, ctx, c, err)
			wellFormed(t, svg)
			wide, _, _ := strings.Cut(svg, "</svg>")
			n := strings.Count(wide, `text-anchor="middle"`)
			if n < 1 || n > 12 {
				t.Errorf("%d dates stand on the axis, want 1 to 12", n)
			}
		})
	}
}

func TestTextsAgree(t *testing.T) {
	codes := []string{"chart.too-many-bars", "chart.too-many-series", "chart.too-many-marks", "chart.too-large", "chart.nothing-to-draw"}
	for _, w := range i18n.Check(chart.Text, codes...) {
		t.Error(w)
	}
}

func BenchmarkLine(b *testing.B) {
	ctx := reader(b, i18n.ZhTW)
	c, err := chart.Line(many(chart.MaxMarks))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Render(ctx, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
