package explore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/opendata/query"
)

var update = flag.Bool("update", false, "write the golden files anew")

var clock = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// room is both ports, over rows in memory.
type room struct {
	list []*Dataset
	rows []query.Row
	fail error // of Rows, after broken bytes
	half string
	last Ask
}

func (r *room) Datasets(context.Context, string) ([]*Dataset, error) { return r.list, nil }

func (r *room) Dataset(_ context.Context, id, _ string) (*Dataset, error) {
	for _, d := range r.list {
		if d.ID == id {
			return d, nil
		}
	}
	return nil, fault.NotFound.Errorf("opendata.no-dataset", "there is no dataset %s", id)
}

func (r *room) Count(_ context.Context, _ *Dataset, q *query.Query) (int64, error) {
	a, err := q.Eval(r.rows, clock)
	return int64(a.Total), err
}

func (r *room) Rows(_ context.Context, ask Ask, w io.Writer) (int64, error) {
	r.last = ask
	if r.fail != nil {
		_, _ = io.WriteString(w, r.half)
		return 0, r.fail
	}
	a, err := ask.Query.Eval(r.rows, clock)
	if err != nil {
		return 0, err
	}
	list := []any{}
	for _, row := range a.Rows {
		if ask.Format == Arrays {
			list = append(list, row)
			continue
		}
		list = append(list, object{a.Columns, row, time.UTC})
	}
	return int64(len(list)), json.NewEncoder(w).Encode(list)
}

func newRoom() *room {
	schema := &query.Schema{Row: "_row", Updated: clock, Fields: []query.Field{
		{Name: "site", Label: "站名", Type: query.Text, Facet: true, Description: "場站的中文名稱"},
		{Name: "docks", Label: "車位", Type: query.Int},
		{Name: "since", Type: query.Date, Facet: true},
		{Name: "place", Type: query.GeoPoint, Lon: "x", Lat: "y"},
	}}
	day := func(s string) time.Time {
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			panic(err)
		}
		return t
	}
	return &room{
		list: []*Dataset{
			{ID: "bikes", UID: "da_1", Schema: schema, Records: 3, Metas: Metas{Title: "公共自行車場站", Description: "每站一列。", Keywords: []string{"自行車", "交通"},
				Themes: []string{"transport"}, Publisher: "臺北市政府交通局", Licence: "OGDL-Taiwan-1.0", Language: "zh-TW", Frequency: "DAILY",
				Modified: day("2026-11-01"), DataProcessed: clock, MetadataProcessed: clock},
				Attachments: []Attachment{{ID: "raw", Title: "bikes.csv", MimeType: "text/csv", URL: "https://data.example/dataset/bikes/raw"}}},
			{ID: "letters~2", UID: "da_2", Metas: Metas{Title: "來文", Publisher: "內政部", Language: "zh-TW", Modified: day("2025-01-01")}},
		},
		rows: []query.Row{
			{"_id": "1", "site": "捷運市政府站", "docks": int64(180), "since": day("2012-03-01"), "place": query.Point{Lon: 121.56, Lat: 25.04}},
			{"_id": "2", "site": "臺中火車站", "docks": int64(60), "since": day("2014-07-01")},
			{"_id": "3", "site": "捷運市政府站", "docks": nil},
		},
	}
}

func serve(r *room, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	req := httptest.NewRequest("GET", "https://data.example"+Base+path, nil)
	New(Needs{Catalog: r, Rows: r, Now: func() time.Time { return clock }}).ServeHTTP(w, req)
	return w
}

