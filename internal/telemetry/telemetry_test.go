package telemetry

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestNoPersonalDataInLogs(t *testing.T) {
	var out bytes.Buffer
	Logger(&out, slog.LevelInfo).Info("signed in", "name", "林怡君", "session", "s1", slog.Group("person", "Email", "a@b.tw"))
	for _, never := range []string{"林怡君", "a@b.tw"} {
		if strings.Contains(out.String(), never) {
			t.Errorf("the log holds %q: %s", never, out.String())
		}
	}
	if !strings.Contains(out.String(), `"session":"s1"`) {
		t.Errorf("the log lost an id: %s", out.String())
	}
}

func TestMetricsShowRequestsAndGauges(t *testing.T) {
	m := NewMetrics()
	m.Request("opendata.dataset", 200, 3*time.Millisecond)
	m.Gauge("facts_behind", "Facts not yet heard.", func() float64 { return 7 })
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`gongdao_request_seconds_count{route="opendata.dataset",status="200"} 1`, "gongdao_facts_behind 7"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
}
