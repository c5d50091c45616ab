package chart

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// LineSpec is a chart of numbers by date.
type LineSpec struct {
	ID     string // unique in the page: letters, digits and dashes
	Title  string
	Date   string // what the dates are
	Value  string // what is measured, with its unit
	Grain  Grain
	Series []Series
}

// Series is one line.
type Series struct {
	Name   string // needed when there are several
	Points []Point
}

// Point is a number at a date (UTC); NaN where there is none, which breaks the line.
type Point struct {
	At    time.Time
	Value float64
}

// Line draws lines by date, at most MaxSeries of them with MaxMarks points in
// all. Errors: fault.Invalid past one of the limits.
func Line(l LineSpec) (Chart, error) {
	if len(l.Series) > MaxSeries {
		return Chart{}, fault.Invalid.Errorf("chart.too-many-series", "a line chart has at most %d lines, this one has %d: draw several charts", MaxSeries, len(l.Series))
	}
	n := 0
	own := make([]Series, len(l.Series))
	for i, s := range l.Series {
		n += len(s.Points)
		own[i] = Series{clip(s.Name, 60), slices.Clone(s.Points)}
		for k := range own[i].Points {
			own[i].Points[k].Value = finite(own[i].Points[k].Value)
		}
		slices.SortStableFunc(own[i].Points, func(a, b Point) int { return a.At.Compare(b.At) })
	}
	if n > MaxMarks {
		return Chart{}, tooMany(MaxMarks, n)
	}
	l.Series, l.Date, l.Value = own, clip(l.Date, 120), clip(l.Value, 120)
	if _, _, ok := l.reach(); !ok {
		return Chart{}, nothing()
	}
	return made(l.ID, l.Title, l, wide, narrow)
}

func tooMany(most, n int) error {
	return fault.Invalid.Errorf("chart.too-many-marks", "a chart has at most %d points, this one has %d: join the dates into months or years", most, n)
}

// reach returns the lowest and highest value; ok is false when there is none.
func (l LineSpec) reach() (lo, hi float64, ok bool) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, s := range l.Series {
		for _, p := range s.Points {
			if !math.IsNaN(p.Value) {
				lo, hi, ok = min(lo, p.Value), max(hi, p.Value), true
			}
		}
	}
	return lo, hi, ok
}

// period returns the first and the last date, of missing values too.
func (l LineSpec) period() (from, to time.Time) {
	for _, s := range l.Series {
		if len(s.Points) == 0 {
			continue
		}
		if first := s.Points[0].At; from.IsZero() || first.Before(from) {
			from = first
		}
		if last := s.Points[len(s.Points)-1].At; last.After(to) {
			to = last
		}
	}
	return from, to
}

// last returns the last value of the first line.
func (l LineSpec) last() float64 {
	runs := pieces(l.Series[0].Points)
	if len(runs) == 0 {
		return 0
	}
	run := runs[len(runs)-1]
	return run[len(run)-1].Value
}

// plot is where the lines of one sheet stand.
type plot struct {
	x, y     span
	from, to time.Time
	zero     bool // the axis begins at zero, so that an area may be filled
}

func (p plot) at(t time.Time) float64 { return p.x.at(t.Sub(p.from).Hours()) }

func (l LineSpec) draw(s *sheet) {
	s.height = 370
	if s.form == narrow {
		s.height = 290
	}
	p := plot{}
	p.from, p.to = l.period()
	lo, hi, _ := l.reach()
	if lo > 0 && lo <= 0.5*hi {
		lo = 0
	}
	if hi < 0 && hi >= 0.5*lo {
		hi = 0
	}
	if lo == hi {
		lo, hi = min(0, lo), max(0, hi)
	}
	list := ticks(lo, hi, 5, false)
	words := ticksText(s.ctx, list)
	left := 0.0
	for _, w := range words {
		left = max(left, width(w, s.font))
	}
	p.zero = list[0] == 0
	right := s.width - 14 - l.names(s)
	if len(l.Series) == 1 {
		right = s.width - 14 - width(Number(s.ctx, l.last()), s.font)*1.08 // it is bold
	}
	p.y = span{list[0], list[len(list)-1], s.height - 2*s.font - 22, 2*s.font + 6}
	p.x = span{0, max(p.to.Sub(p.from).Hours(), 1), left + 22, right}
	for i, v := range list {
		class := "gd-chart-grid"
		if v == 0 || i == 0 {
			class = "gd-chart-axis"
		}
		s.line(class, left+8, p.y.at(v), s.width, p.y.at(v))
		s.text(left, p.y.at(v)+0.36*s.font, "end", "gd-chart-text", words[i])
	}
	l.calendar(s, p)
	s.text(0, s.font, "start", "gd-chart-title", fit(l.Value, s.width, s.font))
	for i := range l.Series {
		l.series(s, p, i)
	}
	l.endNames(s, p)
}

