package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// operation is one native API call, for the API page.
type operation struct {
	Name, Method, Path, Doc, Who string
	Room                         string
	Fields                       []operationField // parameters, then members of the body
}

type operationField struct {
	Name, In, Type, Doc string
	Required            bool
}

// operations lists the JSON routes with their inputs, from the schema that
// validates them.
func (w *Web) operations() []operation {
	var all []operation
	for _, r := range w.routes {
		if r.Handler.kind != jsonKind {
			continue
		}
		o := operation{Name: r.Name, Method: r.method, Path: r.path, Doc: r.Doc, Who: r.Who.Name, Room: r.room()}
		if op := w.operation(r); op != nil {
			for _, p := range op.Parameters {
				o.Fields = append(o.Fields, operationField{p.Name, p.In, typeOf(p.Schema), p.Description, p.Required})
			}
			o.Fields = append(o.Fields, w.bodyFields(op)...)
		}
		all = append(all, o)
	}
	return all
}

func (w *Web) operation(r *route) *huma.Operation {
	item := w.api.OpenAPI().Paths[r.path]
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete, http.MethodHead: item.Head}[r.method]
}

func (w *Web) bodyFields(op *huma.Operation) []operationField {
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return nil
	}
	schema := op.RequestBody.Content["application/json"].Schema
	if schema.Ref != "" {
		schema = w.api.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref)
	}
	if schema == nil {
		return nil
	}
	var fields []operationField
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := schema.Properties[name]
		fields = append(fields, operationField{name, "body", typeOf(p), p.Description, slices.Contains(schema.Required, name)})
	}
	return fields
}

// typeOf writes a schema's type in one word or two.
func typeOf(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Type == "array":
		return "[" + typeOf(s.Items) + "]"
	case s.Format != "":
		return s.Type + " (" + s.Format + ")"
	default:
		return s.Type
	}
}
