package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/blob"
)

// TestMain serves TestPartialNeverVisible, which needs a writer to kill.
func TestMain(m *testing.M) {
	if dir := os.Getenv("BLOB_TEST_WRITER"); dir != "" {
		s, err := blob.Open(dir)
		if err == nil {
			_, err = s.Put(context.Background(), os.Stdin, 0)
		}
		fmt.Println(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func open(t *testing.T, dir string) *blob.Store {
	t.Helper()
	s, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *blob.Store, content string) blob.Blob {
	t.Helper()
	b, err := s.Put(t.Context(), strings.NewReader(content), 0)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t *testing.T, s *blob.Store, digest string) string {
	t.Helper()
	r, err := s.Get(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// files lists every file below dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			all = append(all, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPut(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	b := put(t, s, "hello")
	want := blob.Blob{Digest: digest("hello"), Size: 5}
	if b != want {
		t.Errorf("Put() = %+v, want %+v", b, want)
	}
	if again := put(t, s, "hello"); again != want {
		t.Errorf("Put() again = %+v, want %+v", again, want)
	}
	path := filepath.Join("sha256", want.Digest[:2], want.Digest)
	if diff := cmp.Diff([]string{path}, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if got := s.Path(b.Digest); got != filepath.Join(dir, path) {
		t.Errorf("Path() = %s", got)
	}
	if got := read(t, open(t, dir), b.Digest); got != "hello" {
		t.Errorf("Get() after opening again = %q", got)
	}
	if got, err := s.Stat(t.Context(), b.Digest); err != nil || got != want {
		t.Errorf("Stat() = %+v, %v", got, err)
	}
	if empty := put(t, s, ""); empty.Size != 0 || read(t, s, empty.Digest) != "" {
		t.Errorf("Put() of nothing = %+v", empty)
	}
}

func TestPutRoundTrip(t *testing.T) {
	s := open(t, t.TempDir())
	rapid.Check(t, func(rt *rapid.T) {
		content := string(rapid.SliceOf(rapid.Byte()).Draw(rt, "content"))
		b, err := s.Put(t.Context(), iotest.OneByteReader(strings.NewReader(content)), int64(len(content)))
		if err != nil || b.Digest != digest(content) || b.Size != int64(len(content)) {
			rt.Fatalf("Put() = %+v, %v", b, err)
		}
		if got := read(t, s, b.Digest); got != content {
			rt.Errorf("Get() = %q, want %q", got, content)
		}
	})
}

func TestPutRefuses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	broken := errors.New("the line went dead")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		r    io.Reader
		want error
	}{
		{"more than the limit", t.Context(), strings.NewReader("123456"), fault.TooLarge},
		{"without end", t.Context(), endless{}, fault.TooLarge},
		{"a reader that fails", t.Context(), io.MultiReader(strings.NewReader("1"), iotest.ErrReader(broken)), broken},
		{"a caller who left", cancelled, strings.NewReader("1"), context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if b, err := s.Put(tt.ctx, tt.r, 5); !errors.Is(err, tt.want) {
				t.Errorf("Put() = %+v, %v, want %v", b, err, tt.want)
			}
		})
	}
	if _, err := s.Put(t.Context(), strings.NewReader("12345"), 5); err != nil {
		t.Errorf("Put() of exactly the limit = %v", err)
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("files = %v, want one", left)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestGetRefuses(t *testing.T) {
	s := open(t, t.TempDir())
	for digest, want := range map[string]error{
		digest("absent"):          fault.NotFound,
		"":                        fault.Malformed,
		"../../../etc/passwd":     fault.Malformed,
		strings.Repeat("A", 64):   fault.Malformed,
		strings.Repeat("0", 63):   fault.Malformed,
		strings.Repeat("../", 21): fault.Malformed,
	} {
		if _, err := s.Get(t.Context(), digest); !errors.Is(err, want) {
			t.Errorf("Get(%q) = %v, want %v", digest, err, want)
		}
		if _, err := s.Stat(t.Context(), digest); !errors.Is(err, want) {
			t.Errorf("Stat(%q) = %v, want %v", digest, err, want)
		}
		if err := s.Verify(t.Context(), digest); !errors.Is(err, want) {
			t.Errorf("Verify(%q) = %v, want %v", digest, err, want)
		}
		if s.Path(digest) != "" && errors.Is(want, fault.Malformed) {
			t.Errorf("Path(%q) = %s, want nothing", digest, s.Path(digest))
		}
	}
}

func TestDeleteAndEach(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	want := map[string]int64{}
	for i := range 20 {
		b := put(t, s, strings.Repeat("x", i))
		want[b.Digest] = b.Size
	}
	if err := os.WriteFile(filepath.Join(dir, "sha256", digest("")[:2], "README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // absent is no error
		if err := s.Delete(t.Context(), digest("x")); err != nil {
			t.Errorf("Delete() = %v", err)
		}
	}
	delete(want, digest("x"))
	if err := s.Delete(t.Context(), "x"); !errors.Is(err, fault.Malformed) {
		t.Errorf("Delete(x) = %v, want fault.Malformed", err)
	}
	got, last := map[string]int64{}, ""
	err := s.Each(t.Context(), func(b blob.Blob) error {
		if b.Digest <= last {
			t.Errorf("%s comes after %s", b.Digest, last)
		}
		last, got[b.Digest] = b.Digest, b.Size
		return nil
	})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Each() = %v (-want +got):\n%s", err, diff)
	}
	stop := errors.New("enough")
	if err := s.Each(t.Context(), func(blob.Blob) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Each() = %v, want the caller's error", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Each(cancelled, func(blob.Blob) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Each() = %v, want context.Canceled", err)
	}
}

func TestPutAtOnce(t *testing.T) {
	dir := t.TempDir()
	stores := []*blob.Store{open(t, dir), open(t, dir)}
	content := strings.Repeat("same", 100_000)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if b, err := stores[i%2].Put(t.Context(), strings.NewReader(content), 0); err != nil || b.Digest != digest(content) {
				t.Errorf("Put() = %+v, %v", b, err)
			}
		})
	}
	wg.Wait()
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("files = %v, want one", got)
	}
}

func TestOriginalNeverChanges(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	b := put(t, s, "the original")
	path := s.Path(b.Digest)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o444 {
		t.Errorf("mode = %v, %v, want read-only", info.Mode(), err)
	}
	put(t, s, "the original") // leaves the file alone
	if again, err := os.Stat(path); err != nil || !os.SameFile(info, again) || !again.ModTime().Equal(info.ModTime()) {
		t.Errorf("the file was written again")
	}
	if err := s.Verify(t.Context(), b.Digest); err != nil {
		t.Errorf("Verify() = %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("the 0riginal"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir).Verify(t.Context(), b.Digest); !errors.Is(err, fault.Gone) {
		t.Errorf("Verify() of changed bytes = %v, want fault.Gone", err)
	}
}

func TestPartialNeverVisible(t *testing.T) {
	dir := t.TempDir()
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), "BLOB_TEST_WRITER="+dir)
	in, err := writer.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(bytes.Repeat([]byte("half"), 500_000)); err != nil { // more than a pipe holds: the writer has read some
		t.Fatal(err)
	}
	if err := writer.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = writer.Wait() // killed
	if left, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(left) != 1 {
		t.Fatalf("the killed writer left %v, %v, want its partial file", left, err)
	}
	s := open(t, dir)
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("files after opening = %v, want none", left)
	}
	if err := s.Each(t.Context(), func(b blob.Blob) error { return fmt.Errorf("visible: %s", b.Digest) }); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Open(file); err == nil {
		t.Error("Open() of a file = nil")
	}
}