func indent(t *testing.T, body any) []byte {
	t.Helper()
	b, err := encode(body)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestShapes compares whole answers with goldens.
func TestShapes(t *testing.T) {
	for _, tt := range []struct{ name, path string }{
		{"root", "/catalog"},
		{"datasets", "/catalog/datasets?include_links=true&limit=1"},
		{"datasets-select", "/catalog/datasets?select=dataset_id,title,keyword,modified&order_by=modified&timezone=Asia/Taipei"},
		{"datasets-group", "/catalog/datasets?select=count(*) as n&group_by=publisher"},
		{"dataset", "/catalog/datasets/bikes?lang=en"},
		{"dataset-select", "/catalog/datasets/bikes?select=dataset_id,fields"},
		{"dataset-without-records", "/catalog/datasets/letters~2"},
		{"records", "/catalog/datasets/bikes/records?select=site,docks,since&include_links=true&limit=2"},
		{"records-group", "/catalog/datasets/bikes/records?select=count(*),sum(docks)&group_by=site&order_by=count(*) desc"},
		{"records-none", "/catalog/datasets/bikes/records?limit=0"},
		{"record", "/catalog/datasets/bikes/records/2?select=_id,site"},
		{"exports", "/catalog/datasets/bikes/exports"},
		{"facets", "/catalog/datasets/bikes/facets?refine=since:2012/03&facet=since&facet=facet(name=%22site%22,sort=%22alphanum%22)"},
		{"facets-excluded", "/catalog/datasets/bikes/facets?exclude=site:%E8%87%BA%E4%B8%AD%E7%81%AB%E8%BB%8A%E7%AB%99"},
		{"catalog-facets", "/catalog/facets?facet=publisher&facet=keyword&facet=modified"},
		{"attachments", "/catalog/datasets/bikes/attachments"},
		{"error-field", "/catalog/datasets/bikes/records?where=dock%3E3"},
		{"error-syntax", "/catalog/datasets/bikes/records?where=docks%3D%3D3"},
		{"error-limit", "/catalog/datasets/bikes/records?limit=1473"},
		{"error-window", "/catalog/datasets/bikes/records?limit=100&offset=9901"},
		{"error-zone", "/catalog/datasets/bikes/records?timezone=Mars"},
		{"error-dataset", "/catalog/datasets/bike/records"},
		{"error-format", "/catalog/datasets/bikes/exports/docx"},
		{"error-path", "/catalog/exports/csv"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := serve(newRoom(), strings.ReplaceAll(tt.path, " ", "%20"))
			var body any
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatalf("the answer is no JSON: %v\n%s", err, w.Body)
			}
			b := indent(t, body)
			got := fmt.Sprintf("%d %s\n%s\n", w.Code, w.Header().Get("Content-Type"), b)
			golden := filepath.Join("testdata", tt.name+".json")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s = %s, want %s", tt.path, got, want)
			}
		})
	}
}

func TestBothSlashes(t *testing.T) {
	for _, e := range Endpoints() {
		path := strings.NewReplacer("{id}", "bikes", "{record}", "1", "{format}", "csv").Replace(e.Path)
		bare, slash := serve(newRoom(), path), serve(newRoom(), path+"/")
		if bare.Code != 200 || bare.Code != slash.Code || bare.Body.String() != slash.Body.String() {
			t.Errorf("%s = %d and %d with a slash, want the same 200", path, bare.Code, slash.Code)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		query         string
		status        int
		limit, offset int
	}{
		{"", 200, 10, 0},
		{"limit=100&offset=9900", 200, 100, 9900},
		{"limit=-1", 200, 100, 0},
		{"limit=-1&offset=9950", 200, 50, 9950},
		{"limit=101", 400, 0, 0},
		{"limit=-2", 400, 0, 0},
		{"limit=ten", 400, 0, 0},
		{"offset=-1", 400, 0, 0},
		{"limit=1&offset=10000", 400, 0, 0},
		{"group_by=site", 200, 20_000, 0},
		{"group_by=site&limit=20000", 200, 20_000, 0},
		{"group_by=site&limit=20001", 400, 0, 0},
		{"select=count(*)&limit=500", 200, 500, 0},
	} {
		r := newRoom()
		for range 10_050 {
			r.rows = append(r.rows, query.Row{"site": "x"})
		}
		w := serve(r, "/catalog/datasets/bikes/records?"+tt.query)
		if w.Code != tt.status {
			t.Errorf("%s = %d, want %d: %.200s", tt.query, w.Code, tt.status, w.Body)
			continue
		}
		if q := r.last.Query; w.Code == 200 && q != nil && (q.Limit() != tt.limit || q.Offset() != tt.offset) {
			t.Errorf("%s asks %d from %d, want %d from %d", tt.query, q.Limit(), q.Offset(), tt.limit, tt.offset)
		}
	}
}

func TestExports(t *testing.T) {
	for _, tt := range []struct {
		path        string
		typ, name   string
		want        Ask
		limit, skip int
	}{
		{"csv", "text/csv; charset=utf-8", "attachment; filename=bikes.csv", Ask{Format: CSV, Export: true, Delimiter: ";", ListSep: ",", BOM: true}, 0, 0},
		{"csv?delimiter=%09&with_bom=false&quote_all=true&use_labels=true&list_separator=|&limit=2&offset=1", "text/csv; charset=utf-8", "attachment; filename=bikes.csv",
			Ask{Format: CSV, Export: true, Delimiter: "\t", ListSep: "|", QuoteAll: true, UseLabels: true}, 2, 1},
		{"json", jsonType, "attachment; filename=bikes.json", Ask{Format: Objects, Export: true}, 0, 0},
		{"jsonl?compressed=true", "application/gzip", "attachment; filename=bikes.jsonl.gz", Ask{Format: Lines, Export: true}, 0, 0},
		{"geojson", "application/geo+json", "attachment; filename=bikes.geojson", Ask{Format: GeoJSON, Export: true}, 0, 0},
		{"parquet", "application/vnd.apache.parquet", "attachment; filename=bikes.parquet", Ask{Format: Parquet, Export: true, Compression: "snappy"}, 0, 0},
		{"parquet?parquet_compression=zstd&compressed=true", "application/vnd.apache.parquet", "attachment; filename=bikes.parquet", Ask{Format: Parquet, Export: true, Compression: "zstd"}, 0, 0},
	} {
		r := newRoom()
		w := serve(r, "/catalog/datasets/bikes/exports/"+tt.path)
		if w.Code != 200 || w.Header().Get("Content-Type") != tt.typ || w.Header().Get("Content-Disposition") != tt.name {
			t.Errorf("%s = %d %q %q", tt.path, w.Code, w.Header().Get("Content-Type"), w.Header().Get("Content-Disposition"))
		}
		got := r.last
		if got.Query.Limit() != tt.limit || got.Query.Offset() != tt.skip {
			t.Errorf("%s asks %d from %d", tt.path, got.Query.Limit(), got.Query.Offset())
		}
		if got.Query, got.Dataset = nil, nil; got != tt.want {
			t.Errorf("%s asks %+v, want %+v", tt.path, got, tt.want)
		}
	}
	r := newRoom()
	if w := serve(r, "/catalog/datasets/bikes/exports/json?limit=0"); strings.TrimSpace(w.Body.String()) != "[]" {
		t.Errorf("an export of 0 rows = %s", w.Body)
	}
	for _, bad := range []string{"csv?delimiter=x", "csv?with_bom=maybe", "csv?epsg=3826", "parquet?parquet_compression=lzo", "csv?limit=-2", "csv?where=(", "xlsx"} {
		if w := serve(newRoom(), "/catalog/datasets/bikes/exports/"+bad); w.Code != 400 || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("%s = %d, want 400 and no attachment", bad, w.Code)
		}
	}
}

