// Package telemetry writes the program's log and its metrics. Both carry ids,
// never personal data: attributes whose names promise such data are blotted out
// before they are written.
package telemetry

import (
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/lmittmann/tint"
)

// blotted are the attribute names whose values never reach a log.
var blotted = map[string]bool{
	"name": true, "email": true, "phone": true, "address": true, "nid": true, "birthday": true,
	"password": true, "token": true, "secret": true, "cookie": true, "authorization": true,
	"link": true, "body": true, "query": true, "value": true,
}

// Logger returns a log that writes lines for people where w is a terminal, and
// one JSON object a line elsewhere.
func Logger(w io.Writer, level slog.Level) *slog.Logger {
	if terminal(w) {
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: time.TimeOnly, ReplaceAttr: blot}))
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: blot}))
}

func blot(groups []string, a slog.Attr) slog.Attr {
	if blotted[strings.ToLower(a.Key)] {
		return slog.String(a.Key, "[not logged]")
	}
	return a
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
