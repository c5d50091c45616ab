package opendata

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestExportSlowReaderLosesItsPlace: a reader that stops reading ends the
// writing; one that reads gets all, however slow the query was.
func TestExportSlowReaderLosesItsPlace(t *testing.T) {
	t.Parallel()
	var skew time.Duration // behind the machine's clock, so that 30 s end in a moment
	ended := make(chan error, 1)
	body := bytes.Repeat([]byte("x"), 32<<20)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		out, end := steady(w, func() time.Time { return time.Now().Add(skew) })
		_, err := out.Write(body)
		end()
		ended <- err
	}))
	defer srv.Close()
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || len(got) != len(body) || <-ended != nil {
		t.Fatalf("a reader got %d of %d bytes, %v", len(got), len(body), err)
	}
	skew = 500*time.Millisecond - paceTime
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("all was written to one who does not read")
		}
	case <-time.After(20 * time.Second):
		t.Error("one who does not read still holds the export")
	}
}
