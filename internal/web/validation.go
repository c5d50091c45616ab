package web

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gongdao/gongdao/fault"
)

// humaFault says in our words, and without the refused values, what huma found
// wrong with a request.
func humaFault(status int, msg string, errs []error) *fault.Error {
	var f *fault.Error
	switch {
	case status == http.StatusBadRequest && len(errs) == 0 && strings.Contains(msg, "required"):
		return fault.Malformed.Errorf("web.body-missing", "the request has no body; send JSON")
	case status == http.StatusBadRequest:
		f = badJSON()
	case status == http.StatusUnsupportedMediaType:
		return errNotJSON()
	case status == http.StatusUnprocessableEntity:
		f = fault.Invalid.Errorf("web.invalid", "the request is readable but not acceptable; see errors")
	case status == http.StatusNotAcceptable:
		return fault.Malformed.Errorf("web.accept", "this address answers application/json only")
	default:
		return fault.Of(huma.ErrUnknownContentType) // ours: logged, shown as an apology
	}
	for _, err := range errs {
		d, ok := err.(huma.ErrorDetailer)
		if !ok {
			continue
		}
		detail := d.ErrorDetail()
		m := reword(detail.Message)
		f = f.At(shown([]byte(detail.Location)), m.code, m.says, m.args...)
	}
	return f
}

func errNotJSON() *fault.Error {
	return fault.Malformed.Errorf("web.content-type", "this address takes application/json")
}

// reworded is a message about one value in our words.
type reworded struct {
	code, says string
	args       []any
}

// reword finds the sentence for a message of huma's validation. What follows a
// prefix that ends in a colon may hold the refused value and is dropped; what
// follows another prefix is the limit from our own schema and is kept.
func reword(message string) reworded {
	for _, w := range wordings() {
		rest, ok := strings.CutPrefix(message, w.from)
		if !ok {
			continue
		}
		if !strings.Contains(w.says, "%") {
			return reworded{w.code, w.says, nil}
		}
		rest = strings.TrimSuffix(rest, w.tail)
		return reworded{w.code, w.says, []any{strings.Trim(rest, `"`)}}
	}
	return reworded{} // the last wording fits everything
}

type wording struct{ from, tail, code, says string }

// wordings lists huma's messages. Longer beginnings stand before shorter ones.
//
//fault:table code=2 format=3
func wordings() []wording {
	return []wording{
		{"expected required property ", " to be present", "web.v.required", "%s is missing"},
		{"required ", " parameter is missing", "web.v.parameter", "this parameter is missing"},
		{"unexpected property", "", "web.v.unknown", "there is no member of this name"},
		{"unknown query parameter", "", "web.v.unknown-parameter", "there is no parameter of this name"},
		{"expected property ", "", "web.v.dependent", "another member makes this one necessary"},
		{"expected string to be RFC 3339 date-time", "", "web.v.date-time", "write a date and time as in 2026-11-23T09:00:00+08:00"},
		{"expected string to be RFC 3339 date", "", "web.v.date", "write a date as in 2026-11-23"},
		{"expected string to be RFC 3339 time", "", "web.v.time", "write a time as in 09:00:00+08:00"},
		{"expected string to be RFC 5322 email", "", "web.v.email", "write an e-mail address as in name@example.org"},
		{"expected string to be RFC 3986 uri", "", "web.v.uri", "write a web address as in https://example.org/page"},
		{"expected string to be RFC 4122 uuid", "", "web.v.uuid", "write a UUID as in 0190b7c2-8a3e-7d31-9c1e-2f6d5a4b3c21"},
		{"expected string to be base64", "", "web.v.base64", "this must be Base64"},
		{"expected string to match pattern ", "", "web.v.pattern", "this does not match the pattern %s"},
		{"expected duration", "", "web.v.duration", "write a duration as in 1h30m"},
		{"expected string", "", "web.v.string", "this must be a text"},
		{"expected boolean", "", "web.v.boolean", "this must be true or false"},
		{"invalid boolean", "", "web.v.boolean", "this must be true or false"},
		{"expected integer", "", "web.v.integer", "this must be a whole number"},
		{"invalid integer", "", "web.v.integer", "this must be a whole number"},
		{"expected number >= ", "", "web.v.minimum", "this must be at least %s"},
		{"expected number > ", "", "web.v.above", "this must be more than %s"},
		{"expected number <= ", "", "web.v.maximum", "this must be at most %s"},
		{"expected number < ", "", "web.v.below", "this must be less than %s"},
		{"expected number to be a multiple of ", "", "web.v.multiple", "this must be a multiple of %s"},
		{"expected number", "", "web.v.number", "this must be a number"},
		{"invalid float", "", "web.v.number", "this must be a number"},
		{"expected array length >= ", "", "web.v.min-items", "give at least %s"},
		{"expected array length <= ", "", "web.v.max-items", "give at most %s"},
		{"expected array items to be unique", "", "web.v.unique", "the same value stands here twice"},
		{"expected array", "", "web.v.array", "this must be a list"},
		{"expected object with at least ", " properties", "web.v.min-members", "give at least %s members"},
		{"expected object with at most ", " properties", "web.v.max-members", "give at most %s members"},
		{"expected object", "", "web.v.object", "this must be an object"},
		{"expected length >= ", "", "web.v.min-length", "this must have at least %s characters"},
		{"expected length <= ", "", "web.v.max-length", "this must have at most %s characters"},
		{"expected value to be one of ", "", "web.v.one-of", "choose one of: %s"},
		{"expected value to be ", "", "web.v.const", "this must be %s"},
		{"", "", "web.v.other", "this is not acceptable here"},
	}
}