// calendar draws the axis of dates.
func (l LineSpec) calendar(s *sheet, p plot) {
	one := width(short(s.ctx, p.to, l.Grain), s.font) + 1.4*s.font
	list, grain := dates(p.from, p.to, l.Grain, max(2, int((p.x.to-p.x.from+one)/one)), yearZero(s.ctx))
	for _, t := range list {
		x := p.at(t)
		words := short(s.ctx, t, grain)
		half := width(words, s.font) / 2
		s.line("gd-chart-axis", x, p.y.from, x, p.y.from+5)
		s.text(min(max(x, half), s.width-half), p.y.from+s.font+9, "middle", "gd-chart-text", words)
	}
	s.text(s.width-1, s.height-6, "end", "gd-chart-title", fit(l.Date, s.width, s.font))
}

// dashes tell lines apart without colour.
var dashes = [MaxSeries]string{"", "7 4", "2 3", "10 3 2 3", "14 4", "4 2", "1 4", "10 3 2 3 2 3"}

func (l LineSpec) series(s *sheet, p plot, i int) {
	sr := l.Series[i]
	class := string(rune('1' + i%len(series)))
	runs := pieces(sr.Points)
	var stroke, area strings.Builder
	for _, run := range runs {
		path := trace(p, run)
		stroke.WriteString(path)
		if p.zero && len(l.Series) == 1 && len(run) > 1 {
			area.WriteString(path + "V" + px(p.y.at(0)) + "H" + px(p.at(run[0].At)) + "z")
		}
	}
	if area.Len() > 0 {
		s.printf("<path %s fill-opacity=\".13\" d=\"%s\"/>\n", s.look("gd-series-"+class), area.String())
	}
	dash := ""
	if dashes[i] != "" {
		dash = ` stroke-dasharray="` + dashes[i] + `"`
	}
	s.printf("<path %s stroke-width=\"2.5\" stroke-linejoin=\"round\" stroke-linecap=\"round\"%s d=\"%s\"/>\n", s.look("gd-series-line-"+class), dash, stroke.String())
	l.dots(s, p, i, runs)
}

// dots marks points: all of a short series, and those that no line touches.
func (l LineSpec) dots(s *sheet, p plot, i int, runs [][]Point) {
	n := 0
	for _, run := range runs {
		n += len(run)
	}
	all := n*len(l.Series) <= 40 && float64(n) <= (p.x.to-p.x.from)/14
	class := s.look("gd-series-"+string(rune('1'+i%len(series))), "gd-chart-dot")
	for k, run := range runs {
		for j, pt := range run {
			last := k == len(runs)-1 && j == len(run)-1
			if !all && len(run) > 1 && !last {
				continue
			}
			x, y := p.at(pt.At), p.y.at(pt.Value)
			words := s.t("chart.mark", When(s.ctx, pt.At, l.Grain), Number(s.ctx, pt.Value))
			if sr := l.Series[i]; len(l.Series) > 1 {
				words = s.t("chart.mark.series", sr.Name, When(s.ctx, pt.At, l.Grain), Number(s.ctx, pt.Value))
			}
			s.printf("<circle cx=\"%s\" cy=\"%s\" r=\"4\" %s><title>%s</title></circle>\n", px(x), px(y), class, safe(words))
			if last && len(l.Series) == 1 {
				s.text(x+9, y+0.36*s.font, "start", "gd-chart-value", Number(s.ctx, pt.Value))
			}
		}
	}
}

// pieces splits points where a value is missing.
func pieces(points []Point) [][]Point {
	var out [][]Point
	begin := 0
	for i := 0; i <= len(points); i++ {
		if i < len(points) && !math.IsNaN(points[i].Value) {
			continue
		}
		if i > begin {
			out = append(out, points[begin:i])
		}
		begin = i + 1
	}
	return out
}

