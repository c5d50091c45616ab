package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"unicode"
)

const (
	// displayFont is set in headings whose text is a piece of ours.
	displayFont = "@expo-google-fonts/noto-serif-tc/700Bold/NotoSerifTC_700Bold.ttf"
	// maxDisplayFont is the budget of web.md: a cold home page stays under 300 kB.
	maxDisplayFont = 200_000
	// fillTo is how many Han characters are kept when the display pieces need
	// fewer: the commonest of the other pieces, so that a heading written
	// tomorrow seldom mixes two fonts.
	fillTo = 560
)

// displayKey matches the keys of pieces that are set in the display font: those
// of the home page, and headings elsewhere.
var displayKey = regexp.MustCompile(`^root\.home\.|(^|\.)(title|heading|name|hero|display|nav|stat)([.-][a-z0-9.-]*)?$`)

// piece is one line of a catalogue: a quoted key and a text.
var piece = regexp.MustCompile(`(?m)^\s*"?([A-Za-z0-9.\-]+)"?\s*=\s*(.*)$`)

// fonts makes the display font and the tiny one of the word mark, which every
// page carries.
func (b *build) fonts(ctx context.Context) ([]file, error) {
	display, mark, err := b.characters()
	if err != nil {
		return nil, err
	}
	var list []file
	for _, f := range []struct{ name, text string }{{"display", display}, {"mark", mark}} {
		body, err := b.subset(ctx, f.name, f.text)
		if err != nil {
			return nil, err
		}
		list = append(list, file{"fonts/" + f.name + ".woff2", hashed(f.name+".woff2", body), body})
	}
	if n := len(list[0].body); n > maxDisplayFont {
		return nil, fmt.Errorf("the display font has %d bytes, more than %d: shorten headings or narrow displayKey", n, maxDisplayFont)
	}
	return list, nil
}

// subset cuts the display font, or takes it from the cache if these characters
// were cut before.
func (b *build) subset(ctx context.Context, name, text string) ([]byte, error) {
	out := filepath.Join(b.cache, hashed(name+".woff2", []byte(text)))
	if body, err := os.ReadFile(out); err == nil {
		return body, nil
	}
	cmd := exec.CommandContext(ctx, node(), filepath.Join(b.root, "tools", "assets", "subset.mjs"), b.module(displayFont), out)
	cmd.Stdin = strings.NewReader(text)
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("subset %s: %w\n%s", name, err, wrong.String())
	}
	return os.ReadFile(out)
}

// characters reads all catalogues and returns what the two fonts keep.
func (b *build) characters() (display, mark string, err error) {
	wanted, others := map[rune]int{}, map[rune]int{}
	var brand strings.Builder
	for _, p := range b.glob("text/*.toml", "*/text/*.toml", "internal/*/text/*.toml", "internal/*/*/text/*.toml") {
		raw, err := os.ReadFile(p)
		if err != nil {
			return "", "", err
		}
		for _, m := range piece.FindAllStringSubmatch(string(raw), -1) {
			count := others
			if displayKey.MatchString(m[1]) {
				count = wanted
			}
			for _, r := range m[2] {
				count[r]++
			}
			if m[1] == "ui.name" || m[1] == "ui.name.other" {
				brand.WriteString(m[2])
			}
		}
	}
	return latin() + han(wanted, 1<<20) + han(subtract(others, wanted), fillTo-len(wanted)), unique(brand.String()), nil
}

// latin is what headings and figures need beside Han.
func latin() string {
	var s strings.Builder
	for r := ' '; r <= '~'; r++ {
		s.WriteRune(r)
	}
	return s.String() + "‧·–—…％，。、；：？！「」『』《》（）／〈〉"
}

// han returns the most frequent Han characters, at most n, in a fixed order.
func han(count map[rune]int, n int) string {
	var list []rune
	for r := range count {
		if unicode.Is(unicode.Han, r) {
			list = append(list, r)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if count[list[i]] != count[list[j]] {
			return count[list[i]] > count[list[j]]
		}
		return list[i] < list[j]
	})
	if n < 0 {
		n = 0
	}
	if len(list) > n {
		list = list[:n]
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return string(list)
}

func subtract(a, b map[rune]int) map[rune]int {
	rest := map[rune]int{}
	for r, n := range a {
		if b[r] == 0 {
			rest[r] = n
		}
	}
	return rest
}

func unique(s string) string {
	seen := map[rune]bool{}
	var list []rune
	for _, r := range s {
		if !seen[r] && (unicode.IsLetter(r)) {
			seen[r] = true
			list = append(list, r)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return string(list)
}
