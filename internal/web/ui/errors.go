package ui

import (
	"context"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// Errors are what a form's answer got wrong, in the reader's language and in
// the order of the fields.
type Errors []FieldError

// FieldError is what is wrong with one field. Field is the id of its input;
// empty for what concerns the whole form.
type FieldError struct{ Field, Text string }

// ErrorsOf reads the fields of a fault, or its sentence where it has none.
// A nil error gives no errors.
func ErrorsOf(ctx context.Context, err error) Errors {
	f := fault.Of(err)
	if f == nil {
		return nil
	}
	var list Errors
	for _, w := range f.Fields {
		one := &fault.Error{Kind: f.Kind, Code: w.Code, Format: w.Format, Args: w.Args}
		list = append(list, FieldError{Field: w.Location, Text: i18n.Fault(ctx, one)})
	}
	if len(list) == 0 {
		list = Errors{{Text: i18n.Fault(ctx, f)}}
	}
	return list
}

// At returns the message of a field, nil when nothing is wrong with it.
func (e Errors) At(field string) *ErrorMessageParams {
	for _, one := range e {
		if one.Field == field {
			return ErrorText(one.Text)
		}
	}
	return nil
}

// Summary draws the error summary, or nothing when there are no errors.
func (e Errors) Summary() templ.Component {
	if len(e) == 0 {
		return templ.NopComponent
	}
	return errorsSummary(e)
}

func (e Errors) links() []ErrorLink {
	links := make([]ErrorLink, len(e))
	for i, one := range e {
		links[i] = ErrorLink{Text: one.Text}
		if one.Field != "" {
			links[i].Href = templ.SafeURL("#" + one.Field)
		}
	}
	return links
}
