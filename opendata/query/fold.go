package query

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/gongdao/gongdao/standards/hanvariant"
)

// forms gives for each folded character every single character that folds to
// it. It is made once, from the fold itself.
var forms = sync.OnceValue(func() map[rune][]rune {
	m := map[rune][]rune{}
	for _, block := range [][2]rune{{0x20, 0x9FFF}, {0xF900, 0xFFEF}, {0x20000, 0x2A6DF}, {0x2F800, 0x2FA1F}} {
		for r := block[0]; r <= block[1]; r++ {
			if f := []rune(hanvariant.Fold(string(r))); len(f) == 1 && f[0] != r {
				m[f[0]] = append(m[f[0]], r)
			}
		}
	}
	return m
})

// term is one word to look for.
type term struct {
	folded  string
	pattern string // RE2, where characters have other forms; else ""
}

// terms splits a search text at spaces and folds each word. A trailing * is
// dropped: every word is looked for anywhere.
func terms(text string) []term {
	var out []term
	for _, word := range strings.Fields(hanvariant.Fold(text)) {
		if word = strings.TrimRight(word, "*"); word != "" {
			out = append(out, term{word, pattern(word)})
		}
	}
	return out
}

// pattern is a regular expression for every spelling of a folded word; "" if
// there is but one.
func pattern(word string) string {
	var b strings.Builder
	many := false
	for _, r := range word {
		others := forms()[r]
		if len(others) == 0 {
			b.WriteString(regexp.QuoteMeta(string(r)))
			continue
		}
		many = true
		fmt.Fprintf(&b, `[\x{%X}`, r)
		for _, o := range others {
			fmt.Fprintf(&b, `\x{%X}`, o)
		}
		b.WriteByte(']')
	}
	if !many {
		return ""
	}
	return b.String()
}

// wordStart is what stands before a word that begins with a letter or digit.
const wordStart = `(?:^|[^\pL\pN_])`

// prefixPattern is a pattern for words that begin with t. Han text has no
// spaces, so there a word may begin anywhere.
func (t term) prefixPattern() string {
	p := t.pattern
	if p == "" {
		p = regexp.QuoteMeta(t.folded)
	}
	if r := []rune(t.folded)[0]; han(r) || !wordRune(r) {
		return p
	}
	return wordStart + p
}

func han(r rune) bool {
	return r >= 0x3400 && r <= 0x9FFF || r >= 0x20000 && r <= 0x3FFFF || r >= 0x3040 && r <= 0x30FF || r >= 0xAC00 && r <= 0xD7AF
}
