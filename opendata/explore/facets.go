package explore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gongdao/gongdao/opendata/query"
)

// facetJSON is one facet on the wire.
type facetJSON struct {
	Name   string      `json:"name"`
	Facets []valueJSON `json:"facets"`
}

type valueJSON struct {
	Name   string      `json:"name"`
	Count  *int64      `json:"count,omitempty"` // excluded values have none
	Value  string      `json:"value"`
	State  string      `json:"state"`
	Facets []valueJSON `json:"facets,omitempty"`
}

func onWireValues(list []query.FacetValue) []valueJSON {
	out := []valueJSON{}
	for _, v := range list {
		j := valueJSON{Name: v.Name, Value: v.Value, State: v.State}
		if v.State != "excluded" {
			j.Count = &v.Count
		}
		if len(v.Facets) > 0 {
			j.Facets = onWireValues(v.Facets)
		}
		out = append(out, j)
	}
	return out
}

// asked are the facets of the request, or all that the schema offers.
func (q request) asked(s *query.Schema) ([]query.Facet, error) {
	texts := q.list("facet")
	if len(texts) == 0 {
		for i := range s.Fields {
			if s.Fields[i].Facet {
				texts = append(texts, query.Name(s.Fields[i].Name))
			}
		}
	}
	if len(texts) > maxFacets {
		return nil, badParameter("facet", strconv.Itoa(len(texts))+" facets", "at most "+strconv.Itoa(maxFacets))
	}
	var out []query.Facet
	for _, t := range texts {
		f, err := query.ParseFacet(s, t)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// maxFacets bounds the queries of one request.
const maxFacets = 20

// facets counts the values of a dataset's fields.
func (a *API) facets(w *writer, r *http.Request, q request, d *Dataset) error {
	p := q.params()
	p.Select, p.GroupBy, p.OrderBy = "", "", ""
	parsed, err := query.Parse(d.Schema, p)
	if err != nil {
		return err
	}
	asked, err := q.asked(d.Schema)
	if err != nil {
		return err
	}
	out := []facetJSON{}
	for _, f := range asked {
		b, err := a.gatherQuery(r, d, parsed.CountFacet(f), Arrays)
		if err != nil {
			return err
		}
		counts, err := valueCounts(b)
		if err != nil {
			return err
		}
		out = append(out, facetJSON{f.Field.Name, onWireValues(parsed.Tree(f, counts))})
	}
	return send(w, map[string]any{"links": []link{}, "facets": out})
}

// valueCounts reads [[value, count], …]; a value of any type becomes its text.
func valueCounts(b []byte) ([]query.ValueCount, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var rows [][]any
	if err := dec.Decode(&rows); err != nil {
		return nil, fmt.Errorf("explore: facet counts: %w", err)
	}
	out := make([]query.ValueCount, 0, len(rows))
	for _, row := range rows {
		if len(row) != 2 || row[0] == nil {
			continue
		}
		n, ok := row[1].(json.Number)
		if !ok {
			return nil, fmt.Errorf("explore: facet counts: %v is no number", row[1])
		}
		count, err := n.Int64()
		if err != nil {
			return nil, fmt.Errorf("explore: facet counts: %w", err)
		}
		out = append(out, query.ValueCount{Value: fmt.Sprint(row[0]), Count: count})
	}
	return out, nil
}
