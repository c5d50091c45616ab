package web

import (
	"bytes"
	"encoding"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gongdao/gongdao/fault"
)

// maxFields bounds the fields of one form.
const maxFields = 1000

// Decode fills in from the request: fields of the posted form by the tag form,
// wildcards of the pattern by path, parameters of the query by query. A field
// may be a string, bool, whole number, float64, []string or anything that is an
// encoding.TextUnmarshaler; embedded structs are filled likewise. Text is kept
// as typed. A field that came twice has its last value; a bool is true for any
// value but "", "0", "false", "off" and "no".
//
// Errors: fault.Malformed where the form is no form, holds NUL or is not UTF-8;
// fault.TooLarge over 1,000 fields; fault.Invalid, with the field, where a
// number or the like cannot be read.
func Decode[In any](r *http.Request, in *In) error {
	plan, err := planFor[In]()
	if err != nil {
		return err
	}
	return plan.decode(r, in)
}

// plan says how to fill a struct type.
type plan struct{ fields []planned }

type planned struct {
	index  []int
	source string // form, path or query
	name   string
}

// planFor reads the tags of In.
func planFor[In any]() (plan, error) {
	t := reflect.TypeFor[In]()
	if t.Kind() != reflect.Struct {
		return plan{}, fmt.Errorf("web: a form is decoded into a struct, not %s", t)
	}
	var p plan
	for _, f := range reflect.VisibleFields(t) {
		for _, source := range []string{"form", "path", "query"} {
			name, ok := f.Tag.Lookup(source)
			if !ok {
				continue
			}
			if !f.IsExported() || !settable(f.Type) {
				return plan{}, fmt.Errorf("web: %s.%s cannot be filled from a form", t, f.Name)
			}
			p.fields = append(p.fields, planned{f.Index, source, name})
		}
	}
	return p, nil
}

func settable(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64:
		return true
	case reflect.Slice:
		return t.Elem().Kind() == reflect.String
	}
	return false
}

func (p plan) decode(r *http.Request, in any) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	var refused *fault.Error
	query := r.URL.Query()
	v := reflect.ValueOf(in).Elem()
	for _, f := range p.fields {
		var values []string
		switch f.source {
		case "form":
			values = form[f.name]
		case "query":
			values = query[f.name]
		case "path":
			values = []string{r.PathValue(f.name)}
		}
		if len(values) == 0 {
			continue
		}
		if err := set(v.FieldByIndex(f.index), values); err != nil {
			if refused == nil {
				refused = fault.Invalid.Errorf("web.form", "something in this form cannot be read; see the messages beside the fields")
			}
			refused = refused.At(f.name, "web.field", "this cannot be read; check how it is written")
		}
	}
	if refused != nil {
		return refused
	}
	return nil
}

// readForm parses the body as form fields and checks that all of it is text.
func readForm(r *http.Request) (url.Values, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil, nil
	}
	ct, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || ct != "application/x-www-form-urlencoded" {
		return nil, fault.Malformed.Errorf("web.form-type", "this form must be sent as application/x-www-form-urlencoded")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, asFault(err)
	}
	if bytes.Count(body, []byte("&")) >= maxFields {
		return nil, fault.TooLarge.Errorf("web.form-fields", "this form has more than the %d fields allowed; send it in parts", maxFields)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errFormText()
	}
	for name, values := range form {
		for _, s := range append(values[:len(values):len(values)], name) {
			if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
				return nil, errFormText()
			}
		}
	}
	r.Form, r.PostForm = form, form
	return form, nil
}

func errFormText() error {
	return fault.Malformed.Errorf("web.form-text", "the form could not be read; open the page again and send it once more")
}

// set puts values into one field.
func set(v reflect.Value, values []string) error {
	last := values[len(values)-1]
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if last == "" {
			return nil
		}
		return u.UnmarshalText([]byte(last))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(last)
	case reflect.Bool:
		switch strings.ToLower(last) {
		case "", "0", "false", "off", "no":
			v.SetBool(false)
		default:
			v.SetBool(true)
		}
	case reflect.Slice:
		s := reflect.MakeSlice(v.Type(), len(values), len(values))
		for i, x := range values {
			s.Index(i).SetString(x)
		}
		v.Set(s)
	default:
		return setNumber(v, strings.TrimSpace(last))
	}
	return nil
}

func setNumber(v reflect.Value, s string) error {
	if s == "" {
		return nil
	}
	if v.Kind() == reflect.Float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f != f || f-f != 0 {
			return strconv.ErrSyntax
		}
		v.SetFloat(f)
		return nil
	}
	n, err := strconv.ParseInt(s, 10, v.Type().Bits())
	if err != nil {
		return err
	}
	v.SetInt(n)
	return nil
}
