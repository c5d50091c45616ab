// Package hanvariant makes texts comparable for search: 台北 finds 臺北.
//
// Folding is for comparing and finding only. It never replaces what a person
// or an agency wrote; names are stored as they came.
//
// Invariants, each with a test of the same name:
//   - FoldTwiceIsFoldOnce: a folded text folds to itself.
//   - EveryVariantHasOneHome: a character stands in one group, once.
//
// Sources: Unicode Standard Annex 15 (NFKC); 教育部 常用國字標準字體表, 異體字字典.
package hanvariant

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s for searching: NFKC (full-width letters become narrow,
// compatibility ideographs become ordinary ones), lower case, and each Han
// variant as its standard form.
func Fold(s string) string {
	if isPlain(s) {
		return s
	}
	s = norm.NFKC.String(strings.Map(fold, norm.NFKC.String(s)))
	// Lower case may open another composition, and that another lower case.
	return strings.Map(fold, s)
}

// Canonical returns the standard form of one character, itself if it has no other.
func Canonical(c rune) rune {
	if c < firstHan {
		return c
	}
	if to, ok := forms[c]; ok {
		return to
	}
	return c
}

// Same reports whether a and b fold to the same text.
func Same(a, b string) bool { return a == b || Fold(a) == Fold(b) }

func fold(c rune) rune {
	if c < utf8.RuneSelf {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}
	return Canonical(unicode.ToLower(c))
}

// isPlain reports whether s is ASCII without capitals, which folds to itself.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || 'A' <= s[i] && s[i] <= 'Z' {
			return false
		}
	}
	return true
}

const firstHan = 0x3400

// forms maps each variant to its standard form.
var forms = read(groups)

func read(groups string) map[rune]rune {
	m := map[rune]rune{}
	for _, g := range strings.Fields(groups) {
		to, n := utf8.DecodeRuneInString(g)
		for _, c := range g[n:] {
			m[c] = to
		}
	}
	return m
}
