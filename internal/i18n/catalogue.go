package i18n

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Lang is a language of the house.
type Lang string

// The two languages. ZhTW is the first: a page without a language prefix, and
// a reader about whom nothing is known, get it.
const (
	ZhTW Lang = "zh-TW"
	En   Lang = "en"
)

// Langs lists the languages, the first one first.
func Langs() []Lang { return []Lang{ZhTW, En} }

// HTML returns the tag for the lang attribute of HTML: zh-Hant-TW, so that a
// screen reader and the browser's fonts know the script, or en.
func (l Lang) HTML() string {
	if l == En {
		return "en"
	}
	return "zh-Hant-TW"
}

// tag returns l for the plural rules of Unicode CLDR.
func (l Lang) tag() language.Tag {
	if l == En {
		return language.English
	}
	return language.TraditionalChinese
}

// piece is one sentence. one is empty where the language has no such form or
// the sentence does not count.
type piece struct {
	one, other string
	plural     bool
}

// Catalogue holds the pieces of all rooms. It does not change after Load.
type Catalogue struct {
	pieces map[Lang]map[string]piece
}

// Load reads zh-TW.toml and en.toml from the root of each part. A part may
// lack a file. Load refuses what it cannot read, a nested table, and a key
// that two parts hold.
func Load(parts ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{pieces: map[Lang]map[string]piece{ZhTW: {}, En: {}}}
	for _, part := range parts {
		for _, lang := range Langs() {
			messages, err := read(part, lang)
			if err != nil {
				return nil, err
			}
			for _, m := range messages {
				if _, twice := c.pieces[lang][m.ID]; twice {
					return nil, fmt.Errorf("i18n: %s.toml: the key %q is already in the catalogue of another room", lang, m.ID)
				}
				c.pieces[lang][m.ID] = piece{one: m.One, other: m.Other, plural: m.Description == countsMark}
			}
		}
	}
	return c, nil
}

// countsMark is kept in Message.Description of a piece with plural forms, since
// a Message itself cannot tell a sentence from a table that has only other.
const countsMark = "counts"

// read returns the messages of one file, in the order of their keys; none if
// there is no such file.
func read(part fs.FS, lang Lang) ([]*i18n.Message, error) {
	name := string(lang) + ".toml"
	b, err := fs.ReadFile(part, name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, fmt.Errorf("i18n: read %s: %w", name, err)
	}
	var raw map[string]any
	if err := toml.Unmarshal(b, &raw); err != nil {
		return nil, fmt.Errorf("i18n: read %s: %w", name, err)
	}
	keys := make([]string, 0, len(raw))
	for k := range raw {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var messages []*i18n.Message
	for _, k := range keys {
		m, err := message(k, raw[k])
		if err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// message reads one value. go-i18n's own reader would take any table that has
// a member called description, id or other for a message; we are stricter.
func message(key string, value any) (*i18n.Message, error) {
	switch v := value.(type) {
	case string:
		return &i18n.Message{ID: key, Other: v}, nil
	case map[string]any:
		m := &i18n.Message{ID: key, Description: countsMark}
		for form, text := range v {
			s, isText := text.(string)
			switch {
			case isText && form == "one":
				m.One = s
			case isText && form == "other":
				m.Other = s
			default:
				return nil, fmt.Errorf("key %q: %q is neither one nor other; write keys in one quoted string, \"room.page.what\"", key, form)
			}
		}
		if m.Other == "" {
			return nil, fmt.Errorf("key %q: the form other is missing", key)
		}
		return m, nil
	default:
		return nil, fmt.Errorf("key %q holds neither a text nor a table of plural forms", key)
	}
}

// Has reports whether lang has the key.
func (c *Catalogue) Has(lang Lang, key string) bool {
	_, ok := c.pieces[lang][key]
	return ok
}

// Keys returns the keys of lang, sorted.
func (c *Catalogue) Keys(lang Lang) []string {
	keys := make([]string, 0, len(c.pieces[lang]))
	for k := range c.pieces[lang] {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// text returns the sentence under key as written; for a sentence that counts,
// the form for n.
func (c *Catalogue) text(lang Lang, key string, n int64) (string, bool) {
	p, ok := c.pieces[lang][key]
	if !ok {
		return "", false
	}
	if p.plural && p.one != "" && isOne(lang, n) {
		return p.one, true
	}
	return p.other, true
}

// isOne asks the plural rules of Unicode CLDR about a whole number.
func isOne(lang Lang, n int64) bool {
	if n < 0 {
		n = -n
	}
	return plural.Cardinal.MatchPlural(lang.tag(), int(n%10_000_000), 0, 0, 0, 0) == plural.One && n < 10_000_000
}

// Sentence returns the sentence under key as it is written, with its verbs; of
// one that counts, the general form.
func (c *Catalogue) Sentence(lang Lang, key string) (string, bool) {
	p, ok := c.pieces[lang][key]
	return p.other, ok
}
