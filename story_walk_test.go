package gongdao_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/traditionalchinese"
)

// signInWithPasskey: a citizen comes by a link once, adds a passkey, and from
// another browser comes back with it alone.
func signInWithPasskey(t *testing.T, h *house) {
	r := h.reader(t)
	r.send("GET", "/api/identity/v1/me", "", nil, http.StatusUnauthorized)
	r.enter("citizen")
	r.forget()
	r.send("GET", "/api/identity/v1/me", "", nil, http.StatusUnauthorized)
	r.usePasskey()
	var me struct{ Roles []string }
	r.ask("/api/identity/v1/me", &me)
	if len(me.Roles) > 0 {
		t.Errorf("a citizen has the duties %v", me.Roles)
	}
	if page := r.get("/account"); !strings.Contains(page, "林怡君") || !strings.Contains(page, "story") {
		t.Error("the account does not name 林怡君 and her passkey")
	}
	r.send("GET", "/desk/data", "", nil, http.StatusForbidden)
}

// yilan are the towns of one county; the story counts children in them.
var yilan = strings.Fields("宜蘭市 羅東鎮 蘇澳鎮 頭城鎮 礁溪鄉 壯圍鄉 員山鄉 冬山鄉 五結鄉 三星鄉 大同鄉 南澳鄉")

// countsOfMonth is a file as offices have them: Big5, dates of the Republic of
// China calendar, codes with zeros in front.
func countsOfMonth(t *testing.T) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString("統計日期,服務代碼,縣市,鄉鎮市區,核定件數\r\n")
	for i, town := range yilan {
		fmt.Fprintf(&b, "115/10/31,%05d,宜蘭縣,%s,%d\r\n", i+7, town, 40+i*11)
	}
	text, err := traditionalchinese.Big5.NewEncoder().String(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}

// publishFile: a steward drops a file on the desk, reviews and publishes it; a
// reader finds it as typed rows, through two interfaces, and on a map.
func publishFile(t *testing.T, h *house) {
	steward := h.reader(t)
	steward.enter("steward")
	page := steward.deliver("counts.csv", "每月育兒津貼核定件數", countsOfMonth(t))
	publish := steward.find(page, `action="([^"]+/publish)"`)
	_, page = steward.post(publish, url.Values{})
	slug := steward.find(page, `href="/dataset/([^"/?]+)"`)

	r := h.reader(t) // nobody in particular
	if page := r.get("/dataset/" + slug); !strings.Contains(page, "00007") || !strings.Contains(page, "宜蘭市") {
		t.Error("the page of the dataset does not show the rows with their zeros")
	}
	explore := r.typed(slug)
	r.explored(explore)
	page = r.get("/dataset/" + slug + "/map")
	for _, part := range []string{"<svg", "gd-legend", "南澳鄉"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page of the map has no %s", part)
		}
	}
}

// deliver sends a file by the form of the desk and returns the page of its
// import once a person must decide.
func (r *reader) deliver(name, title string, body []byte) string {
	r.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for field, value := range map[string]string{"title": title, "label": "115-10"} {
		if err := w.WriteField(field, value); err != nil {
			r.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		r.t.Fatal(err)
	}
	part.Write(body) // a bytes.Buffer never fails
	w.Close()
	answer, page := r.send("POST", "/desk/data", w.FormDataContentType(), &b, http.StatusOK)
	at := answer.Request.URL.Path
	id := at[strings.LastIndexByte(at, '/')+1:]
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(100 * time.Millisecond) {
		var now struct {
			State   string
			Problem any
		}
		r.ask("/api/opendata/v1/imports/"+id, &now)
		switch now.State {
		case "waiting", "working":
			continue
		case "review":
			return r.get(at)
		}
		r.t.Fatalf("the import is %s: %v", now.State, now.Problem)
	}
	r.t.Fatalf("the import did not come to its review within a minute: %.300s", page)
	return ""
}

// typed reads the rows through the native API and returns the table's name in
// the other one.
func (r *reader) typed(slug string) string {
	r.t.Helper()
	var d struct {
		Tables []struct {
			ID      string `json:"id"`
			Explore string `json:"explore_id"`
			Rows    int
			Fields  []struct{ Name, Label, Type string }
		}
	}
	r.ask("/api/opendata/v1/datasets/"+slug, &d)
	if len(d.Tables) != 1 || d.Tables[0].Rows != len(yilan) {
		r.t.Fatalf("the dataset has %+v, want one table of %d rows", d.Tables, len(yilan))
	}
	types, names := map[string]string{}, map[string]string{}
	for _, f := range d.Tables[0].Fields {
		types[f.Label], names[f.Label] = f.Type, f.Name
	}
	for label, want := range map[string]string{"統計日期": "date", "服務代碼": "text", "鄉鎮市區": "text", "核定件數": "int"} {
		if types[label] != want {
			r.t.Errorf("column %s is %s, want %s", label, types[label], want)
		}
	}
	var rows struct{ Rows [][]any }
	q := url.Values{"select": {names["服務代碼"] + ", " + names["核定件數"]}, "where": {names["鄉鎮市區"] + ` = "羅東鎮"`}}
	r.ask("/api/opendata/v1/resources/"+d.Tables[0].ID+"/rows?"+q.Encode(), &rows)
	if got := fmt.Sprint(rows.Rows); got != "[[00008 51]]" {
		r.t.Errorf("the rows of 羅東鎮 are %s, want [[00008 51]]", got)
	}
	return d.Tables[0].Explore
}

// explored reads the same rows as a client of Explore 2.1 would, and adds them up.
func (r *reader) explored(id string) {
	r.t.Helper()
	base := "/api/explore/v2.1/catalog/datasets/" + id + "/records?"
	var list struct {
		Total   int `json:"total_count"`
		Results []map[string]any
	}
	r.ask(base+"limit=5", &list)
	if list.Total != len(yilan) || len(list.Results) != 5 {
		r.t.Errorf("Explore counts %d rows and gives %d, want %d and 5", list.Total, len(list.Results), len(yilan))
	}
	r.ask(base+url.Values{"select": {"sum(`核定件數`) as n"}}.Encode(), &list)
	if len(list.Results) != 1 || fmt.Sprint(list.Results[0]["n"]) != "1206" {
		r.t.Errorf("Explore adds up %v, want 1206", list.Results)
	}
}
