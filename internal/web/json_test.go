package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/web"
)

type grantBody struct {
	Purpose string     `json:"purpose" doc:"Why the data is used." minLength:"1" maxLength:"20"`
	Days    int        `json:"days,omitempty" doc:"How long." minimum:"1" maximum:"90"`
	Kind    string     `json:"kind,omitempty" doc:"Which." enum:"once,always"`
	Mail    string     `json:"mail,omitempty" doc:"Where to." format:"email"`
	Until   civic.Date `json:"until,omitempty" doc:"Last day."`
	Site    string     `json:"site,omitempty" doc:"Page." format:"uri"`
	Items   []struct {
		Name string `json:"name" doc:"Name."`
	} `json:"items,omitempty" doc:"Fields." maxItems:"3"`
}

type grantIn struct {
	ID   string `path:"id" doc:"Which." maxLength:"5"`
	Page int    `query:"page" doc:"Page." minimum:"1" default:"1"`
	Body grantBody
}

type grantOut struct {
	Body struct {
		ID string `json:"id" doc:"Of the grant."`
	}
}

func grants(err *error) web.Route {
	return web.Route{Name: "test.grant", Pattern: "POST /api/test/v1/grants/{id}", Who: access.Anyone, Doc: "Grant.",
		Handler: web.JSON(func(_ context.Context, in *grantIn) (*grantOut, error) {
			out := new(grantOut)
			out.Body.ID = in.ID + "/" + in.Body.Purpose
			return out, *err
		})}
}

func TestJSON(t *testing.T) {
	var refusal error
	w := serve(t, web.Config{}, grants(&refusal))
	for _, tt := range []struct {
		name, path, body string
		want             int
		code             string // of the first error, else of the problem
		location         string
	}{
		{"granted", "/7", `{"purpose":"tax"}`, 200, "", ""},
		{"all members", "/7", `{"purpose":"tax","days":3,"kind":"once","mail":"a@example.org","until":"2026-11-23","items":[{"name":"x"}]}`, 200, "", ""},
		{"broken JSON", "/7", `{"purpose":"tax"`, 400, "web.json-syntax", "body"},
		{"a name twice", "/7", `{"purpose":"tax","purpose":"other"}`, 400, "web.json-twice", "body.purpose"},
		{"a name twice, escaped", "/7", `{"purpose":"tax","purpos\u0065":"other"}`, 400, "web.json-twice", "body.purpose"},
		{"a name twice, deep", "/7", `{"purpose":"tax","items":[{"name":"x"},{"name":"x","name":"y"}]}`, 400, "web.json-twice", "body.items[1].name"},
		{"a name in another case", "/7", `{"purpose":"tax","Purpose":"other"}`, 422, "web.v.unknown", "body.Purpose"},
		{"NUL", "/7", `{"purpose":"t\u0000x"}`, 400, "web.json-nul", "body.purpose"},
		{"a bare NUL", "/7", "{\"purpose\":\"t\x00x\"}", 400, "web.json-nul", "body.purpose"},
		{"no UTF-8", "/7", "{\"purpose\":\"\xff\"}", 400, "web.json-utf8", "body"},
		{"something after it", "/7", `{"purpose":"tax"} {}`, 400, "web.json-rest", "body"},
		{"too deep", "/7", strings.Repeat("[", 100) + strings.Repeat("]", 100), 400, "web.json-depth", ""},
		{"no body", "/7", ``, 400, "web.body-missing", ""},
		{"an unknown member", "/7", `{"purpose":"tax","colour":"red"}`, 422, "web.v.unknown", "body.colour"},
		{"a missing member", "/7", `{}`, 422, "web.v.required", "body"},
		{"a wrong type", "/7", `{"purpose":12345678}`, 422, "web.v.string", "body.purpose"},
		{"too long", "/7", `{"purpose":"123456789012345678901"}`, 422, "web.v.max-length", "body.purpose"},
		{"too short", "/7", `{"purpose":""}`, 422, "web.v.min-length", "body.purpose"},
		{"out of range", "/7", `{"purpose":"tax","days":12345678}`, 422, "web.v.maximum", "body.days"},
		{"not in the list", "/7", `{"purpose":"tax","kind":"secretvalue"}`, 422, "web.v.one-of", "body.kind"},
		{"no address", "/7", `{"purpose":"tax","mail":"secretvalue"}`, 422, "web.v.email", "body.mail"},
		{"no web address", "/7", `{"purpose":"tax","site":"http://secretvalue\u007f"}`, 422, "web.v.uri", "body.site"},
		{"no date", "/7", `{"purpose":"tax","until":"secretvalue"}`, 422, "web.v.date", "body.until"},
		{"an unknown parameter", "/7?secretvalue=1", `{"purpose":"tax"}`, 422, "web.v.unknown-parameter", "query.secretvalue"},
		{"a parameter that is no number", "/7?page=secretvalue", `{"purpose":"tax"}`, 422, "web.v.integer", "query.page"},
		{"a parameter out of range", "/7?page=0", `{"purpose":"tax"}`, 422, "web.v.minimum", "query.page"},
		{"a path value too long", "/secretvalue", `{"purpose":"tax"}`, 422, "web.v.max-length", "path.id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := ask(t, w, "POST", "/api/test/v1/grants"+tt.path, tt.body, "Content-Type", "application/json", "Accept", "text/html")
			if res.StatusCode != tt.want {
				t.Fatalf("status %d, want %d\n%s", res.StatusCode, tt.want, bodyOf(t, res))
			}
			if tt.want == 200 {
				if got := bodyOf(t, res); got != "{\"id\":\"7/tax\"}\n" {
					t.Errorf("answer %q", got)
				}
				return
			}
			p := problemOf(t, res)
			code, location := p.Code, ""
			if len(p.Errors) > 0 {
				code, location = p.Errors[0].Code, p.Errors[0].Location
			}
			if code != tt.code || (tt.location != "" && location != tt.location) {
				t.Errorf("says %s at %q, want %s at %q\n%+v", code, location, tt.code, tt.location, p)
			}
		})
	}
}

