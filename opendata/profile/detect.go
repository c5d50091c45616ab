package profile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

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

// survey counts what the dialect needs to know of the whole text.
type survey struct {
	delims [4]int64 // in the order of delimiters
	lf, cr int64
	crlf   int64
	quotes int64
	nul    int64 // offset of the first NUL in the text, -1 for none
	nulRow int64 // its line
	size   int64
}

var delimiters = [4]byte{',', '\t', ';', '|'}

func (s *survey) count(text []byte, lastCR bool) {
	for i, d := range delimiters {
		s.delims[i] += int64(bytes.Count(text, []byte{d}))
	}
	if s.nul < 0 {
		if at := bytes.IndexByte(text, 0); at >= 0 {
			s.nul = s.size + int64(at)
			s.nulRow = s.lf + int64(bytes.Count(text[:at], []byte{'\n'})) + 1
		}
	}
	s.lf += int64(bytes.Count(text, []byte{'\n'}))
	s.quotes += int64(bytes.Count(text, []byte{'"'}))
	if cr := int64(bytes.Count(text, []byte{'\r'})); cr > 0 {
		s.cr += cr
		s.crlf += int64(bytes.Count(text, []byte("\r\n")))
	}
	if lastCR && len(text) > 0 && text[0] == '\n' {
		s.crlf++
	}
	s.size += int64(len(text))
}

// ending names the line ends.
func (s *survey) ending() string {
	switch {
	case s.lf == 0 && s.cr > 0:
		return "CR"
	case s.crlf == s.lf && s.lf > 0:
		return "CRLF"
	case s.crlf > 0:
		return "mixed"
	}
	return "LF"
}

// look reads the whole text once and counts. Bytes that do not belong to the
// codec are an *invalidError.
func (r *run) look(c codec, stage string) (survey, error) {
	s := survey{nul: -1}
	in := open(r.file, r.size, c)
	in.mark = func(done int64) { r.say(Progress{Stage: stage, Done: done, Total: r.size}) }
	var text []byte
	kept, lastCR := 0, false // bytes of a character that the last piece cut
	for {
		if err := r.ctx.Err(); err != nil {
			return s, stopped(r.ctx)
		}
		var err error
		text, err = in.append(text[:kept], surveyPiece)
		end := err == io.EOF
		if err != nil && !end {
			return s, err
		}
		whole := len(text)
		if c.decode == nil {
			if whole, err = wholeUTF8(text, end); err != nil {
				return s, &invalidError{in.at - int64(len(text)) + int64(whole)}
			}
		}
		s.count(text[:whole], lastCR)
		if whole > 0 {
			lastCR = text[whole-1] == '\r'
		}
		kept = copy(text, text[whole:])
		if end {
			return s, nil
		}
	}
}

// wholeUTF8 returns how much of b is whole valid characters; b may end within
// one unless it is the end of the text.
func wholeUTF8(b []byte, end bool) (int, error) {
	n := len(b)
	if !end {
		for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
			if c := b[len(b)-back]; utf8.RuneStart(c) {
				if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-back:]) {
					n = len(b) - back
				}
				break
			}
		}
	}
	if utf8.Valid(b[:n]) {
		return n, nil
	}
	for at := 0; at < n; {
		c, size := utf8.DecodeRune(b[at:n])
		if c == utf8.RuneError && size == 1 {
			return at, errNotUTF8
		}
		at += size
	}
	return n, errNotUTF8
}

var errNotUTF8 = errors.New("not UTF-8")

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

// explain turns a byte that does not fit into a fault for a person.
func (r *run) explain(err error, name string) error {
	var bad *invalidError
	if !errors.As(err, &bad) {
		return err
	}
	line, column := r.place(bad.offset)
	return fault.Malformed.Errorf("opendata.profile.not-in-encoding",
		"byte %d (line %d, column %d) is not valid %s: the file mixes encodings or is cut off there; save it again in one encoding, or choose another one with set_encoding",
		bad.offset, line, column, name)
}

// undecodable names the place that the better of both readings reached.
func (r *run) undecodable(notUTF8, notBig5 int64) error {
	at := max(notUTF8, notBig5)
	line, column := r.place(at)
	return fault.Malformed.Errorf("opendata.profile.undecodable",
		"byte %d (line %d, column %d): the file is neither UTF-8 (wrong at byte %d) nor Big5 (wrong at byte %d); it mixes encodings or is cut off there: save it again as UTF-8, or name its encoding with set_encoding",
		at, line, column, notUTF8, notBig5)
}

// doubtful refuses what may be Big5 or may be GB18030, and shows both.
func (r *run) doubtful(everyday, users float64) error {
	f := fault.Malformed.Errorf("opendata.profile.doubtful",
		"byte %d: the file can be read as Big5, but only %.0f %% of its characters would be everyday ones and %.0f %% would be user-defined; look at both readings and choose one with set_encoding",
		r.firstHigh(), 100*everyday, 100*users)
	for _, name := range []string{"big5", "gb18030"} {
		f = f.At("encoding "+name, "opendata.profile.preview", "read as %s it says: %s", name, r.preview(name))
	}
	return f
}

// place returns the physical line and the byte within it, both from 1.
func (r *run) place(offset int64) (line, column int64) {
	line, column = 1, offset+1
	var at int64
	err := r.raw(func(b []byte) error {
		b = b[:min(int64(len(b)), offset-at)]
		line += int64(bytes.Count(b, []byte{'\n'}))
		if last := bytes.LastIndexByte(b, '\n'); last >= 0 {
			column = offset - (at + int64(last))
		}
		at += int64(len(b))
		if at >= offset {
			return io.EOF
		}
		return nil
	})
	if err != nil && err != io.EOF {
		return 0, 0
	}
	return line, column
}

// firstHigh returns the offset of the first byte that is not ASCII.
func (r *run) firstHigh() (offset int64) {
	_ = r.raw(func(b []byte) error {
		for i, c := range b {
			if c >= utf8.RuneSelf {
				offset += int64(i)
				return io.EOF
			}
		}
		offset += int64(len(b))
		return nil
	})
	return offset
}

// preview reads a few characters from the first one that is not ASCII.
func (r *run) preview(name string) string {
	c, ok := namedCodec(name)
	if !ok {
		return ""
	}
	b := make([]byte, 4*previewLetters)
	n, _ := r.file.ReadAt(b, r.firstHigh()) // a preview may be short
	out, _, _ := c.decode(nil, b[:n], false)
	text := []rune(string(out))
	return string(text[:min(len(text), previewLetters)])
}

func stopped(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.TimedOut.Errorf("opendata.profile.timed-out", "reading the file took too long: split it and send the parts")
	}
	return fmt.Errorf("profile: stopped: %w", ctx.Err())
}
