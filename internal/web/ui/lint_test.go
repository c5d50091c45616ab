package ui_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// source is one file of templates or scripts of the house.
type source struct{ path, text string }

// sources returns the files of the whole house that match a pattern: the
// shell's and every room's.
func sources(t *testing.T, patterns ...string) []source {
	t.Helper()
	var list []source
	for _, p := range patterns {
		found, err := filepath.Glob(filepath.Join("..", "..", "..", filepath.FromSlash(p)))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, source{path, string(raw)})
		}
	}
	if len(list) == 0 {
		t.Fatalf("no file matches %v", patterns)
	}
	return list
}

func templates(t *testing.T) []source {
	return sources(t, "*.templ", "internal/web/*.templ", "internal/web/ui/*.templ", "*/pages/*.templ")
}

// comments are left out of every lint: they may say anything.
var comment = regexp.MustCompile(`(?m)^\s*//.*$|/\*[\s\S]*?\*/`)

func (s source) code() string { return comment.ReplaceAllString(s.text, "") }

// banned is what no template holds, and why.
var banned = []struct {
	what string
	re   *regexp.Regexp
}{
	{"templ.Raw prints what it is given", regexp.MustCompile(`templ\.Raw\b`)},
	{"an inline style does not pass our policy", regexp.MustCompile(`\sstyle\??=`)},
	{"an inline handler does not pass our policy", regexp.MustCompile(`\son[a-z]+\??=`)},
	{"an inline style block does not pass our policy", regexp.MustCompile(`<style\b`)},
	{"css blocks print inline styles", regexp.MustCompile(`(?m)^css\s+\w+\(`)},
	{"script blocks print inline scripts", regexp.MustCompile(`(?m)^script\s+\w+\(`)},
	{"a script without src does not pass our policy", regexp.MustCompile(`<script(?:\s+[a-z]+="[^"]*")*\s*>`)},
	{"javascript: is no address", regexp.MustCompile(`(?i)javascript:`)},
}

// TestNoInlineCode reads the templates; the rendered pages are read by the
// tests of package web.
func TestNoInlineCode(t *testing.T) {
	for _, s := range templates(t) {
		for _, b := range banned {
			if at := b.re.FindString(s.code()); at != "" {
				t.Errorf("%s: %q: %s", s.path, at, b.what)
			}
		}
		own := strings.Contains(s.path, filepath.Join("internal", "web"))
		// What comes after "#" cannot leave the page.
		if code := strings.ReplaceAll(s.code(), `"#" + templ.SafeURL(`, ""); !own && strings.Contains(code, "templ.SafeURL(") {
			t.Errorf("%s: templ.SafeURL(…) skips the check of an address; use web.URL or templ.URL", s.path)
		}
	}
}

func TestNoInlineCodeSeesEach(t *testing.T) {
	for _, bad := range []string{
		"<p style=\"color:red\">", "<p style={ x }>", "<a onclick=\"x()\">", "<style>", "<script>", `<script type="module">`,
		"@templ.Raw(x)", "css red() {", "script go() {", `href="javascript:x"`,
	} {
		seen := slices.ContainsFunc(banned, func(b struct {
			what string
			re   *regexp.Regexp
		}) bool {
			return b.re.MatchString(bad)
		})
		if !seen {
			t.Errorf("%q passes", bad)
		}
	}
	for _, good := range []string{`<script type="module" src={ s.Script }></script>`, `class="gd-table__on"`, `button="x"`} {
		for _, b := range banned {
			if b.re.MatchString(good) {
				t.Errorf("%q is refused: %s", good, b.what)
			}
		}
	}
}

var (
	anyHtmx   = regexp.MustCompile(`[^-]\bhx-[a-z-]+`)
	tag       = regexp.MustCompile(`(?s)<(a|form|button|input|div|span|select|tr|li|section|nav)\b((?:[^<>{}"]|"[^"]*"|\{[^{}]*\})*)>`)
	attribute = regexp.MustCompile(`(?s)([a-z-]+)=(?:"([^"]*)"|\{\s*((?:[^{}])*?)\s*\})`)
	badHtmx   = regexp.MustCompile(`data-hx-(on|boost|ws|sse|ext|vals|headers|confirm|disinherit)\b`)
)

// TestHtmxMirrorsHTML checks that every htmx request stands on a link or form
// that asks the same without it, and that nothing is evaluated.
func TestHtmxMirrorsHTML(t *testing.T) {
	for _, s := range templates(t) {
		code := s.code()
		for _, at := range anyHtmx.FindAllString(code, -1) {
			if !strings.Contains(at, "hx-morph-skip") {
				t.Errorf("%s: %q: only data-hx-… is valid HTML", s.path, at)
			}
		}
		if at := badHtmx.FindString(code); at != "" {
			t.Errorf("%s: %s is not used here", s.path, at)
		}
		for _, m := range tag.FindAllStringSubmatch(code, -1) {
			if wrong := mirrored(m[1], m[2]); wrong != "" {
				t.Errorf("%s: <%s%s>: %s", s.path, m[1], m[2], wrong)
			}
		}
	}
}