// huma repeats the refused value, and messages of the standard library do too.
func TestValueIsNeverEchoed(t *testing.T) {
	var refusal error
	w := serve(t, web.Config{}, grants(&refusal))
	const secret = "A123456789"
	for _, body := range []string{
		`{"purpose":"` + secret + strings.Repeat("x", 20) + `"}`, `{"purpose":["` + secret + `"]}`, `{"purpose":"tax","kind":"` + secret + `"}`,
		`{"purpose":"tax","mail":"` + secret + `"}`, `{"purpose":"tax","until":"` + secret + `"}`, `{"purpose":"tax","site":"http://` + secret + ` x"}`,
		`{"purpose":"tax","days":"` + secret + `"}`, `{"purpose":"tax","items":{"a":"` + secret + `"}}`, `"` + secret + `"`, `["` + secret + `"]`,
		`{"purpose":"` + secret, secret, `{"purpose":"tax","purpose":"` + secret + `"}`,
	} {
		for _, lang := range []string{"en", "zh-TW"} {
			res := ask(t, w, "POST", "/api/test/v1/grants/7", body, "Content-Type", "application/json", "Accept-Language", lang)
			text := bodyOf(t, res)
			if res.StatusCode < 400 || strings.Contains(text, secret) || strings.Contains(text, "⟦") {
				t.Errorf("POST %s = %d %s", body, res.StatusCode, text)
			}
		}
	}
}

func TestJSONErrors(t *testing.T) {
	var refusal error
	w := serve(t, web.Config{}, grants(&refusal))
	for _, tt := range []struct {
		err  error
		want int
		code string
	}{
		{fault.Conflict.Errorf("test.refused", "you may not %s", "A"), 409, "test.refused"},
		{fmt.Errorf("test: grant: %w", fault.Gone.Errorf("test.gone", "gone")), 410, "test.gone"},
		{fmt.Errorf("no such table"), 500, "fault.internal"},
	} {
		refusal = tt.err
		p := problemOf(t, ask(t, w, "POST", "/api/test/v1/grants/7", `{"purpose":"tax"}`))
		if p.Status != tt.want || p.Code != tt.code {
			t.Errorf("%v = %+v", tt.err, p)
		}
	}
}

