package opendata

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/chart"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata/pages"
	"github.com/gongdao/gongdao/opendata/profile"
)

func chartAskOf(r *http.Request) ChartAsk {
	return ChartAsk{X: web.Query(r, "x"), Y: web.Query(r, "y")}
}

// drawn is a chart with what stands beside it.
type drawn struct {
	plan  ChartPlan
	title string
	svg   chart.Chart
	rows  []chart.Mark // labels in the reader's language
	notes []string
}

func (s *Service) chartTab(r *http.Request, v shown, h pages.Head) (templ.Component, error) {
	ctx := r.Context()
	p := pages.Chart{Head: h}
	plan, ok := PlanChart(v.profile, chartAskOf(r))
	if !ok {
		p.Empty = i18n.T(ctx, "opendata.chart.nonetext")
		return pages.ChartPage(p), nil
	}
	p.Form = chartForm(ctx, v, plan)
	d, err := s.draw(ctx, v, plan)
	if known := askable(err); known != nil {
		p.Problem = i18n.Fault(ctx, known)
		return pages.ChartPage(p), nil
	}
	if err != nil {
		return nil, err
	}
	p.Figure = &pages.Figure{Title: d.title, SVG: d.svg, Notes: d.notes}
	p.SVG = web.WithQuery(web.URL(ctx, "opendata.chart.svg", v.Dataset.Slug), v.pairs("x", plan.X.Name, "y", plan.Y.Name)...)
	p.Rows = ui.DataTableParams{ID: "chart-rows", Caption: d.title, HideCaption: true, Compact: true, FirstCellIsHeader: true,
		Columns: []ui.DataColumn{{Title: plan.X.Label}, {Title: valueTitle(ctx, plan), Numeric: true}}}
	for _, m := range d.rows {
		p.Rows.Rows = append(p.Rows.Rows, []ui.TableCell{{Text: m.Label}, {Text: chart.Number(ctx, m.Value), Format: "numeric"}})
	}
	return pages.ChartPage(p), nil
}

// getChartSVG answers the chart as a file of its own.
func (s *Service) getChartSVG(w http.ResponseWriter, r *http.Request) error {
	v, err := s.look(r, "chart")
	if err != nil {
		return err
	}
	plan, ok := PlanChart(v.profile, chartAskOf(r))
	if !ok {
		return fault.NotFound.Errorf("opendata.no-chart", "this table has no chart: a chart needs a column of dates or categories")
	}
	d, err := s.draw(r.Context(), v, plan)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Content-Disposition", `attachment; filename="`+v.Dataset.Slug+`-chart.svg"`)
	return d.svg.File(r.Context(), w)
}

func chartForm(ctx context.Context, v shown, plan ChartPlan) pages.ChartForm {
	f := pages.ChartForm{Action: web.URL(ctx, "opendata.dataset.chart", v.Dataset.Slug), XValue: plan.X.Name, YValue: plan.Y.Name, Hidden: v.hidden()}
	dates, categories := ChartColumns(v.profile)
	for _, c := range append(dates, categories...) {
		f.X = append(f.X, ui.SelectItem{Value: c.Name, Text: c.Label})
	}
	f.Y = []ui.SelectItem{{Text: i18n.T(ctx, "opendata.chart.count")}}
	for _, c := range Measures(v.profile) {
		f.Y = append(f.Y, ui.SelectItem{Value: c.Name, Text: c.Label})
	}
	return f
}

// valueTitle says what is measured, with its unit.
func valueTitle(ctx context.Context, plan ChartPlan) string {
	switch {
	case plan.Count:
		return i18n.T(ctx, "opendata.chart.count")
	case plan.Y.Unit != "":
		return i18n.T(ctx, "opendata.kind.noted", plan.Y.Label, plan.Y.Unit)
	}
	return plan.Y.Label
}

// draw asks for the numbers of a plan and draws them.
func (s *Service) draw(ctx context.Context, v shown, plan ChartPlan) (drawn, error) {
	d := drawn{plan: plan, title: i18n.T(ctx, "opendata.chart.title", valueTitle(ctx, plan), plan.X.Label)}
	q, err := s.Parse(ctx, v.version, plan.Params())
	if err != nil {
		return d, err
	}
	cells, err := s.Cells(ctx, v.version, q)
	if err != nil {
		return d, err
	}
	switch {
	case plan.Mean:
		d.notes = append(d.notes, i18n.T(ctx, "opendata.chart.mean", plan.X.Label))
	case !plan.Count && plan.X.Stats.Distinct < v.profile.Rows:
		d.notes = append(d.notes, i18n.T(ctx, "opendata.chart.sum", plan.X.Label))
	}
	if gone := v.profile.Rows - plan.X.Stats.Filled; gone > 0 {
		d.notes = append(d.notes, i18n.N(ctx, "opendata.chart.blank", gone, plan.X.Label))
	}
	if plan.Dates {
		d.svg, err = d.line(ctx, cells)
		return d, err
	}
	if len(cells) == chart.MaxBars {
		groups, err := s.Count(ctx, v.version, q)
		if err != nil {
			return d, err
		}
		if groups > int64(len(cells)) {
			d.notes = append([]string{i18n.T(ctx, "opendata.chart.rest", len(cells), i18n.Number(ctx, groups))}, d.notes...)
		}
	}
	d.svg, err = d.bars(ctx, cells)
	return d, err
}

