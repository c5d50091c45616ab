package web

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// Status returns the HTTP status of a kind of failure (RFC 9110 section 15).
func Status(k fault.Kind) int {
	switch k {
	case fault.Malformed:
		return http.StatusBadRequest
	case fault.Unidentified:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.Stale:
		return http.StatusPreconditionFailed
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Misdirected:
		return http.StatusMisdirectedRequest
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Upstream:
		return http.StatusBadGateway
	case fault.Busy:
		return http.StatusServiceUnavailable
	case fault.TimedOut:
		return http.StatusGatewayTimeout
	default:
		return http.StatusInternalServerError
	}
}

// problem is an error as programs read it (RFC 9457), with our members code and
// errors.
type problem struct {
	Type     string         `json:"type" doc:"Address of a page that explains the code." example:"/problems/web.not-found"`
	Title    string         `json:"title" doc:"The kind of failure, in the reader's language."`
	Status   int            `json:"status" doc:"HTTP status." example:"404"`
	Detail   string         `json:"detail" doc:"What is wrong and what to do: zh-TW where Accept-Language prefers it, else English."`
	Instance string         `json:"instance" doc:"This occurrence, as urn:uuid of the request id."`
	Code     string         `json:"code" doc:"Stable name of the failure." example:"web.not-found"`
	Errors   []problemField `json:"errors,omitempty" doc:"Each thing that is wrong with the input."`
}

type problemField struct {
	Location string `json:"location" doc:"Where: a JSON path such as body.title, or a field." example:"body.title"`
	Message  string `json:"message" doc:"What is wrong there. The value is never repeated."`
	Code     string `json:"code" doc:"Stable name." example:"web.v.required"`
}

// Error implements error, as huma wants of a body that is an error.
func (p *problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// newProblem says f in the language of ctx.
func newProblem(ctx context.Context, f *fault.Error, status int) *problem {
	p := &problem{Type: "/problems/" + f.Code, Title: kindTitle(ctx, f.Kind), Status: status,
		Detail: sentence(ctx, f), Code: f.Code, Instance: "urn:uuid:" + RequestID(ctx)}
	for _, x := range f.Fields {
		p.Errors = append(p.Errors, problemField{x.Location, i18n.Field(ctx, x), x.Code})
	}
	return p
}

// kindTitle is the heading of a kind, such as "not found".
func kindTitle(ctx context.Context, k fault.Kind) string {
	return i18n.T(ctx, "web.kind."+string(k))
}

// Problem answers err as RFC 9457 says, in the language of our page that sent
// the request, else the one that Accept-Language prefers. Plain handlers need it only where they answer in parts of their own;
// an error they return is answered likewise.
func Problem(w http.ResponseWriter, r *http.Request, err error) {
	f := asFault(err)
	if s := stateOf(r.Context()); s != nil {
		s.failure = f
		s.web.note(r, f, err)
	}
	writeProblem(w, r, f, Status(f.Kind))
}

func writeProblem(w http.ResponseWriter, r *http.Request, f *fault.Error, status int) {
	lang := machineLanguage(r, stateOf(r.Context()))
	ctx := i18n.In(r.Context(), lang)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", string(lang))
	addVary(h, "Accept-Language")
	retryAfter(h, f)
	w.WriteHeader(status)
	b, err := json.Marshal(newProblem(ctx, f, status))
	if err == nil {
		_, _ = w.Write(append(b, '\n')) // the reader has gone
	}
}

// retryAfter says when another try makes sense, in whole seconds.
func retryAfter(h http.Header, f *fault.Error) {
	if f.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
}

// asFault finds the fault in err, also where another package names it its own
// way.
func asFault(err error) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return tooLarge(big.Limit)
	case errors.Is(err, context.DeadlineExceeded):
		return fault.TimedOut.Errorf("web.timed-out", "this took longer than we allow; ask for less at once, or try again later")
	case errors.Is(err, fs.ErrNotExist):
		return errNotFound()
	}
	return fault.Of(err)
}

// sentence says f to the reader. A bare kind, returned without a code of its
// own, is said by its heading.
func sentence(ctx context.Context, f *fault.Error) string {
	if f.Code == "fault."+string(f.Kind) && f.Format == string(f.Kind) {
		return kindTitle(ctx, f.Kind)
	}
	return i18n.Fault(ctx, f)
}

// acceptLanguage returns zh-TW where the header prefers any Chinese to English,
// else English (RFC 9110 section 12.5.4).
func acceptLanguage(header string) i18n.Lang {
	zh, en := 0.0, 0.0
	for _, part := range strings.Split(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64) // unreadable counts as 0
		}
		switch primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); primary {
		case "zh":
			zh = max(zh, q)
		case "en":
			en = max(en, q)
		}
	}
	if zh > en {
		return i18n.ZhTW
	}
	return i18n.En
}

// note logs what we must look into, and keeps the code for /problems/{code}.
// What a reader did wrong is not logged: the metrics count it.
func (w *Web) note(r *http.Request, f *fault.Error, err error) {
	s := stateOf(r.Context())
	w.remember(f)
	name := ""
	if s.route != nil {
		name = s.route.Name
	}
	switch f.Kind {
	case fault.Internal:
		w.needs.Log.ErrorContext(r.Context(), "unnamed error", "request", s.id, "route", name, "error", err)
	case fault.Upstream, fault.TimedOut, fault.Busy:
		w.needs.Log.WarnContext(r.Context(), "cannot serve", "request", s.id, "route", name, "code", f.Code,
			"error", err, "took", w.needs.Now().Sub(s.start).Round(time.Millisecond))
	}
}

// spokenCode is a fault that was answered since the start.
type spokenCode struct {
	Kind   fault.Kind
	Format string // English sentence
}

// maxCodes bounds what is kept for /problems/{code}.
const maxCodes = 2000

func (w *Web) remember(f *fault.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := -1; i < len(f.Fields) && len(w.codes) < maxCodes; i++ {
		if i < 0 {
			w.codes[f.Code] = spokenCode{f.Kind, f.Format}
		} else {
			w.codes[f.Fields[i].Code] = spokenCode{f.Kind, f.Fields[i].Format}
		}
	}
}

func (w *Web) remembered(code string) (spokenCode, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.codes[code]
	return c, ok
}
