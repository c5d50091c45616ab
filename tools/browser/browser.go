package browser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/mxschmitt/playwright-go"
)

// Browser is a Chromium that runs without a screen.
type Browser struct {
	playwright.Browser
	driver *playwright.Playwright
}

// Launch starts the Chromium at chromium, with the driver that npm put under
// root. The caller closes it.
func Launch(root, chromium string) (*Browser, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	// The driver reads these two from the environment and nowhere else.
	err = errors.Join(os.Setenv("PLAYWRIGHT_CLI_PATH", filepath.Join(root, "node_modules", "playwright-core", "cli.js")),
		os.Setenv("PLAYWRIGHT_NODEJS_PATH", node))
	if err != nil {
		return nil, err
	}
	driver, err := playwright.Run(&playwright.RunOptions{SkipInstallBrowsers: true})
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	args := []string{"--enable-unsafe-swiftshader", "--disable-background-networking", "--disable-component-update",
		"--disable-quic", "--disable-sync", "--no-first-run"}
	if os.Getuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	b, err := driver.Chromium.Launch(playwright.BrowserTypeLaunchOptions{ExecutablePath: &chromium, Headless: playwright.Bool(true), Args: args})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("browser: %w", err), driver.Stop())
	}
	return &Browser{b, driver}, nil
}

// Close ends the browser and its driver.
func (b *Browser) Close() error { return errors.Join(b.Browser.Close(), b.driver.Stop()) }

// Look is how somebody sees the portal.
type Look struct {
	Dark          bool
	Width, Height int  // 1280 and 800 when zero
	NoScript      bool // JavaScript is off
	Injects       bool // the test brings a script of its own, past the policy of the page
	Session       playwright.OptionalStorageState
}

// Open makes a context of its own: cookies, cache and storage of nobody else.
func (b *Browser) Open(l Look) (playwright.BrowserContext, error) {
	if l.Width == 0 {
		l.Width = 1280
	}
	if l.Height == 0 {
		l.Height = 800
	}
	scheme := playwright.ColorSchemeLight
	if l.Dark {
		scheme = playwright.ColorSchemeDark
	}
	o := playwright.BrowserNewContextOptions{Locale: playwright.String("zh-TW"), TimezoneId: playwright.String("Asia/Taipei"),
		ColorScheme: scheme, ReducedMotion: playwright.ReducedMotionReduce, Viewport: &playwright.Size{Width: l.Width, Height: l.Height},
		JavaScriptEnabled: playwright.Bool(!l.NoScript), BypassCSP: playwright.Bool(l.Injects)}
	if len(l.Session.Cookies) > 0 {
		o.StorageState = &l.Session
	}
	return b.NewContext(o)
}

// SignIn spends a one-time link and returns the session it opened, for any
// number of contexts.
func (b *Browser) SignIn(link string) (playwright.OptionalStorageState, error) {
	var none playwright.OptionalStorageState
	c, err := b.Open(Look{})
	if err != nil {
		return none, err
	}
	defer c.Close()
	p, err := c.NewPage()
	if err != nil {
		return none, err
	}
	if _, err := p.Goto(link); err != nil {
		return none, err
	}
	if err := p.Locator("main form button").First().Click(); err != nil {
		return none, err
	}
	if err := p.Locator("h1").WaitFor(); err != nil {
		return none, err
	}
	s, err := c.StorageState()
	if err != nil {
		return none, err
	}
	if len(s.Cookies) == 0 {
		return none, fmt.Errorf("browser: the link opened no session; the page is %s", p.URL())
	}
	return *s.ToOptionalStorageState(), nil
}
