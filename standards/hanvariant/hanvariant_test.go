package hanvariant

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"the city", "台北市", "臺北市"},
		{"the standard form stays", "臺北市", "臺北市"},
		{"inside", "裏面", "裡面"},
		{"peak", "峯", "峰"},
		{"group", "羣", "群"},
		{"full-width letters and digits", "ＡＢＣ１２３（一）", "abc123(一)"},
		{"a compatibility ideograph", "\uf9d1", "六"},
		{"lower case", "YouBike 2.0", "youbike 2.0"},
		{"Latin with marks", "ÉCOLE", "école"},
		{"a village is not an inside", "里", "里"},
		{"a surname is not sunk", "沈", "沈"},
		{"private use stays", "\ue000", "\ue000"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
	if !Same("臺中縣黃昏市場", "台中縣黄昏市場") || Same("臺中", "臺東") {
		t.Error("Same is wrong about the markets of Taichung or about Taitung")
	}
}

func TestEveryVariantHasOneHome(t *testing.T) {
	seen := map[rune]string{}
	for _, g := range strings.Fields(groups) {
		if utf8.RuneCountInString(g) < 2 {
			t.Errorf("%s is alone", g)
		}
		if !norm.NFKC.IsNormalString(g) {
			t.Errorf("%s is not NFKC: folding never meets it", g)
		}
		for _, c := range g {
			if other, twice := seen[c]; twice {
				t.Errorf("%c stands in %s and in %s", c, other, g)
			}
			if c < firstHan {
				t.Errorf("%c is no Han character", c)
			}
			seen[c] = g
		}
	}
	for from, to := range forms {
		if Canonical(to) != to {
			t.Errorf("%c becomes %c, which becomes %c", from, to, Canonical(to))
		}
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, s string) {
		if once := Fold(s); Fold(once) != once {
			t.Fatalf("%q folds to %q and then to %q", s, once, Fold(once))
		}
	}
	for c := rune(0); c <= 0x2FA1F; c++ {
		check(t, string(c))
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.String().Draw(t, "text")) })
}
