package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/gongdao/gongdao/tools/browser"
)

// page is one page of the portal, and who can see it.
type page struct {
	path   string // in Chinese; English stands under /en
	person string // "" is everybody
	once   bool   // judged in the long form only: another page is drawn the same
}

// in returns the path in a language, "zh" or "en".
func (p page) in(lang string) string {
	if lang == "zh" {
		return p.path
	}
	if p.path == "/" {
		return "/en"
	}
	return "/en" + p.path
}

// listPages names every kind of page, and puts two files on the steward's desk
// so that there is an import to review and one that was refused.
func (h *opened) listPages() ([]page, error) {
	review, err := h.browser.Deliver(h.portal, h.sessions["steward"], "shelters-big5.csv", "")
	if err != nil {
		return nil, err
	}
	refused, err := h.browser.Deliver(h.portal, h.sessions["steward"], "error-page.csv", "")
	if err != nil {
		return nil, err
	}
	list := []page{
		{path: "/"}, {path: "/dataset"}, {path: "/dataset?q=zzzz"}, {path: "/samples"}, {path: "/maps"}, {path: "/maps/county"}, {path: "/maps/village?within=10002"},
		{path: "/signin"}, {path: "/status"}, {path: "/sitemap"}, {path: "/docs/api"}, {path: "/accessibility"}, {path: "/privacy"}, {path: "/security"},
		{path: "/preferences"}, {path: "/_/components"}, {path: "/there-is-no-such-page"},
		{path: "/account", person: "citizen"},
		{path: "/desk", person: "steward"}, {path: "/desk/data", person: "steward"}, {path: review, person: "steward"}, {path: refused, person: "steward"},
		{path: "/desk/data/datasets/towns", person: "steward"},
		{path: "/desk/officers", person: "administrator"},
	}
	for _, slug := range []string{"village-people", "towns", "postal-codes", "childcare-allowance"} {
		for _, tab := range []string{"", "/columns", "/chart", "/map", "/api", "/versions", "/quality", "/licence"} {
			list = append(list, page{path: "/dataset/" + slug + tab, once: slug != "towns" && tab != "" && tab != "/map"})
		}
	}
	return list, nil
}

// judged lists the pages that this run looks at.
func (h *opened) judged() []page {
	var list []page
	for _, p := range h.pages {
		if slow() || !p.once {
			list = append(list, p)
		}
	}
	return list
}

// looks lists the ways to see a page that this run judges.
func looks() []look {
	if !slow() {
		return []look{{"zh", true, 360}, {"en", false, 1280}}
	}
	var all []look
	for _, lang := range []string{"zh", "en"} {
		for _, dark := range []bool{false, true} {
			all = append(all, look{lang, dark, 360}, look{lang, dark, 1280})
		}
	}
	return all
}

type look struct {
	lang  string
	dark  bool
	width int
}

func (l look) String() string {
	shade := "light"
	if l.dark {
		shade = "dark"
	}
	return fmt.Sprintf("%s-%s-%d", l.lang, shade, l.width)
}

// eachPage opens every judged page once for each look, in one context for each
// person.
func eachPage(t *testing.T, h *opened, looks []look, see func(t *testing.T, v *visit, p page)) {
	for _, l := range looks {
		t.Run(l.String(), func(t *testing.T) {
			visits := map[string]*visit{}
			for _, p := range h.judged() {
				v := visits[p.person]
				if v == nil {
					v = h.open(t, p.person, browser.Look{Dark: l.dark, Width: l.width})
					visits[p.person] = v
				}
				v.goTo(p.in(l.lang))
				began := time.Now()
				see(t, v, p)
				if d := time.Since(began); d > 10*time.Second {
					t.Logf("%s took %s", p.path, d.Round(time.Second))
				}
			}
		})
	}
}
