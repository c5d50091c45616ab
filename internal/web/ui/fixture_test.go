package ui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// components are ours by the name of the base's folder.
var components = map[string]func(json.RawMessage) (templ.Component, error){
	"back-link":           draw(ui.BackLink),
	"breadcrumbs":         draw(ui.Breadcrumbs),
	"button":              draw(ui.Button),
	"checkboxes":          draw(ui.Checkboxes),
	"date-input":          draw(ui.DateInput),
	"details":             draw(ui.Details),
	"error-message":       draw(ui.ErrorMessage),
	"error-summary":       draw(ui.ErrorSummary),
	"fieldset":            draw(ui.Fieldset),
	"file-upload":         draw(ui.FileUpload),
	"hint":                draw(ui.Hint),
	"input":               draw(ui.Input),
	"inset-text":          draw(ui.InsetText),
	"label":               draw(ui.Label),
	"language-navigation": draw(ui.LanguageNavigation),
	"notification-banner": draw(ui.NotificationBanner),
	"pagination":          draw(ui.Pagination),
	"panel":               draw(ui.Panel),
	"radios":              draw(ui.Radios),
	"select":              draw(ui.Select),
	"skip-link":           draw(ui.SkipLink),
	"summary-list":        draw(ui.SummaryList),
	"table":               draw(ui.Table),
	"tabs":                draw(ui.Tabs),
	"tag":                 draw(ui.Tag),
	"textarea":            draw(ui.Textarea),
	"warning-text":        draw(ui.WarningText),
}

// divergences are the fixtures that we do not give, each with its reason.
var divergences = map[string]string{
	"checkboxes: with falsy values":              "an answer left out leaves no gap in the numbers of a Go slice",
	"radios: with falsy items":                   "an answer left out leaves no gap in the numbers of a Go slice",
	"date-input: day and month":                  "fewer boxes are given as Items; a Go pointer cannot be both absent and false",
	"date-input: month and year":                 "fewer boxes are given as Items; a Go pointer cannot be both absent and false",
	"date-input: with field value and items":     "boxes are given once: as Items, or as Day, Month and Year",
	"file-upload: with value":                    "browsers ignore the value of a file input, and so does the macro; we do not offer it",
	"select: without values":                     "an option always says its value, so that an empty answer is sent as empty",
	"select: without values with selected value": "an option always says its value, so that an empty answer is sent as empty",
}

// draw reads a fixture's options into a component's params.
func draw[P any](c func(P) templ.Component) func(json.RawMessage) (templ.Component, error) {
	return func(options json.RawMessage) (templ.Component, error) {
		var p P
		var raw any
		d := json.NewDecoder(bytes.NewReader(options))
		d.UseNumber()
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		if err := fill(reflect.ValueOf(&p).Elem(), raw); err != nil {
			return nil, err
		}
		return c(p), nil
	}
}

// TestComponentsMatchFixtures compares our DOM with the fixtures that
// govuk-frontend publishes: white space and the order of attributes aside.
func TestComponentsMatchFixtures(t *testing.T) {
	root := filepath.Join(judge.Need(t, "govuk-fixtures"), "dist", "govuk", "components")
	ctx := english(t)
	used := map[string]bool{}
	same := 0
	for _, name := range names(components) {
		for _, f := range fixtures(t, root, name) {
			id := name + ": " + f.Name
			if divergences[id] != "" {
				used[id] = true
			}
			diff := compare(ctx, components[name], f)
			switch {
			case diff == "" && divergences[id] != "":
				t.Errorf("%s is listed as a divergence but matches", id)
			case diff == "":
				same++
			case divergences[id] == "":
				t.Errorf("%s\n%s", id, diff)
			}
		}
	}
	for id := range divergences {
		if !used[id] {
			t.Errorf("the divergence %q names no fixture", id)
		}
	}
	t.Logf("%d fixtures of %d components match, %d diverge with a reason", same, len(components), len(divergences))
}

func english(t *testing.T) context.Context {
	t.Helper()
	c, err := i18n.Load(ui.Text)
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(t.Context(), c, i18n.En)
}

type fixture struct {
	Name    string
	Options json.RawMessage
	HTML    string
}

func fixtures(t *testing.T, root, name string) []fixture {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, name, "fixtures.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Fixtures []fixture }
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all.Fixtures
}

func names[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for n := range m {
		list = append(list, n)
	}
	sort.Strings(list)
	return list
}

// compare returns the difference between our DOM and the fixture's, empty when
// there is none.
func compare(ctx context.Context, c func(json.RawMessage) (templ.Component, error), f fixture) string {
	component, err := c(f.Options)
	if err != nil {
		return err.Error()
	}
	var b bytes.Buffer
	if err := component.Render(ctx, &b); err != nil {
		return err.Error()
	}
	want := dom(f.HTML)
	if len(want) == 0 && strings.TrimSpace(f.HTML) != "" {
		return "the fixture was read as nothing"
	}
	return cmp.Diff(want, dom(b.String()))
}

