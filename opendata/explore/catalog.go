package explore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gongdao/gongdao/opendata/query"
)

// catalogSchema is what queries over datasets may name.
func catalogSchema() *query.Schema {
	return &query.Schema{Fields: []query.Field{
		{Name: "dataset_id", Type: query.Text}, {Name: "dataset_uid", Type: query.Text},
		{Name: "title", Type: query.Text}, {Name: "description", Type: query.Text},
		{Name: "publisher", Type: query.Text, Facet: true}, {Name: "theme", Type: query.Text, Multi: true, Facet: true},
		{Name: "keyword", Type: query.Text, Multi: true, Facet: true}, {Name: "features", Type: query.Text, Multi: true, Facet: true},
		{Name: "language", Type: query.Text, Facet: true}, {Name: "license", Type: query.Text, Facet: true},
		{Name: "license_url", Type: query.Text}, {Name: "update_frequency", Type: query.Text, Facet: true},
		{Name: "territory", Type: query.Text, Multi: true}, {Name: "references", Type: query.Text},
		{Name: "records_count", Type: query.Int}, {Name: "has_records", Type: query.Boolean}, {Name: "data_visible", Type: query.Boolean},
		{Name: "modified", Type: query.Datetime, Facet: true}, {Name: "data_processed", Type: query.Datetime},
		{Name: "metadata_processed", Type: query.Datetime},
		{Name: "fields", Type: query.Text}, {Name: "metas", Type: query.Text}, {Name: "attachments", Type: query.Text},
	}}
}

// row is d as a record of the catalogue; deep adds what only select can name.
func (a *API) row(d *Dataset, deep, app bool) query.Row {
	r := query.Row{"dataset_id": d.ID, "dataset_uid": d.UID, "features": features(d.Schema), "records_count": d.Records,
		"has_records": d.Schema != nil, "data_visible": d.Schema != nil}
	if deep {
		j := a.onWire(d, nil, app)
		r["fields"], r["metas"], r["attachments"] = j.Fields, j.Metas, j.Attachments
	}
	m := d.Metas
	for name, v := range map[string]string{"title": m.Title, "description": m.Description, "publisher": m.Publisher, "language": m.Language,
		"license": m.Licence, "license_url": m.LicenceURL, "update_frequency": m.Frequency, "references": m.References} {
		if v != "" {
			r[name] = v
		}
	}
	for name, v := range map[string][]string{"theme": m.Themes, "keyword": m.Keywords, "territory": m.Territory} {
		if len(v) > 0 {
			r[name] = v
		}
	}
	for name, t := range map[string]time.Time{"modified": m.Modified, "data_processed": m.DataProcessed, "metadata_processed": m.MetadataProcessed} {
		if !t.IsZero() {
			r[name] = t
		}
	}
	return r
}

// catalogue lists what the caller may see, by ID and as records.
func (a *API) catalogue(r *http.Request, q request) (map[string]*Dataset, []query.Row, error) {
	app, err := q.flag("include_app_metas", false)
	if err != nil {
		return nil, nil, err
	}
	list, err := a.needs.Catalog.Datasets(r.Context(), q.lang)
	if err != nil {
		return nil, nil, err
	}
	byID, rows := make(map[string]*Dataset, len(list)), make([]query.Row, len(list))
	for i, d := range list {
		byID[d.ID], rows[i] = d, a.row(d, q.values.Get("select") != "", app)
	}
	return byID, rows, nil
}

// clock is now for the catalogue, which is asked in memory.
func (a *API) clock() time.Time {
	if a.needs.Now == nil {
		return time.Unix(0, 0)
	}
	return a.needs.Now()
}

