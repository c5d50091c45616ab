// Command screenshots takes the pictures of the guide from the demonstration,
// whose content is the same every time: four pages in both languages, light and
// dark, on a desk and on a phone, as small PNG files.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/mxschmitt/playwright-go"

	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/tools/browser"
)

// MaxBytes is the most a picture may weigh: a README with three of them must
// open fast.
const MaxBytes = 150_000

// shot is one picture.
type shot struct {
	name, lang, shade string
	width             int
}

// file is the name in the guide, which the README and the guide refer to.
func (s shot) file() string { return fmt.Sprintf("%s-%s-%s-%d.png", s.name, s.lang, s.shade, s.width) }

// subjects lists what is pictured and in which looks: 20 pictures, of 24 at most.
var subjects = []string{"home", "dataset", "desk", "map"}

func shots() []shot {
	var list []shot
	for _, name := range subjects {
		list = append(list, shot{name, "zh", "light", 1280}, shot{name, "en", "light", 1280}, shot{name, "zh", "dark", 1280}, shot{name, "en", "light", 390}, shot{name, "zh", "dark", 390})
	}
	return list
}

// top says what stands at the upper edge of a picture; pages without an entry
// are shown from their beginning.
var top = map[string]string{"desk": "main h1", "map": "section:has(.gd-map-figure)"}

func main() {
	out := flag.String("out", "docs/guide/img", "folder of the pictures")
	only := flag.String("only", "", "part of the names of the pictures to take; all without it")
	flag.Parse()
	if err := run(*out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(out, only string) (err error) {
	root, err := judge.Root()
	if err != nil {
		return err
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		return fmt.Errorf("%w: apt-get install chromium fonts-noto-cjk", err)
	}
	bin, err := browser.Program(root)
	if err != nil {
		return err
	}
	demo, err := browser.StartDemo(bin)
	if err != nil {
		return err
	}
	defer demo.Stop()
	b, err := browser.Launch(root, chromium)
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := open(b, demo)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, x := range shots() {
		if !strings.Contains(x.file(), only) {
			continue
		}
		size, err := s.take(x, filepath.Join(out, x.file()))
		if err != nil {
			return fmt.Errorf("%s: %w", x.file(), err)
		}
		fmt.Printf("%-28s %4d kB\n", x.file(), size/1000)
	}
	return nil
}

// studio is a demonstration that is ready to be pictured.
type studio struct {
	browser *browser.Browser
	portal  string
	steward playwright.OptionalStorageState
	paths   map[string]string
}

// open signs the steward in and puts a file on her desk that waits for review.
func open(b *browser.Browser, demo *browser.Demo) (*studio, error) {
	link, err := demo.Link("steward")
	if err != nil {
		return nil, err
	}
	s := &studio{browser: b, portal: demo.Portal}
	if s.steward, err = b.SignIn(link); err != nil {
		return nil, err
	}
	review, err := b.Deliver(demo.Portal, s.steward, "budget-messy.csv", "示範預算執行")
	if err != nil {
		return nil, err
	}
	s.paths = map[string]string{"home": "/", "dataset": "/dataset/towns", "desk": review, "map": "/dataset/village-people/map?within=63000"}
	return s, nil
}

// take pictures one page and writes it, returning the size of the file.
func (s *studio) take(x shot, file string) (int, error) {
	look := browser.Look{Dark: x.shade == "dark", Width: x.width, Height: map[int]int{1280: 800, 390: 844}[x.width]}
	if x.name == "desk" {
		look.Session = s.steward
	}
	c, err := s.browser.Open(look)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	p, err := c.NewPage()
	if err != nil {
		return 0, err
	}
	if err := s.show(p, x); err != nil {
		return 0, err
	}
	picture, err := p.Screenshot(playwright.PageScreenshotOptions{Animations: playwright.ScreenshotAnimationsDisabled, Caret: playwright.ScreenshotCaretHide})
	if err != nil {
		return 0, err
	}
	var small bytes.Buffer
	if err := quantise(&small, picture); err != nil {
		return 0, err
	}
	if small.Len() > MaxBytes {
		return 0, fmt.Errorf("the picture has %d bytes, at most %d are wanted", small.Len(), MaxBytes)
	}
	return small.Len(), os.WriteFile(file, small.Bytes(), 0o644)
}

// show opens the page and waits until its islands are ready.
func (s *studio) show(p playwright.Page, x shot) error {
	path := s.paths[x.name]
	if x.lang == "en" {
		path = strings.TrimSuffix("/en"+path, "/")
	}
	if _, err := p.Goto(s.portal + path); err != nil {
		return err
	}
	if at := top[x.name]; at != "" {
		if _, err := p.Locator(at).First().Evaluate(`(e) => scrollTo(0, e.getBoundingClientRect().top + scrollY - 24)`, nil); err != nil {
			return err
		}
	}
	if x.name == "map" {
		if err := p.Locator("gongdao-map[data-ready]").WaitFor(); err != nil {
			return err
		}
	}
	_, err := p.Evaluate(`() => document.fonts.ready.then(() => true)`)
	return err
}
