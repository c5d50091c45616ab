package atlas

import (
	"context"

	"github.com/gongdao/gongdao/civic"
)

type areaIn struct {
	Code string `path:"code" doc:"Code of the area, with or without dashes: 5 digits for a county, 8 for a town, 11 for a village." maxLength:"20"`
}

type areaOut struct {
	Body areaBody
}

type areaBody struct {
	Code   string     `json:"code" doc:"Official code; text, it may begin with 0."`
	Level  string     `json:"level" doc:"nation, county, town or village." enum:"nation,county,town,village"`
	Name   civic.Text `json:"name" doc:"Name in both languages."`
	Parent string     `json:"parent" doc:"Code of the area it lies in; empty for a county."`
	KM2    float64    `json:"km2" doc:"Area of land in square kilometres, on the ellipsoid."`
}

func (a Area) body() areaBody {
	return areaBody(a)
}

func (s *Service) getArea(ctx context.Context, in *areaIn) (*areaOut, error) {
	a, err := s.Area(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return &areaOut{Body: a.body()}, nil
}

type searchIn struct {
	Q     string `query:"q" doc:"Part of a name, or a code. 台 finds 臺." minLength:"1" maxLength:"100" required:"true"`
	Limit int    `query:"limit" doc:"How many areas at most." minimum:"1" maximum:"100" default:"20"`
}

type searchOut struct {
	Body struct {
		Areas []areaBody `json:"areas" doc:"Best fit first."`
	}
}

func (s *Service) getSearch(ctx context.Context, in *searchIn) (*searchOut, error) {
	h, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	out := &searchOut{}
	out.Body.Areas = []areaBody{}
	for _, p := range h.names.search(in.Q, in.Limit) {
		out.Body.Areas = append(out.Body.Areas, h.area(p.level, p.index).body())
	}
	return out, nil
}

type matchIn struct {
	Body struct {
		Keys []matchKey `json:"keys" doc:"One for each row of the table." minItems:"1" maxItems:"20000"`
	}
}

type matchKey struct {
	Code  string   `json:"code,omitempty" doc:"Code, with or without dashes." maxLength:"40"`
	Names []string `json:"names,omitempty" doc:"Names from the outermost inwards, in one part or several." maxItems:"4"`
}

type matchOut struct {
	Body struct {
		Level     string          `json:"level" doc:"The level that fits most rows; empty if nothing fits."`
		Codes     []string        `json:"codes" doc:"One for each row, in order; empty where no single area fits."`
		Matched   int             `json:"matched" doc:"How many rows have a code."`
		Unmatched []unmatchedBody `json:"unmatched" doc:"What did not fit, the most frequent first, at most 100."`
		Differing []differingBody `json:"differing" doc:"Codes whose area has another name than the one beside them, at most 100. The code was used."`
	}
}

type unmatchedBody struct {
	Key        string   `json:"key" doc:"As it was given."`
	Count      int      `json:"count" doc:"How many rows are written so."`
	Candidates []string `json:"candidates" doc:"Codes of areas it could be."`
}

type differingBody struct {
	Code  string `json:"code" doc:"The code that was used."`
	Given string `json:"given" doc:"The name beside it."`
	Ours  string `json:"ours" doc:"The name of the area."`
	Count int    `json:"count" doc:"In how many rows."`
}

const maxListed = 100

func (s *Service) postMatch(ctx context.Context, in *matchIn) (*matchOut, error) {
	keys := make([]AreaKey, len(in.Body.Keys))
	for i, k := range in.Body.Keys {
		keys[i] = AreaKey(k)
	}
	m, err := s.Match(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := &matchOut{}
	out.Body.Level, out.Body.Codes, out.Body.Matched = m.Level, m.Codes, m.Matched
	out.Body.Unmatched, out.Body.Differing = []unmatchedBody{}, []differingBody{}
	for _, u := range m.Unmatched[:min(maxListed, len(m.Unmatched))] {
		out.Body.Unmatched = append(out.Body.Unmatched, unmatchedBody{u.Key, u.Count, append([]string{}, u.Candidates...)})
	}
	for _, d := range m.Differing[:min(maxListed, len(m.Differing))] {
		out.Body.Differing = append(out.Body.Differing, differingBody(d))
	}
	return out, nil
}
