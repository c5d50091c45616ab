package chart

import (
	"context"

	"github.com/gongdao/gongdao/internal/i18n"
)

// HistSpec is how the values of one column are spread.
type HistSpec struct {
	ID    string // unique in the page: letters, digits and dashes
	Title string
	Bins  []Bin // in order, at most 50
	Plain bool  // years and months: numbers that are not written with commas

	// Single: a bin holds one whole number, its From.
	Single bool
}

// Bin counts the values from From up to To.
type Bin struct {
	From, To float64
	Count    int64
}

const maxBins = 50

// Histogram draws bins as areas from zero, small enough for a card.
// Errors: fault.Invalid without bins or with more than 50.
func Histogram(h HistSpec) (Chart, error) {
	if len(h.Bins) == 0 {
		return Chart{}, nothing()
	}
	if len(h.Bins) > maxBins {
		return Chart{}, tooMany(maxBins, len(h.Bins))
	}
	return made(h.ID, h.Title, h, small)
}

// density is how tall a bin is: its area is its count.
func (b Bin) density() float64 {
	if b.To > b.From {
		return float64(b.Count) / (b.To - b.From)
	}
	return float64(b.Count)
}

func (h HistSpec) number(ctx context.Context, v float64) string {
	if h.Plain {
		return px(v)
	}
	return Number(ctx, v)
}

// last returns the highest number of the axis.
func (h HistSpec) last() float64 {
	b := h.Bins[len(h.Bins)-1]
	if h.Single {
		return b.From
	}
	return b.To
}

func (h HistSpec) mark(ctx context.Context, b Bin) string {
	count := i18n.Number(ctx, b.Count)
	if h.Single {
		return i18n.T(ctx, "chart.mark", h.number(ctx, b.From), count)
	}
	return i18n.T(ctx, "chart.hist.mark", h.number(ctx, b.From), h.number(ctx, b.To), count)
}

func (h HistSpec) draw(s *sheet) {
	const top, bottom = 4, 70
	lo, hi := h.Bins[0].From, h.Bins[len(h.Bins)-1].To
	if hi == lo {
		hi = lo + 1
	}
	tallest := 0.0
	for _, b := range h.Bins {
		tallest = max(tallest, b.density())
	}
	x, y := span{lo, hi, 0, s.width}, span{0, max(tallest, 1e-300), bottom, top}
	for _, b := range h.Bins {
		if b.Count == 0 {
			continue
		}
		left, right := x.at(b.From), x.at(max(b.To, b.From))
		if right-left < 2 {
			right = min(s.width, left+6)
		}
		s.printf("<path %s d=\"M%s %sV%sH%sV%sz\"><title>%s</title></path>\n", s.look("gd-series-1"), px(left+0.8), px(bottom),
			px(min(y.at(b.density()), bottom-1.5)), px(right-0.8), px(bottom),
			safe(h.mark(s.ctx, b)))
	}
	s.line("gd-chart-axis", 0, bottom+0.5, s.width, bottom+0.5)
	s.text(0, bottom+s.font+5, "start", "gd-chart-text", h.number(s.ctx, lo))
	s.text(s.width, bottom+s.font+5, "end", "gd-chart-text", h.number(s.ctx, h.last()))
	s.height = bottom + s.font + 10
}

func (h HistSpec) describe(ctx context.Context) string {
	peak := h.Bins[0]
	for _, b := range h.Bins {
		if b.Count > peak.Count {
			peak = b
		}
	}
	n := func(v float64) string { return h.number(ctx, v) }
	words := i18n.T(ctx, "chart.hist.desc", n(h.Bins[0].From), n(h.last()), n(peak.From), n(peak.To))
	if h.Single {
		words = i18n.T(ctx, "chart.hist.single", n(h.Bins[0].From), n(h.last()), n(peak.From))
	}
	return sentences(ctx, words, i18n.N(ctx, "chart.hist.peak", peak.Count))
}
