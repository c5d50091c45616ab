package explore

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/opendata/query"
)

// records answers rows or groups of a dataset. A page is gathered before the
// first byte is sent, so that a failure is still an error.
func (a *API) records(w *writer, r *http.Request, q request, d *Dataset) error {
	p := q.params()
	parsed, err := query.Parse(d.Schema, p)
	if err != nil {
		return err
	}
	limit, offset, err := q.page(parsed.Grouped())
	if err != nil {
		return err
	}
	total, err := a.needs.Rows.Count(r.Context(), d, parsed)
	if err != nil {
		return err
	}
	links, err := a.links(r, q, limit, offset, total)
	if err != nil {
		return err
	}
	rows := []byte("[]")
	if limit > 0 && int64(offset) < total {
		p.Limit, p.Offset = limit, offset
		if rows, err = a.gather(r, d, p, Objects); err != nil {
			return err
		}
	}
	return results(w, total, links, rows)
}

// gather answers p in memory.
func (a *API) gather(r *http.Request, d *Dataset, p query.Params, form Format) ([]byte, error) {
	q, err := query.Parse(d.Schema, p)
	if err != nil {
		return nil, err
	}
	return a.gatherQuery(r, d, q, form)
}

func (a *API) gatherQuery(r *http.Request, d *Dataset, q *query.Query, form Format) ([]byte, error) {
	var b bytes.Buffer
	_, err := a.needs.Rows.Rows(r.Context(), Ask{Dataset: d, Query: q, Format: form}, &b)
	return bytes.TrimSpace(b.Bytes()), err
}

// results writes a page: rows is a JSON array already.
func results(w *writer, total int64, links []link, rows []byte) error {
	var b bytes.Buffer
	b.WriteString(`{"total_count":` + strconv.FormatInt(total, 10))
	if links != nil {
		j, err := encode(links)
		if err != nil {
			return err
		}
		b.WriteString(`,"_links":`)
		b.Write(j)
	}
	b.WriteString(`,"results":`)
	b.Write(rows)
	b.WriteString("}\n")
	w.w.Header().Set("Content-Type", jsonType)
	_, err := w.Write(b.Bytes())
	return err
}

// record answers one row by its _id.
func (a *API) record(w *writer, r *http.Request, q request, d *Dataset, id string) error {
	p := q.params()
	one, err := query.Record(d.Schema, id, p.Select, p.Timezone, p.Lang)
	if err != nil {
		return err
	}
	b, err := a.gatherQuery(r, d, one, Objects)
	if err != nil {
		return err
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(b, &rows); err != nil {
		return err
	}
	if len(rows) == 0 || one.Grouped() {
		return fault.NotFound.Errorf("opendata.explore-record", "dataset %s has no record %s", d.ID, clip(id))
	}
	w.w.Header().Set("Content-Type", jsonType)
	_, err = w.Write(append(rows[0], '\n'))
	return err
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
