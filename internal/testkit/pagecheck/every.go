package pagecheck

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/web"
)

// Every checks each page route without wildcards (those below /_/ are for
// builders and left out), and each of more, in both
// languages: the page itself, its links, and that both languages hold the same.
// head signs the reader in; a page she may not see is checked as the refusal it
// is. more names pages with wildcards by their path, such as "/dataset/x".
func Every(t *testing.T, w *web.Web, more []string, head ...string) {
	t.Helper()
	paths := append([]string(nil), more...)
	for _, r := range w.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.TrimSuffix(path, "{$}")
		if method == http.MethodGet && r.IsPage() && !strings.Contains(path, "{") && !strings.HasPrefix(path, "/_/") {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			zh, en := Get(t, w, path, head...), Get(t, w, english(path), head...)
			for _, p := range []*Page{zh, en} {
				if p.Status >= 500 || p.Status == http.StatusNotFound {
					t.Errorf("GET %s = %d", p.Path, p.Status)
				}
				if p.Status >= 300 && p.Status < 400 {
					continue
				}
				for _, s := range append(p.Check(), p.Links(w)...) {
					t.Error(s)
				}
			}
			for _, s := range BothLanguages(zh, en) {
				t.Error(s)
			}
		})
	}
}

func english(path string) string {
	if path == "/" {
		return "/en"
	}
	return "/en" + path
}
