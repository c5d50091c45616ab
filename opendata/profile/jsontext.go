package profile

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/gongdao/gongdao/fault"
)

// jsonText walks over JSON without holding more of it than one value.
type jsonText struct {
	in     *stream
	buf    []byte
	pos    int   // in buf
	base   int64 // offset of buf in the text
	line   int64 // at pos when discard was last called
	opened bool
	comma  bool // a comma was read and an element must follow
}

func (j *jsonText) at() int64 { return j.base + int64(j.pos) }

// fill reads more text; io.EOF at the end.
func (j *jsonText) fill() (err error) {
	j.buf, err = j.in.append(j.buf, batchSize)
	return err
}

// discard forgets what was read.
func (j *jsonText) discard() {
	j.line += int64(bytes.Count(j.buf[:j.pos], []byte{'\n'}))
	j.base += int64(j.pos)
	j.buf = j.buf[:copy(j.buf, j.buf[j.pos:])]
	j.pos = 0
}

// peek returns the next byte that is no blank.
func (j *jsonText) peek() (byte, error) {
	for {
		for ; j.pos < len(j.buf); j.pos++ {
			switch c := j.buf[j.pos]; c {
			case ' ', '\t', '\r', '\n':
			default:
				return c, nil
			}
		}
		if err := j.fill(); err == io.EOF {
			return 0, j.broken("the text ends too early")
		} else if err != nil {
			return 0, err
		}
	}
}

// key reads a member's name and the colon.
func (j *jsonText) key() (string, error) {
	c, err := j.peek()
	if err != nil {
		return "", err
	}
	if c != '"' {
		return "", j.broken("a name is missing")
	}
	raw, err := j.value()
	if err != nil {
		return "", err
	}
	name := string(unquoted(raw))
	if c, err = j.peek(); err != nil {
		return "", err
	}
	if c != ':' {
		return "", j.broken("a colon is missing")
	}
	j.pos++
	return name, nil
}

// value returns the next value whole. It checks brackets and quotes; the rest
// is for json.Valid.
func (j *jsonText) value() ([]byte, error) {
	if _, err := j.peek(); err != nil {
		return nil, err
	}
	from := j.pos
	for {
		if end := valueEnd(j.buf[from:]); end > 0 {
			j.pos = from + end
			return j.buf[from:j.pos], nil
		}
		if len(j.buf)-from > maxRow {
			return nil, fault.TooLarge.Errorf("opendata.profile.row-too-large",
				"line %d begins a row of more than 8 MiB: look for a quotation mark that is not closed, or for other line ends",
				j.line+int64(bytes.Count(j.buf[:from], []byte{'\n'})))
		}
		for want := 2*len(j.buf) + batchSize; len(j.buf) < want; {
			err := j.fill()
			if err == io.EOF {
				if end := valueEnd(append(j.buf[from:len(j.buf):len(j.buf)], ' ')); end > 0 {
					j.pos = from + end
					return j.buf[from:j.pos], nil
				}
				return nil, j.broken("the text ends too early")
			}
			if err != nil {
				return nil, err
			}
			if valueEnd(j.buf[from:]) > 0 {
				break
			}
		}
	}
}

// valueEnd returns where the value at the start of b ends, 0 if b cuts it.
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for {
				k := bytes.IndexByte(b[i+1:], '"')
				if k < 0 {
					return 0
				}
				i += k + 1
				back := 0
				for b[i-1-back] == '\\' {
					back++
				}
				if back%2 == 0 {
					break
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			} else if depth < 0 {
				return i
			}
		case ',', ' ', '\t', '\r', '\n', ':':
			if depth == 0 {
				return i
			}
		}
	}
	return 0
}

// broken says where the JSON is wrong.
func (j *jsonText) broken(why string) error {
	line := j.line + int64(bytes.Count(j.buf[:min(j.pos, len(j.buf))], []byte{'\n'}))
	return fault.Malformed.Errorf("opendata.profile.json-broken",
		"line %d (byte %d): the JSON is broken: %s; export the file again", line, j.at(), why)
}

// unquoted returns the text of a JSON string.
func unquoted(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return nil
	}
	return []byte(s)
}

// each calls f for every member of a valid object.
func each(object []byte, f func(key string, value []byte)) {
	i := skipBlank(object, 1)
	for i < len(object) && object[i] == '"' {
		end := i + valueEnd(object[i:])
		key := string(unquoted(object[i:end]))
		i = skipBlank(object, end)
		i = skipBlank(object, i+1) // the colon
		end = i + valueEnd(object[i:])
		f(key, object[i:end])
		i = skipBlank(object, end)
		i = skipBlank(object, i+1) // the comma, or the end
	}
}

func skipBlank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// elements calls f for every element of a valid array until one is wrong.
func elements(array []byte, f func([]byte) string) string {
	i := skipBlank(array, 1)
	for i < len(array) && array[i] != ']' {
		end := i + valueEnd(array[i:])
		if why := f(array[i:end]); why != "" {
			return why
		}
		i = skipBlank(array, end)
		if i < len(array) && array[i] == ',' {
			i = skipBlank(array, i+1)
		}
	}
	return ""
}
