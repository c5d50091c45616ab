package ui

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Content is text, or a component where text is not enough.
type Content struct {
	Text string
	HTML templ.Component
}

func (c *Content) given() bool { return c != nil && (c.HTML != nil || c.Text != "") }

// FormGroup is the box round a label and its field.
type FormGroup struct {
	Classes                   string
	Attributes                templ.Attributes
	BeforeInput, AfterInput   *Content // one field: input, textarea, select, file
	BeforeInputs, AfterInputs *Content // several: radios, checkboxes, date
}

// classes joins the non-empty names with one space.
func classes(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		if n == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(n)
	}
	return b.String()
}

// when returns s if cond holds.
func when(cond bool, s string) string {
	if cond {
		return s
	}
	return ""
}

// or returns the first string that is not empty.
func or(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}

// suffix returns id+s, or nothing without an id.
func suffix(cond bool, id, s string) string { return when(cond, id+s) }

// optional returns the attributes whose value is not empty.
func optional(pairs ...string) templ.Attributes {
	a := templ.Attributes{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			a[pairs[i]] = pairs[i+1]
		}
	}
	return a
}

func boolText(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

func is(b *bool) bool { return b != nil && *b }

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// heading writes h1 to h6 round its children; templ has no element whose name
// is an expression.
func heading(level int, class, id string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if level < 1 || level > 6 {
			level = 2
		}
		h := "h" + strconv.Itoa(level)
		open := "<" + h + ` class="` + templ.EscapeString(class) + `"`
		if id != "" {
			open += ` id="` + templ.EscapeString(id) + `"`
		}
		if _, err := io.WriteString(w, open+">"); err != nil {
			return err
		}
		if err := templ.GetChildren(ctx).Render(templ.ClearChildren(ctx), w); err != nil {
			return err
		}
		_, err := io.WriteString(w, "</"+h+">")
		return err
	})
}
