package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

// wide names the outermost elements that stick out of a window of this width
// and stand in no scroller of their own.
const wide = `() => {
	const root = document.scrollingElement, w = document.documentElement.clientWidth;
	if (root.scrollWidth <= w) return "[]";
	const out = [];
	const walk = (e) => {
		const s = getComputedStyle(e);
		if (s.position === "fixed" || ["auto", "scroll", "hidden", "clip"].includes(s.overflowX) && e !== root && e !== document.body) return;
		if (e.getBoundingClientRect().right > w + 1 && ![...e.children].some(c => c.getBoundingClientRect().right > w + 1)) {
			out.push(e.outerHTML.slice(0, 160));
			return;
		}
		for (const c of e.children) walk(c);
	};
	walk(document.body);
	return JSON.stringify(out.slice(0, 4));
}`

// TestReflow: WCAG 1.4.10, no page scrolls sideways at 320 px; in the long form
// also with the letters twice as large (1.4.4).
func TestReflow(t *testing.T) {
	h := need(t)
	list := []look{{"zh", false, 320}}
	if slow() {
		list = append(list, look{"en", false, 320})
	}
	eachPage(t, h, list, func(t *testing.T, v *visit, p page) {
		v.fits(t, "at 320 px")
		if !slow() {
			return
		}
		if err := v.SetViewportSize(640, 800); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Evaluate(`() => { document.documentElement.style.fontSize = "200%" }`); err != nil {
			t.Fatal(err)
		}
		v.fits(t, "with letters twice as large")
		if err := v.SetViewportSize(320, 800); err != nil {
			t.Fatal(err)
		}
	})
}

func (v *visit) fits(t *testing.T, when string) {
	t.Helper()
	var out []string
	if err := json.Unmarshal([]byte(ask[string](v, wide)), &out); err != nil {
		t.Fatal(err)
	}
	if len(out) > 0 {
		t.Errorf("%s scrolls sideways %s:\n  %s", strings.TrimPrefix(v.URL(), v.h.portal), when, strings.Join(out, "\n  "))
	}
}