func (d *drawn) bars(ctx context.Context, cells [][]any) (chart.Chart, error) {
	for _, row := range cells {
		label := fmt.Sprint(row[0])
		if b, ok := row[0].(bool); ok {
			label = i18n.T(ctx, "opendata.bool."+strconv.FormatBool(b))
		}
		d.rows = append(d.rows, chart.Mark{Label: label, Value: valueOf(row[1])})
	}
	return chart.Bar(chart.BarSpec{ID: "chart", Title: d.title, Category: d.plan.X.Label, Value: valueTitle(ctx, d.plan), Bars: d.rows})
}

func (d *drawn) line(ctx context.Context, cells [][]any) (chart.Chart, error) {
	var points []chart.Point
	for _, row := range cells {
		if t, ok := d.plan.when(fmt.Sprint(row[0])); ok {
			points = append(points, chart.Point{At: t, Value: valueOf(row[1])})
		}
	}
	slices.SortStableFunc(points, func(a, b chart.Point) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Value, b.Value)) })
	points = whole(points, d.plan)
	for _, p := range points {
		d.rows = append(d.rows, chart.Mark{Label: chart.When(ctx, p.At, d.plan.Grain), Value: p.Value})
	}
	return chart.Line(chart.LineSpec{ID: "chart", Title: d.title, Date: d.plan.X.Label, Value: valueTitle(ctx, d.plan), Grain: d.plan.Grain,
		Series: []chart.Series{{Points: points}}})
}

// longBreak is how long offices close at most; a longer silence among days is
// a gap in the data.
const longBreak = 11 * 24 * time.Hour

// whole adds the months or years that no row speaks of: none were counted, and
// nothing is known of other values. Days are left as they are, since offices
// close on some of them; only where they mostly follow each other, a longer
// silence breaks the line.
func whole(points []chart.Point, plan ChartPlan) []chart.Point {
	if len(points) == 0 {
		return points
	}
	if plan.Grain == chart.Day {
		return broken(points)
	}
	none := math.NaN()
	if plan.Count {
		none = 0
	}
	next := func(t time.Time) time.Time {
		if plan.Grain == chart.Year {
			return t.AddDate(1, 0, 0)
		}
		return t.AddDate(0, 1, 0)
	}
	out := points[:1:1]
	for _, p := range points[1:] {
		for t := next(out[len(out)-1].At); t.Before(p.At); t = next(t) {
			out = append(out, chart.Point{At: t, Value: none})
			if len(out) >= chart.MaxMarks {
				return points // too sparse to be whole
			}
		}
		out = append(out, p)
	}
	if len(out) > chart.MaxMarks {
		return points
	}
	return out
}

func broken(points []chart.Point) []chart.Point {
	apart := points[len(points)-1].At.Sub(points[0].At)
	if time.Duration(len(points)-1)*3*24*time.Hour < apart {
		return points // not a daily table
	}
	out := make([]chart.Point, 0, len(points)+8)
	for i, p := range points {
		if i > 0 && p.At.Sub(points[i-1].At) > longBreak && len(out)+len(points)-i < chart.MaxMarks {
			out = append(out, chart.Point{At: points[i-1].At.AddDate(0, 0, 1), Value: math.NaN()})
		}
		out = append(out, p)
	}
	return out
}

// valueOf reads a number of an answer; NaN where there is none.
func valueOf(cell any) float64 {
	if n, ok := cell.(json.Number); ok {
		if f, err := n.Float64(); err == nil {
			return f
		}
	}
	return math.NaN()
}

// histogram shows how the numbers of a column are spread; nil for other columns.
func histogram(ctx context.Context, id string, c profile.Column) templ.Component {
	if len(c.Stats.Bins) < 2 {
		return nil
	}
	h := chart.HistSpec{ID: id, Title: i18n.T(ctx, "opendata.column.histogram", c.Label), Plain: c.Note != ""}
	if most, err := strconv.ParseFloat(c.Stats.Max, 64); err == nil {
		h.Single = c.Type == profile.TypeInt && c.Stats.Bins[len(c.Stats.Bins)-1].To > most
	}
	for _, b := range c.Stats.Bins {
		h.Bins = append(h.Bins, chart.Bin{From: b.From, To: b.To, Count: b.Count})
	}
	drawing, err := chart.Histogram(h)
	if err != nil {
		return nil // the figures beside it say the same
	}
	return drawing
}
