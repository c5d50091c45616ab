package e2e

import (
	"encoding/json"
	"testing"

	"github.com/gongdao/gongdao/tools/browser"
)

// focused describes what has the focus: a number given at the first visit, and
// whether a reader can see that it has it.
const focused = `() => {
	const e = document.activeElement;
	if (!e || e === document.body || e === document.documentElement) return JSON.stringify({at: -1});
	window.walked ??= new Map();
	if (!window.walked.has(e)) window.walked.set(e, window.walked.size);
	const box = e.getBoundingClientRect();
	const drawn = (s) => s.boxShadow !== "none" || (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
	const near = [e, e.parentElement, e.nextElementSibling].filter(Boolean);
	const shown = near.some(n => [null, "::before", "::after"].some(p => drawn(getComputedStyle(n, p))));
	return JSON.stringify({
		at: window.walked.get(e), text: (e.textContent || e.getAttribute("aria-label") || e.id || e.localName).trim().slice(0, 60), tag: e.localName,
		href: e.getAttribute("href") ?? "", shown,
		inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0,
	});
}`

// passed lists the elements that Tab should have reached and did not, once
// around.
const passed = `() => [...document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex]")]
	.filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true}) && !window.walked.has(e))
	.map(e => e.outerHTML.slice(0, 120)).join("\n")`

// TestKeyboardWalk tabs through whole pages: the skip link comes first, every
// stop shows its focus inside the window, nothing holds the reader.
func TestKeyboardWalk(t *testing.T) {
	h := need(t)
	paths := []page{{path: "/"}, {path: "/dataset"}, {path: "/en/dataset/towns"}, {path: "/desk/data", person: "steward"}}
	if slow() {
		paths = append(paths, page{path: "/signin"}, page{path: "/en/dataset/towns/map?within=63000"}, page{path: "/account", person: "citizen"},
			page{path: "/maps/county"}, page{path: "/docs/api"})
	}
	for _, p := range paths {
		t.Run(p.path, func(t *testing.T) {
			v := h.open(t, p.person, browser.Look{})
			v.goTo(p.path)
			v.settle()
			v.walk()
		})
	}
}

// settle waits for a map on the page: it loads when it is seen, and until then
// the page is about to change under the reader's feet.
func (v *visit) settle() {
	v.t.Helper()
	island := v.Locator("gongdao-map")
	if n, err := island.Count(); err != nil || n == 0 {
		return
	}
	if err := island.First().ScrollIntoViewIfNeeded(); err != nil {
		v.t.Fatal(err)
	}
	v.see(v.Locator("gongdao-map[data-ready]"), "map that is ready")
	if _, err := v.Evaluate(`() => scrollTo(0, 0)`); err != nil {
		v.t.Fatal(err)
	}
}

// most is more stops than any page has.
const most = 1000

func (v *visit) walk() {
	t := v.t
	t.Helper()
	visited := map[int]bool{}
	for n := 0; n < most; n++ {
		if err := v.Keyboard().Press("Tab"); err != nil {
			t.Fatal(err)
		}
		var e struct {
			At              int
			Text, Tag, Href string
			Shown, Inside   bool
		}
		if err := json.Unmarshal([]byte(ask[string](v, focused)), &e); err != nil {
			t.Fatal(err)
		}
		if n == 0 && e.Href != "#main" {
			t.Errorf("the first stop is <%s> %q, want the link to the content", e.Tag, e.Text)
		}
		if e.At < 0 || visited[e.At] {
			break // round: the browser itself comes next, or the page again
		}
		visited[e.At] = true
		if !e.Shown {
			t.Errorf("<%s> %q does not show that it has the focus", e.Tag, e.Text)
		}
		if !e.Inside {
			t.Errorf("<%s> %q has the focus outside the window", e.Tag, e.Text)
		}
	}
	if len(visited) < 10 || len(visited) == most {
		t.Errorf("Tab stopped at %d elements", len(visited))
	}
	if left := ask[string](v, passed); left != "" {
		t.Errorf("Tab did not reach\n%s", left)
	}
}
