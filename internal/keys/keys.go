// Package keys holds the program's secrets in files that only its owner can
// read (mode 0600), made from crypto/rand when first asked for.
package keys

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Ring is a folder of secrets.
type Ring struct{ dir string }

// Open returns the ring in dir, which is made (mode 0700) if needed.
func Open(dir string) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Ring{dir}, nil
}

// Secret returns the n bytes kept under name; they are made and synced to disk
// when first asked for. A file of another length or open to others is an error.
func (r *Ring) Secret(name string, n int) ([]byte, error) {
	path := filepath.Join(r.dir, name+".key")
	b, err := r.read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r.make(path, n)
	}
	if err != nil {
		return nil, err
	}
	if len(b) != n {
		return nil, fmt.Errorf("keys: %s has %d bytes, want %d", path, len(b), n)
	}
	return b, nil
}

// Bytes returns what Put kept under name; fs.ErrNotExist if nothing was.
func (r *Ring) Bytes(name string) ([]byte, error) {
	return r.read(filepath.Join(r.dir, name+".key"))
}

// Put keeps b under name; a name that is taken is an error.
func (r *Ring) Put(name string, b []byte) error {
	return r.write(filepath.Join(r.dir, name+".key"), b)
}

// Path names the file of a secret, for messages and backups.
func (r *Ring) Path(name string) string { return filepath.Join(r.dir, name+".key") }

func (r *Ring) read(path string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("keys: %s can be read by others (mode %o); run chmod 600 on it", path, st.Mode().Perm())
	}
	return os.ReadFile(path)
}

func (r *Ring) make(path string, n int) ([]byte, error) {
	b := make([]byte, n)
	rand.Read(b)
	if err := r.write(path, b); err != nil {
		return nil, err
	}
	return b, nil
}

// write leaves either the whole file or none: a half-written key would be taken
// for a key after a crash.
func (r *Ring) write(path string, b []byte) error {
	tmp, err := os.CreateTemp(r.dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err = tmp.Write(b); err == nil {
		err = tmp.Sync()
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil { // unlike rename, never replaces
		return err
	}
	d, err := os.Open(r.dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
