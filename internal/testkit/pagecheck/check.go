package pagecheck

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/gongdao/gongdao/internal/web"
)

// Check returns what is wrong with a page, each as a sentence; a part that htmx
// asked for is checked by Fragment.
func (p *Page) Check() []string {
	c := &check{page: p}
	c.head()
	c.structure()
	c.Fragment()
	return c.wrong
}

// Fragment returns what is wrong with the elements of a page or a part of one.
func (p *Page) Fragment() []string {
	c := &check{page: p}
	c.Fragment()
	return c.wrong
}

type check struct {
	page  *Page
	wrong []string
}

func (c *check) say(bad bool, format string, args ...any) {
	if bad {
		c.wrong = append(c.wrong, c.page.Path+": "+fmt.Sprintf(format, args...))
	}
}

// head checks what surrounds the page.
func (c *check) head() {
	policy := c.page.Header.Get("Content-Security-Policy")
	c.say(!strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe"), "the content security policy is %q", policy)
	c.say(!strings.HasPrefix(c.page.Header.Get("Content-Type"), "text/html"), "the content type is %q", c.page.Header.Get("Content-Type"))
	cache := c.page.Header.Get("Cache-Control")
	c.say(cache == "", "Cache-Control is missing")
	c.say(strings.HasPrefix(cache, "public") && len(c.page.Header["Set-Cookie"]) > 0, "a page that caches keep sets a cookie")
	for _, n := range c.page.All("html") {
		lang := "zh-Hant-TW"
		if c.page.Path == "/en" || strings.HasPrefix(c.page.Path, "/en/") || strings.HasPrefix(c.page.Path, "/en?") {
			lang = "en"
		}
		c.say(Attr(n, "lang") != lang, "lang is %q, want %q", Attr(n, "lang"), lang)
	}
	titles := c.page.All("title")
	c.say(len(titles) == 0 || Text(titles[0]) == "", "it has no title")
}

// structure checks headings and landmarks.
func (c *check) structure() {
	c.say(len(c.page.All("main")) != 1, "it has %d main elements, want 1", len(c.page.All("main")))
	c.say(len(c.page.All("h1")) != 1, "it has %d h1, want 1", len(c.page.All("h1")))
	last := 0
	for _, h := range c.page.All("h1", "h2", "h3", "h4", "h5", "h6") {
		level := int(h.Data[1] - '0')
		c.say(last != 0 && level > last+1, "the heading %q jumps from level %d to %d", Text(h), last, level)
		c.say(Text(h) == "", "a heading is empty")
		last = level
	}
}

// Fragment checks the elements themselves.
func (c *check) Fragment() {
	for _, mark := range []string{"⟦", "%!", "href=\"about:invalid"} {
		c.say(strings.Contains(c.page.Body, mark), "it holds %s", mark)
	}
	ids, labels := map[string]int{}, map[string]bool{}
	for n := range c.page.Root.Descendants() {
		if n.Type == html.ElementNode {
			if id := Attr(n, "id"); id != "" {
				ids[id]++
			}
			if n.Data == "label" {
				labels[Attr(n, "for")] = true
			}
		}
	}
	for id, n := range ids {
		c.say(n > 1, "the id %q stands %d times", id, n)
	}
	for n := range c.page.Root.Descendants() {
		if n.Type == html.ElementNode {
			c.code(n)
			c.htmx(n)
			c.field(n, ids, labels)
		}
	}
}

// code finds inline script and style.
func (c *check) code(n *html.Node) {
	for _, a := range n.Attr {
		c.say(a.Key == "style" || strings.HasPrefix(a.Key, "on"), "<%s> has the attribute %s", n.Data, a.Key)
		c.say(strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:"), "<%s %s> runs a script", n.Data, a.Key)
	}
	inline := n.Data == "script" && !Has(n, "src") && Attr(n, "type") != "application/ld+json" && Attr(n, "type") != "application/json"
	c.say(inline || n.Data == "style", "<%s> is inline", n.Data)
}

// htmx finds requests that do not mirror a link or form.
func (c *check) htmx(n *html.Node) {
	for _, a := range n.Attr {
		name, isData := strings.CutPrefix(a.Key, "data-")
		if !strings.HasPrefix(name, "hx-") {
			continue
		}
		c.say(!isData && name != "hx-morph-skip", "<%s> has %s: write data-%s", n.Data, a.Key, a.Key)
		c.say(strings.HasPrefix(name, "hx-on") || name == "hx-boost" || name == "hx-ws" || name == "hx-sse", "<%s> has %s, which is banned", n.Data, a.Key)
		c.say(strings.HasPrefix(a.Val, "js:") || strings.HasPrefix(a.Val, "javascript:"), "<%s %s> evaluates text", n.Data, a.Key)
		switch name {
		case "hx-get":
			mirrored := (n.Data == "a" && Attr(n, "href") == a.Val) || (n.Data == "form" && Attr(n, "action") == a.Val && !strings.EqualFold(Attr(n, "method"), "post"))
			c.say(!mirrored, "<%s data-hx-get=%q> does not repeat its href or action", n.Data, a.Val)
		case "hx-post":
			mirrored := n.Data == "form" && Attr(n, "action") == a.Val && strings.EqualFold(Attr(n, "method"), "post")
			c.say(!mirrored, "<%s data-hx-post=%q> does not repeat its action", n.Data, a.Val)
		case "hx-put", "hx-patch", "hx-delete":
			c.say(true, "<%s> has %s: a form cannot do that alone", n.Data, a.Key)
		}
	}
}

// field finds fields without a label, pictures without words, and messages that
// point at nothing.
func (c *check) field(n *html.Node, ids map[string]int, labels map[string]bool) {
	switch n.Data {
	case "input", "select", "textarea":
		switch Attr(n, "type") {
		case "hidden", "submit", "button", "image", "reset":
		default:
			named := labels[Attr(n, "id")] || Attr(n, "aria-label") != "" || Attr(n, "aria-labelledby") != "" || inside(n, "label")
			c.say(!named, "<%s name=%q> has no label", n.Data, Attr(n, "name"))
		}
		c.say(Has(n, "placeholder"), "<%s name=%q> has a placeholder", n.Data, Attr(n, "name"))
	case "img":
		c.say(!Has(n, "alt"), "<img src=%q> has no alt", Attr(n, "src"))
	case "a":
		c.say(Text(n) == "" && Attr(n, "aria-label") == "" && !hasWords(n), "<a href=%q> has no words", Attr(n, "href"))
	case "button":
		c.say(Text(n) == "" && Attr(n, "aria-label") == "", "a button has no words")
	}
	for _, name := range []string{"aria-describedby", "aria-labelledby", "aria-controls"} {
		for _, id := range strings.Fields(Attr(n, name)) {
			c.say(ids[id] == 0, "<%s %s=%q> points at nothing", n.Data, name, id)
		}
	}
	if id, ok := strings.CutPrefix(Attr(n, "href"), "#"); ok && n.Data == "a" && id != "" {
		if plain, err := url.PathUnescape(id); err == nil {
			c.say(ids[plain] == 0, "a link to #%s points at nothing", plain)
		}
	}
}

func inside(n *html.Node, name string) bool {
	for p := range n.Ancestors() {
		if p.Data == name {
			return true
		}
	}
	return false
}

// hasWords reports whether a picture inside speaks for the link.
func hasWords(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (Attr(d, "alt") != "" || Attr(d, "aria-label") != "" || d.Data == "title") {
			return true
		}
	}
	return false
}

// Links returns the page's links and form targets inside the house that no
// route answers.
func (p *Page) Links(w *web.Web) []string {
	var wrong []string
	for _, n := range p.All("a", "form", "link", "script", "img") {
		method := http.MethodGet
		target := Attr(n, "href") + Attr(n, "src")
		if n.Data == "form" {
			target = Attr(n, "action")
			if strings.EqualFold(Attr(n, "method"), "post") {
				method = http.MethodPost
			}
		}
		u, err := url.Parse(target)
		if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
			continue
		}
		if _, ok := w.Answers(method, u.Path); !ok {
			wrong = append(wrong, fmt.Sprintf("%s: <%s> leads to %s %s, which no route answers", p.Path, n.Data, method, target))
		}
	}
	return wrong
}

// BothLanguages returns where the English page differs in structure from the
// Chinese one: headings, links, forms and fields are counted.
func BothLanguages(zh, en *Page) []string {
	var wrong []string
	for _, names := range [][]string{{"h1"}, {"h2"}, {"h3"}, {"a"}, {"form"}, {"input"}, {"button"}, {"table"}, {"tr"}, {"img", "svg"}} {
		if a, b := len(zh.All(names...)), len(en.All(names...)); a != b {
			wrong = append(wrong, fmt.Sprintf("%s has %d %s, %s has %d", zh.Path, a, strings.Join(names, " and "), en.Path, b))
		}
	}
	return wrong
}
