package browser

import (
	"fmt"
	"strings"
	"time"

	"github.com/mxschmitt/playwright-go"
)

// Deliver sends one of the samples through the form of the desk, without
// scripts, and returns the path of its import once that has come to rest.
func (b *Browser) Deliver(portal string, steward playwright.OptionalStorageState, sample, title string) (string, error) {
	c, err := b.Open(Look{NoScript: true, Session: steward})
	if err != nil {
		return "", err
	}
	defer c.Close()
	p, err := c.NewPage()
	if err != nil {
		return "", err
	}
	body, err := Sample(c, portal, sample)
	if err != nil {
		return "", err
	}
	if _, err := p.Goto(portal + "/desk/data"); err != nil {
		return "", err
	}
	if err := p.Locator("#title").Fill(title); err != nil {
		return "", err
	}
	if err := p.Locator("#file").SetInputFiles(playwright.InputFile{Name: sample, MimeType: "text/csv", Buffer: body}); err != nil {
		return "", err
	}
	if err := p.Locator("form:has(#file) button[type=submit]").Click(); err != nil {
		return "", err
	}
	if err := Rest(p); err != nil {
		return "", fmt.Errorf("%s: %w", sample, err)
	}
	return strings.TrimPrefix(p.URL(), portal), nil
}

// Sample downloads one of the files to try the desk with.
func Sample(c playwright.BrowserContext, portal, name string) ([]byte, error) {
	answer, err := c.Request().Get(portal + "/samples/" + name)
	if err != nil {
		return nil, err
	}
	return answer.Body()
}

// Rest loads the page of an import again, as a reader without scripts does,
// until the import waits for a person or is over.
func Rest(p playwright.Page) error {
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(200 * time.Millisecond) {
		n, err := p.Locator("#progress[data-done]").Count()
		if err != nil || n > 0 {
			return err
		}
		if _, err := p.Reload(); err != nil {
			return err
		}
	}
	return fmt.Errorf("browser: %s does not come to rest", p.URL())
}
