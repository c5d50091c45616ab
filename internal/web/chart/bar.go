package chart

import (
	"context"
	"math"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// BarSpec is a chart of numbers by category, drawn in the order given.
type BarSpec struct {
	ID       string // unique in the page: letters, digits and dashes
	Title    string
	Category string // what the bars are
	Value    string // what is measured, with its unit
	Bars     []Mark
}

// Mark is one category and its number; NaN where there is none.
type Mark struct {
	Label string
	Value float64
}

// Bar draws horizontal bars from zero, so that Han labels can be read.
// Errors: fault.Invalid for more than MaxBars bars or more than MaxBytes.
func Bar(b BarSpec) (Chart, error) {
	if len(b.Bars) > MaxBars {
		return Chart{}, fault.Invalid.Errorf("chart.too-many-bars", "a bar chart has at most %d bars, this one has %d: draw the largest only", MaxBars, len(b.Bars))
	}
	if len(b.Bars) == 0 {
		return Chart{}, nothing()
	}
	b.Bars = append([]Mark(nil), b.Bars...)
	for i := range b.Bars {
		b.Bars[i].Label = clip(b.Bars[i].Label, 120)
		b.Bars[i].Value = finite(b.Bars[i].Value)
	}
	b.Category, b.Value = clip(b.Category, 120), clip(b.Value, 120)
	return made(b.ID, b.Title, b, wide, narrow)
}

func nothing() error {
	return fault.Invalid.Errorf("chart.nothing-to-draw", "there are no values to draw")
}

func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

// reach returns the lowest and highest of the values and zero.
func (b BarSpec) reach() (lo, hi float64) {
	for _, m := range b.Bars {
		if !math.IsNaN(m.Value) {
			lo, hi = min(lo, m.Value), max(hi, m.Value)
		}
	}
	if lo == hi {
		hi = 1
	}
	return lo, hi
}

// barPlace says where the bars of one sheet stand.
type barPlace struct {
	row, thick, down float64 // height of a row and of a bar, and how far the bar is down in it
	top              float64
	labels           float64 // width of the labels; 0 when they stand above the bars
	scale            span
}

func (b BarSpec) place(s *sheet) barPlace {
	p := barPlace{row: 31, thick: 20, down: 5, top: 30}
	values := 0.0
	for _, m := range b.Bars {
		p.labels = max(p.labels, width(m.Label, s.font))
		values = max(values, width(Number(s.ctx, m.Value), s.font))
	}
	p.labels = min(p.labels, 0.34*s.width)
	left := p.labels + 12
	if s.form == narrow {
		p.row, p.thick, p.down, p.labels, left = 47, 16, 22, 0, 0
	}
	lo, hi := b.reach()
	if lo < 0 {
		left += values + 8
	}
	p.scale = span{lo, hi, left, s.width - values - 10}
	return p
}

func (b BarSpec) draw(s *sheet) {
	p := b.place(s)
	bottom := p.top + p.row*float64(len(b.Bars)) + 2
	b.axis(s, p, bottom)
	for i, m := range b.Bars {
		b.bar(s, p, m, p.top+p.row*float64(i))
	}
	if zero := p.scale.at(0); s.form == narrow { // the line would run through the labels
		for i := range b.Bars {
			y := p.top + p.row*float64(i) + p.down
			s.line("gd-chart-axis", zero, y-2, zero, y+p.thick+2)
		}
	} else {
		s.line("gd-chart-axis", zero, p.top-4, zero, bottom)
	}
	s.height = bottom + 2*s.font + 16
}

// axis draws the grid with its numbers, and says what the axes are.
func (b BarSpec) axis(s *sheet, p barPlace, bottom float64) {
	room := p.scale.to - p.scale.from
	var list []float64
	var words []string
	for n := 6; n > 0; n-- {
		list = ticks(p.scale.lo, p.scale.hi, n, false)
		words = ticksText(s.ctx, list)
		sum := 0.0
		for _, w := range words {
			sum += width(w, s.font) + 1.5*s.font
		}
		if sum <= room {
			break
		}
	}
	for i, v := range list {
		if v < p.scale.lo || v > p.scale.hi {
			continue
		}
		x := p.scale.at(v)
		if v != 0 {
			s.line("gd-chart-grid", x, p.top-4, x, bottom)
		}
		anchor := "middle"
		if x < width(words[i], s.font)/2 {
			anchor, x = "start", 0
		}
		s.text(x, bottom+s.font+3, anchor, "gd-chart-text", words[i])
	}
	s.text(0, s.font, "start", "gd-chart-title", fit(b.Category, s.width/2, s.font))
	s.text(s.width-1, bottom+2*s.font+9, "end", "gd-chart-title", fit(b.Value, s.width, s.font))
}

func (b BarSpec) bar(s *sheet, p barPlace, m Mark, y float64) {
	value := Number(s.ctx, m.Value)
	s.printf("<g><title>%s</title>\n", safe(s.t("chart.mark", m.Label, value)))
	middle := y + p.down + p.thick/2 + 0.36*s.font
	if p.labels > 0 {
		s.text(p.labels, middle, "end", "gd-chart-ink", fit(m.Label, p.labels, s.font))
	} else {
		s.text(0, y+p.down-6, "start", "gd-chart-ink", fit(m.Label, s.width, s.font))
	}
	zero := p.scale.at(0)
	if math.IsNaN(m.Value) {
		s.text(zero+6, middle, "start", "gd-chart-text", value)
		s.printf("</g>\n")
		return
	}
	end := p.scale.at(m.Value)
	s.printf("<path %s d=\"M%s %sH%sv%sH%sz\"/>\n", s.look("gd-series-1"), px(zero), px(y+p.down), px(end), px(p.thick), px(zero))
	if m.Value < 0 {
		s.text(end-6, middle, "end", "gd-chart-ink", value)
	} else {
		s.text(end+6, middle, "start", "gd-chart-ink", value)
	}
	s.printf("</g>\n")
}

func (b BarSpec) describe(ctx context.Context) string {
	var missing int64
	var high, low *Mark
	for i := range b.Bars {
		m := &b.Bars[i]
		if math.IsNaN(m.Value) {
			missing++
			continue
		}
		if high == nil || m.Value > high.Value {
			high = m
		}
		if low == nil || m.Value < low.Value {
			low = m
		}
	}
	out := []string{i18n.N(ctx, "chart.bar.desc", int64(len(b.Bars)))}
	if high != nil {
		out = append(out, i18n.T(ctx, "chart.highest", high.Label, Number(ctx, high.Value)), i18n.T(ctx, "chart.lowest", low.Label, Number(ctx, low.Value)))
	}
	if missing > 0 {
		out = append(out, i18n.N(ctx, "chart.missing", missing))
	}
	return sentences(ctx, out...)
}
