package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gongdao/gongdao/fault"
)

// Blob is one stored content.
type Blob struct {
	Digest string // SHA-256, 64 lower-case hexadecimal digits
	Size   int64  // bytes
}

// Store is a directory of blobs. It is safe for concurrent use.
type Store struct {
	root string // <dir>/sha256
	tmp  string // <dir>/tmp: what is being written
}

// Open makes dir where it is missing and removes what interrupted writers left;
// so only one program may have dir open, and opens it once.
func Open(dir string) (*Store, error) {
	s := &Store{root: filepath.Join(dir, "sha256"), tmp: filepath.Join(dir, "tmp")}
	for _, d := range []string{s.root, s.tmp} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("blob: open: %w", err)
		}
	}
	if err := s.sweep(); err != nil {
		return nil, fmt.Errorf("blob: open: %w", err)
	}
	return s, nil
}

func (s *Store) sweep() error {
	entries, err := os.ReadDir(s.tmp)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(s.tmp, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// Put stores what r yields, at most limit bytes (0 for no limit), and returns
// its digest once it is durable. Content that is already there is left alone.
// Errors: fault.TooLarge over the limit; fault.Busy when the disk is full; r's
// own. After an error nothing is stored.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (Blob, error) {
	f, err := os.CreateTemp(s.tmp, "put-*")
	if err != nil {
		return Blob{}, full(err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // gone already when it was renamed
	}()
	b, err := copyHashed(ctx, f, r, limit)
	if err != nil {
		return Blob{}, err
	}
	if size, err := s.stat(b.Digest); err == nil && size == b.Size {
		err = syncDir(filepath.Dir(s.path(b.Digest))) // another Put may be about to
		return b, full(err)
	}
	if err := s.install(f, b.Digest); err != nil {
		return Blob{}, full(err)
	}
	return b, nil
}

// full names the one failure of a disk that time and an operator cure.
func full(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Busy.Errorf("blob.disk-full", "there is no room to keep the file; try again later").After(10 * time.Minute)
	}
	return fmt.Errorf("blob: put: %w", err)
}

func copyHashed(ctx context.Context, w io.Writer, r io.Reader, limit int64) (Blob, error) {
	hash := sha256.New()
	buf := make([]byte, 256<<10)
	var size int64
	for {
		if err := ctx.Err(); err != nil {
			return Blob{}, err
		}
		n, err := r.Read(buf)
		size += int64(n)
		if limit > 0 && size > limit {
			return Blob{}, fault.TooLarge.Errorf("blob.too-large",
				"the file is larger than the limit of %d bytes; split it, or compress it first", limit)
		}
		hash.Write(buf[:n])
		if _, werr := w.Write(buf[:n]); werr != nil {
			return Blob{}, full(werr)
		}
		if errors.Is(err, io.EOF) {
			return Blob{Digest: hex.EncodeToString(hash.Sum(nil)), Size: size}, nil
		}
		if err != nil {
			return Blob{}, err
		}
	}
}

// install makes f, whose content has the digest, durable under its name.
func (s *Store) install(f *os.File, digest string) error {
	if err := f.Chmod(0o444); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	path := s.path(digest)
	dir := filepath.Dir(path)
	if err := os.Mkdir(dir, 0o700); err == nil {
		if err := syncDir(s.root); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Get opens a blob; the caller closes it. Errors: fault.NotFound, fault.Malformed
// for what is no digest.
func (s *Store) Get(_ context.Context, digest string) (io.ReadSeekCloser, error) {
	if err := check(digest); err != nil {
		return nil, err
	}
	f, err := os.Open(s.path(digest))
	if err != nil {
		return nil, absent(digest, err)
	}
	return f, nil
}

// Stat returns the blob's size. Errors as of Get.
func (s *Store) Stat(_ context.Context, digest string) (Blob, error) {
	if err := check(digest); err != nil {
		return Blob{}, err
	}
	size, err := s.stat(digest)
	if err != nil {
		return Blob{}, absent(digest, err)
	}
	return Blob{Digest: digest, Size: size}, nil
}

func (s *Store) stat(digest string) (int64, error) {
	info, err := os.Stat(s.path(digest))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Path returns where the blob's file is, or would be, for a worker to read; ""
// for what is no digest.
func (s *Store) Path(digest string) string {
	if check(digest) != nil {
		return ""
	}
	return s.path(digest)
}

func (s *Store) path(digest string) string {
	return filepath.Join(s.root, digest[:2], digest)
}

// Delete removes a blob for good; one that is absent is no error.
func (s *Store) Delete(_ context.Context, digest string) error {
	if err := check(digest); err != nil {
		return err
	}
	err := os.Remove(s.path(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("blob: delete %s: %w", digest, err)
	}
	if err := syncDir(filepath.Dir(s.path(digest))); err != nil {
		return fmt.Errorf("blob: delete %s: %w", digest, err)
	}
	return nil
}

// Each calls fn with every blob in order of digest, and stops at its first
// error. Blobs that come or go meanwhile may be left out.
func (s *Store) Each(ctx context.Context, fn func(Blob) error) error {
	dirs, err := os.ReadDir(s.root)
	if err != nil {
		return fmt.Errorf("blob: list: %w", err)
	}
	for _, dir := range dirs {
		files, err := os.ReadDir(filepath.Join(s.root, dir.Name()))
		if err != nil {
			return fmt.Errorf("blob: list: %w", err)
		}
		for _, f := range files {
			if err := ctx.Err(); err != nil {
				return err
			}
			info, err := f.Info()
			if err != nil || check(f.Name()) != nil {
				continue // deleted just now, or not ours
			}
			if err := fn(Blob{Digest: f.Name(), Size: info.Size()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Verify reads a blob again and compares it with its digest. Errors:
// fault.NotFound; fault.Gone if the bytes on disk are not the original any more.
func (s *Store) Verify(ctx context.Context, digest string) error {
	f, err := s.Get(ctx, digest)
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := copyHashed(ctx, io.Discard, f, 0)
	if err != nil {
		return fmt.Errorf("blob: verify %s: %w", digest, err)
	}
	if b.Digest != digest {
		return fault.Gone.Errorf("blob.changed",
			"the content with digest %s is no longer the original; restore it from a backup", digest)
	}
	return nil
}

func check(digest string) error {
	if len(digest) == 2*sha256.Size && strings.Trim(digest, "0123456789abcdef") == "" {
		return nil
	}
	return fault.Malformed.Errorf("blob.bad-digest",
		"%q is not a SHA-256 digest; it should be 64 lower-case hexadecimal digits", digest)
}

func absent(digest string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.NotFound.Errorf("blob.not-found", "there is no content with digest %s", digest)
	}
	return fmt.Errorf("blob: get %s: %w", digest, err)
}
