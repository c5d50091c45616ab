package explore

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gongdao/gongdao/opendata/query"
)

// link is one related resource.
type link struct {
	Href string `json:"href"`
	Rel  string `json:"rel"`
}

// datasetJSON is a dataset on the wire.
type datasetJSON struct {
	Links       []link           `json:"_links,omitempty"`
	ID          string           `json:"dataset_id"`
	UID         string           `json:"dataset_uid"`
	Attachments []attachmentJSON `json:"attachments"`
	HasRecords  bool             `json:"has_records"`
	DataVisible bool             `json:"data_visible"`
	Fields      []fieldJSON      `json:"fields"`
	Metas       map[string]any   `json:"metas"`
	Features    []string         `json:"features"`
}

type attachmentJSON struct {
	MimeType string `json:"mimetype"`
	URL      string `json:"url"`
	ID       string `json:"id"`
	Title    string `json:"title"`
}

type fieldJSON struct {
	Name        string              `json:"name"`
	Label       string              `json:"label"`
	Type        string              `json:"type"`
	Description *string             `json:"description"`
	Annotations map[string][]string `json:"annotations"`
}

// onWire writes d with the metadata of every template.
func (a *API) onWire(d *Dataset, links []link, app bool) datasetJSON {
	j := datasetJSON{Links: links, ID: d.ID, UID: d.UID, Attachments: []attachmentJSON{}, HasRecords: d.Schema != nil,
		DataVisible: d.Schema != nil, Fields: fields(d.Schema), Metas: map[string]any{"default": metas(d)}, Features: features(d.Schema)}
	for _, at := range d.Attachments {
		j.Attachments = append(j.Attachments, attachmentJSON{at.MimeType, at.URL, at.ID, at.Title})
	}
	if app {
		j.Metas["explore"] = map[string]any{"download_count": nil, "api_call_count": nil, "popularity_score": nil}
	}
	return j
}

func fields(s *query.Schema) []fieldJSON {
	out := []fieldJSON{}
	if s == nil {
		return out
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		j := fieldJSON{Name: f.Name, Label: f.Label, Type: string(f.Type), Annotations: map[string][]string{}}
		if j.Label == "" {
			j.Label = f.Name
		}
		if f.Description != "" {
			j.Description = &f.Description
		}
		if f.Facet {
			j.Annotations["facet"] = []string{}
		}
		if f.Disjunctive {
			j.Annotations["disjunctive"] = []string{}
		}
		if f.Separator != "" {
			j.Annotations["hierarchical"] = []string{f.Separator}
		}
		out = append(out, j)
	}
	return out
}

// features tells what can be done with a dataset's fields.
func features(s *query.Schema) []string {
	out := []string{}
	if s == nil {
		return out
	}
	var geo, time bool
	for i := range s.Fields {
		switch s.Fields[i].Type {
		case query.GeoPoint, query.GeoShape:
			geo = true
		case query.Date, query.Datetime:
			time = true
		}
	}
	if geo {
		out = append(out, "geo")
	}
	out = append(out, "analyze")
	if time {
		out = append(out, "timeserie")
	}
	return out
}

// metas are the default metadata; what is unknown is null.
func metas(d *Dataset) map[string]any {
	m := d.Metas
	return map[string]any{
		"title": orNull(m.Title), "description": orNull(m.Description), "keyword": listOrNull(m.Keywords), "theme": listOrNull(m.Themes),
		"publisher": orNull(m.Publisher), "license": orNull(m.Licence), "license_url": orNull(m.LicenceURL), "language": orNull(m.Language),
		"metadata_languages": listOrNull([]string{m.Language}[:min(len(m.Language), 1)]), "references": orNull(m.References),
		"territory": listOrNull(m.Territory), "update_frequency": orNull(m.Frequency), "records_count": d.Records,
		"modified": moment(m.Modified), "data_processed": moment(m.DataProcessed), "metadata_processed": moment(m.MetadataProcessed),
		"timezone": nil, "attributions": nil, "federated": false,
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func listOrNull(l []string) any {
	if len(l) == 0 {
		return nil
	}
	return l
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05+00:00")
}

// at is the address of a path under Base.
func (a *API) at(r *http.Request, path string) string { return a.needs.Origin(r) + Base + path }

func (a *API) datasetPath(r *http.Request, d *Dataset) string {
	return a.at(r, "/catalog/datasets/"+url.PathEscape(d.ID))
}

// links are those of a page of results, or nil if they were not asked for.
func (a *API) links(r *http.Request, q request, limit, offset int, total int64) ([]link, error) {
	if ask, err := q.flag("include_links", false); !ask {
		return nil, err
	}
	to := func(offset int) string {
		v := url.Values{}
		for k, list := range q.values {
			v[k] = list
		}
		v.Set("limit", strconv.Itoa(limit))
		v.Set("offset", strconv.Itoa(offset))
		return a.needs.Origin(r) + r.URL.EscapedPath() + "?" + v.Encode()
	}
	out := []link{{a.needs.Origin(r) + r.URL.RequestURI(), "self"}, {to(0), "first"}}
	if limit > 0 && total > 0 {
		out = append(out, link{to(int(total-1) / limit * limit), "last"})
		if int64(offset+limit) < total {
			out = append(out, link{to(offset + limit), "next"})
		}
	}
	return out, nil
}

// datasetLinks are those of one dataset.
func (a *API) datasetLinks(r *http.Request, q request, d *Dataset) ([]link, error) {
	if ask, err := q.flag("include_links", false); !ask {
		return nil, err
	}
	return []link{{a.datasetPath(r, d), "self"}, {a.at(r, "/catalog/datasets"), "catalog"}}, nil
}

func (a *API) root(w *writer, r *http.Request) error {
	return send(w, map[string]any{"links": []link{
		{a.at(r, "/catalog"), "self"}, {a.at(r, "/catalog/datasets"), "datasets"}, {a.at(r, "/catalog/facets"), "facets"},
	}})
}

func (a *API) attachments(w *writer, r *http.Request, d *Dataset) error {
	type on struct {
		Href  string            `json:"href"`
		Metas map[string]string `json:"metas"`
	}
	list := []on{}
	for _, at := range d.Attachments {
		list = append(list, on{at.URL, map[string]string{"mime-type": at.MimeType, "title": at.Title, "url": at.URL, "id": at.ID}})
	}
	return send(w, map[string]any{"links": []link{{a.datasetPath(r, d) + "/attachments", "self"}, {a.datasetPath(r, d), "dataset"}}, "attachments": list})
}
