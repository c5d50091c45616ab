package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/a-h/templ"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// discard is a ResponseWriter that keeps nothing.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// cpu reports the processor time of the whole process for each operation. It
// tells ours from the baseline also on a machine that has other work.
func cpu(b *testing.B) (done func()) {
	b.Helper()
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := used()
	return func() { b.ReportMetric(float64(used()-before)/float64(b.N), "cpu-ns/op") }
}

// inProcess measures a handler alone, overWire behind a listener on loopback.
func inProcess(b *testing.B, h http.Handler, method, path, body string) {
	b.Helper()
	b.ReportAllocs()
	r := httptest.NewRequestWithContext(b.Context(), method, "http://localhost"+path, nil)
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = int64(len(body))
	defer cpu(b)()
	for b.Loop() {
		r.Body = io.NopCloser(strings.NewReader(body))
		h.ServeHTTP(discard{http.Header{}}, r)
	}
}

func overWire(b *testing.B, h http.Handler, method, path, body string) {
	b.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	client.Transport.(*http.Transport).DisableCompression = true
	b.SetParallelism(8)
	defer cpu(b)()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequestWithContext(b.Context(), method, server.URL+path, strings.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			res, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != 200 {
				b.Errorf("status %d, %v", res.StatusCode, err)
			}
			res.Body.Close()
		}
	})
}

// both runs ours and the baseline, in process and over the wire.
func both(b *testing.B, ours, bare http.Handler, method, path, body string) {
	b.Run("handler/ours", func(b *testing.B) { inProcess(b, ours, method, path, body) })
	b.Run("handler/bare", func(b *testing.B) { inProcess(b, bare, method, path, body) })
	b.Run("wire/ours", func(b *testing.B) { overWire(b, ours, method, path, body) })
	b.Run("wire/bare", func(b *testing.B) { overWire(b, bare, method, path, body) })
}

// BenchmarkJSON holds a native API against the same operation under huma alone.
func BenchmarkJSON(b *testing.B) {
	do := func(_ context.Context, in *grantIn) (*grantOut, error) {
		out := new(grantOut)
		out.Body.ID = in.ID + "/" + in.Body.Purpose
		return out, nil
	}
	const path, body = "/api/test/v1/grants/7", `{"purpose":"tax","days":30,"kind":"once","items":[{"name":"a"},{"name":"b"},{"name":"c"}]}`
	ours := serve(b, web.Config{}, web.Route{Name: "test.grant", Pattern: "POST /api/test/v1/grants/{id}", Who: access.Anyone, Doc: "Grant.", Handler: web.JSON(do)})
	mux := http.NewServeMux()
	config := huma.DefaultConfig("bare", "1")
	config.CreateHooks = nil
	huma.Register(humago.New(mux, config), huma.Operation{OperationID: "x", Method: "POST", Path: "/api/test/v1/grants/{id}"}, do)
	both(b, ours, mux, "POST", path, body)
}

// rows is a page with a table of 50 rows and 6 columns.
func rows() templ.Component {
	p := ui.DataTableParams{ID: "t", Caption: "Datasets", Columns: make([]ui.DataColumn, 6)}
	for i := range p.Columns {
		p.Columns[i] = ui.DataColumn{Title: fmt.Sprintf("Column %d", i), SortHref: templ.SafeURL(fmt.Sprintf("/dataset?sort=%d", i))}
	}
	for i := range 50 {
		row := make([]ui.TableCell, 6)
		for j := range row {
			row[j] = ui.TableCell{Text: fmt.Sprintf("臺北市第 %d 列 %d", i, j)}
		}
		p.Rows = append(p.Rows, row)
	}
	table := ui.DataTable(p)
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.Page(ui.Head{Title: "Datasets"}).Render(templ.WithChildren(ctx, table), w)
	})
}

// BenchmarkPage holds a page of 50 rows against the same component, in the same
// shell, under net/http alone.
func BenchmarkPage(b *testing.B) {
	routes := every()
	var shell *ui.Shell
	words, c := catalogue(b), rows()
	ours, err := web.New(web.Config{}, web.Needs{Catalogue: words, Now: now, Authenticate: authenticate},
		append(routes, web.Route{Name: "test.rows", Pattern: "GET /rows", Who: access.Anyone, Doc: "Rows.", Nav: web.Nav{Area: "opendata", Title: "test.title"},
			Handler: web.Page(func(r *http.Request) (templ.Component, error) { return c, nil })}))
	if err != nil {
		b.Fatal(err)
	}
	spy, err := web.New(web.Config{}, web.Needs{Catalogue: words, Now: now, Shell: func(_ context.Context, s *ui.Shell) { shell = s }}, routes)
	if err != nil {
		b.Fatal(err)
	}
	ask(b, spy, "GET", "/dataset", "")
	ctx := ui.WithShell(i18n.With(context.Background(), words, i18n.ZhTW), shell)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rows", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		buf := templ.GetBuffer()
		defer templ.ReleaseBuffer(buf)
		if err := c.Render(ctx, buf); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(buf.Bytes())
	})
	both(b, ours, mux, "GET", "/rows", "")
}

func BenchmarkCheckJSON(b *testing.B) {
	body := []byte(`{"purpose":"tax","days":30,"kind":"once","items":[{"name":"a"},{"name":"b"},{"name":"c"}]}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := web.CheckJSON(body); err != nil {
			b.Fatal(err)
		}
	}
}
