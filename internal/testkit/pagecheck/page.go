package pagecheck

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page is one answer, parsed.
type Page struct {
	Path   string
	Status int
	Header http.Header
	Body   string
	Root   *html.Node
}

// Get asks h for a path as localhost, with head as name, value, …
func Get(t testing.TB, h http.Handler, path string, head ...string) *Page {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil)
	r.Header.Set("Accept", "text/html")
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	p, err := Parse(path, rec.Code, rec.Header(), rec.Body.String())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Parse reads the body of an answer.
func Parse(path string, status int, header http.Header, body string) (*Page, error) {
	root, err := html.Parse(strings.NewReader(body))
	return &Page{path, status, header, body, root}, err
}

// All returns the elements of these names, in order.
func (p *Page) All(names ...string) []*html.Node {
	var found []*html.Node
	for n := range p.Root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, name := range names {
			if n.Data == name {
				found = append(found, n)
			}
		}
	}
	return found
}

// Attr returns an attribute, "" if the element has none.
func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Has reports whether the element has the attribute.
func Has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// Text returns the text inside an element, with single spaces.
func Text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
