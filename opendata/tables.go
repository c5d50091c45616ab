package opendata

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// tables is the folder of Parquet files, one a version, and the scratch folder
// in which they are made. A file comes into the folder whole, by rename.
type tables struct{ dir, scratch string }

func openTables(dir string) (*tables, error) {
	t := &tables{filepath.Join(dir, "table"), filepath.Join(dir, "scratch")}
	if err := os.RemoveAll(t.scratch); err != nil { // what a killed program was making
		return nil, err
	}
	for _, d := range []string{t.dir, t.scratch} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// path is where the table of a version stands.
func (t *tables) path(version string) string { return filepath.Join(t.dir, version+".parquet") }

// workshop makes an empty folder for one import; remove it afterwards.
func (t *tables) workshop() (string, error) { return os.MkdirTemp(t.scratch, "import-*") }

// keep moves a finished file into the folder, syncs both, and returns its size.
// A worker that read a hostile file may have left anything there: only a plain
// file is taken, and no link is followed.
func (t *tables) keep(file, version string) (bytes int64, err error) {
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return 0, err
	}
	bytes, err = seal(f)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return 0, err
	}
	if err := os.Rename(file, t.path(version)); err != nil {
		return 0, err
	}
	d, err := os.Open(t.dir)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	return bytes, d.Sync()
}

// seal makes a plain file durable and read-only.
func seal(f *os.File) (bytes int64, err error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if !st.Mode().IsRegular() {
		return 0, fmt.Errorf("the worker left no plain file: %s", st.Mode())
	}
	return st.Size(), errors.Join(f.Chmod(0o444), f.Sync())
}

// have reports whether the table of a version is there.
func (t *tables) have(version string) bool {
	_, err := os.Stat(t.path(version))
	return err == nil
}

// remove deletes the table of a version; one that is gone is fine.
func (t *tables) remove(version string) error {
	if err := os.Remove(t.path(version)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// versions lists whose tables are there.
func (t *tables) versions() ([]string, error) {
	list, err := os.ReadDir(t.dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range list {
		if id, ok := strings.CutSuffix(e.Name(), ".parquet"); ok {
			out = append(out, id)
		}
	}
	return out, nil
}
