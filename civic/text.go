package civic

// Text is one piece of writing in the languages of the house. In JSON and in
// tables it is {"zh-TW": …, "en": …}. A missing language is the empty string;
// it is never filled by a machine translation.
type Text struct {
	ZhTW string `json:"zh-TW,omitempty" toml:"zh-TW" doc:"Traditional Chinese, as used in Taiwan." maxLength:"20000"`
	En   string `json:"en,omitempty" toml:"en" doc:"English." maxLength:"20000"`
}

// In returns the text in lang ("zh-TW" or "en"), or the other language where
// that one is missing, and the language it is really in.
func (t Text) In(lang string) (text, is string) {
	zhFirst := lang != "en"
	switch {
	case zhFirst && t.ZhTW != "", !zhFirst && t.En == "":
		return t.ZhTW, "zh-TW"
	default:
		return t.En, "en"
	}
}

// Empty reports whether the text is missing in both languages.
func (t Text) Empty() bool { return t.ZhTW == "" && t.En == "" }