func TestHtmxMirrorsHTMLSeesEach(t *testing.T) {
	for _, tt := range []struct{ name, tag, attrs, wrong string }{
		{"a link that agrees", "a", ` href={ x } data-hx-get={ string(x) } data-hx-target="#y"`, ""},
		{"a form that agrees", "form", ` method="post" action={ x } data-hx-post={ string(x) }`, ""},
		{"another address", "a", ` href={ x } data-hx-get={ string(y) }`, "asks for another address than without htmx"},
		{"a button alone", "button", ` data-hx-post="/x"`, "a request stands on a link or form"},
		{"another method", "form", ` method="post" action={ x } data-hx-get={ string(x) }`, "uses another method than without htmx"},
		{"a filter", "a", ` href={ x } data-hx-get={ string(x) } data-hx-trigger="click[ctrlKey]"`, "a filter is evaluated"},
		{"a value that is code", "a", ` href={ x } data-hx-get={ string(x) } data-hx-swap="js:x"`, "a value that is evaluated"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := mirrored(tt.tag, tt.attrs); got != tt.wrong {
				t.Errorf("mirrored() = %q, want %q", got, tt.wrong)
			}
		})
	}
}

// mirrored says what is wrong with the htmx attributes of one element.
func mirrored(element, attrs string) string {
	have := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(attrs, -1) {
		have[m[1]] = m[2] + strings.TrimSuffix(strings.TrimPrefix(m[3], "string("), ")")
	}
	for name, value := range have {
		if strings.HasPrefix(name, "data-hx-") && (strings.HasPrefix(value, "js:") || strings.HasPrefix(value, "javascript:")) {
			return "a value that is evaluated"
		}
	}
	if strings.Contains(have["data-hx-trigger"], "[") {
		return "a filter is evaluated"
	}
	for _, method := range []string{"get", "post", "put", "patch", "delete"} {
		url, ok := have["data-hx-"+method]
		if !ok {
			continue
		}
		plain, usual := have["href"], "get"
		switch element {
		case "a":
		case "form":
			plain = have["action"]
			if have["method"] != "" {
				usual = have["method"]
			}
		default:
			return "a request stands on a link or form"
		}
		if plain != url {
			return "asks for another address than without htmx"
		}
		if method != usual {
			return "uses another method than without htmx"
		}
	}
	return ""
}

// TestNoHanInTemplates keeps sentences in the catalogues.
func TestNoHanInTemplates(t *testing.T) {
	scripts := sources(t, "internal/web/ui/*.ts", "internal/web/ui/islands/*.ts")
	if rooms, err := filepath.Glob("../../../*/islands/*.ts"); err == nil && len(rooms) > 0 {
		scripts = append(scripts, sources(t, "*/islands/*.ts")...)
	}
	for _, s := range append(templates(t), scripts...) {
		for i, line := range strings.Split(comment.ReplaceAllStringFunc(s.text, blank), "\n") {
			line, _, _ = strings.Cut(line, " // ")
			if at := strings.IndexFunc(line, isHan); at >= 0 {
				t.Errorf("%s:%d: Han in code: %s", s.path, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// blank keeps the lines of a comment, so that numbers stay right.
func blank(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func TestCataloguesAgree(t *testing.T) {
	for _, wrong := range i18n.Check(ui.Text) {
		t.Error(wrong)
	}
	for _, wrong := range i18n.TaiwanWords(ui.Text) {
		t.Error(wrong)
	}
}

// key finds the keys that templates ask for.
var key = regexp.MustCompile(`i18n\.[TN]\(ctx, "(ui\.[^"]+)"`)

// TestEveryKeyIsWritten finds keys of ours that no catalogue holds, and pieces
// that nobody asks for.
func TestEveryKeyIsWritten(t *testing.T) {
	c, err := i18n.Load(ui.Text)
	if err != nil {
		t.Fatal(err)
	}
	asked := ""
	for _, s := range sources(t, "internal/web/*.go", "internal/web/ui/*.templ", "internal/web/ui/*.go", "*/pages/*.templ") {
		if strings.HasSuffix(s.path, "_templ.go") || strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		asked += s.text
		for _, m := range key.FindAllStringSubmatch(s.text, -1) {
			if !c.Has(i18n.En, m[1]) && !strings.HasSuffix(m[1], ".") {
				t.Errorf("%s: no catalogue holds %s", s.path, m[1])
			}
		}
	}
	for _, k := range c.Keys(i18n.En) {
		stem := k[:strings.LastIndex(k, ".")+1]
		sample := `gt(ctx, "` + strings.TrimPrefix(k, "ui.gallery.") + `")`
		if !strings.Contains(asked, `"`+k+`"`) && !strings.Contains(asked, `"`+stem+`"`) && !strings.Contains(asked, sample) {
			t.Errorf("nobody asks for %s", k)
		}
	}
}
