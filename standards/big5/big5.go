// Package big5 reads Big5 as Taiwan's computers write it, code page 950, and
// refuses every byte that is not in it.
//
// User-defined characters (造字: 8140–A0FE, C6A1–C8FE, FA40–FEFE) become the
// private-use code points that Windows gives them, U+E000–U+F848, and are
// counted. They are never taken from HKSCS or the ETEN extension: such a table
// turns them into real but other characters, and a village gets another name.
//
// Invariants, each with a test of the same name:
//   - EveryDoubleByteIsOneCharacter: a valid pair is one code point, never two.
//   - UserDefinedBytesNeverMapped: a user-defined pair is a private-use code point.
//
// Source: code page 950 as in Windows; private-use ranges as in its best-fit table.
package big5

import (
	"encoding/binary"
	"fmt"
)

//go:generate go run gen.go

// InvalidError is the first byte that code page 950 does not have.
type InvalidError struct {
	Offset int // of the byte, or of the lead byte of the pair, in the slice that was read
	Byte   byte
}

// Error implements error.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("big5: byte %#02x at offset %d is not in code page 950", e.Byte, e.Offset)
}

// Stats counts the characters of a text by the part of the code page they stand in.
type Stats struct {
	Single      int64 // one byte, 00–7F
	Symbol      int64 // A140–A3FE
	Level1      int64 // A440–C67E, 常用字
	Level2      int64 // C940–F9FE, 次常用字, with the seven characters and the lines of F9D6–F9FE
	UserDefined int64 // 造字
}

// Double returns how many characters have two bytes.
func (s Stats) Double() int64 { return s.Symbol + s.Level1 + s.Level2 + s.UserDefined }

// Add counts in what o counted.
func (s *Stats) Add(o Stats) {
	s.Single += o.Single
	s.Symbol += o.Symbol
	s.Level1 += o.Level1
	s.Level2 += o.Level2
	s.UserDefined += o.UserDefined
}

// Check reads src and returns how much of it is whole valid characters. n is
// len(src), or one less when src ends in a lead byte whose pair is missing: the
// caller gives that byte again with what follows, or knows at the end of the
// text that it is cut off. The error is an *InvalidError.
func Check(src []byte) (s Stats, n int, err error) {
	for n < len(src) {
		k := ascii(src[n:])
		s.Single += int64(k)
		n += k
		// The commonest rows are counted by what is left over.
		pairs, symbols, level2, user := 0, 0, 0, 0
		for ; n+1 < len(src) && src[n] >= 0x80; n += 2 {
			c := decode(src[n], src[n+1])
			if c == 0 {
				err = &InvalidError{n, src[n]}
				break
			}
			pairs++
			switch lead := src[n]; {
			case IsUserDefined(rune(c)):
				user++
			case lead >= 0xC9:
				level2++
			case lead < 0xA4:
				symbols++
			}
		}
		s.Symbol += int64(symbols)
		s.Level1 += int64(pairs - symbols - level2 - user)
		s.Level2 += int64(level2)
		s.UserDefined += int64(user)
		if err != nil {
			return s, n, err
		}
		if n+1 == len(src) && src[n] >= 0x80 {
			return s, n, alone(src[n], n)
		}
	}
	return s, n, nil
}

// alone refuses a byte at the end of a slice that cannot begin a pair.
func alone(lead byte, n int) error {
	if lead < 0x81 || lead > 0xFE {
		return &InvalidError{n, lead}
	}
	return nil
}

// Append decodes src and appends it to dst as UTF-8. It stops before a lead
// byte at the end of src and before the first byte that is not in the code
// page; n is how many bytes were read. The error is an *InvalidError.
func Append(dst, src []byte) (out []byte, n int, err error) {
	for n < len(src) {
		if k := ascii(src[n:]); k > 0 {
			dst = append(dst, src[n:n+k]...)
			n += k
			if n == len(src) {
				break
			}
		}
		// A run of pairs: room for it is made once.
		pairs := (len(src) - n) / 2
		need := len(dst) + 3*pairs
		if cap(dst) < need {
			dst = append(make([]byte, 0, need+need/4), dst...)
		}
		w := len(dst)
		room := dst[:need]
		for ; n+1 < len(src) && src[n] >= 0x80; n += 2 {
			c := decode(src[n], src[n+1])
			if c == 0 {
				return dst[:w], n, &InvalidError{n, src[n]}
			}
			// Every code point of the table is U+00A7 or above.
			if c < 0x800 {
				room[w], room[w+1] = 0xC0|byte(c>>6), 0x80|byte(c&0x3F)
				w += 2
			} else {
				to := room[w : w+3 : w+3]
				to[0], to[1], to[2] = 0xE0|byte(c>>12), 0x80|byte(c>>6&0x3F), 0x80|byte(c&0x3F)
				w += 3
			}
		}
		dst = dst[:w]
		if n+1 == len(src) && src[n] >= 0x80 {
			return dst, n, alone(src[n], n)
		}
	}
	return dst, n, nil
}

// IsUserDefined reports whether c stands for a user-defined pair.
func IsUserDefined(c rune) bool { return c >= 0xE000 && c <= 0xF848 }

// decode returns the code point of the pair, or 0.
func decode(lead, trail byte) uint16 {
	at := int(lead)*157 - 0x81*157 + int(places[trail])
	if lead == 0xFF || uint(at) >= uint(len(table)) {
		return 0
	}
	return table[at]
}

// places gives the place of each trail byte in its row. A byte that is no
// trail gets a place before the table, whatever the lead.
var places = func() (p [256]int16) {
	for i := range p {
		switch {
		case i >= 0xA1 && i <= 0xFE:
			p[i] = int16(i - 0xA1 + 63)
		case i >= 0x40 && i <= 0x7E:
			p[i] = int16(i - 0x40)
		default:
			p[i] = -0x7FFF
		}
	}
	return p
}()

// ascii returns how many bytes at the start of b are below 80.
func ascii(b []byte) (n int) {
	for len(b)-n >= 8 && binary.LittleEndian.Uint64(b[n:])&0x8080808080808080 == 0 {
		n += 8
	}
	for n < len(b) && b[n] < 0x80 {
		n++
	}
	return n
}
