package e2e

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mxschmitt/playwright-go"

	"github.com/gongdao/gongdao/tools/browser"
)

// content answers the headings, the links and the forms of a page.
const content = `() => JSON.stringify({
	headings: [...document.querySelectorAll("h1,h2,h3")].map(e => e.localName + " " + e.textContent.trim()),
	links: [...new Set([...document.querySelectorAll("a[href]")].map(e => e.getAttribute("href")))].sort(),
	forms: [...document.querySelectorAll("form")].map(e => e.method + " " + e.getAttribute("action")),
}, null, 1)`

// TestEveryPageWithoutScript: the same headings, links and forms, script or none.
func TestEveryPageWithoutScript(t *testing.T) {
	h := need(t)
	with, without := map[string]*visit{}, map[string]*visit{}
	for _, p := range h.judged() {
		if with[p.person] == nil {
			with[p.person], without[p.person] = h.open(t, p.person, browser.Look{}), h.open(t, p.person, browser.Look{NoScript: true})
		}
		a, b := with[p.person], without[p.person]
		a.goTo(p.path)
		b.goTo(p.path)
		got, want := ask[string](b, content), ask[string](a, content)
		if got != want {
			t.Errorf("%s says without scripts:\n%s", p.path, difference(got, want))
		}
	}
}

// difference lists the lines that only one of two texts has.
func difference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out []string
	for _, line := range a {
		if !slices.Contains(b, line) {
			out = append(out, "+ "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			out = append(out, "- "+line)
		}
	}
	return strings.Join(out, "\n")
}

// TestNoForeignOrigin: open notes every request; here all islands run.
func TestNoForeignOrigin(t *testing.T) {
	h := need(t)
	v := h.open(t, "steward", browser.Look{})
	asked := 0
	v.OnRequest(func(playwright.Request) { asked++ })
	for _, path := range []string{"/", "/dataset", "/dataset/towns", "/maps/county", "/dataset/towns/map?within=63000", "/desk/data", "/account", "/signin", "/docs/api"} {
		v.goTo(path)
		if err := v.WaitForLoadState(playwright.PageWaitForLoadStateOptions{State: playwright.LoadStateNetworkidle}); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	if asked < 20 {
		t.Errorf("the browser asked %d times, want pages with their styles and scripts", asked)
	}
}

// TestPublishWithoutScript: a steward takes one of the samples, reviews and
// publishes it, and a reader sorts and filters its rows and finds the map,
// through plain links and forms.
func TestPublishWithoutScript(t *testing.T) {
	h := need(t)
	v := h.open(t, "steward", browser.Look{NoScript: true})
	body, err := browser.Sample(v.Context(), h.portal, "shelters-big5.csv")
	if err != nil {
		t.Fatal(err)
	}
	v.goTo("/en/desk/data")
	for name, text := range map[string]string{"title": "Shelters without script", "label": "2026"} {
		if err := v.Locator("#" + name).Fill(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Locator("#file").SetInputFiles(playwright.InputFile{Name: "shelters.csv", MimeType: "text/csv", Buffer: body}); err != nil {
		t.Fatal(err)
	}
	v.click(v.Locator("form:has(#file) button[type=submit]"))
	if err := browser.Rest(v.Page); err != nil {
		t.Fatal(err)
	}
	v.see(v.GetByText("示範收容所1", playwright.PageGetByTextOptions{Exact: playwright.Bool(true)}), "row of the draft")
	v.click(v.Locator("form[action$='/publish'] button"))
	v.click(v.Locator("main a[href^='/en/dataset/']"))
	if got := ask[string](v, `() => document.querySelector("h1").textContent`); got != "Shelters without script" {
		t.Errorf("the heading of the dataset is %q", got)
	}
	v.readRows()
	v.click(v.Locator("a.gd-tab[href$='/map']"))
	v.see(v.Locator("main svg.gd-map"), "drawing")
	v.see(v.Locator(".gd-legend li"), "legend")
	v.click(v.Locator(".gd-map-details summary"))
	v.see(v.Locator(".gd-map-table tbody tr"), "table of areas")
}

// readRows sorts by the number of places and asks for one town.
func (v *visit) readRows() {
	v.t.Helper()
	capacity := playwright.PageGetByRoleOptions{Name: regexp.MustCompile("可收容人數")}
	v.click(v.GetByRole("columnheader", capacity).GetByRole("link"))
	v.see(v.Locator("th[aria-sort]"), "sorted column")
	v.click(v.Locator(".gd-filter summary"))
	if err := v.Locator("#q").Fill("蘭嶼"); err != nil {
		v.t.Fatal(err)
	}
	v.click(v.Locator(".gd-filter button[type=submit]"))
	if err := v.WaitForURL(regexp.MustCompile(`[?&]q=`)); err != nil {
		v.t.Fatal(err)
	}
	rows := ask[string](v, `() => [...document.querySelectorAll(".gd-table tbody tr")].map(r => r.textContent.includes("蘭嶼鄉")).join()`)
	if rows != strings.TrimSuffix(strings.Repeat("true,", 8), ",") {
		v.t.Errorf("%s shows rows of 蘭嶼鄉: %s, want 8 of 8", v.URL(), rows)
	}
}
