package keys

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func sealed(t *testing.T, content, public []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := Seal(&out, public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func opened(box, private []byte) ([]byte, error) {
	r, err := Unseal(bytes.NewReader(box), private)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestSealedStreamOpensWholeOrNotAtAll(t *testing.T) {
	private, public, err := NewRecovery()
	if err != nil {
		t.Fatal(err)
	}
	other, _, _ := NewRecovery()
	for _, n := range []int{0, 1, sealPiece - 1, sealPiece, sealPiece + 1, 3*sealPiece + 7} {
		content := bytes.Repeat([]byte("公道"), n/6+1)[:n]
		box := sealed(t, content, public)
		if got, err := opened(box, private); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes came back as %d, %v", n, len(got), err)
		}
		if n > 6 && bytes.Contains(box, []byte("公道")) {
			t.Errorf("%d bytes lie in the clear", n)
		}
		if _, err := opened(box, other); !errors.Is(err, ErrNotSealed) {
			t.Errorf("another key: %v, want ErrNotSealed", err)
		}
		for _, cut := range []int{1, 5, len(box) / 2, len(box) - 1} {
			if _, err := opened(box[:len(box)-cut], private); !errors.Is(err, ErrNotSealed) {
				t.Errorf("%d bytes, %d cut off: %v, want ErrNotSealed", n, cut, err)
			}
		}
		box[len(box)-1] ^= 1
		if _, err := opened(box, private); !errors.Is(err, ErrNotSealed) {
			t.Errorf("%d bytes, one changed: %v, want ErrNotSealed", n, err)
		}
	}
}

// A stream cut exactly between two pieces lacks its last piece.
func TestCutBetweenPiecesDoesNotOpen(t *testing.T) {
	private, public, _ := NewRecovery()
	box := sealed(t, make([]byte, 2*sealPiece), public)
	whole := sealed(t, make([]byte, sealPiece), public)
	cut := len(box) - (len(whole) - len(sealed(t, nil, public))) - 20
	for at := cut - 10; at < cut+10; at++ {
		if _, err := opened(box[:at], private); !errors.Is(err, ErrNotSealed) {
			t.Fatalf("cut at %d: %v, want ErrNotSealed", at, err)
		}
	}
}
