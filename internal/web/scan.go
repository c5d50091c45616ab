package web

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gongdao/gongdao/fault"
)

// maxDepth bounds how deep a JSON body may nest.
const maxDepth = 64

// CheckJSON refuses a body that two readers could understand differently:
// invalid UTF-8, NUL, a member name used twice in one object (encoding/json
// keeps the last, others the first; RFC 8259 section 4), something after the
// value, or nesting over 64 levels. The fault is Malformed and says where,
// never what was sent.
func CheckJSON(body []byte) error {
	if !utf8.Valid(body) {
		return badJSON().At("body", "web.json-utf8", "this is not UTF-8")
	}
	s := scan{b: body}
	err := s.value(0)
	if err == nil {
		if s.space(); s.i < len(s.b) {
			err = badJSON().At("", "web.json-rest", "there is something after the end of the JSON value")
		}
	}
	if err == nil {
		return nil
	}
	return within("body", err)
}

func badJSON() *fault.Error {
	return fault.Malformed.Errorf("web.json", "the body is not JSON that can be read in one way only; see errors")
}

// within puts a step before the place where something is wrong. The places grow
// on the way out, so that a body without fault costs nothing.
func within(step string, f *fault.Error) *fault.Error {
	f.Fields[0].Location = step + f.Fields[0].Location
	return f
}

// scan walks a JSON text (RFC 8259) without building values.
type scan struct {
	b []byte
	i int
}

func (s *scan) syntax() *fault.Error {
	return badJSON().At("", "web.json-syntax", "this is not JSON, at byte %d", s.i+1)
}

func (s *scan) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

// peek returns the next byte after white space, 0 at the end.
func (s *scan) peek() byte {
	s.space()
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scan) value(depth int) *fault.Error {
	if depth > maxDepth {
		return badJSON().At("", "web.json-depth", "this nests deeper than %d levels", maxDepth)
	}
	switch c := s.peek(); {
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.array(depth)
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.b[s.i:], []byte(word)) {
			s.i += len(word)
			return nil
		}
	}
	return s.syntax()
}

func (s *scan) array(depth int) *fault.Error {
	s.i++
	if s.peek() == ']' {
		s.i++
		return nil
	}
	for n := 0; ; n++ {
		if err := s.value(depth + 1); err != nil {
			return within("["+strconv.Itoa(n)+"]", err)
		}
		switch s.peek() {
		case ',':
			s.i++
		case ']':
			s.i++
			return nil
		default:
			return s.syntax()
		}
	}
}

// manyNames is from where a map finds a name faster than a look at each.
const manyNames = 12

func (s *scan) object(depth int) *fault.Error {
	s.i++
	if s.peek() == '}' {
		s.i++
		return nil
	}
	var few [manyNames][]byte
	names := few[:0]
	var many map[string]bool
	for {
		if s.peek() != '"' {
			return s.syntax()
		}
		name, err := s.text()
		if err != nil {
			return err
		}
		if twice(names, many, name) {
			return badJSON().At("."+shown(name), "web.json-twice", "this member name is used twice in one object")
		}
		if len(names) < manyNames {
			names = append(names, name)
		} else {
			if many == nil {
				many = map[string]bool{}
			}
			many[string(name)] = true
		}
		if s.peek() != ':' {
			return s.syntax()
		}
		s.i++
		if err := s.value(depth + 1); err != nil {
			return within("."+shown(name), err)
		}
		switch s.peek() {
		case ',':
			s.i++
		case '}':
			s.i++
			return nil
		default:
			return s.syntax()
		}
	}
}

func twice(names [][]byte, many map[string]bool, name []byte) bool {
	for _, n := range names {
		if bytes.Equal(n, name) {
			return true
		}
	}
	return many[string(name)]
}

// text reads a string and returns it without its quotes and escapes.
func (s *scan) text() ([]byte, *fault.Error) {
	start := s.i
	s.i++
	escaped := false
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			raw := s.b[start:s.i]
			if !escaped {
				return raw[1 : len(raw)-1], nil
			}
			return s.unescape(raw)
		case c == '\\':
			escaped = true
			s.i += 2
		case c == 0:
			return nil, nulError()
		case c < 0x20:
			return nil, s.syntax()
		default:
			s.i++
		}
	}
	s.i = len(s.b)
	return nil, s.syntax()
}

func (s *scan) unescape(raw []byte) ([]byte, *fault.Error) {
	var plain string
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, s.syntax()
	}
	if strings.IndexByte(plain, 0) >= 0 {
		return nil, nulError()
	}
	return []byte(plain), nil
}

func nulError() *fault.Error {
	return badJSON().At("", "web.json-nul", "this holds the character NUL")
}

// number reads -?int frac? exp? (RFC 8259 section 6).
func (s *scan) number() *fault.Error {
	if s.at('-') {
		s.i++
	}
	switch {
	case s.at('0'):
		s.i++
	case !s.digits():
		return s.syntax()
	}
	if s.at('.') {
		s.i++
		if !s.digits() {
			return s.syntax()
		}
	}
	if s.at('e') || s.at('E') {
		s.i++
		if s.at('+') || s.at('-') {
			s.i++
		}
		if !s.digits() {
			return s.syntax()
		}
	}
	return nil
}

func (s *scan) at(c byte) bool { return s.i < len(s.b) && s.b[s.i] == c }

// digits reads at least one digit.
func (s *scan) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start
}

// shown returns a member name fit for a message: short and without controls.
func shown(name []byte) string {
	s := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '�'
		}
		return r
	}, string(name))
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
