package db

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strings"

	"github.com/gongdao/gongdao/fault"
)

// A backup is a line of text, "gongdao-db/1 sqlite" or "gongdao-db/1 postgres",
// then frames: one byte of kind, four of length, four of CRC-32 (IEEE; both big
// endian), the content. Nothing of a damaged frame is used. The last frame is
// the SHA-256 of all before it, so a file that misses a part is found too.
//
//	kind  content
//	'f'   part of the SQLite file
//	'd'   one statement of SQL to run
//	't'   the COPY statement of a table whose rows follow
//	'c'   rows of that table, in COPY's text format
//	'e'   the SHA-256
const backupLine = "gongdao-db/1 "

const maxFrame = 1 << 20

// Backup writes everything the database holds, rows of all rooms, facts,
// bookmarks and jobs, as of one moment, while reads and writes go on. Only
// Restore of the same engine reads it.
func (d *DB) Backup(ctx context.Context, w io.Writer) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	f := newFramer(w)
	f.header(backupLine + d.Engine() + "\n")
	var err error
	if d.lite != nil {
		err = d.lite.backup(ctx, d.dir, f)
	} else {
		err = d.pg.backup(ctx, f)
	}
	if err == nil {
		err = f.finish()
	}
	if err != nil {
		return fmt.Errorf("db: backup: %w", err)
	}
	return nil
}

// Restore fills the empty database that cfg names from what Backup wrote, or
// leaves it empty. No program has it open. Open migrates it afterwards if this
// program is newer than the backup.
// Errors: fault.Conflict if the database is not empty, fault.Malformed if the
// backup is damaged, fault.Invalid if it is from the other engine.
func Restore(ctx context.Context, cfg Config, r io.Reader) error {
	u, err := newUnframer(r)
	if err != nil {
		return fmt.Errorf("db: restore: %w", err)
	}
	engine := "sqlite"
	if cfg.URL != "" {
		engine = "postgres"
	}
	if u.engine != engine {
		return fault.Invalid.Errorf("db.other-engine", "this backup is from %s and cannot be restored into %s", u.engine, engine)
	}
	if engine == "sqlite" {
		err = restoreLite(ctx, cfg, u)
	} else {
		err = restorePG(ctx, cfg.URL, u)
	}
	if err != nil {
		return fmt.Errorf("db: restore: %w", err)
	}
	return nil
}

// framer writes frames and sums them. Its first error stays.
type framer struct {
	w   *bufio.Writer
	sum hash.Hash
	err error
}

func newFramer(w io.Writer) *framer {
	return &framer{w: bufio.NewWriterSize(w, 1<<16), sum: sha256.New()}
}

func (f *framer) header(line string) { f.raw([]byte(line)) }

func (f *framer) raw(p []byte) {
	if f.err != nil {
		return
	}
	f.sum.Write(p)
	_, f.err = f.w.Write(p)
}

func (f *framer) frame(kind byte, p []byte) error {
	var head [9]byte
	head[0] = kind
	binary.BigEndian.PutUint32(head[1:], uint32(len(p)))
	binary.BigEndian.PutUint32(head[5:], crc32.ChecksumIEEE(p))
	f.raw(head[:])
	f.raw(p)
	return f.err
}

// parts returns a writer whose every Write becomes frames of one kind.
func (f *framer) parts(kind byte) io.Writer { return partWriter{f, kind} }

type partWriter struct {
	f    *framer
	kind byte
}

// Write implements io.Writer.
func (p partWriter) Write(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		part := b[n:min(len(b), n+maxFrame)]
		if err := p.f.frame(p.kind, part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

func (f *framer) finish() error {
	sum := f.sum.Sum(nil)
	if err := f.frame('e', sum); err != nil {
		return err
	}
	return f.w.Flush()
}

// unframer reads frames and checks the sum.
type unframer struct {
	r      *bufio.Reader
	sum    hash.Hash
	engine string
	kept   *frame // read but put back
}

type frame struct {
	kind byte
	body []byte
}

func errDamaged(why string) error {
	return errors.Join(fault.Malformed.Errorf("db.damaged-backup", "this backup is damaged or not complete; use another one"), errors.New(why))
}

func newUnframer(r io.Reader) (*unframer, error) {
	u := &unframer{r: bufio.NewReaderSize(r, 1<<16), sum: sha256.New()}
	line, err := u.r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, backupLine) {
		return nil, errDamaged("it does not begin like one")
	}
	u.sum.Write([]byte(line))
	u.engine = strings.TrimSpace(strings.TrimPrefix(line, backupLine))
	return u, nil
}

// next returns the next frame, io.EOF after the last.
func (u *unframer) next() (frame, error) {
	if u.kept != nil {
		f := *u.kept
		u.kept = nil
		return f, nil
	}
	var head [9]byte
	if _, err := io.ReadFull(u.r, head[:]); err != nil {
		return frame{}, errDamaged("it ends too early")
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size > maxFrame {
		return frame{}, errDamaged("a part is too large")
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(u.r, body); err != nil {
		return frame{}, errDamaged("it ends too early")
	}
	if crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(head[5:]) {
		return frame{}, errDamaged("a part has changed")
	}
	if head[0] == 'e' {
		if string(u.sum.Sum(nil)) != string(body) {
			return frame{}, errDamaged("its sum is wrong")
		}
		return frame{}, io.EOF
	}
	u.sum.Write(head[:])
	u.sum.Write(body)
	return frame{head[0], body}, nil
}

func (u *unframer) putBack(f frame) { u.kept = &f }

// parts returns a reader over the frames of one kind that come next.
func (u *unframer) parts(kind byte) *partReader { return &partReader{u: u, kind: kind} }

type partReader struct {
	u    *unframer
	kind byte
	rest []byte
	err  error // other than the end of this kind
}

// Read implements io.Reader.
func (p *partReader) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		f, err := p.u.next()
		if errors.Is(err, io.EOF) {
			p.u.kept = nil
			p.err = io.EOF
			return 0, io.EOF
		}
		if err != nil {
			p.err = err
			return 0, err
		}
		if f.kind != p.kind {
			p.u.putBack(f)
			return 0, io.EOF
		}
		p.rest = f.body
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}
