package explore

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/opendata/query"
)

// problem is the body of an error. Position, in characters of the clause, and
// hint are ours.
type problem struct {
	Code     string `json:"error_code"`
	Message  string `json:"message"`
	Clause   string `json:"clause,omitempty"`
	Position *int   `json:"position,omitempty"`
	Hint     string `json:"hint,omitempty"`
}

// quota is the body of 429.
type quota struct {
	Code      int    `json:"errorcode"`
	Error     string `json:"error"`
	ResetTime string `json:"reset_time"`
	Unit      string `json:"limit_time_unit"`
	Limit     int    `json:"call_limit"`
}

// parameterError is a parameter out of range.
type parameterError struct{ name, found, expected string }

func (e *parameterError) Error() string {
	return "Invalid value for " + e.name + " API parameter: " + e.found + " was found but " + e.expected + " is expected."
}

func badParameter(name, found, expected string) error {
	if r := []rune(found); len(r) > 60 {
		found = string(r[:60]) + "…"
	}
	return &parameterError{name, found, expected}
}

// codes are the status and the error code of each kind of fault.
var codes = map[fault.Kind]struct {
	status int
	code   string
}{
	fault.Malformed:    {http.StatusBadRequest, "InvalidRESTParameterError"},
	fault.Unidentified: {http.StatusUnauthorized, "Unauthorized"},
	fault.Forbidden:    {http.StatusForbidden, "Forbidden"},
	fault.NotFound:     {http.StatusNotFound, "NotFoundResource"},
	fault.Gone:         {http.StatusGone, "NotFoundResource"},
	fault.TooLarge:     {http.StatusRequestEntityTooLarge, "RequestTooLarge"},
	fault.Invalid:      {http.StatusUnprocessableEntity, "QueryTooExpensive"},
	fault.Upstream:     {http.StatusBadGateway, "UpstreamError"},
	fault.Busy:         {http.StatusServiceUnavailable, "ServiceUnavailable"},
	fault.TimedOut:     {http.StatusGatewayTimeout, "QueryTimeout"},
}

// fail answers err in the shape of this API.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	h := w.Header()
	for _, name := range []string{"Content-Disposition", "Content-Encoding", "Content-Length", "ETag", "Link"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	f := fault.Of(err)
	var p *parameterError
	var q *query.Error
	switch {
	case errors.As(err, &p):
		answer(w, http.StatusBadRequest, problem{Code: "InvalidRESTParameterError", Message: p.Error()})
	case errors.As(err, &q):
		answer(w, http.StatusBadRequest, odsql(q))
	case f.Kind == fault.TooMany:
		a.tooMany(w, f)
	default:
		known, ok := codes[f.Kind]
		if !ok {
			a.needs.Log.ErrorContext(r.Context(), "an Explore request failed", "path", r.URL.Path, "error", err)
			known.status, known.code = http.StatusInternalServerError, "InternalServerError"
		}
		if f.RetryAfter > 0 {
			h.Set("Retry-After", seconds(f.RetryAfter))
		}
		answer(w, known.status, problem{Code: known.code, Message: f.Error()})
	}
}

// odsql is the problem of a refused query, worded as Explore words it.
func odsql(e *query.Error) problem {
	if e.Clause == query.InZone {
		return problem{Code: "InvalidRESTParameterError", Message: e.Error(), Hint: e.Hint}
	}
	p := problem{Code: "ODSQLError", Message: "ODSQL query is malformed: ", Clause: string(e.Clause), Hint: e.Hint}
	if e.Syntax {
		p.Code, p.Message = "ODSQLSyntaxError", "ODSQL syntax exception: "
	}
	p.Message += e.Terse + ". Clause(s) containing the error(s): " + string(e.Clause) + "."
	if e.Position >= 0 {
		p.Position = &e.Position
	}
	return p
}

func (a *API) tooMany(w http.ResponseWriter, f *fault.Error) {
	q := quota{Code: 10002, Error: f.Error(), Unit: "day"}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(f.RetryAfter))
		if a.needs.Now != nil {
			q.ResetTime = a.needs.Now().Add(f.RetryAfter).UTC().Format(time.RFC3339)
		}
		if f.RetryAfter < time.Hour {
			q.Unit = "minute"
		}
	}
	for _, arg := range f.Args { // the limit, where the sentence names it
		if n, ok := arg.(int); ok {
			q.Limit = n
		}
	}
	answer(w, http.StatusTooManyRequests, q)
}

func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

func answer(w http.ResponseWriter, status int, body any) {
	b, err := encode(body)
	if err != nil {
		panic(err) // plain structs
	}
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // a reader that went away is no error of ours
}

const jsonType = "application/json; charset=utf-8"

// encode writes JSON; links keep their ampersands.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// send answers 200 with body as JSON.
func send(w *writer, body any) error {
	b, err := encode(body)
	if err != nil {
		return err
	}
	w.w.Header().Set("Content-Type", jsonType)
	_, err = w.Write(append(b, '\n'))
	return err
}
