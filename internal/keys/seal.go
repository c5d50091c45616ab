package keys

import (
	"bufio"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A sealed stream is HPKE (RFC 9180) with the hybrid post-quantum KEM
// MLKEM768-X25519, HKDF-SHA-256 and AES-256-GCM: a header line, the
// encapsulated key with its length, then pieces of at most 64 KiB, each with its
// length. The additional data of a piece says whether it is the last one, so a
// stream that was cut short does not open.
const (
	sealHeader = "gongdao-sealed/1\n"
	sealPiece  = 64 << 10
)

var (
	aadMore = []byte("more")
	aadLast = []byte("last")
)

// NewRecovery makes a key pair for sealed streams. Whoever holds private can
// open everything sealed to public.
func NewRecovery() (private, public []byte, err error) {
	k, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		return nil, nil, err
	}
	private, err = k.Bytes()
	return private, k.PublicKey().Bytes(), err
}

// PublicOf returns the public half of a recovery key.
func PublicOf(private []byte) ([]byte, error) {
	k, err := hpke.MLKEM768X25519().NewPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("keys: this is not a recovery key: %w", err)
	}
	return k.PublicKey().Bytes(), nil
}

type sealer struct {
	w      *bufio.Writer
	sender *hpke.Sender
	buf    []byte
}

// Seal returns a writer whose content only the holder of the recovery key can
// read. Close writes the last piece; it does not close w.
func Seal(w io.Writer, public []byte) (io.WriteCloser, error) {
	pk, err := hpke.MLKEM768X25519().NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("keys: seal: %w", err)
	}
	enc, sender, err := hpke.NewSender(pk, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(sealHeader))
	if err != nil {
		return nil, err
	}
	s := &sealer{w: bufio.NewWriter(w), sender: sender, buf: make([]byte, 0, sealPiece)}
	if _, err := s.w.WriteString(sealHeader); err != nil {
		return nil, err
	}
	return s, s.frame(enc)
}

func (s *sealer) frame(b []byte) error {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(b)))
	if _, err := s.w.Write(n[:]); err != nil {
		return err
	}
	_, err := s.w.Write(b)
	return err
}

func (s *sealer) flush(aad []byte) error {
	box, err := s.sender.Seal(aad, s.buf)
	if err != nil {
		return err
	}
	s.buf = s.buf[:0]
	return s.frame(box)
}

// Write seals full pieces as they come.
func (s *sealer) Write(p []byte) (int, error) {
	done := 0
	for len(p) > 0 {
		if len(s.buf) == sealPiece {
			if err := s.flush(aadMore); err != nil {
				return done, err
			}
		}
		n := min(sealPiece-len(s.buf), len(p))
		s.buf = append(s.buf, p[:n]...)
		p, done = p[n:], done+n
	}
	return done, nil
}

// Close seals what is left as the last piece.
func (s *sealer) Close() error {
	if err := s.flush(aadLast); err != nil {
		return err
	}
	return s.w.Flush()
}

type opener struct {
	r    *bufio.Reader
	rec  *hpke.Recipient
	buf  []byte
	last bool
}

// ErrNotSealed is returned for a file that is no sealed stream, was changed or
// cut short, or was sealed to another key.
var ErrNotSealed = errors.New("this file is no sealed backup, was damaged, or needs another recovery key")

// Unseal reads what Seal wrote.
func Unseal(r io.Reader, private []byte) (io.Reader, error) {
	k, err := hpke.MLKEM768X25519().NewPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("keys: this is not a recovery key: %w", err)
	}
	o := &opener{r: bufio.NewReaderSize(r, 2*sealPiece)}
	head := make([]byte, len(sealHeader))
	if _, err := io.ReadFull(o.r, head); err != nil || string(head) != sealHeader {
		return nil, ErrNotSealed
	}
	enc, err := o.frame(4 << 10)
	if err != nil {
		return nil, ErrNotSealed
	}
	if o.rec, err = hpke.NewRecipient(enc, k, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(sealHeader)); err != nil {
		return nil, ErrNotSealed
	}
	return o, nil
}

func (o *opener) frame(limit uint32) ([]byte, error) {
	var n [4]byte
	if _, err := io.ReadFull(o.r, n[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(n[:])
	if size > limit {
		return nil, ErrNotSealed
	}
	b := make([]byte, size)
	_, err := io.ReadFull(o.r, b)
	return b, err
}

// Read returns only bytes whose piece was verified.
func (o *opener) Read(p []byte) (int, error) {
	for len(o.buf) == 0 {
		if o.last {
			return 0, io.EOF
		}
		box, err := o.frame(sealPiece + 64)
		if err != nil {
			return 0, ErrNotSealed
		}
		_, err = o.r.Peek(1)
		o.last = errors.Is(err, io.EOF)
		aad := aadMore
		if o.last {
			aad = aadLast
		}
		if o.buf, err = o.rec.Open(aad, box); err != nil {
			return 0, ErrNotSealed
		}
	}
	n := copy(p, o.buf)
	o.buf = o.buf[n:]
	return n, nil
}
