package ui_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestTokens computes the contrast of every pair of colours that meets on a
// page (WCAG 2.2, 1.4.3 and 1.4.11): 4.5 for text, 3 for controls and marks.
func TestTokens(t *testing.T) {
	themes := readTokens(t)
	for _, tt := range []struct {
		least float64
		front string
		backs string
	}{
		{4.5, "ink", "paper wash sunk ground card input"},
		{4.5, "ink-2", "paper wash sunk ground card"},
		{4.5, "brand", "paper ground card"},
		{4.5, "button-text", "button button-hover warn-button warn-button-hover"},
		{4.5, "ink", "quiet quiet-hover"},
		{3, "button", "ground card"},
		{4.5, "on-seal", "seal"},
		{3, "seal", "ground card"},
		{4.5, "link", "paper wash ground card sunk"},
		{4.5, "link-visited", "paper wash ground card"},
		{4.5, "link-hover", "paper wash ground card sunk"},
		{4.5, "error", "ground card"},
		{4.5, "success", "ground card"},
		{4.5, "warning", "ground card"},
		{3, "input-border", "ground card input"},
		{4.5, "focus-text", "focus"},
		{4.5, "on-band", "band"},
		{4.5, "on-band-2", "band"},
		{4.5, "band", "on-band on-band-2"},
		{4.5, "band-button-text", "band-button band-button-hover"},
		{4.5, "on-footer", "footer button-edge"},
		{4.5, "on-footer-2", "footer"},
		{4.5, "card", "brand"},
		{4.5, "tag-brand-text", "tag-brand"},
		{4.5, "tag-gold-text", "tag-gold"},
		{4.5, "tag-red-text", "tag-red"},
		{4.5, "tag-grey-text", "tag-grey"},
		{4.5, "tag-blue-text", "tag-blue"},
		{4.5, "tag-purple-text", "tag-purple"},
		{3, "series-1", "ground card"},
		{3, "series-2", "ground card"},
		{3, "series-3", "ground card"},
		{3, "series-4", "ground card"},
		{3, "series-5", "ground card"},
		{3, "series-6", "ground card"},
	} {
		for name, theme := range themes {
			for _, back := range strings.Fields(tt.backs) {
				got := contrast(t, theme, tt.front, back)
				if got < tt.least {
					t.Errorf("%s: %s on %s has contrast %.2f, want %.1f", name, tt.front, back, got, tt.least)
				}
			}
		}
	}
}

// TestThemesHaveTheSameTokens finds a colour that one theme forgot.
func TestThemesHaveTheSameTokens(t *testing.T) {
	themes := readTokens(t)
	for token := range themes["light"] {
		if themes["dark"][token] == "" {
			t.Errorf("dark lacks %s", token)
		}
	}
	for token := range themes["dark"] {
		if themes["light"][token] == "" {
			t.Errorf("light lacks %s", token)
		}
	}
}

var (
	themeMap = regexp.MustCompile(`(?s)\$(light|dark): \((.*?)\n\);`)
	oneToken = regexp.MustCompile(`"([a-z0-9-]+)": #([0-9a-f]{6}),`)
)

// readTokens reads the two themes from the Sass source.
func readTokens(t *testing.T) map[string]map[string]string {
	t.Helper()
	raw, err := os.ReadFile("_tokens.scss")
	if err != nil {
		t.Fatal(err)
	}
	themes := map[string]map[string]string{}
	for _, m := range themeMap.FindAllStringSubmatch(string(raw), -1) {
		themes[m[1]] = map[string]string{}
		for _, one := range oneToken.FindAllStringSubmatch(m[2], -1) {
			themes[m[1]][one[1]] = one[2]
		}
	}
	if len(themes["light"]) < 20 || len(themes["dark"]) < 20 {
		t.Fatal("_tokens.scss is not written as this test reads it")
	}
	return themes
}

// contrast is the ratio of WCAG 2.2.
func contrast(t *testing.T, theme map[string]string, front, back string) float64 {
	t.Helper()
	a, b := luminance(t, theme, front), luminance(t, theme, back)
	return (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05)
}

func luminance(t *testing.T, theme map[string]string, token string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(theme[token], 16, 32)
	if err != nil {
		t.Fatalf("no colour is called %s", token)
	}
	channel := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}