// datasets answers datasets, or what a query makes of their metadata.
func (a *API) datasets(w *writer, r *http.Request) error {
	q := read(r)
	p := q.params()
	parsed, err := query.Parse(catalogSchema(), p)
	if err != nil {
		return err
	}
	limit, offset, err := q.page(parsed.Grouped())
	if err != nil {
		return err
	}
	p.Limit, p.Offset = max(limit, 1), offset
	whole := parsed.Everything()
	if whole {
		p.Select = "dataset_id"
	}
	if parsed, err = query.Parse(catalogSchema(), p); err != nil {
		return err
	}
	byID, rows, err := a.catalogue(r, q)
	if err != nil {
		return err
	}
	found, err := parsed.Eval(rows, a.clock())
	if err != nil {
		return err
	}
	if limit == 0 {
		found.Rows = nil
	}
	links, err := a.links(r, q, limit, offset, int64(found.Total))
	if err != nil {
		return err
	}
	body, err := a.found(r, q, found, byID, whole)
	if err != nil {
		return err
	}
	return results(w, int64(found.Total), links, body)
}

// found writes the datasets of an answer, or its rows as objects.
func (a *API) found(r *http.Request, q request, f query.Answer, byID map[string]*Dataset, whole bool) ([]byte, error) {
	list := make([]json.RawMessage, 0, len(f.Rows))
	for _, row := range f.Rows {
		var body any = object{f.Columns, row, q.zone()}
		if id, ok := row[0].(string); whole && ok {
			j, err := a.datasetAnswer(r, q, byID[id])
			if err != nil {
				return nil, err
			}
			body = j
		}
		b, err := encode(body)
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return encode(list)
}

func (a *API) datasetAnswer(r *http.Request, q request, d *Dataset) (datasetJSON, error) {
	links, err := a.datasetLinks(r, q, d)
	if err != nil {
		return datasetJSON{}, err
	}
	app, err := q.flag("include_app_metas", false)
	return a.onWire(d, links, app), err
}

// dataset answers one dataset, or what select names of it.
func (a *API) dataset(w *writer, r *http.Request, q request, d *Dataset) error {
	j, err := a.datasetAnswer(r, q, d)
	if err != nil {
		return err
	}
	p := q.params()
	parsed, err := query.Parse(catalogSchema(), query.Params{Select: p.Select, Timezone: p.Timezone, Lang: p.Lang})
	if err != nil {
		return err
	}
	if parsed.Everything() {
		return send(w, j)
	}
	f, err := parsed.Eval([]query.Row{a.row(d, true, false)}, a.clock())
	if err != nil {
		return err
	}
	return send(w, object{f.Columns, f.Rows[0], q.zone()})
}

// zone is the time zone of the request, which was checked with its query.
func (q request) zone() *time.Location {
	if z, err := time.LoadLocation(q.values.Get("timezone")); err == nil {
		return z
	}
	return time.UTC
}

// object is one row as JSON, its members in the order of the columns.
type object struct {
	columns []query.Column
	values  []any
	zone    *time.Location
}

// MarshalJSON writes the object.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range o.columns {
		name, err := encode(c.Name)
		if err != nil {
			return nil, err
		}
		v := o.values[i]
		if t, ok := v.(time.Time); ok {
			v = t.In(o.zone).Format("2006-01-02T15:04:05-07:00")
		}
		value, err := encode(v)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// catalogFacets counts the values of the catalogue's metadata.
func (a *API) catalogFacets(w *writer, r *http.Request) error {
	q := read(r)
	p := q.params()
	schema := catalogSchema()
	parsed, err := query.Parse(schema, query.Params{Where: p.Where, Refine: p.Refine, Exclude: p.Exclude, Timezone: p.Timezone, Lang: p.Lang})
	if err != nil {
		return err
	}
	asked, err := q.asked(schema)
	if err != nil {
		return err
	}
	_, rows, err := a.catalogue(r, q)
	if err != nil {
		return err
	}
	out := []facetJSON{}
	for _, f := range asked {
		answer, err := parsed.CountFacet(f).Eval(rows, a.clock())
		if err != nil {
			return err
		}
		var counts []query.ValueCount
		for _, row := range answer.Rows {
			if n, ok := row[1].(int64); ok && row[0] != nil {
				counts = append(counts, query.ValueCount{Value: fmt.Sprint(row[0]), Count: n})
			}
		}
		out = append(out, facetJSON{f.Field.Name, onWireValues(parsed.Tree(f, counts))})
	}
	return send(w, map[string]any{"links": []link{}, "facets": out})
}
