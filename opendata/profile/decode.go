package profile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"

	"github.com/gongdao/gongdao/standards/big5"
)

const (
	bomUTF8    = "\xEF\xBB\xBF"
	bomUTF16LE = "\xFF\xFE"
	bomUTF16BE = "\xFE\xFF"
)

// codec is a way to read bytes. Only those that every byte of a file obeys are
// ever used for its table.
type codec struct {
	name string // utf-8, utf-16le, utf-16be, big5, or a WHATWG name
	skip int64  // byte order mark
	// decode appends the text of src to dst and returns how much of src it
	// used; nil means that src is text already. At the end of the file final is
	// set, and what cannot be completed is an error.
	decode func(dst, src []byte, final bool) (out []byte, n int, err error)
}

// invalidError says that a byte does not belong to the encoding.
type invalidError struct {
	offset int64 // in the file
}

func (e *invalidError) Error() string { return fmt.Sprintf("byte %d is not valid", e.offset) }

func utf8Codec(skip int64) codec { return codec{name: "utf-8", skip: skip} }

func utf16Codec(order binary.ByteOrder, skip int64) codec {
	c := codec{name: "utf-16le", skip: skip, decode: utf16Decoder(order)}
	if order == binary.BigEndian {
		c.name = "utf-16be"
	}
	return c
}

func utf16Decoder(order binary.ByteOrder) func(dst, src []byte, final bool) ([]byte, int, error) {
	return func(dst, src []byte, final bool) ([]byte, int, error) {
		n := 0
		for n+1 < len(src) {
			c := rune(order.Uint16(src[n:]))
			if !utf16.IsSurrogate(c) {
				dst = utf8.AppendRune(dst, c)
				n += 2
				continue
			}
			if n+3 >= len(src) && !final {
				return dst, n, nil
			}
			if n+3 >= len(src) {
				return dst, n, &invalidError{int64(n)}
			}
			pair := utf16.DecodeRune(c, rune(order.Uint16(src[n+2:])))
			if pair == utf8.RuneError {
				return dst, n, &invalidError{int64(n)}
			}
			dst = utf8.AppendRune(dst, pair)
			n += 4
		}
		if n < len(src) && final {
			return dst, n, &invalidError{int64(n)}
		}
		return dst, n, nil
	}
}

func big5Codec() codec {
	return codec{name: "big5", decode: func(dst, src []byte, final bool) ([]byte, int, error) {
		dst, n, err := big5.Append(dst, src)
		if err != nil || final && n < len(src) {
			return dst, n, &invalidError{int64(n)}
		}
		return dst, n, nil
	}}
}

// namedCodec returns the encoding that people call name. Big5 is ours whatever
// its alias; HKSCS and the WHATWG form would turn 造字 into other characters.
func namedCodec(name string) (codec, bool) {
	key := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
	switch key {
	case "utf8", "utf8bom", "utf8sig":
		return utf8Codec(0), true
	case "utf16", "utf16le":
		return utf16Codec(binary.LittleEndian, 0), true
	case "utf16be":
		return utf16Codec(binary.BigEndian, 0), true
	case "big5", "cp950", "ms950", "windows950", "big5eten", "cnbig5":
		return big5Codec(), true
	case "big5hkscs", "":
		return codec{}, false
	}
	e, err := htmlindex.Get(strings.TrimSpace(name))
	if err != nil {
		return codec{}, false
	}
	canonical, err := htmlindex.Name(e)
	if err != nil || canonical == "big5" || canonical == "replacement" || canonical == "x-user-defined" {
		return codec{}, false
	}
	return codec{name: canonical, decode: func(dst, src []byte, final bool) ([]byte, int, error) {
		return transformAll(e.NewDecoder(), dst, src, final)
	}}, true
}

// transformAll decodes with a stateless decoder. Its replacement character
// stands for bytes it could not read, which is an error here.
func transformAll(t transform.Transformer, dst, src []byte, final bool) ([]byte, int, error) {
	n := 0
	var room [4096]byte
	for n < len(src) {
		w, r, err := t.Transform(room[:], src[n:], final)
		for at, c := range string(room[:w]) {
			if c == utf8.RuneError {
				// The place is near: decoders do not say which byte it was.
				return dst, n, &invalidError{int64(n + min(at, r))}
			}
		}
		dst = append(dst, room[:w]...)
		n += r
		switch {
		case err == nil, errors.Is(err, transform.ErrShortDst) && (w > 0 || r > 0):
		case errors.Is(err, transform.ErrShortSrc):
			if final {
				return dst, n, &invalidError{int64(n)}
			}
			return dst, n, nil
		default:
			return dst, n, &invalidError{int64(n)}
		}
	}
	return dst, n, nil
}

// stream gives the text of a file in pieces.
type stream struct {
	file io.ReaderAt
	size int64
	at   int64 // next byte of the file to read
	codec
	raw  []byte // read and not yet decoded
	mark func(done int64)
}

func open(f *os.File, size int64, c codec) *stream {
	return &stream{file: f, size: size, at: c.skip, codec: c}
}

// append appends about want bytes of text to dst; io.EOF when there is no more.
// Bytes that the codec does not know are an *invalidError.
func (s *stream) append(dst []byte, want int) ([]byte, error) {
	if s.at >= s.size && len(s.raw) == 0 {
		return dst, io.EOF
	}
	want = int(min(int64(want), max(s.size-s.at, 1)))
	if s.decode == nil {
		from := len(dst)
		dst = grow(dst, want)
		n, err := s.read(dst[from : from+want])
		return dst[:from+n], err
	}
	from := len(s.raw)
	s.raw = grow(s.raw, want)
	n, err := s.read(s.raw[from : from+want])
	s.raw = s.raw[:from+n]
	if err != nil {
		return dst, err
	}
	start := s.at - int64(len(s.raw))
	dst, used, err := s.decode(dst, s.raw, s.at >= s.size)
	var bad *invalidError
	if errors.As(err, &bad) {
		return dst, &invalidError{start + bad.offset}
	}
	s.raw = s.raw[:copy(s.raw, s.raw[used:])]
	return dst, err
}

func (s *stream) read(p []byte) (int, error) {
	n, err := s.file.ReadAt(p[:min(int64(len(p)), s.size-s.at)], s.at)
	s.at += int64(n)
	if err == io.EOF && s.at >= s.size {
		err = nil
	}
	if err != nil {
		return n, fmt.Errorf("profile: read at byte %d: %w", s.at, err)
	}
	if s.mark != nil {
		s.mark(s.at)
	}
	return n, nil
}

// grow makes room for n bytes after len(b).
func grow(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	return append(make([]byte, 0, len(b)+n+(len(b)+n)/4), b...)
}
