package e2e

import (
	"bytes"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/mxschmitt/playwright-go"

	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/tools/browser"
)

// TestMapIsland: the interactive map of a dataset stands over the drawing, is
// shaded, and answers to its table.
func TestMapIsland(t *testing.T) {
	h := need(t)
	v := h.open(t, "", browser.Look{})
	v.goTo("/dataset/towns/map?within=65000")
	island := v.Locator("gongdao-map")
	if err := island.ScrollIntoViewIfNeeded(); err != nil {
		t.Fatal(err)
	}
	v.see(v.Locator("gongdao-map[data-ready]"), "map that is ready")
	picture, err := v.Locator("gongdao-map canvas").Screenshot()
	if err != nil {
		t.Fatal(err)
	}
	if share := shaded(t, picture); share < 0.2 {
		t.Errorf("%.0f %% of the map is shaded, want more than 20 %%", share*100)
	}
	v.click(v.Locator(".gd-map-details summary"))
	row := v.Locator(".gd-map-table tbody tr").Nth(3)
	name, err := row.Locator("th").InnerText()
	if err != nil {
		t.Fatal(err)
	}
	v.click(row.Locator("td"))
	v.see(v.Locator(".gd-map-popup").GetByText(name), "name on the map")
	v.see(v.Locator(".gd-map-table tr[aria-current=true]").GetByText(name), "chosen row")
	axe, err := os.ReadFile(filepath.Join(judge.Need(t, "axe-core"), "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	v.axe(t, string(axe))
}

// shaded is the share of pixels that have one of the greens of the ramp.
func shaded(t *testing.T, picture []byte) float64 {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	b, n := img.Bounds(), 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			if int(c.G)-int(c.R) >= 12 {
				n++
			}
		}
	}
	return float64(n) / float64(b.Dx()*b.Dy())
}

// TestUpload: with scripts the file is sent under a bar, and the page of the
// import comes to its review by itself.
func TestUpload(t *testing.T) {
	h := need(t)
	v := h.open(t, "steward", browser.Look{})
	body, err := browser.Sample(v.Context(), h.portal, "budget-messy.csv")
	if err != nil {
		t.Fatal(err)
	}
	v.goTo("/desk/data")
	v.see(v.Locator("gongdao-upload[data-ready]"), "upload that is ready")
	file := playwright.InputFile{Name: "budget-messy.csv", MimeType: "text/csv", Buffer: body}
	if err := v.Locator("#file").SetInputFiles(file); err != nil {
		t.Fatal(err)
	}
	v.see(v.GetByText("budget-messy.csv"), "name of the chosen file")
	// The bar is gone before a test could look: it is watched from inside.
	if _, err := v.Evaluate(`() => new MutationObserver(() => {
		if (!document.querySelector(".gd-upload__sending").hidden) sessionStorage.bar = "seen";
	}).observe(document.querySelector("gongdao-upload"), {subtree: true, attributes: true})`); err != nil {
		t.Fatal(err)
	}
	v.click(v.Locator("form:has(#file) button[type=submit]"))
	if err := v.WaitForURL(h.portal + "/desk/data/imports/*"); err != nil {
		t.Fatal(err)
	}
	v.see(v.Locator("form[action$='/publish']"), "review")
	if got := ask[string](v, `() => sessionStorage.bar ?? "never"`); got != "seen" {
		t.Errorf("the bar was %s", got)
	}
	v.see(v.Locator(".gd-finding"), "finding about a messy file")
}

// TestUploadWithoutFile: what was typed stays, and the message stands at the field.
func TestUploadWithoutFile(t *testing.T) {
	h := need(t)
	for _, noScript := range []bool{false, true} {
		v := h.open(t, "steward", browser.Look{NoScript: noScript})
		v.goTo("/en/desk/data")
		if err := v.Locator("#title").Fill("Typed and kept"); err != nil {
			t.Fatal(err)
		}
		v.click(v.Locator("form:has(#file) button[type=submit]"))
		v.see(v.Locator(".govuk-error-summary a[href='#file']"), "error that leads to the field")
		v.see(v.Locator("#file-error"), "error at the field")
		if got, err := v.Locator("#title").InputValue(); err != nil || got != "Typed and kept" {
			t.Errorf("the title is %q, %v; want what was typed", got, err)
		}
	}
}
