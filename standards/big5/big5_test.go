package big5_test

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/standards/big5"
)

func TestAppend(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		n              int
		invalid        int // offset, -1 for none
	}{
		{"ASCII stays", "a,b\r\n", "a,b\r\n", 5, -1},
		{"level 1 Han", "\xa5x\xa5_\xa5\xab", "台北市", 6, -1},
		{"the seven characters of F9D6", "\xf9\xd6\xf9\xd8\xf9\xdc", "碁裏嫺", 6, -1},
		{"a two-byte code point", "\xa1\xb1", "§", 2, -1},
		{"user-defined FA40 is the first private-use code point", "\xfa\x40", "\ue000", 2, -1},
		{"user-defined 8E40", "\x8e\x40", "\ue311", 2, -1},
		{"user-defined 8140", "\x81\x40", "\ueeb8", 2, -1},
		{"user-defined C6A1 is not a Japanese mark", "\xc6\xa1", "\uf6b1", 2, -1},
		{"user-defined C8FE is the last", "\xc8\xfe", "\uf848", 2, -1},
		{"a lead byte at the end waits", "a\xa5", "a", 1, -1},
		{"80 is in no row", "a\x80b", "a", 1, 1},
		{"FF is in no row, not even at the end", "a\xff", "a", 1, 1},
		{"a trail of 7F", "\xa5\x7f", "", 0, 0},
		{"an empty place in the symbols", "ab\xa3\xc0", "ab", 2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, n, err := big5.Append(nil, []byte(tt.in))
			checkInvalid(t, err, tt.invalid)
			if string(out) != tt.want || n != tt.n {
				t.Errorf("Append(%q) = %q, %d, want %q, %d", tt.in, out, n, tt.want, tt.n)
			}
			_, n, err = big5.Check([]byte(tt.in))
			checkInvalid(t, err, tt.invalid)
			if n != tt.n {
				t.Errorf("Check(%q) read %d bytes, want %d", tt.in, n, tt.n)
			}
		})
	}
}

func checkInvalid(t *testing.T, err error, offset int) {
	t.Helper()
	var invalid *big5.InvalidError
	switch {
	case offset < 0 && err != nil:
		t.Errorf("err = %v, want none", err)
	case offset >= 0 && (!errors.As(err, &invalid) || invalid.Offset != offset):
		t.Errorf("err = %v, want an invalid byte at %d", err, offset)
	}
}

func TestCheckCounts(t *testing.T) {
	got, _, err := big5.Check([]byte("a1\xa1\x41\xa5x\xc6~\xc9\x40\xf9\xfe\xc6\xa1\xfa\x40\x81\x40"))
	if err != nil {
		t.Fatal(err)
	}
	want := big5.Stats{Single: 2, Symbol: 1, Level1: 2, Level2: 2, UserDefined: 3}
	if got != want || got.Double() != 8 {
		t.Errorf("Check() = %+v, want %+v", got, want)
	}
}

// pairs calls f for every lead and trail byte.
func pairs(f func(pair []byte)) {
	for lead := 0x80; lead <= 0xFF; lead++ {
		for trail := 0; trail <= 0xFF; trail++ {
			f([]byte{byte(lead), byte(trail)})
		}
	}
}

func TestEveryDoubleByteIsOneCharacter(t *testing.T) {
	valid := 0
	pairs(func(p []byte) {
		out, _, err := big5.Append(nil, p)
		if err != nil {
			return
		}
		valid++
		if utf8.RuneCount(out) != 1 || bytes.Contains(out, []byte("\uFFFD")) {
			t.Errorf("% x becomes %q", p, out)
		}
	})
	// 13,503 of the code page and 6,217 user-defined ones.
	if want := 13_503 + 6_217; valid != want {
		t.Errorf("%d valid pairs, want %d", valid, want)
	}
}

