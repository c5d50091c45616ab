package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/gongdao/gongdao/fault"
)

// Bounds of the reports that browsers send when a page breaks the policy. They
// come from anybody, so nothing of them is kept but counts.
const (
	maxReport        = 8 << 10 // bytes
	reportsPerMinute = 10      // per address
	maxAddresses     = 10_000  // remembered for the limit
	maxReportKinds   = 200     // different counts
)

// reportBoard counts reports by directive and blocked origin.
type reportBoard struct {
	mu      sync.Mutex
	window  time.Time      // guarded by mu; start of the running minute
	senders map[string]int // guarded by mu; reports in it, by address
	kinds   map[string]int // guarded by mu; "img-src https://example.org"
}

type reportCount struct {
	What string
	N    int
}

// take reports whether this address may send another one now.
func (b *reportBoard) take(address string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.window) >= time.Minute || b.senders == nil {
		b.window, b.senders = now, map[string]int{}
	}
	if b.senders[address] >= reportsPerMinute || len(b.senders) >= maxAddresses {
		return false
	}
	b.senders[address]++
	return true
}

func (b *reportBoard) count(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kinds == nil {
		b.kinds = map[string]int{}
	}
	if _, ok := b.kinds[what]; !ok && len(b.kinds) >= maxReportKinds {
		what = "other"
	}
	b.kinds[what]++
}

// counts returns what was reported since the start, most frequent first.
func (b *reportBoard) counts() []reportCount {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]reportCount, 0, len(b.kinds))
	for what, n := range b.kinds {
		list = append(list, reportCount{what, n})
	}
	sort.Slice(list, func(i, j int) bool {
		return list[i].N > list[j].N || (list[i].N == list[j].N && list[i].What < list[j].What)
	})
	return list
}

// postReport takes one report of Content Security Policy Level 3, section 5.
func (w *Web) postReport(rw http.ResponseWriter, r *http.Request) error {
	if !w.reports.take(Address(r.Context()), w.needs.Now()) {
		return fault.TooMany.Errorf("web.reports", "enough reports for this minute").After(time.Minute)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var report struct {
		Body struct {
			Directive string `json:"effective-directive"`
			Older     string `json:"violated-directive"`
			Blocked   string `json:"blocked-uri"`
		} `json:"csp-report"`
	}
	if json.Unmarshal(body, &report) != nil {
		return badJSON()
	}
	directive := report.Body.Directive
	if directive == "" {
		directive, _, _ = strings.Cut(report.Body.Older, " ")
	}
	w.reports.count(directiveName(directive) + " " + originOnly(report.Body.Blocked))
	rw.WriteHeader(http.StatusNoContent)
	return nil
}

// directiveName lets only names of directives through.
func directiveName(s string) string {
	if s == "" || len(s) > 30 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return "?"
	}
	return s
}

// originOnly strips a URL down to scheme and host: the rest may be personal.
func originOnly(blocked string) string {
	switch blocked {
	case "inline", "eval", "self", "data", "blob", "wasm-eval":
		return blocked
	}
	u, err := url.Parse(blocked)
	if err != nil || len(u.Host) > 100 || u.Scheme == "" {
		return "?"
	}
	return shown([]byte(u.Scheme + "://" + u.Host))
}
