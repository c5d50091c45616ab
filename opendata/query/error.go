package query

import (
	"strconv"
	"strings"

	"github.com/gongdao/gongdao/fault"
)

// Clause is the part of a request that a text belongs to, named as the
// parameter that carries it.
type Clause string

// The clauses.
const (
	InSelect  Clause = "select"
	InWhere   Clause = "where"
	InGroupBy Clause = "group_by"
	InOrderBy Clause = "order_by"
	InRefine  Clause = "refine"
	InExclude Clause = "exclude"
	InFacet   Clause = "facet"
	InZone    Clause = "timezone"
	InFilter  Clause = "filter"
)

// Error is a query that was refused. It wraps a fault.Malformed, so that the
// door says it in the reader's language.
type Error struct {
	Fault    *fault.Error
	Clause   Clause
	Position int    // 0-based, in characters of the clause; -1 where no place applies
	Syntax   bool   // not readable, as opposed to readable but wrong
	Terse    string // one line in the manner of the Explore API
	Hint     string // what to write instead, in English
}

// Error returns the English sentence.
func (e *Error) Error() string { return e.Fault.Error() }

// Unwrap gives errors.Is the kind and errors.As the fault.
func (e *Error) Unwrap() error { return e.Fault }

func (e *Error) terse(s string) *Error { e.Terse = s; return e }
func (e *Error) hint(s string) *Error  { e.Hint = s; return e }

func refuse(c Clause, pos int, code, format string, args ...any) *Error {
	e := &Error{Fault: fault.Malformed.Errorf("opendata.query-"+code, format, args...), Clause: c, Position: pos}
	e.Terse = strings.TrimPrefix(e.Error(), string(c)+": ")
	return e
}

// unexpected is the syntax error at a token. want is what would fit, in English.
func unexpected(c Clause, t token, text, want string) *Error {
	e := refuse(c, t.pos, "syntax", "%s: %q is not expected at character %d", string(c), clip(t.source, 40), t.pos+1)
	what := clip(t.source, 40)
	if t.kind == tokEnd {
		what = "end of text"
		e = refuse(c, t.pos, "syntax-end", "%s: the text ends too early, at character %d", string(c), t.pos+1)
	}
	e.Syntax = true
	return e.hint("expected " + want).
		terse("unexpected " + what + " at position " + strconv.Itoa(t.pos) + " in " + clip(text, 200))
}

func unknownField(c Clause, pos int, name string, candidates []string) *Error {
	terse, name := "Unknown field: "+clip(name, 100), clip(name, 100)
	if near := nearest(name, candidates); near != "" {
		return refuse(c, pos, "unknown-field-near", "%s: there is no field %q; did you mean %q?", string(c), name, near).
			terse(terse).hint("did you mean " + near + "?")
	}
	list := strings.Join(first(candidates, 12), ", ")
	return refuse(c, pos, "unknown-field", "%s: there is no field %q; the fields are %s", string(c), name, list).
		terse(terse).hint("the fields are " + list)
}

func unknownFunction(c Clause, pos int, name string, candidates []string) *Error {
	terse, name := "Unknown function: "+clip(name, 100), clip(name, 100)
	if near := nearest(name, candidates); near != "" {
		return refuse(c, pos, "unknown-function-near", "%s: there is no function %q here; did you mean %q?", string(c), name, near).
			terse(terse).hint("did you mean " + near + "?")
	}
	list := strings.Join(candidates, ", ")
	return refuse(c, pos, "unknown-function", "%s: there is no function %q here; there are %s", string(c), name, list).
		terse(terse).hint("there are " + list)
}

// signature refuses arguments; form is how the function is written.
func signature(c Clause, pos int, form string) *Error {
	return refuse(c, pos, "signature", "%s: at character %d, write it as %s", string(c), pos+1, form).
		hint("write it as " + form)
}

func incomparable(c Clause, pos int, a, b Type) *Error {
	return refuse(c, pos, "types", "%s: at character %d, %s cannot be compared with %s", string(c), pos+1, string(a), string(b)).
		hint("compare fields with literals of their own type")
}

func unsupported(c Clause, pos int, what, instead string) *Error {
	return refuse(c, pos, "unsupported", "%s: %s is not offered here", string(c), what).hint(instead)
}

func tooLarge(c Clause, pos int, code, format string, limit int) *Error {
	return refuse(c, pos, code, format, string(c), limit).hint("at most " + strconv.Itoa(limit))
}

func first(s []string, n int) []string {
	if len(s) > n {
		return append(append([]string{}, s[:n]...), "…")
	}
	return s
}

// clip shortens s to n characters, so that an answer never echoes a flood.
func clip(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}
