package opendata_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/chart"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/explore"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

// door serves the room's routes as the house does.
func (r *rig) door() *web.Web {
	r.t.Helper()
	words, err := i18n.Load(opendata.Text(), profile.Text, query.Sentences(), explore.Sentences(), web.Text, ui.Text, chart.Text, olap.Text, blob.Text)
	if err != nil {
		r.t.Fatal(err)
	}
	w, err := web.New(web.Config{NoCompression: true}, web.Needs{Now: r.db.Now, Catalogue: words}, r.Routes())
	if err != nil {
		r.t.Fatal(err)
	}
	return w
}

func (r *rig) get(w *web.Web, path string, params url.Values) string {
	r.t.Helper()
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, httptest.NewRequestWithContext(r.t.Context(), "GET", "http://localhost"+path+"?"+params.Encode(), nil))
	if rec.Code != 200 {
		r.t.Fatalf("GET %s?%s = %d %s", path, params.Encode(), rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// objects turns Explore's rows into native ones: values in the order of keys.
func objects(t *testing.T, text string, keys ...string) [][]any {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var out [][]any
	for _, o := range list {
		var row []any
		for _, k := range keys {
			row = append(row, o[k])
		}
		out = append(out, row)
	}
	return out
}

// TestSameAnswerInEveryDialect asks one question in every API there is: the
// native one, Explore's records, Explore's exports, the native export as CSV.
func TestSameAnswerInEveryDialect(t *testing.T) {
	each(t, func(r *rig) {
		r.published("s.csv", shelters+"0009,蘭嶼鄉,\n", opendata.Wish{Slug: "ss"})
		whole, err := r.Show(r.ctx, "ss")
		if err != nil {
			r.t.Fatal(err)
		}
		w := r.door()
		native := "/api/opendata/v1/resources/" + whole.Tables[0].Resource.ID
		ods := explore.Base + "/catalog/datasets/ss"
		for _, q := range []struct {
			keys                           []string
			choose, where, group, sequence string
		}{
			{[]string{"鄉鎮市區", "n"}, "鄉鎮市區, sum(人數) as n", "", "鄉鎮市區", "鄉鎮市區"},
			{[]string{"編號", "人數"}, "編號, 人數", "人數 is not null", "", "編號 desc"},
			{[]string{"n"}, "count(*) as n", "人數 is null", "", ""},
			{[]string{"編號"}, "編號", `編號 = "0001" or 鄉鎮市區 like "豐濱"`, "", "編號"},
		} {
			p := url.Values{}
			for k, v := range map[string]string{"select": q.choose, "where": q.where, "group_by": q.group, "order_by": q.sequence} {
				if v != "" {
					p.Set(k, v)
				}
			}
			var rows struct{ Rows [][]any }
			if err := json.Unmarshal([]byte(r.get(w, native+"/rows", p)), &rows); err != nil {
				r.t.Fatal(err)
			}
			want := fmt.Sprint(rows.Rows)
			if len(rows.Rows) == 0 {
				r.t.Errorf("%v: the question has no answer, so it proves nothing", p)
			}
			var records struct{ Results json.RawMessage }
			if err := json.Unmarshal([]byte(r.get(w, ods+"/records", p)), &records); err != nil {
				r.t.Fatal(err)
			}
			if got := fmt.Sprint(objects(r.t, string(records.Results), q.keys...)); got != want {
				r.t.Errorf("%v: Explore's records say %s, the native API %s", p, got, want)
			}
			if got := fmt.Sprint(objects(r.t, r.get(w, ods+"/exports/json", p), q.keys...)); got != want {
				r.t.Errorf("%v: Explore's export says %s, the native API %s", p, got, want)
			}
			lines, err := csv.NewReader(strings.NewReader(r.get(w, native+"/export/csv", p))).ReadAll()
			if err != nil || len(lines) != len(rows.Rows)+1 {
				r.t.Fatalf("%v: the CSV export has %d lines (%v), want a header and %d", p, len(lines), err, len(rows.Rows))
			}
			for i, row := range rows.Rows {
				for j, v := range row {
					text := fmt.Sprint(v)
					if v == nil {
						text = ""
					}
					if lines[i+1][j] != text {
						r.t.Errorf("%v: the CSV export says %q, the native API %q", p, lines[i+1][j], text)
					}
				}
			}
		}
	})
}
