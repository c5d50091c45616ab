package ui_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web/ui"
)

// outVar names the environment variable with a folder to which the gallery is
// written as files that a browser opens: what the skin looks like.
const outVar = "GONGDAO_GALLERY"

// gallery draws the gallery in one language and theme, inside a whole shell.
func gallery(t *testing.T, lang i18n.Lang, theme string) string {
	t.Helper()
	c, err := i18n.Load(ui.Text)
	if err != nil {
		t.Fatal(err)
	}
	other := map[i18n.Lang]i18n.Lang{i18n.ZhTW: i18n.En, i18n.En: i18n.ZhTW}[lang]
	built := manifest(t)
	asset := func(name string) string { return built[name] }
	nav := map[i18n.Lang][]string{
		i18n.ZhTW: {"申辦服務", "開放資料", "議題與地圖", "我的資料", "查驗"},
		i18n.En:   {"Services", "Open data", "Issues and maps", "My data", "Verify"},
	}[lang]
	s := &ui.Shell{Lang: lang, Path: "/_/components", HomeHref: "/", SearchHref: "/search", SignInHref: "/signin", Demo: true,
		Theme: theme, Origin: "http://localhost:8080", Asset: asset, Stylesheet: asset("gongdao.css"), Script: asset("gongdao.js"),
		Languages: []ui.LanguageLink{{Lang: i18n.ZhTW, Title: "正體中文", Href: "/_/components", Current: lang == i18n.ZhTW}, {Lang: i18n.En, Title: "English", Href: "/en/_/components", Current: lang == i18n.En}},
		Footer:    []ui.NavItem{{Title: "sitemap", Href: "/sitemap"}, {Title: "accessibility", Href: "/accessibility"}},
		Phone:     "1999", Updated: "2026-11-23"}
	if other == lang {
		t.Fatal("no other language")
	}
	for i, title := range nav {
		s.Nav = append(s.Nav, ui.NavItem{Title: title, Href: "/" + string(rune('a'+i)), Current: i == 1})
	}
	ctx := ui.WithShell(i18n.With(t.Context(), c, lang), s)
	var b bytes.Buffer
	if err := ui.Gallery().Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// manifest reads what the asset builder made, if it was run.
func manifest(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "dist", "manifest.json"))
	if err != nil {
		return nil
	}
	var m map[string]struct{ File string }
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for name, f := range m {
		files[name] = f.File
	}
	return files
}

// inline finds code and style inside a rendered page.
var inline = regexp.MustCompile(`(?i)\s(?:style|on[a-z]+)="|<style\b|<script(?:\s+type="module")?>|⟦`)

// TestGallery draws every component in both languages and themes: no missing
// piece, no inline code, no id twice, one h1.
func TestGallery(t *testing.T) {
	for _, lang := range i18n.Langs() {
		for _, theme := range []string{"light", "dark"} {
			page := gallery(t, lang, theme)
			if at := inline.FindString(page); at != "" {
				t.Errorf("%s: the page holds %q", lang, at)
			}
			doc, err := html.Parse(strings.NewReader(page))
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			headings := 0
			for n := range doc.Descendants() {
				if n.Type == html.ElementNode && n.Data == "h1" {
					headings++
				}
				for _, a := range n.Attr {
					if a.Key == "id" && seen[a.Val] {
						t.Errorf("%s: the id %q stands twice", lang, a.Val)
					}
					if a.Key == "id" {
						seen[a.Val] = true
					}
				}
			}
			if headings != 1 {
				t.Errorf("%s: %d h1, want 1", lang, headings)
			}
			if dir := os.Getenv(outVar); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, "gallery."+string(lang)+"."+theme+".html"), []byte(page), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
