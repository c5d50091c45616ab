package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
)

// Check is the state of one thing the program needs, for /readyz, /status and
// gongdao doctor alike.
type Check struct {
	Name   string     // "database", "fact lag", "room opendata"
	OK     bool       //
	Detail string     // for officers and logs; no secrets, no personal data
	Since  time.Time  // since when it is as it is; zero lets the door keep it
	Means  civic.Text // what it means for people, while it is not OK
	Remedy string     // what to do, for the operator
}

// statusBoard keeps since when each check has been as it is.
type statusBoard struct {
	mu   sync.Mutex
	last map[string]Check // guarded by mu; by name
}

// checks asks for the state of everything and completes Since.
func (w *Web) checks(ctx context.Context) []Check {
	if w.needs.Ready == nil {
		return nil
	}
	list := w.needs.Ready(ctx)
	w.status.mu.Lock()
	defer w.status.mu.Unlock()
	if w.status.last == nil {
		w.status.last = map[string]Check{}
	}
	for i, c := range list {
		if c.Since.IsZero() {
			c.Since = w.needs.Now()
			if before, ok := w.status.last[c.Name]; ok && before.OK == c.OK {
				c.Since = before.Since
			}
		}
		list[i] = c
		w.status.last[c.Name] = c
	}
	return list
}

func (w *Web) getHealth(rw http.ResponseWriter, _ *http.Request) error {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := rw.Write([]byte("ok\n"))
	return err
}

// readiness is the body of /readyz.
type readiness struct {
	Ready  bool         `json:"ready"`
	Checks []checkState `json:"checks"`
}

type checkState struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Since  string `json:"since"` // RFC 3339, UTC
}

func (w *Web) getReady(rw http.ResponseWriter, r *http.Request) error {
	out := readiness{Ready: true, Checks: []checkState{}}
	for _, c := range w.checks(r.Context()) {
		out.Ready = out.Ready && c.OK
		out.Checks = append(out.Checks, checkState{c.Name, c.OK, c.Detail, i18n.Machine(c.Since)})
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "application/json")
	if !out.Ready {
		rw.WriteHeader(http.StatusServiceUnavailable)
	}
	_, err = rw.Write(append(b, '\n'))
	return err
}

// statusView is what /status shows.
type statusView struct {
	OK      bool
	Checks  []statusRow
	Details bool // officers see causes
	Reports []reportCount
	At      time.Time
}

type statusRow struct {
	Name, Detail, Remedy, Means string
	Since                       time.Time
	OK                          bool
}

func (w *Web) getStatus(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	v := statusView{OK: true, Details: access.From(ctx).Officer != "", At: w.needs.Now()}
	for _, c := range w.checks(ctx) {
		v.OK = v.OK && c.OK
		means, _ := c.Means.In(string(i18n.LangOf(ctx)))
		row := statusRow{Name: checkName(ctx, c.Name), OK: c.OK, Since: c.Since, Means: means}
		if v.Details {
			row.Detail, row.Remedy = c.Detail, c.Remedy
		}
		v.Checks = append(v.Checks, row)
	}
	if v.Details {
		v.Reports = w.reports.counts()
	}
	return statusPage(v), nil
}

// checkName is a check's name in the reader's language, where a catalogue has
// it under web.check.<name>.
func checkName(ctx context.Context, name string) string {
	if key := "web.check." + name; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return name
}
