package web

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
)

// JSON answers a native API. In and Out are structs of huma: tags path, query
// and header name parameters, the field Body is the body; every field has doc,
// limits and format, which are checked before f runs and stand in
// /openapi.json. Patterns may hold plain {name} wildcards only. Unknown members
// and parameters are refused.
func JSON[In, Out any](f func(context.Context, *In) (*Out, error)) Handler {
	return Handler{kind: jsonKind, mount: func(api huma.API, op huma.Operation) {
		huma.Register(api, op, func(ctx context.Context, in *In) (*Out, error) {
			out, err := f(ctx, in)
			if err != nil {
				return nil, spokenError(ctx, err)
			}
			return out, nil
		})
	}}
}

// spokenError keeps err for the guard, and gives huma a body that is never
// sent: the error path writes its own.
func spokenError(ctx context.Context, err error) error {
	if s := stateOf(ctx); s != nil {
		s.refused = err
	}
	f := asFault(err)
	return newProblem(ctx, f, Status(f.Kind))
}

// newAPI returns huma without pages, schemas and hooks of its own.
func newAPI(c Config) (huma.API, *capture) {
	setUpHuma()
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	schemas.RegisterTypeAlias(reflect.TypeFor[civic.Date](), reflect.TypeFor[dateText]())
	version := c.Version
	if version == "" {
		version = "0"
	}
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Gongdao 公道", Version: version,
				Description: "Native APIs. Errors are problems (RFC 9457) with a stable code.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Components: &huma.Components{Schemas: schemas},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
	}
	mux := new(capture)
	return huma.NewAPI(config, humago.NewAdapter(mux, "")), mux
}

// setUpHuma replaces what is one for the whole process: errors, which would
// repeat the refused value, and names, which would match in any case.
var setUpHuma = sync.OnceFunc(func() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return newProblem(context.Background(), humaFault(status, msg, errs), status)
	}
	huma.NewErrorWithContext = func(hc huma.Context, status int, msg string, errs ...error) huma.StatusError {
		f := humaFault(status, msg, errs)
		if s := stateOf(hc.Context()); s != nil {
			s.refused = f
		}
		return newProblem(hc.Context(), f, Status(f.Kind))
	}
	huma.ValidateStrictCasing = true
})

// dateText stands in for civic.Date in schemas, so that what is no date is
// refused where it stands.
type dateText string

// Schema implements huma.SchemaProvider.
func (dateText) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-11-23"}}
	s.PrecomputeMessages()
	return s
}

// capture is the mux that huma sees: it keeps the handler for the real one.
type capture struct {
	last func(http.ResponseWriter, *http.Request)
}

// HandleFunc implements humago.Mux.
func (c *capture) HandleFunc(_ string, h func(http.ResponseWriter, *http.Request)) { c.last = h }

// ServeHTTP implements humago.Mux; nothing calls it.
func (c *capture) ServeHTTP(http.ResponseWriter, *http.Request) {}

// mountJSON registers the operation with huma and returns its handler behind
// our own checks of the body.
func (w *Web) mountJSON(r Route, method, path string) func(http.ResponseWriter, *http.Request) error {
	op := huma.Operation{OperationID: r.Name, Method: method, Path: path, Summary: r.Doc, Tags: []string{r.room()},
		RejectUnknownQueryParameters: true,
		MaxBodyBytes:                 -1, BodyReadTimeout: -1, // the guard limits the body, the server the time
		Extensions: map[string]any{"x-gongdao-who": r.Who.Name}}
	r.Handler.mount(w.api, op)
	h := w.huma.last
	return func(rw http.ResponseWriter, req *http.Request) error {
		body, err := w.readJSON(req)
		if err != nil {
			return err
		}
		defer w.release(body)
		h(rw, req)
		s := rw.(*answer).state
		err, s.refused = s.refused, nil
		return err
	}
}

// jsonBody is a body that was read and checked, to be read again.
type jsonBody struct {
	buffer bytes.Buffer
	bytes.Reader
}

// Close implements io.Closer.
func (*jsonBody) Close() error { return nil }

// release gives the memory back. Nobody may read the body any more.
func (w *Web) release(b *jsonBody) {
	if b != nil && b.buffer.Cap() <= 1<<20 {
		b.buffer.Reset()
		b.Reader.Reset(nil)
		w.bodies.Put(b)
	}
}

// readJSON reads the whole body, checks it, and puts it back; nil if there is
// none.
func (w *Web) readJSON(r *http.Request) (*jsonBody, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	b, ok := w.bodies.Get().(*jsonBody)
	if !ok {
		b = new(jsonBody)
	}
	if err := fillJSON(&b.buffer, r); err != nil {
		w.release(b)
		return nil, err
	}
	b.Reader.Reset(b.buffer.Bytes())
	r.Body = b
	return b, nil
}

func fillJSON(b *bytes.Buffer, r *http.Request) error {
	if _, err := b.ReadFrom(r.Body); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return tooLarge(big.Limit)
		}
		return fault.Malformed.Errorf("web.body", "the body could not be read to its end; send it again")
	}
	if b.Len() == 0 {
		return nil
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return errNotJSON()
	}
	return CheckJSON(b.Bytes())
}

func isJSON(contentType string) bool {
	if contentType == "" || contentType == "application/json" {
		return true
	}
	ct, _, err := mime.ParseMediaType(contentType)
	return err == nil && (ct == "application/json" || strings.HasSuffix(ct, "+json"))
}

// schemaName names a type by its package too, so that two rooms may each have a
// Dataset: OpendataDataset.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t == reflect.TypeFor[problem]() {
		return "Problem"
	}
	pkg := t.PkgPath()
	pkg = pkg[strings.LastIndexByte(pkg, '/')+1:]
	if pkg == "" || pkg == "civic" {
		return name
	}
	pkg = strings.ToUpper(pkg[:1]) + pkg[1:]
	if strings.HasPrefix(name, pkg) {
		return name
	}
	return pkg + name
}
