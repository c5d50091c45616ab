package explore

import (
	"compress/gzip"
	"math"
	"mime"
	"net/http"
	"net/url"

	"github.com/gongdao/gongdao/opendata/query"
)

// exportFormat is one way to download a table.
type exportFormat struct {
	name  string
	form  Format
	mime  string
	plain bool // text, which compressed=true makes smaller
}

// exportFormats are what is offered, in the order in which it is listed.
var exportFormats = []exportFormat{
	{"csv", CSV, "text/csv; charset=utf-8", true},
	{"json", Objects, jsonType, true},
	{"jsonl", Lines, "application/jsonl; charset=utf-8", true},
	{"geojson", GeoJSON, "application/geo+json", true},
	{"parquet", Parquet, "application/vnd.apache.parquet", false},
}

// exports lists the formats.
func (a *API) exports(w *writer, r *http.Request, d *Dataset) error {
	base := a.datasetPath(r, d) + "/exports"
	links := []link{{base, "self"}}
	for _, f := range exportFormats {
		if f.form != GeoJSON || hasPlace(d.Schema) {
			links = append(links, link{base + "/" + f.name, f.name})
		}
	}
	return send(w, map[string]any{"links": links})
}

func hasPlace(s *query.Schema) bool {
	if s == nil {
		return false
	}
	for i := range s.Fields {
		if t := s.Fields[i].Type; t == query.GeoPoint || t == query.GeoShape {
			return true
		}
	}
	return false
}

// export streams a whole table, or what a query makes of it.
func (a *API) export(w *writer, r *http.Request, q request, d *Dataset, name string) error {
	f, err := formatOf(name)
	if err != nil {
		return err
	}
	p := q.params()
	limit, err := q.number("limit", -1, -1, math.MaxInt32)
	if err != nil {
		return err
	}
	if p.Offset, err = q.number("offset", 0, 0, math.MaxInt32); err != nil {
		return err
	}
	p.Limit = max(limit, 0)
	parsed, err := query.Parse(d.Schema, p)
	if err != nil {
		return err
	}
	ask, err := q.ask(f)
	if err != nil {
		return err
	}
	ask.Dataset, ask.Query, ask.Export = d, parsed, true
	if limit == 0 { // no rows, yet a whole file
		if ask.Query, err = nothing(d.Schema, p); err != nil {
			return err
		}
	}
	zip, err := q.flag("compressed", false)
	if err != nil {
		return err
	}
	return a.stream(w, r, ask, f, zip && f.plain)
}

// nothing is the query of p over no rows.
func nothing(s *query.Schema, p query.Params) (*query.Query, error) {
	if s.Row != "" {
		p.Where = append(p.Where, `_id = ""`)
		return query.Parse(s, p)
	}
	p.Limit, p.Offset = 1, math.MaxInt32
	return query.Parse(s, p)
}

func formatOf(name string) (exportFormat, error) {
	list := ""
	for _, f := range exportFormats {
		if f.name == name {
			return f, nil
		}
		list += ", " + f.name
	}
	return exportFormat{}, badParameter("format", name, "one of "+list[2:])
}

// ask reads the parameters of a format.
func (q request) ask(f exportFormat) (Ask, error) {
	k := Ask{Format: f.form}
	var err error
	if k.UseLabels, err = q.flag("use_labels", false); err != nil {
		return k, err
	}
	if _, err = q.choice("epsg", "4326", "4326"); err != nil {
		return k, err
	}
	switch f.form {
	case CSV:
		if k.Delimiter, err = q.choice("delimiter", ";", ";", ",", "\t", "|"); err != nil {
			return k, err
		}
		if k.ListSep = q.values.Get("list_separator"); k.ListSep == "" {
			k.ListSep = ","
		}
		if k.QuoteAll, err = q.flag("quote_all", false); err != nil {
			return k, err
		}
		k.BOM, err = q.flag("with_bom", true)
	case Parquet:
		k.Compression, err = q.choice("parquet_compression", "snappy", "snappy", "zstd")
	}
	return k, err
}

// stream sends the file as the worker writes it. Headers go with the first
// byte, so that a failure before it is still an error.
func (a *API) stream(w *writer, r *http.Request, ask Ask, f exportFormat, zip bool) error {
	name := ask.Dataset.ID + "." + f.name
	h := w.w.Header()
	h.Set("Content-Type", f.mime)
	if !zip {
		h.Set("Content-Disposition", disposition(name))
		_, err := a.needs.Rows.Rows(r.Context(), ask, w)
		return err
	}
	h.Set("Content-Type", "application/gzip")
	h.Set("Content-Disposition", disposition(name+".gz"))
	z := gzip.NewWriter(w)
	if _, err := a.needs.Rows.Rows(r.Context(), ask, z); err != nil {
		return err // without Close the file is visibly broken
	}
	return z.Close()
}

// disposition names an attachment; a name beyond ASCII is given in both forms
// (RFC 6266).
func disposition(name string) string {
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": name}); d != "" {
		return d
	}
	return "attachment; filename*=UTF-8''" + url.PathEscape(name)
}
