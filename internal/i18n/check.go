package i18n

import (
	"fmt"
	"io/fs"
	"sort"
	"strings"
)

// Check compares the two files of one part and returns what does not agree: a
// key that only one language has, verbs that differ, a sentence that counts in
// one language only, and a template mark, which is not filled in here. Codes of
// faults, whose English sentence stands in the code, are named in english; a
// name that ends in a dot stands for all keys that begin with it.
func Check(part fs.FS, english ...string) []string {
	byLang := map[Lang]map[string]piece{}
	for _, lang := range Langs() {
		c, err := Load(onlyLang{part, lang})
		if err != nil {
			return []string{err.Error()}
		}
		byLang[lang] = c.pieces[lang]
	}
	var wrong []string
	for key, zh := range byLang[ZhTW] {
		en, ok := byLang[En][key]
		switch {
		case !ok && !named(key, english):
			wrong = append(wrong, fmt.Sprintf("%s: only zh-TW has it", key))
		case ok:
			wrong = append(wrong, differ(key, zh, en)...)
		}
	}
	for key := range byLang[En] {
		if _, ok := byLang[ZhTW][key]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: only en has it", key))
		}
	}
	sort.Strings(wrong)
	return wrong
}

// onlyLang shows one of the two files, so that a fault in the other is told once.
type onlyLang struct {
	fs.FS
	lang Lang
}

// Open implements fs.FS.
func (o onlyLang) Open(name string) (fs.File, error) {
	if name != string(o.lang)+".toml" {
		return nil, fs.ErrNotExist
	}
	return o.FS.Open(name)
}

func named(key string, list []string) bool {
	for _, l := range list {
		if l == key || (strings.HasSuffix(l, ".") && strings.HasPrefix(key, l)) {
			return true
		}
	}
	return false
}

func differ(key string, zh, en piece) (wrong []string) {
	if zh.plural != en.plural {
		wrong = append(wrong, fmt.Sprintf("%s: counts in one language only; make it a table in both", key))
	}
	if a, b := Verbs(zh.other), Verbs(en.other); a != b {
		wrong = append(wrong, fmt.Sprintf("%s: zh-TW has the verbs [%s], en [%s]", key, a, b))
	}
	for _, s := range []string{zh.one, zh.other, en.one, en.other} {
		if strings.Contains(s, "{{") {
			wrong = append(wrong, fmt.Sprintf("%s: operands are verbs of fmt, not templates", key))
			break
		}
	}
	if en.plural && en.one == "" {
		wrong = append(wrong, fmt.Sprintf("%s: en lacks the form one", key))
	}
	return wrong
}
