package chart

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/i18n"
)

// safe escapes words and drops what XML forbids.
func safe(words string) string {
	return templ.EscapeString(strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || r >= 0xFFFE && r <= 0xFFFF || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, words))
}

// px writes a length with one decimal.
func px(v float64) string {
	return tenths(int(math.Round(v * 10)))
}

// tenths writes n / 10.
func tenths(n int) string {
	whole, part := n/10, n%10
	if part == 0 {
		return strconv.Itoa(whole)
	}
	b := make([]byte, 0, 8)
	if n < 0 {
		b, whole, part = append(b, '-'), -whole, -part
	}
	b = strconv.AppendInt(b, int64(whole), 10)
	return string(append(b, '.', byte('0'+part)))
}

// em is how wide a letter is at size 1.
func em(r rune) float64 {
	if r < 0x1100 {
		return 0.55
	}
	return 1
}

func width(words string, font float64) float64 {
	w := 0.0
	for _, r := range words {
		w += em(r)
	}
	return w * font
}

// fit shortens words to a width, with … where something is left out.
func fit(words string, most, font float64) string {
	if width(words, font) <= most {
		return words
	}
	room := most - font // of the …
	for i, r := range words {
		if room -= em(r) * font; room < 0 {
			return strings.TrimSpace(words[:i]) + "…"
		}
	}
	return words
}

// clip keeps at most n letters.
func clip(words string, n int) string {
	for i := range words {
		if n--; n < 0 {
			return words[:i] + "…"
		}
	}
	return words
}

// Number writes a value as people read it: whole numbers whole, others with
// three to five digits that mean something.
func Number(ctx context.Context, v float64) string {
	if math.IsNaN(v) {
		return i18n.T(ctx, "chart.nothing")
	}
	a := math.Abs(v)
	places := 0
	switch {
	case v == math.Trunc(v) || a >= 1000:
	case a >= 100:
		places = 1
	case a >= 1:
		places = 2
	default:
		places = min(6, 2-int(math.Floor(math.Log10(a))))
	}
	out := i18n.Decimal(ctx, v, places)
	if places > 0 {
		out = strings.TrimRight(strings.TrimRight(out, "0"), ".")
	}
	if out == "-0" || out == "" {
		return "0"
	}
	return out
}

// scales are the large numbers that a language has a word for.
var scales = map[i18n.Lang][]struct {
	by  float64
	key string
}{
	i18n.ZhTW: {{1e8, "chart.tick.hundred-million"}, {1e4, "chart.tick.ten-thousand"}},
	i18n.En:   {{1e9, "chart.tick.billion"}, {1e6, "chart.tick.million"}},
}

// ticksText writes the values of an axis, all with the same unit.
func ticksText(ctx context.Context, ticks []float64) []string {
	most := 0.0
	for _, t := range ticks {
		most = max(most, math.Abs(t))
	}
	by, key := 1.0, ""
	for _, s := range scales[i18n.LangOf(ctx)] {
		if most >= 10*s.by || most >= s.by && s.by >= 1e6 {
			by, key = s.by, s.key
			break
		}
	}
	out := make([]string, len(ticks))
	for i, t := range ticks {
		out[i] = strings.TrimSuffix(i18n.Number(ctx, math.Round(t/by*1e9)/1e9), ".")
		if key != "" && t != 0 {
			out[i] = i18n.T(ctx, key, out[i])
		}
	}
	return out
}

// Grain is how fine dates are.
type Grain int

// The grains.
const (
	Day Grain = iota
	Month
	Year
)

// When writes a date as fine as its grain, in the reader's calendar.
func When(ctx context.Context, t time.Time, g Grain) string {
	switch g {
	case Year:
		return i18n.T(ctx, "chart.year", year(ctx, t))
	case Month:
		month := strconv.Itoa(int(t.Month()))
		if i18n.LangOf(ctx) == i18n.En {
			month = t.Month().String()
		}
		return i18n.T(ctx, "chart.month", year(ctx, t), month)
	}
	return i18n.DayShort(ctx, civic.DateOf(t))
}

// short is When for an axis.
func short(ctx context.Context, t time.Time, g Grain) string {
	if g != Month {
		return When(ctx, t, g)
	}
	month := strconv.Itoa(int(t.Month()))
	if i18n.LangOf(ctx) == i18n.En {
		month = t.Format("Jan")
	}
	return i18n.T(ctx, "chart.month.short", year(ctx, t), month)
}

func year(ctx context.Context, t time.Time) string {
	if i18n.LangOf(ctx) == i18n.En {
		return strconv.Itoa(t.Year())
	}
	return i18n.Minguo(t.Year())
}

// yearZero returns the year before the first of the reader's calendar.
func yearZero(ctx context.Context) int {
	if i18n.LangOf(ctx) == i18n.En {
		return 0
	}
	return 1911
}

// sentences joins what is said of a chart; Han sentences need no space.
func sentences(ctx context.Context, list ...string) string {
	space := " "
	if i18n.LangOf(ctx) != i18n.En {
		space = ""
	}
	var kept []string
	for _, s := range list {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, space)
}
