package profile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/standards/big5"
)

// A Big5 reading is doubtful when few of its double bytes are everyday
// characters or many are user-defined: so look files in GB18030. Measured on
// real files of agencies, and on the same files written in GB18030.
const (
	leastEveryday  = 0.80
	mostUserDef    = 0.05
	surveyPiece    = 1 << 20
	previewLetters = 40
)

// detect finds the one encoding that the whole file obeys, in a fixed order:
// byte order mark, UTF-8, UTF-16 without a mark, Big5, the declared one. It
// never weighs one reading against another.
func (r *run) detect(forced string) (codec, survey, error) {
	if forced != "" {
		return r.force(forced)
	}
	head := make([]byte, 4)
	n, err := r.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return codec{}, survey{}, fmt.Errorf("profile: read the beginning: %w", err)
	}
	if c, marked, err := byMark(string(head[:n])); err != nil {
		return c, survey{}, err
	} else if marked {
		s, err := r.look(c, "decode")
		return c, s, r.explain(err, c.name)
	}
	s, err := r.look(utf8Codec(0), "decode")
	var notUTF8, notBig5 *invalidError
	switch {
	case err == nil && s.nul < 0:
		return utf8Codec(0), s, nil
	case err != nil && !errors.As(err, &notUTF8):
		return codec{}, s, err
	}
	if c, ok, err := r.utf16(); err != nil || ok {
		if err != nil {
			return c, s, err
		}
		s, err = r.look(c, "decode")
		if err == nil && s.nul < 0 {
			return c, s, nil
		}
	}
	if notUTF8 == nil {
		return utf8Codec(0), s, nil // with a NUL, which the caller refuses where it stands
	}
	stats, err := r.big5()
	if err != nil && !errors.As(err, &notBig5) {
		return codec{}, s, err
	}
	everyday := float64(stats.Level1) / float64(max(stats.Double()-stats.Symbol, 1))
	users := float64(stats.UserDefined) / float64(max(stats.Double(), 1))
	if notBig5 == nil && everyday >= leastEveryday && users <= mostUserDef {
		s, err = r.look(big5Codec(), "decode")
		return big5Codec(), s, err
	}
	if c, ok := namedCodec(r.in.DeclaredEncoding); ok {
		if s, err = r.look(c, "decode"); err == nil {
			return c, s, nil
		}
	}
	if notBig5 == nil {
		return codec{}, s, r.doubtful(everyday, users)
	}
	return codec{}, s, r.undecodable(notUTF8.offset, notBig5.offset)
}

// force reads in the encoding that a person chose; it still must be valid.
func (r *run) force(name string) (codec, survey, error) {
	c, ok := namedCodec(name)
	if !ok {
		return c, survey{}, fault.Invalid.Errorf("opendata.profile.unknown-encoding",
			"%q is not an encoding that can be read: use utf-8, utf-16le, utf-16be, big5, gb18030 or shift_jis", name)
	}
	head := make([]byte, 3)
	n, _ := r.file.ReadAt(head, 0) // what cannot be read here is told by the next reading
	if marked, is, err := byMark(string(head[:n])); err == nil && is && marked.name == c.name {
		c = marked
	}
	s, err := r.look(c, "decode")
	return c, s, r.explain(err, c.name)
}

func byMark(head string) (codec, bool, error) {
	switch {
	case len(head) >= 3 && head[:3] == bomUTF8:
		return utf8Codec(3), true, nil
	case head == "\xFF\xFE\x00\x00", head == "\x00\x00\xFE\xFF":
		return codec{}, false, fault.Malformed.Errorf("opendata.profile.utf32",
			"byte 0: the file is in UTF-32, which is not read: save it as UTF-8")
	case len(head) >= 2 && head[:2] == bomUTF16LE:
		return utf16Codec(binary.LittleEndian, 2), true, nil
	case len(head) >= 2 && head[:2] == bomUTF16BE:
		return utf16Codec(binary.BigEndian, 2), true, nil
	}
	return codec{}, false, nil
}

// utf16 reports UTF-16 without a mark: line feeds and delimiters all stand at
// one parity, and a high byte of zero beside them.
func (r *run) utf16() (codec, bool, error) {
	if r.size%2 != 0 {
		return codec{}, false, nil
	}
	little, big := int64(0), int64(0)
	err := r.raw(func(b []byte) error {
		for i := 0; i+1 < len(b); i += 2 {
			switch {
			case b[i+1] == 0 && isMark(b[i]):
				little++
			case b[i] == 0 && isMark(b[i+1]):
				big++
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return codec{}, false, err
	case little > 0 && big == 0:
		return utf16Codec(binary.LittleEndian, 0), true, nil
	case big > 0 && little == 0:
		return utf16Codec(binary.BigEndian, 0), true, nil
	}
	return codec{}, false, nil
}

func isMark(c byte) bool {
	return c == '\n' || c == ',' || c == '\t' || c == ';' || c == '|'
}

// big5 counts the whole file as code page 950.
func (r *run) big5() (big5.Stats, error) {
	var total big5.Stats
	var at int64
	var rest []byte
	err := r.raw(func(b []byte) error {
		b = append(rest, b...)
		s, n, err := big5.Check(b)
		total.Add(s)
		if err != nil {
			return &invalidError{at + int64(n)}
		}
		at += int64(n)
		rest = append([]byte(nil), b[n:]...)
		return nil
	})
	if err == nil && len(rest) > 0 {
		err = &invalidError{at}
	}
	return total, err
}

// raw gives the bytes of the file in pieces of an even length.
func (r *run) raw(f func([]byte) error) error {
	b := make([]byte, surveyPiece)
	for at := int64(0); at < r.size; {
		if r.ctx.Err() != nil {
			return stopped(r.ctx)
		}
		n, err := r.file.ReadAt(b[:min(surveyPiece, r.size-at)], at)
		if err != nil && err != io.EOF {
			return fmt.Errorf("profile: read at byte %d: %w", at, err)
		}
		if err := f(b[:n]); err != nil {
			return err
		}
		at += int64(n)
	}
	return nil
}
