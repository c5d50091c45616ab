package search

import (
	"strings"
	"unicode"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/standards/hanvariant"
)

// between is the token that stands between two runs, so that no phrase reaches
// over the gap unless the query has one there too.
const between = "\uF8FF"

// run is a stretch of one kind of characters.
type run struct {
	han  bool
	text []rune
}

// pairs reports whether r is a character that is indexed by pairs: Han, kana,
// hangul, and the private characters of old agency files.
func pairs(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Co) || r == '〇'
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// runs splits folded text; everything that is neither Han, letter nor digit
// only separates.
func runs(folded string) []run {
	var out []run
	open := false // the last run may still grow
	for _, r := range folded {
		han := pairs(r) && string(r) != between
		if !han && !letter(r) {
			open = false
			continue
		}
		if !open || out[len(out)-1].han != han {
			out = append(out, run{han: han})
			open = true
		}
		last := &out[len(out)-1]
		last.text = append(last.text, r)
	}
	return out
}

// allPairs reports whether a folded word is one run of Han.
func allPairs(word string) bool {
	r := runs(word)
	return len(r) == 1 && r[0].han && string(r[0].text) == word
}

// tokens are the tokens of one run.
func (r run) tokens() []string {
	if !r.han || len(r.text) == 1 {
		return []string{string(r.text)}
	}
	out := make([]string, len(r.text)-1)
	for i := range out {
		out[i] = string(r.text[i : i+2])
	}
	return out
}

// index writes the tokens of texts, as db.Search wants them.
func index(texts ...string) string {
	var out []string
	for _, t := range texts {
		for _, r := range runs(hanvariant.Fold(t)) {
			if len(out) > 0 {
				out = append(out, between)
			}
			out = append(out, r.tokens()...)
		}
	}
	return strings.Join(out, " ")
}

// singles writes every Han character of texts once.
func singles(texts ...string) string {
	seen := map[rune]bool{}
	var b strings.Builder
	for _, t := range texts {
		for _, r := range hanvariant.Fold(t) {
			if pairs(r) && !seen[r] && string(r) != between {
				seen[r] = true
				b.WriteRune(r)
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
}

// terms turns one folded word of a query into phrases that must all be found. A
// Han character that stands alone at the beginning may be the end of a longer
// run, which no phrase can say, so it is only looked for among the single ones.
func terms(word string) []db.SearchTerm {
	list := runs(word)
	if len(list) == 0 {
		return nil
	}
	var out []db.SearchTerm
	if first := list[0]; first.han && len(first.text) == 1 {
		out = append(out, db.SearchTerm{Tokens: first.tokens(), Column: "one"})
		if list = list[1:]; len(list) == 0 {
			return out
		}
	}
	var phrase []string
	for i, r := range list {
		if i > 0 {
			phrase = append(phrase, between)
		}
		phrase = append(phrase, r.tokens()...)
	}
	return append(out, db.SearchTerm{Tokens: phrase, Prefix: list[len(list)-1].begins()})
}

// begins reports whether the last run of a word may be the beginning of one in
// the text. A letter or two begin so many words that gathering them costs more
// than they find; in titles they are found anyway.
func (r run) begins() bool {
	if r.han {
		return len(r.text) == 1
	}
	return len(r.text) > 2
}