func TestEveryErrorHasItsShape(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		part   string
	}{
		{fault.TimedOut.Errorf("opendata.query-time", "the query took more than 2 s; add a where clause or use exports"), 504, `"error_code":"QueryTimeout"`},
		{fault.Invalid.Errorf("opendata.query-memory", "the query needs too much memory"), 422, `"message":"the query needs too much memory"`},
		{fault.Busy.Errorf("x", "busy").After(1500 * time.Millisecond), 503, `"ServiceUnavailable"`},
		{fault.Unidentified.Errorf("x", "sign in"), 401, `"Unauthorized"`},
		{fault.TooMany.Errorf("opendata.exports-many", "you have %d downloads under way", 2).After(30 * time.Second), 429,
			`{"errorcode":10002,"error":"you have 2 downloads under way","reset_time":"2026-11-23T04:00:30Z","limit_time_unit":"minute","call_limit":2}`},
		{errors.New("dial /var/secret: refused"), 500, "something went wrong on our side"},
	} {
		for _, path := range []string{"/catalog/datasets/bikes/records", "/catalog/datasets/bikes/exports/csv", "/catalog/datasets/bikes/facets"} {
			r := newRoom()
			r.fail = tt.err
			w := serve(r, path)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.part) || strings.Contains(w.Body.String(), "secret") ||
				w.Header().Get("Content-Type") != jsonType || w.Header().Get("Content-Disposition") != "" {
				t.Errorf("%s after %v = %d %s", path, tt.err, w.Code, w.Body)
			}
		}
	}
}

func TestBrokenExportsBreak(t *testing.T) {
	for _, path := range []string{"exports/csv", "exports/csv?compressed=true"} {
		r := newRoom()
		r.fail, r.half = errors.New("the worker died"), strings.Repeat("a;b;c\n", 100_000)
		srv := httptest.NewServer(New(Needs{Catalog: r, Rows: r}))
		resp, err := http.Get(srv.URL + Base + "/catalog/datasets/bikes/" + path)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		if path == "exports/csv" && err == nil {
			t.Errorf("%s ended as if it were whole", path)
		}
		if err == nil && resp.StatusCode == 200 {
			t.Errorf("%s = 200 and a whole answer", path)
		}
		srv.Close()
	}
}
