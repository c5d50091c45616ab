package opendata

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

// MapAsk says what a reader wants to see on the map of a table.
type MapAsk struct {
	Measure string // name of a number column; empty lets the room choose
	Total   bool   // shade totals although that hides how large areas are
	Within  string // county or town code to zoom to
	Lang    i18n.Lang
}

// Measures lists the number columns that a map can show: not years, months,
// degrees or codes.
func Measures(p *profile.Profile) []profile.Column {
	var out []profile.Column
	points := map[string]bool{}
	for _, pt := range p.Points {
		points[pt.Lon], points[pt.Lat] = true, true
	}
	for _, c := range p.Columns {
		if (c.Type == profile.TypeInt || c.Type == profile.TypeNumber) && c.Note == "" && !points[c.Name] && c.Stats.Distinct > 1 {
			out = append(out, c)
		}
	}
	return out
}

// population words name the column that people most likely look for.
var preferred = []string{"人口", "population", "總計", "合計", "total", "戶數"}

func choose(list []profile.Column, name string) (profile.Column, bool) {
	for _, c := range list {
		if c.Name == name || c.Label == name && name != "" {
			return c, true
		}
	}
	if name != "" || len(list) == 0 {
		return profile.Column{}, false
	}
	for _, w := range preferred {
		for _, c := range list {
			if strings.Contains(strings.ToLower(c.Label), w) {
				return c, true
			}
		}
	}
	return list[0], true
}

// Map draws one measure of a version by official area. Rows of one area are
// added up. Errors: fault.NotFound without areas or without that measure.
func (s *Service) Map(ctx context.Context, d Dataset, v Version, a MapAsk) (Map, profile.Column, error) {
	p, err := s.Profile(ctx, v)
	if err != nil {
		return Map{}, profile.Column{}, err
	}
	if v.Areas == nil || s.needs.Drawing == nil {
		return Map{}, profile.Column{}, fault.NotFound.Errorf("opendata.no-areas", "this table names no official areas, so it has no map")
	}
	c, ok := choose(Measures(p), a.Measure)
	if !ok {
		return Map{}, profile.Column{}, fault.NotFound.Errorf("opendata.no-measure", "this table has no such column of numbers")
	}
	values, err := s.byArea(ctx, v, c)
	if err != nil {
		return Map{}, c, err
	}
	// A percentage or an average cannot be spread over land; whole numbers count things.
	count := c.Type == profile.TypeInt && c.Unit == ""
	title := "opendata.map.title"
	if count && !a.Total {
		title = "opendata.map.density"
	}
	spec := MapSpec{Title: s.both(title, c.Label), Level: v.Areas.Level, Values: values, Count: count,
		Unit: s.unitOf(c), PerKm2: count && !a.Total, Within: a.Within, Lang: a.Lang,
		Period: civic.Text{ZhTW: v.Label, En: v.Label}, Source: d.Source}
	if a.Total {
		spec.Reason = s.both("opendata.map.total-reason")
	}
	m, err := s.needs.Drawing.Draw(ctx, spec)
	return m, c, err
}

// units tells what is counted from the last words of a column's label.
var units = []struct{ word, key string }{
	{"戶", "opendata.unit.households"}, {"人", "opendata.unit.people"}, {"件", "opendata.unit.cases"},
	{"金額", "opendata.unit.money"}, {"元", "opendata.unit.money"}, {"車", "opendata.unit.vehicles"},
}

func (s *Service) unitOf(c profile.Column) civic.Text {
	if c.Unit != "" {
		return civic.Text{ZhTW: c.Unit, En: c.Unit}
	}
	for _, u := range units {
		if strings.Contains(c.Label, u.word) {
			return s.both(u.key)
		}
	}
	return civic.Text{ZhTW: c.Label, En: c.Label}
}

// both returns a piece in the two languages.
func (s *Service) both(key string, args ...any) civic.Text {
	in := func(l i18n.Lang) string {
		return i18n.T(i18n.With(context.Background(), s.needs.Catalogue, l), key, args...)
	}
	return civic.Text{ZhTW: in(i18n.ZhTW), En: in(i18n.En)}
}

// byArea adds a measure up by official area.
func (s *Service) byArea(ctx context.Context, v Version, c profile.Column) (map[string]float64, error) {
	keys := v.Areas.Names
	if v.Areas.Code != "" {
		keys = []string{v.Areas.Code}
	}
	quoted := make([]string, len(keys))
	for i, k := range keys {
		quoted[i] = query.Name(k)
	}
	group := strings.Join(quoted, ", ")
	q, err := s.Parse(ctx, v, query.Params{Select: group + ", sum(" + query.Name(c.Name) + ") as total", GroupBy: group})
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	if _, err := s.Rows(ctx, Ask{Version: v, Query: q, Format: olap.Arrays}, &body); err != nil {
		return nil, err
	}
	var rows [][]any
	if err := json.Unmarshal(body.Bytes(), &rows); err != nil {
		return nil, err
	}
	return s.match(ctx, v, rows, len(keys))
}

// match turns rows of keys and a total into totals by area code.
func (s *Service) match(ctx context.Context, v Version, rows [][]any, n int) (map[string]float64, error) {
	asked := make([]AreaKey, len(rows))
	for i, r := range rows {
		for _, k := range r[:n] {
			text, _ := k.(string)
			if v.Areas.Code != "" {
				asked[i].Code = text
			} else {
				asked[i].Names = append(asked[i].Names, text)
			}
		}
	}
	m, err := s.needs.Gazetteer.Match(ctx, asked)
	if err != nil {
		return nil, err
	}
	out := make(map[string]float64, len(rows))
	for i, r := range rows {
		total, ok := r[n].(float64)
		if code := m.Codes[i]; code != "" && ok {
			out[code] += total
		}
	}
	return out, nil
}
