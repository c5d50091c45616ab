package opendata

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// keep moves a finished file into the folder and syncs both.
func (t *tables) keep(file, version string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	err = f.Sync()
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(file, 0o444); err != nil {
		return err
	}
	if err := os.Rename(file, t.path(version)); err != nil {
		return err
	}
	d, err := os.Open(t.dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
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
