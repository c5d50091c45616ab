package e2e

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/mxschmitt/playwright-go"

	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/tools/browser"
)

// house is one demonstration and one browser for all tests.
var house = sync.OnceValues(openHouse)

type opened struct {
	root     string
	portal   string
	demo     *browser.Demo
	browser  *browser.Browser
	sessions map[string]playwright.OptionalStorageState // by person: "" is nobody
	pages    []page
}

// opening is house, once somebody has asked for it. TestMain closes it.
var opening *opened

func TestMain(m *testing.M) {
	code := m.Run()
	if opening != nil {
		if err := opening.close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

func openHouse() (*opened, error) {
	root, err := judge.Root()
	if err != nil {
		return nil, err
	}
	bin, err := browser.Program(root)
	if err != nil {
		return nil, err
	}
	h := &opened{root: root, sessions: map[string]playwright.OptionalStorageState{}}
	opening = h
	if h.demo, err = browser.StartDemo(bin); err != nil {
		return nil, err
	}
	h.portal = h.demo.Portal
	if h.browser, err = browser.Launch(root, chromium); err != nil {
		return nil, err
	}
	for person, role := range map[string]string{"steward": "steward", "citizen": "citizen", "administrator": "case officer"} {
		link, err := h.demo.Link(role)
		if err != nil {
			return nil, err
		}
		if h.sessions[person], err = h.browser.SignIn(link); err != nil {
			return nil, fmt.Errorf("sign in the %s: %w", person, err)
		}
	}
	h.pages, err = h.listPages()
	return h, err
}

func (h *opened) close() error {
	var errs []string
	if h.browser != nil {
		if err := h.browser.Close(); err != nil {
			errs = append(errs, err.Error())
		}
	}
	if h.demo != nil {
		if err := h.demo.Stop(); err != nil {
			errs = append(errs, err.Error())
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("close: %s", strings.Join(errs, "; "))
	}
	return nil
}

// chromium is where the judge stands; need fills it before the house opens.
var chromium string

// need opens the house for t, or skips t where there is no browser.
func need(t *testing.T) *opened {
	t.Helper()
	chromium = judge.Need(t, "chromium")
	h, err := house()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// slow reports whether every combination is wanted.
func slow() bool { return os.Getenv("GONGDAO_SLOW") != "" }

// visit is one context of the browser that notes what went wrong in it.
type visit struct {
	playwright.Page
	t      *testing.T
	h      *opened
	expect map[string]bool // addresses that may fail
}

// open looks at the portal as person. When t ends it fails if a page asked a
// foreign origin, broke the policy of its content or threw an error.
func (h *opened) open(t *testing.T, person string, l browser.Look) *visit {
	t.Helper()
	l.Session = h.sessions[person]
	c, err := h.browser.Open(l)
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{t: t, h: h, expect: map[string]bool{}}
	if v.Page, err = c.NewPage(); err != nil {
		t.Fatal(err)
	}
	v.SetDefaultTimeout(60_000)
	var mu sync.Mutex
	var wrong []string
	note := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		wrong = append(wrong, fmt.Sprintf(format, args...))
	}
	c.OnRequest(func(r playwright.Request) {
		u := r.URL()
		if !strings.HasPrefix(u, h.portal+"/") && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:"+h.portal) {
			note("asked a foreign origin for %s", u)
		}
	})
	c.OnConsole(func(m playwright.ConsoleMessage) {
		if (m.Type() == "error" || m.Type() == "warning") && harmful(m.Text()) {
			note("the console says: %s", m.Text())
		}
	})
	c.OnWebError(func(e playwright.WebError) { note("threw: %v", e.Error()) })
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, w := range wrong {
			t.Error(w)
		}
	})
	return v
}

// harmful leaves aside what a browser says of a page that we expect to be
// refused, and of its drawing without a graphics card.
func harmful(text string) bool {
	for _, known := range []string{"the server responded with a status of 4", "GPU stall due to ReadPixels", "GL Driver Message"} {
		if strings.Contains(text, known) {
			return false
		}
	}
	return true
}

// goTo opens a path of the portal.
func (v *visit) goTo(path string) {
	v.t.Helper()
	if _, err := v.Goto(v.h.portal + path); err != nil {
		v.t.Fatalf("%s: %v", path, err)
	}
}

// click presses what the locator finds.
func (v *visit) click(l playwright.Locator) {
	v.t.Helper()
	if err := l.Click(); err != nil {
		v.t.Fatalf("%s: %v", v.URL(), err)
	}
}

// button finds a button by its words.
func (v *visit) button(name string) playwright.Locator {
	return v.GetByRole("button", playwright.PageGetByRoleOptions{Name: name})
}

// see waits until the locator shows something.
func (v *visit) see(l playwright.Locator, what string) {
	v.t.Helper()
	if err := l.First().WaitFor(); err != nil {
		v.t.Fatalf("%s: no %s: %v", v.URL(), what, err)
	}
}

// ask evaluates a script that answers one value.
func ask[T any](v *visit, script string) T {
	v.t.Helper()
	var zero T
	got, err := v.Evaluate(script)
	if err != nil {
		v.t.Fatalf("%s: %v", v.URL(), err)
	}
	value, ok := got.(T)
	if !ok {
		v.t.Fatalf("%s: the script answered %T, want %T", v.URL(), got, zero)
	}
	return value
}
