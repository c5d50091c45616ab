package query

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

type tokenKind int

const (
	tokEnd    tokenKind = iota
	tokWord             // field, keyword or function
	tokQuoted           // `any name`
	tokNumber           // 12, 12.5
	tokString           // "…" or '…'
	tokDate             // date'…'
	tokGeom             // geom'…'
	tokMark             // an operator or a bracket
)

// token is one piece of a clause. text is its meaning, source what stood there.
type token struct {
	kind   tokenKind
	text   string
	source string
	pos    int // 0-based, in characters
}

func (t token) is(mark string) bool { return t.kind == tokMark && t.text == mark }

func (t token) word(keyword string) bool {
	return t.kind == tokWord && strings.EqualFold(t.text, keyword)
}

// Limits on one query, over all its clauses.
const (
	MaxBytes  = 16 << 10
	MaxTokens = 2000
	MaxDepth  = 64
	MaxIn     = 1000 // items of one in list
)

type lexer struct {
	clause Clause
	text   string
	at     int // byte
	pos    int // character
	max    int // tokens that may still come
}

// lex splits text into tokens, ending with tokEnd.
func lex(c Clause, text string, max int) ([]token, error) {
	if !cleanText(text) {
		return nil, refuse(c, -1, "not-text", "%s: the text is not valid UTF-8", string(c))
	}
	l := &lexer{clause: c, text: text, max: max}
	var out []token
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		if len(out) > max {
			return nil, tooLarge(c, t.pos, "tokens", "%s: the query has more than %d words and signs", MaxTokens)
		}
		out = append(out, t)
		if t.kind == tokEnd {
			return out, nil
		}
	}
}

func cleanText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func (l *lexer) next() (token, error) {
	l.advance(len(l.text[l.at:]) - len(strings.TrimLeftFunc(l.text[l.at:], unicode.IsSpace)))
	start, pos := l.at, l.pos
	rest := l.text[l.at:]
	if rest == "" {
		return token{kind: tokEnd, pos: pos}, nil
	}
	kind, text, n, err := l.scan(rest)
	if err != nil {
		return token{}, err
	}
	l.advance(n)
	return token{kind, text, l.text[start:l.at], pos}, nil
}

func (l *lexer) advance(n int) {
	l.pos += utf8.RuneCountInString(l.text[l.at : l.at+n])
	l.at += n
}

// scan reads one token at the start of s, which is not blank, and its length.
func (l *lexer) scan(s string) (kind tokenKind, text string, n int, err error) {
	switch r, size := utf8.DecodeRuneInString(s); {
	case r == '"' || r == '\'':
		text, n, err = l.quoted(s, byte(r))
		return tokString, text, n, err
	case r == '`':
		text, n, err = l.quoted(s, '`')
		return tokQuoted, text, n, err
	case wordRune(r):
		return l.scanWord(s)
	case strings.HasPrefix(s, "<=") || strings.HasPrefix(s, ">=") || strings.HasPrefix(s, "!=") || strings.HasPrefix(s, ".."):
		return tokMark, s[:2], 2, nil
	case strings.ContainsRune("()[],:=<>+-*/", r):
		return tokMark, s[:size], size, nil
	default:
		return 0, "", 0, unexpected(l.clause, token{tokMark, s[:size], s[:size], l.pos}, l.text, "a field, a value or an operator")
	}
}

func wordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

func (l *lexer) scanWord(s string) (kind tokenKind, text string, n int, err error) {
	n = len(s) - len(strings.TrimLeftFunc(s, wordRune))
	word := s[:n]
	if digits(word) {
		if rest := s[n:]; len(rest) > 1 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9' {
			frac := len(rest[1:]) - len(strings.TrimLeft(rest[1:], "0123456789"))
			n += 1 + frac
		}
		return tokNumber, s[:n], n, nil
	}
	if n < len(s) && (s[n] == '\'' || s[n] == '"') {
		if k := literalKind(word); k != tokEnd {
			text, m, err := l.quoted(s[n:], s[n])
			return k, text, n + m, err
		}
	}
	return tokWord, word, n, nil
}

func literalKind(word string) tokenKind {
	switch {
	case strings.EqualFold(word, "date"):
		return tokDate
	case strings.EqualFold(word, "geom"):
		return tokGeom
	}
	return tokEnd
}

// digits reports whether s is not empty and holds only 0–9.
func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// quoted reads a string that starts with the quote q and returns its meaning
// and its length with both quotes. Escapes are those of JSON; any other
// character after a backslash stands for itself. In a name only back quotes and
// backslashes are escaped, as clients of the Explore API do.
func (l *lexer) quoted(s string, q byte) (text string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); {
		switch s[i] {
		case q:
			return b.String(), i + 1, nil
		case '\\':
			r, m := unescape(s[i+1:], q)
			if m == 0 {
				i = len(s)
				break
			}
			b.WriteRune(r)
			i += 1 + max(m, 0)
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	e := refuse(l.clause, l.pos, "unclosed", "%s: the quote at character %d is never closed", string(l.clause), l.pos+1).
		terse("unexpected end of text at position " + strconv.Itoa(utf8.RuneCountInString(l.text)) + " in " + clip(l.text, 200)).
		hint("close the quote, and write a quote inside it as \\" + string(q))
	e.Syntax = true
	return "", 0, e
}

// unescape reads what follows a backslash, and its length: 0 at the
// end, negative where the backslash stands for itself.
func unescape(s string, q byte) (rune, int) {
	if s == "" {
		return 0, 0
	}
	if q == '`' {
		if s[0] == '`' || s[0] == '\\' {
			return rune(s[0]), 1
		}
		return '\\', -1
	}
	switch s[0] {
	case 'b':
		return '\b', 1
	case 'f':
		return '\f', 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'u':
		if r, ok := hex4(s[1:]); ok {
			if r2, ok := lowSurrogate(s[5:]); ok && utf16.IsSurrogate(r) {
				if pair := utf16.DecodeRune(r, r2); pair != unicode.ReplacementChar {
					return pair, 11
				}
			}
			if r == 0 || utf16.IsSurrogate(r) {
				return unicode.ReplacementChar, 5
			}
			return r, 5
		}
	}
	return utf8.DecodeRuneInString(s)
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(s[:4], 16, 32)
	return rune(v), err == nil
}

func lowSurrogate(s string) (rune, bool) {
	if !strings.HasPrefix(s, `\u`) {
		return 0, false
	}
	return hex4(s[2:])
}