func TestJSONWantsJSON(t *testing.T) {
	var refusal error
	w := serve(t, web.Config{}, grants(&refusal))
	for ct, want := range map[string]int{"": 200, "application/json": 200, "application/json; charset=utf-8": 200, "application/merge-patch+json": 200,
		"text/plain": 400, "application/x-www-form-urlencoded": 400, "application/json, text/plain": 400} {
		res := ask(t, w, "POST", "/api/test/v1/grants/7", `{"purpose":"tax"}`, "Content-Type", ct)
		if res.StatusCode != want {
			t.Errorf("Content-Type %q = %d, want %d\n%s", ct, res.StatusCode, want, bodyOf(t, res))
		}
	}
}

func TestOpenAPI(t *testing.T) {
	var refusal error
	w := serve(t, web.Config{Version: "1.2.3"}, append(every(), grants(&refusal))...)
	res := ask(t, w, "GET", "/openapi.json", "")
	var doc struct {
		OpenAPI string
		Info    struct{ Version string }
		Paths   map[string]map[string]struct {
			OperationID string
			Who         string `json:"x-gongdao-who"`
		}
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal([]byte(bodyOf(t, res)), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Info.Version != "1.2.3" || len(doc.Paths) != 1 {
		t.Errorf("openapi %s, version %s, %d paths; want only the JSON routes", doc.OpenAPI, doc.Info.Version, len(doc.Paths))
	}
	if op := doc.Paths["/api/test/v1/grants/{id}"]["post"]; op.OperationID != "test.grant" || op.Who != "anyone" {
		t.Errorf("operation %+v", op)
	}
	if _, ok := doc.Components.Schemas["Problem"]; !ok {
		t.Errorf("schemas %v lack Problem", doc.Components.Schemas)
	}
	if page := bodyOf(t, ask(t, w, "GET", "/en/docs/api", "")); !strings.Contains(page, "/api/test/v1/grants/{id}") || !strings.Contains(page, "Why the data is used.") {
		t.Error("the API page lacks the operation or its input")
	}
	for _, gone := range []string{"/docs", "/schemas/Problem.json", "/openapi.yaml", "/openapi-3.0.json"} {
		if res := ask(t, w, "GET", gone, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("GET %s = %d: huma serves a page of its own", gone, res.StatusCode)
		}
	}
}

// decoded is what encoding/json makes of a text in which no name stands twice.
func FuzzCheckJSON(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1,"a":2}`, `{"a":{"b":[1,2,{"c":null}]}}`, `{"a":1,"\u0061":2}`, `[1,2`, `"\ud800"`, `{"a":1}{"a":1}`,
		"{\"\x00\":1}", `-0.1e+5`, `[[[[[]]]]]`, `{"a":tru}`, ` { "a" : [ ] } `, `"\u0000"`, `1.`, `01`, `{"a":1,}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		err := web.CheckJSON(b)
		if err == nil && !json.Valid(b) {
			t.Errorf("CheckJSON accepts %q, which is not JSON", b)
		}
		if err == nil && !utf8.Valid(b) {
			t.Errorf("CheckJSON accepts %q, which is not UTF-8", b)
		}
		if err == nil && twice(json.NewDecoder(strings.NewReader(string(b)))) {
			t.Errorf("CheckJSON accepts %q, where a name stands twice", b)
		}
		code := ""
		if fe := fault.Of(err); fe != nil && len(fe.Fields) == 1 {
			code = fe.Fields[0].Code
		}
		if code == "web.json-twice" && json.Valid(b) && !twice(json.NewDecoder(strings.NewReader(string(b)))) {
			t.Errorf("CheckJSON finds a name twice in %q", b)
		}
		if code == "web.json-syntax" && json.Valid(b) {
			t.Errorf("CheckJSON refuses %q, which is JSON", b)
		}
	})
}

// twice finds a repeated member name by the standard library's tokens.
func twice(d *json.Decoder) bool {
	type level struct {
		object, name bool
		seen         map[string]bool
	}
	var stack []*level
	for {
		tok, err := d.Token()
		if err != nil {
			return false
		}
		if delim, ok := tok.(json.Delim); ok && (delim == '}' || delim == ']') {
			stack = stack[:len(stack)-1]
			continue
		}
		if len(stack) > 0 {
			top := stack[len(stack)-1]
			if s, ok := tok.(string); ok && top.object && top.name {
				if top.seen[s] {
					return true
				}
				top.seen[s], top.name = true, false
				continue
			}
			top.name = true
		}
		if delim, ok := tok.(json.Delim); ok {
			stack = append(stack, &level{object: delim == '{', name: true, seen: map[string]bool{}})
		}
	}
}