// dom writes a fragment one node a line, attributes sorted, white space folded.
func dom(fragment string) []string {
	nodes, err := html.ParseFragment(strings.NewReader(fragment), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		panic(err) // the context node is ours
	}
	var lines []string
	for _, n := range nodes {
		lines = append(lines, outline(n, 0)...)
	}
	return joinText(lines)
}

func outline(n *html.Node, depth int) []string {
	indent := strings.Repeat("  ", depth)
	switch n.Type {
	case html.TextNode:
		text := strings.Join(strings.Fields(n.Data), " ")
		if text == "" {
			return nil
		}
		return []string{indent + "| " + text}
	case html.ElementNode:
		lines := []string{indent + n.Data + attributes(n)}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			lines = append(lines, outline(c, depth+1)...)
		}
		return lines
	}
	return nil
}

// joinText joins lines of text that a component wrote in pieces.
func joinText(lines []string) []string {
	var joined []string
	for _, l := range lines {
		last := len(joined) - 1
		at := strings.Index(l, "| ")
		if last >= 0 && at >= 0 && strings.TrimSpace(l[:at]) == "" && strings.HasPrefix(joined[last], l[:at]+"| ") {
			joined[last] += " " + l[at+2:]
			continue
		}
		joined = append(joined, l)
	}
	return joined
}

func attributes(n *html.Node) string {
	var list []string
	for _, a := range n.Attr {
		list = append(list, fmt.Sprintf(" %s=%q", a.Key, strings.Join(strings.Fields(a.Val), " ")))
	}
	sort.Strings(list)
	return strings.Join(list, "")
}

// fill sets v, a params struct or a part of one, from the fixture's JSON. A
// member that the struct lacks is an error: a macro option was forgotten.
func fill(v reflect.Value, raw any) error {
	if raw == nil {
		return nil
	}
	switch v.Interface().(type) {
	case templ.Attributes:
		v.Set(reflect.ValueOf(attributesFrom(raw)))
		return nil
	case templ.SafeURL:
		v.SetString(text(raw))
		return nil
	}
	if v.Type() == reflect.TypeFor[templ.Component]() {
		if s, ok := raw.(string); ok && s != "" {
			v.Set(reflect.ValueOf(rawHTML(s)))
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		if b, ok := raw.(bool); ok && !b && v.Type().Elem().Kind() == reflect.Struct {
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return fill(v.Elem(), raw)
	case reflect.String:
		v.SetString(text(raw))
	case reflect.Bool:
		v.SetBool(raw == true)
	case reflect.Int:
		n, err := strconv.Atoi(text(raw))
		v.SetInt(int64(n))
		return err
	case reflect.Slice:
		return fillSlice(v, raw)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for k, one := range raw.(map[string]any) {
			v.SetMapIndex(reflect.ValueOf(k), reflect.ValueOf(text(one)))
		}
	case reflect.Struct:
		return fillStruct(v, raw)
	default:
		return fmt.Errorf("no way to fill %s from %v", v.Type(), raw)
	}
	return nil
}

// fillSlice leaves out what is false, empty or null, as the macros do.
func fillSlice(v reflect.Value, raw any) error {
	list, ok := raw.([]any)
	if !ok {
		return fmt.Errorf("%v is no list", raw)
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, len(list)))
	for _, one := range list {
		if v.Type().Elem().Kind() != reflect.String && (one == nil || one == false || one == "") {
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		if err := fill(e, one); err != nil {
			return err
		}
		v.Set(reflect.Append(v, e))
	}
	return nil
}

func fillStruct(v reflect.Value, raw any) error {
	members, ok := raw.(map[string]any)
	if !ok {
		return fmt.Errorf("%v is no %s", raw, v.Type())
	}
	for name, one := range members {
		field := v.FieldByNameFunc(func(f string) bool { return strings.EqualFold(f, name) })
		if !field.IsValid() {
			return fmt.Errorf("%s has no field for the option %s", v.Type(), name)
		}
		if err := fill(field, one); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func attributesFrom(raw any) templ.Attributes {
	members, _ := raw.(map[string]any)
	a := templ.Attributes{}
	for name, one := range members {
		if o, ok := one.(map[string]any); ok {
			if o["optional"] == true && (o["value"] == nil || o["value"] == false) {
				continue
			}
			if o["optional"] == true && o["value"] == true {
				a[name] = true
				continue
			}
			one = o["value"]
		}
		a[name] = text(one)
	}
	return a
}

func text(raw any) string {
	if raw == nil {
		return ""
	}
	return fmt.Sprint(raw)
}

type rawHTML string

// Render writes a fixture's own HTML.
func (h rawHTML) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(h))
	return err
}