func TestUserDefinedBytesNeverMapped(t *testing.T) {
	seen := map[rune]bool{}
	pairs(func(p []byte) {
		pair := int(p[0])<<8 | int(p[1])
		if p[1] < 0x40 || p[1] > 0xFE || p[1] > 0x7E && p[1] < 0xA1 || p[0] == 0xFF || p[0] == 0x80 {
			return
		}
		user := pair <= 0xA0FE || pair >= 0xC6A1 && pair <= 0xC8FE || pair >= 0xFA40
		out, _, err := big5.Append(nil, p)
		if user && err != nil {
			t.Errorf("% x is refused", p)
		}
		c, _ := utf8.DecodeRune(out)
		if err == nil && big5.IsUserDefined(c) != user {
			t.Errorf("% x becomes %U", p, c)
		}
		if user && seen[c] {
			t.Errorf("% x becomes %U, as another pair does", p, c)
		}
		seen[c] = true
	})
}

// official returns every pair that is not user-defined, and its character.
func official() (in []byte, want []string) {
	pairs(func(p []byte) {
		out, _, err := big5.Append(nil, p)
		if c, _ := utf8.DecodeRune(out); err == nil && !big5.IsUserDefined(c) {
			in = append(in, p...)
			want = append(want, string(out))
		}
	})
	return in, want
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d answers for %d pairs", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("pair %d: the judge says %q, we %q", i, got[i], want[i])
		}
	}
}

// TestBig5AgainstPython asks the codec that the table was made from, so that a
// change of either shows; and that it has no character that we lack.
func TestBig5AgainstPython(t *testing.T) {
	python := judge.Need(t, "python-cp950")
	in, want := official()
	cmd := exec.Command(python, "-c", `
import sys
b = sys.stdin.buffer.read()
sys.stdout.reconfigure(encoding='utf-8')
for i in range(0, len(b), 2):
    print(b[i:i+2].decode('cp950'))
for lead in range(0x80, 0x100):
    for trail in range(0x100):
        pair = bytes([lead, trail])
        if not (0xC6A1 <= lead << 8 | trail <= 0xC8FE):
            try: print(end='.' if len(pair.decode('cp950')) == 1 else '')
            except UnicodeDecodeError: pass
`)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(string(out), "\n")
	last := len(got) - 1
	if n := len(got[last]); n != len(want) {
		t.Errorf("Python has %d pairs, we %d", n, len(want))
	}
	compare(t, got[:last], want)
}

// TestBig5AgainstIconv asks the CP950 of the C library.
func TestBig5AgainstIconv(t *testing.T) {
	iconv := judge.Need(t, "iconv")
	in, want := official()
	cmd := exec.Command(iconv, "-f", "CP950", "-t", "UTF-8")
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	compare(t, strings.Split(string(out), ""), want)
}

func FuzzBig5(f *testing.F) {
	for _, s := range []string{"a,b", "\xa5x\xa5_", "\xfa\x40\xc6\xa1", "\xa5", "\x80", "\xa3\xc0"} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		out, n, err := big5.Append(nil, in)
		stats, checked, checkErr := big5.Check(in)
		if (err == nil) != (checkErr == nil) || n != checked {
			t.Fatalf("Append read %d, %v; Check %d, %v", n, err, checked, checkErr)
		}
		if !utf8.Valid(out) || int64(utf8.RuneCount(out)) != stats.Single+stats.Double() {
			t.Fatalf("%q: %d characters counted", out, stats.Single+stats.Double())
		}
		if cut < 0 || cut > n {
			return
		}
		// A text may be read in two pieces.
		first, k, err := big5.Append(nil, in[:cut])
		if err != nil {
			t.Fatalf("the first %d bytes: %v", cut, err)
		}
		both, k2, _ := big5.Append(first, in[k:])
		if !bytes.Equal(both, out) || k+k2 != n {
			t.Fatalf("in two pieces %q, at once %q", both, out)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, bb := range []struct{ name, row string }{
		{"Han", "\xa5x\xa5_\xa5\xab\xa4j\xa6w\xb0\xcf\xb0\xea\xa6w\xb5\xf3\xa4@\xa6\xe8"},
		{"table", "63000010001,\xa5x\xa5_\xa5\xab\xaaQ\xa4s\xb0\xcf,\xb2\xf8\xb7q\xa8\xbd,2201,5512,2633\r\n"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			src := bytes.Repeat([]byte(bb.row), 1<<20/len(bb.row))
			dst := make([]byte, 0, 2*len(src))
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				if _, _, err := big5.Append(dst, src); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bb.name+" check", func(b *testing.B) {
			src := bytes.Repeat([]byte(bb.row), 1<<20/len(bb.row))
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				if _, _, err := big5.Check(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
