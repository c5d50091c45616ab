package chart

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// The limits of one drawing.
const (
	MaxBars   = 22 // as many as Taiwan has counties and cities
	MaxSeries = 8
	MaxMarks  = 1000
	MaxBytes  = 30_000
)

// Chart is a drawing that can be shown in a page (it is a templ.Component) or
// written as a file. It is immutable.
type Chart struct {
	id     string
	title  string
	figure figure
	forms  []form
}

// figure is what a chart shows.
type figure interface {
	draw(s *sheet)                       // sets the height of s
	describe(ctx context.Context) string // for those who do not see it
}

// form is one way to lay a chart out. All lengths are in px of the drawing.
type form struct {
	name  string // class and id suffix
	width float64
	font  float64
}

var (
	wide   = form{"wide", 880, 14}
	narrow = form{"narrow", 320, 13}
	small  = form{"small", 320, 12}
)

// made checks that what f draws stays within MaxBytes in every language.
func made(id, title string, f figure, forms ...form) (Chart, error) {
	c := Chart{id, title, f, forms}
	for _, form := range forms {
		if n := len(c.write(context.Background(), form, false)); n > MaxBytes {
			return Chart{}, fault.Invalid.Errorf("chart.too-large", "this chart would be %d bytes long, the limit is %d: draw fewer points, or shorten the names", n, MaxBytes)
		}
	}
	return c, nil
}

// Render writes the chart into a page, in the reader's language.
func (c Chart) Render(ctx context.Context, w io.Writer) error {
	if c.figure == nil {
		return nil
	}
	for _, f := range c.forms {
		if _, err := w.Write(c.write(ctx, f, false)); err != nil {
			return err
		}
	}
	return nil
}

// File writes the chart as a document of its own, with fixed colours on paper.
func (c Chart) File(ctx context.Context, w io.Writer) error {
	_, err := w.Write(c.write(ctx, c.forms[0], true))
	return err
}

func (c Chart) write(ctx context.Context, f form, file bool) []byte {
	s := &sheet{ctx: ctx, form: f, file: file}
	c.figure.draw(s)
	id := c.id
	if f != wide {
		id += "-" + f.name
	}
	var b strings.Builder
	b.WriteString(`<svg `)
	top, edge := 0.0, 0.0
	if file {
		top, edge = 40, 16
		fmt.Fprintf(&b, `xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" font-family="'Noto Sans TC','Noto Sans CJK TC',sans-serif" `,
			px(f.width+2*edge), px(s.height+top+edge))
	} else {
		fmt.Fprintf(&b, `class="gd-chart gd-chart--%s" `, f.name)
	}
	fmt.Fprintf(&b, `viewBox="%s %s %s %s" font-size="%s" role="img" aria-labelledby="%s-t %s-d" lang="%s">`, px(-edge), px(-top),
		px(f.width+2*edge), px(s.height+top+edge), px(f.font), templ.EscapeString(id), templ.EscapeString(id), i18n.LangOf(ctx).HTML())
	fmt.Fprintf(&b, "\n<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">%s</desc>\n",
		templ.EscapeString(id), safe(clip(c.title, 200)), templ.EscapeString(id), safe(c.figure.describe(ctx)))
	if file {
		fmt.Fprintf(&b, "<path fill=\"#fffdf9\" d=\"M%s %sh%sv%sH%sz\"/>\n", px(-edge), px(-top), px(f.width+2*edge), px(s.height+top+edge), px(-edge))
		fmt.Fprintf(&b, "<text x=\"0\" y=\"-14\" font-size=\"18\" font-weight=\"700\" fill=\"#1b1a17\">%s</text>\n", safe(fit(c.title, f.width, 18)))
	}
	b.Write(s.b)
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// sheet is what a figure draws on.
type sheet struct {
	form
	ctx    context.Context // of the reader; lives as long as one writing
	file   bool
	height float64
	b      []byte
}

func (s *sheet) printf(format string, args ...any) { s.b = fmt.Appendf(s.b, format, args...) }

// fixed is how a class looks in a file.
var fixed = map[string]string{
	"gd-chart-text":  `fill="#55524a"`,
	"gd-chart-ink":   `fill="#1b1a17" paint-order="stroke" stroke="#fffdf9" stroke-width="3"`,
	"gd-chart-grid":  `stroke="#cfc8b8"`,
	"gd-chart-axis":  `stroke="#55524a"`,
	"gd-chart-dot":   `stroke="#fffdf9"`,
	"gd-chart-title": `fill="#55524a" font-weight="700"`,
	"gd-chart-value": `fill="#1b1a17" paint-order="stroke" stroke="#fffdf9" stroke-width="3" font-weight="700"`,
}

var series = [6]string{"#0b5b57", "#b3392a", "#2c5f9e", "#8a5a00", "#6b3fa0", "#4d5358"}

// look returns the attributes of a thing: its classes in a page, fixed colours
// in a file.
func (s *sheet) look(classes ...string) string {
	if !s.file {
		return `class="` + strings.Join(classes, " ") + `"`
	}
	var out []string
	for _, c := range classes {
		if f, ok := fixed[c]; ok {
			out = append(out, f)
		} else if n, ok := strings.CutPrefix(c, "gd-series-line-"); ok {
			out = append(out, `fill="none" stroke="`+colour(n)+`"`)
		} else if n, ok := strings.CutPrefix(c, "gd-series-"); ok {
			out = append(out, `fill="`+colour(n)+`"`)
		}
	}
	return strings.Join(out, " ")
}

func colour(n string) string {
	i, _ := strconv.Atoi(n)
	return series[(i-1)%len(series)]
}

// text writes words at a place; anchor is start, middle or end.
func (s *sheet) text(x, y float64, anchor, class, words string) {
	at := ""
	if anchor != "start" {
		at = ` text-anchor="` + anchor + `"`
	}
	s.printf("<text x=\"%s\" y=\"%s\"%s %s>%s</text>\n", px(x), px(y), at, s.look(class), safe(words))
}

func (s *sheet) line(class string, x1, y1, x2, y2 float64) {
	s.printf("<path %s d=\"M%s %sL%s %s\"/>\n", s.look(class), px(x1), px(y1), px(x2), px(y2))
}

func (s *sheet) t(key string, args ...any) string { return i18n.T(s.ctx, key, args...) }
