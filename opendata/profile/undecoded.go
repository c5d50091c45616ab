package profile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/gongdao/gongdao/fault"
)

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
