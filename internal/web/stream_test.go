package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/web"
)

// A stream reaches the reader event by event, and is never compressed.
func TestStream(t *testing.T) {
	next := make(chan bool)
	w := serve(t, web.Config{}, web.Route{Name: "test.live", Pattern: "GET /live", Who: access.Anyone, Doc: "Live.",
		Handler: web.Plain(func(rw http.ResponseWriter, _ *http.Request) error {
			rw.Header().Set("Content-Type", "text/event-stream")
			for n := range 3 {
				fmt.Fprintf(rw, "data: %d\n\n", n)
				if err := http.NewResponseController(rw).Flush(); err != nil {
					return err
				}
				<-next
			}
			return nil
		})})
	server := httptest.NewServer(w)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if e := res.Header.Get("Content-Encoding"); e != "" {
		t.Errorf("the stream is %s", e)
	}
	lines := bufio.NewReader(res.Body)
	for n := range 3 {
		line, err := lines.ReadString('\n')
		if err != nil || line != fmt.Sprintf("data: %d\n", n) {
			t.Fatalf("event %d: %q, %v", n, line, err)
		}
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		next <- true // the handler had not gone on before this was read
	}
}

// A body whose length is not said is cut off at the limit all the same.
func TestEndlessBody(t *testing.T) {
	var refusal error
	w := serve(t, web.Config{}, append(every(), append(asking(map[string]string{}), grants(&refusal))...)...)
	for path, ct := range map[string]string{"/api/test/v1/grants/7": "application/json", "/ask": form, "/upload": "text/plain"} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://localhost"+path, io.MultiReader(strings.NewReader(`"`), endless{}))
		r.ContentLength = -1
		r.Header.Set("Content-Type", ct)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		if rec.Code != 413 {
			t.Errorf("POST %s without end = %d, want 413", path, rec.Code)
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}