// trace writes a run of points as a path in relative tenths of a px, which is
// half as long as absolute places and no less exact.
func trace(p plot, run []Point) string {
	var b strings.Builder
	tenth := func(v float64) int { return int(math.Round(v * 10)) }
	x, y := tenth(p.at(run[0].At)), tenth(p.y.at(run[0].Value))
	b.WriteString("M" + tenths(x) + " " + tenths(y))
	for i, pt := range run[1:] {
		nx, ny := tenth(p.at(pt.At)), tenth(p.y.at(pt.Value))
		dy := tenths(ny - y)
		if !strings.HasPrefix(dy, "-") {
			dy = " " + dy
		}
		if dx := tenths(nx - x); i == 0 {
			b.WriteString("l" + dx + dy)
		} else {
			b.WriteString(" " + dx + dy)
		}
		x, y = nx, ny
	}
	if len(run) == 1 {
		b.WriteString("h0") // a round cap makes it a dot
	}
	return b.String()
}

// names returns how much room the names of several lines need.
func (l LineSpec) names(s *sheet) float64 {
	if len(l.Series) < 2 {
		return 0
	}
	most := 0.0
	for _, sr := range l.Series {
		most = max(most, width(sr.Name, s.font))
	}
	return min(most, s.width/4) + 8
}

// endNames writes the names of several lines where they end, apart.
func (l LineSpec) endNames(s *sheet, p plot) {
	if len(l.Series) < 2 {
		return
	}
	type name struct {
		y float64
		i int
	}
	var list []name
	for i, sr := range l.Series {
		if runs := pieces(sr.Points); len(runs) > 0 {
			last := runs[len(runs)-1]
			list = append(list, name{p.y.at(last[len(last)-1].Value), i})
		}
	}
	slices.SortStableFunc(list, func(a, b name) int {
		if a.y < b.y {
			return -1
		}
		return 1
	})
	for k := range list {
		if k > 0 {
			list[k].y = max(list[k].y, list[k-1].y+s.font+3)
		}
	}
	if n := len(list); n > 0 { // what ran out at the bottom moves up again
		list[n-1].y = min(list[n-1].y, p.y.from)
		for k := n - 2; k >= 0; k-- {
			list[k].y = min(list[k].y, list[k+1].y-s.font-3)
		}
	}
	for _, n := range list {
		s.text(p.x.to+10, n.y+0.36*s.font, "start", "gd-series-"+string(rune('1'+n.i%len(series))), fit(l.Series[n.i].Name, s.width/4, s.font))
	}
}

func (l LineSpec) describe(ctx context.Context) string {
	n := int64(0)
	for _, s := range l.Series {
		n += int64(len(s.Points))
	}
	from, to := l.period()
	out := []string{i18n.N(ctx, "chart.line.desc", n, When(ctx, from, l.Grain), When(ctx, to, l.Grain))}
	for _, s := range l.Series {
		if len(l.Series) > 1 {
			out = append(out, i18n.T(ctx, "chart.series", s.Name))
		}
		out = append(out, l.tell(ctx, s)...)
	}
	return sentences(ctx, out...)
}

// tell says of one line where it is highest and lowest and where it went.
func (l LineSpec) tell(ctx context.Context, s Series) []string {
	var there []Point
	for _, run := range pieces(s.Points) {
		there = append(there, run...)
	}
	var out []string
	if len(there) > 0 {
		high, low := there[0], there[0]
		for _, p := range there {
			if p.Value > high.Value {
				high = p
			}
			if p.Value < low.Value {
				low = p
			}
		}
		out = append(out, i18n.T(ctx, "chart.highest", When(ctx, high.At, l.Grain), Number(ctx, high.Value)),
			i18n.T(ctx, "chart.lowest", When(ctx, low.At, l.Grain), Number(ctx, low.Value)))
		out = append(out, trend(ctx, there[0].Value, there[len(there)-1].Value)...)
	}
	if missing := int64(len(s.Points) - len(there)); missing > 0 {
		out = append(out, i18n.N(ctx, "chart.missing", missing))
	}
	return out
}

// trend compares the last value with the first; within 1 % is level.
func trend(ctx context.Context, first, last float64) []string {
	key := "chart.trend.level"
	switch by := last - first; {
	case by > 0.01*math.Abs(first):
		key = "chart.trend.up"
	case by < -0.01*math.Abs(first):
		key = "chart.trend.down"
	}
	out := []string{i18n.T(ctx, key, Number(ctx, first), Number(ctx, last))}
	if first > 0 && last >= 0 {
		sign := ""
		change := math.Round((last-first)/first*1000) / 10
		if change > 0 {
			sign = "+"
		}
		out = append(out, i18n.T(ctx, "chart.percent", sign+i18n.Number(ctx, change)))
	}
	return out
}
