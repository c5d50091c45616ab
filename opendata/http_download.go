package opendata

import (
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/opendata/query"
)

// fileFormat is one form in which a table can be downloaded.
type fileFormat struct {
	media, ending string
	format        olap.Format
}

var fileFormats = map[string]fileFormat{
	"csv":     {"text/csv; charset=utf-8", "csv", olap.CSV},
	"json":    {"application/json", "json", olap.Objects},
	"jsonl":   {"application/x-ndjson", "jsonl", olap.Lines},
	"geojson": {"application/geo+json", "geojson", olap.GeoJSON},
	"parquet": {"application/vnd.apache.parquet", "parquet", olap.Parquet},
}

// getDownload sends a whole table, filtered by the query of the address where
// there is one: the reader gets what she sees.
func (s *Service) getDownload(w http.ResponseWriter, r *http.Request) error {
	f, ok := fileFormats[web.PathValue(r, "format")]
	if !ok {
		return fault.NotFound.Errorf("opendata.format-unknown", "tables come as csv, json, jsonl, geojson and parquet")
	}
	v, err := s.look(r, "")
	if err != nil {
		return err
	}
	known, err := s.profileOf(r.Context(), v.version)
	if err != nil {
		return err
	}
	ask := readRowsAsk(r)
	ask.form.Limit, ask.form.Offset, ask.form.Timezone = 0, 0, ""
	q, err := query.Build(known.schema, ask.form)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{
		"filename": v.exploreID() + "-v" + strconv.FormatInt(v.version.Number, 10) + "." + f.ending}))
	release, err := s.exports.enter(web.Address(r.Context()))
	if err != nil {
		return err
	}
	defer release()
	_, err = s.Rows(r.Context(), Ask{Version: v.version, Query: q, Format: f.format, CSV: olap.CSVOptions{BOM: f.format == olap.CSV, CRLF: true}, Export: true}, w)
	return err
}

// getRaw sends the bytes that the publisher delivered, unchanged.
func (s *Service) getRaw(w http.ResponseWriter, r *http.Request) error {
	v, err := s.look(r, "")
	if err != nil {
		return err
	}
	return s.sendRaw(w, r, v.version)
}

func (s *Service) sendRaw(w http.ResponseWriter, r *http.Request, v Version) error {
	body, err := s.needs.Blobs.Get(r.Context(), v.SHA256)
	if err != nil {
		return err
	}
	defer body.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": titleOf(v.FileName) + ending(v.FileName)}))
	h.Set("ETag", `"`+v.SHA256+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	http.ServeContent(w, r, "", v.PublishedAt, body.(io.ReadSeeker))
	return nil
}
