package topojson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cursor walks over a JSON text once, forwards. It knows where it is, so that
// a refusal can say so. encoding/json keeps the last of two members with one
// name and would build the whole document as a tree first.
type cursor struct {
	b     []byte
	i     int
	depth int
	max   int    // of depth
	path  []step // names and indexes from the root
}

type step struct {
	name  string // "" for an index
	index int
}

func (c *cursor) fail(format string, args ...any) error {
	return &Error{Path: c.where(), Problem: fmt.Sprintf(format, args...)}
}

func (c *cursor) tooLarge(format string, args ...any) error {
	return &Error{Path: c.where(), Problem: fmt.Sprintf(format, args...), TooLarge: true}
}

func (c *cursor) where() string {
	if len(c.path) == 0 {
		return "byte " + strconv.Itoa(c.i)
	}
	var s strings.Builder
	for i, p := range c.path {
		switch {
		case p.name == "":
			fmt.Fprintf(&s, "[%d]", p.index)
		case i == 0:
			s.WriteString(p.name)
		default:
			s.WriteByte('.')
			s.WriteString(p.name)
		}
	}
	return s.String()
}

func (c *cursor) space() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

// peek returns the next byte that is not space, 0 at the end.
func (c *cursor) peek() byte {
	c.space()
	if c.i >= len(c.b) {
		return 0
	}
	return c.b[c.i]
}

func (c *cursor) take(want byte) error {
	if got := c.peek(); got != want {
		return c.unexpected(strconv.QuoteRune(rune(want)))
	}
	c.i++
	return nil
}

func (c *cursor) unexpected(want string) error {
	if c.i >= len(c.b) {
		return c.fail("the document ends where %s should stand", want)
	}
	return c.fail("byte %d is not %s", c.i, want)
}

func (c *cursor) enter() error {
	if c.depth++; c.depth > c.max {
		return c.tooLarge("nested deeper than %d", c.max)
	}
	return nil
}

// array calls each for every element, with the cursor before it.
func (c *cursor) array(each func(i int) error) error {
	if err := c.take('['); err != nil {
		return err
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer func() { c.depth-- }()
	if c.peek() == ']' {
		c.i++
		return nil
	}
	c.path = append(c.path, step{})
	for i := 0; ; i++ {
		c.path[len(c.path)-1].index = i
		if err := each(i); err != nil {
			return err
		}
		if c.peek() == ',' {
			c.i++
			continue
		}
		c.path = c.path[:len(c.path)-1]
		return c.take(']')
	}
}

// object calls each for every member, with the cursor before its value. A name
// that stands twice is refused.
func (c *cursor) object(each func(name string) error) error {
	if err := c.take('{'); err != nil {
		return err
	}
	if err := c.enter(); err != nil {
		return err
	}
	defer func() { c.depth-- }()
	if c.peek() == '}' {
		c.i++
		return nil
	}
	var seen names
	for {
		c.space()
		name, err := c.text()
		if err != nil {
			return err
		}
		c.path = append(c.path, step{name: name})
		if !seen.add(name) {
			return c.fail("this member stands twice")
		}
		if err := c.take(':'); err != nil {
			return err
		}
		if err := each(name); err != nil {
			return err
		}
		c.path = c.path[:len(c.path)-1]
		if c.peek() == ',' {
			c.i++
			continue
		}
		return c.take('}')
	}
}

// names is a set of texts that is cheap while small.
type names struct {
	few  [16]string
	n    int
	many map[string]bool
}

func (s *names) add(name string) bool {
	for i := range min(s.n, len(s.few)) {
		if s.few[i] == name {
			return false
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return true
	}
	if s.many == nil {
		s.many = map[string]bool{}
	}
	if s.many[name] {
		return false
	}
	s.many[name] = true
	return true
}

// text reads a string.
func (c *cursor) text() (string, error) {
	if err := c.take('"'); err != nil {
		return "", err
	}
	start := c.i
	end := bytes.IndexByte(c.b[start:], '"')
	if end < 0 {
		return "", c.fail("a text that begins at byte %d does not end", start)
	}
	raw := c.b[start : start+end]
	if bytes.IndexByte(raw, '\\') < 0 && plain(raw) {
		c.i = start + end + 1
		return string(raw), nil
	}
	return c.escaped(start)
}

// plain reports whether raw is valid UTF-8 without control characters.
func plain(raw []byte) bool {
	for _, b := range raw {
		if b < ' ' {
			return false
		}
	}
	return utf8.Valid(raw)
}

// escaped reads a string with escapes, or refuses a broken one.
func (c *cursor) escaped(start int) (string, error) {
	for i := start; i < len(c.b); i++ {
		switch c.b[i] {
		case '\\':
			i++
		case '"':
			var s string
			if raw := c.b[start-1 : i+1]; !utf8.Valid(raw) || json.Unmarshal(raw, &s) != nil {
				return "", c.fail("the text at byte %d is not valid JSON in UTF-8", start)
			}
			c.i = i + 1
			return s, nil
		}
	}
	return "", c.fail("a text that begins at byte %d does not end", start)
}

// number reads a finite number. Whole numbers of up to 15 digits, nearly all
// of a topology, do not go through strconv.
func (c *cursor) number() (float64, error) {
	c.space()
	start := c.i
	i, negative := start, false
	if i < len(c.b) && c.b[i] == '-' {
		negative = true
		i++
	}
	digits, n := i, int64(0)
	for i < len(c.b) && c.b[i] >= '0' && c.b[i] <= '9' {
		n = n*10 + int64(c.b[i]-'0')
		i++
	}
	zeroFirst := i-digits > 1 && c.b[digits] == '0'
	if i == digits || zeroFirst {
		return 0, c.unexpected("a number")
	}
	if more := i < len(c.b) && (c.b[i] == '.' || c.b[i] == 'e' || c.b[i] == 'E'); !more && i-digits <= 15 {
		c.i = i
		if negative {
			n = -n
		}
		return float64(n), nil
	}
	for i < len(c.b) && strings.IndexByte("0123456789.eE+-", c.b[i]) >= 0 {
		i++
	}
	f, err := strconv.ParseFloat(string(c.b[start:i]), 64)
	if err != nil || math.IsInf(f, 0) || !json.Valid(c.b[start:i]) {
		return 0, c.fail("byte %d is not a finite number", start)
	}
	c.i = i
	return f, nil
}

// skip passes over one value of any kind and returns its text.
func (c *cursor) skip() ([]byte, error) {
	c.space()
	start := c.i
	var err error
	switch b := c.peek(); {
	case b == '{':
		err = c.object(func(string) error { _, err := c.skip(); return err })
	case b == '[':
		err = c.array(func(int) error { _, err := c.skip(); return err })
	case b == '"':
		_, err = c.text()
	case b == '-' || b >= '0' && b <= '9':
		_, err = c.number()
	default:
		err = c.word()
	}
	return c.b[start:c.i], err
}

// word passes over true, false or null.
func (c *cursor) word() error {
	for _, w := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(c.b[c.i:], []byte(w)) {
			c.i += len(w)
			return nil
		}
	}
	return c.unexpected("a value")
}
