package query

// Name writes a field's name as query text, in backquotes where it needs them.
func Name(field string) string { return name(field) }
