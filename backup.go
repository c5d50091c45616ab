package gongdao

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gongdao/gongdao/internal/datadir"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/keys"
)

// A backup is a tar archive, sealed to the recovery key: manifest.json, then
// db (a consistent snapshot), keys, and the files of the rooms. Files are
// copied after the snapshot; they never change, and only drafts are deleted, so
// everything that the snapshot calls published is there.

const (
	backupFormat = "gongdao-backup/1"
	restoreMark  = "restore-unfinished"
	recoveryName = "recovery"
)

// manifest opens a backup.
type manifest struct {
	Format  string `json:"format"`
	MadeAt  string `json:"made_at"` // RFC 3339
	Engine  string `json:"engine"`  // of the snapshot; it is restored into the same
	Version string `json:"version"` // of the program
	Demo    bool   `json:"demo"`
}

// Backup writes a sealed backup while the program runs. The recovery key is
// made at the first one; keyPath says where it lies.
func (a *App) Backup(ctx context.Context, w io.Writer) (keyPath string, err error) {
	private, err := a.recoveryKey()
	if err != nil {
		return "", err
	}
	public, err := keys.PublicOf(private)
	if err != nil {
		return "", err
	}
	sealed, err := keys.Seal(w, public)
	if err != nil {
		return "", err
	}
	out := tar.NewWriter(sealed)
	if err := a.writeBackup(ctx, out); err != nil {
		return "", err
	}
	return a.keys.Path(recoveryName), errors.Join(out.Close(), sealed.Close())
}

func (a *App) recoveryKey() ([]byte, error) {
	private, err := a.keys.Bytes(recoveryName)
	if !errors.Is(err, fs.ErrNotExist) {
		return private, err
	}
	if private, _, err = keys.NewRecovery(); err != nil {
		return nil, err
	}
	return private, a.keys.Put(recoveryName, private)
}

func (a *App) writeBackup(ctx context.Context, out *tar.Writer) error {
	text, err := json.Marshal(manifest{backupFormat, a.now().UTC().Format("2006-01-02T15:04:05Z"), a.db.Engine(), Version, a.cfg.Demo})
	if err != nil {
		return err
	}
	if err := putBytes(out, "manifest.json", text); err != nil {
		return err
	}
	snapshot, err := os.CreateTemp(a.dir.Path("scratch"), "backup-*")
	if err != nil {
		return err
	}
	defer os.Remove(snapshot.Name())
	defer snapshot.Close()
	if err := a.db.Backup(ctx, snapshot); err != nil {
		return fmt.Errorf("snapshot of the database: %w", err)
	}
	if err := putFile(out, "db", snapshot.Name()); err != nil {
		return err
	}
	for _, dir := range []string{"keys", "opendata/blob/sha256", "opendata/table", "atlas/blob/sha256"} {
		if err := a.putFolder(ctx, out, dir); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) putFolder(ctx context.Context, out *tar.Writer, dir string) error {
	return filepath.WalkDir(a.dir.Path(dir), func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || e.IsDir() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name, err := filepath.Rel(a.dir.Path(), path)
		if err != nil || name == filepath.Join("keys", recoveryName+".key") || strings.HasPrefix(e.Name(), ".new-") {
			return err
		}
		err = putFile(out, filepath.ToSlash(name), path)
		if errors.Is(err, fs.ErrNotExist) { // a draft that was discarded meanwhile
			return nil
		}
		return err
	})
}

func putBytes(out *tar.Writer, name string, b []byte) error {
	if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b))}); err != nil {
		return err
	}
	_, err := out.Write(b)
	return err
}

func putFile(out *tar.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: name, Mode: int64(st.Mode().Perm()), Size: st.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}

// Restore rebuilds a data folder, which must be empty, from a backup. If it
// fails the folder is empty again; killed midway it leaves a mark, and the folder
// is not opened. Errors: keys.ErrNotSealed for a damaged file or another key.
func Restore(ctx context.Context, cfg Config, r io.Reader, recovery []byte) error {
	dir, err := datadir.Open(cfg.data())
	if err != nil {
		return err
	}
	defer dir.Close()
	empty, err := dir.Empty()
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("%s is not empty; restore into an empty folder", dir.Path())
	}
	plain, err := keys.Unseal(r, recovery)
	if err != nil {
		return err
	}
	mark := dir.Path(restoreMark)
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return err
	}
	if err := refill(ctx, cfg, dir, plain, recovery); err != nil {
		return errors.Join(err, emptied(dir, mark))
	}
	return os.Remove(mark)
}

// refill puts everything of a backup in its place and makes it durable.
func refill(ctx context.Context, cfg Config, dir *datadir.Dir, plain io.Reader, recovery []byte) error {
	if err := unpack(ctx, cfg, dir, tar.NewReader(plain)); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, plain); err != nil { // the last piece must verify too
		return err
	}
	header := &tar.Header{Name: "keys/" + recoveryName + ".key", Mode: 0o600, Typeflag: tar.TypeReg}
	if err := unpackFile(dir, header, bytes.NewReader(recovery)); err != nil {
		return err
	}
	return syncAll(dir.Path())
}

// emptied takes out again what a failed restore has put into an empty folder; the
// mark goes last.
func emptied(dir *datadir.Dir, mark string) error {
	list, err := os.ReadDir(dir.Path())
	if err != nil {
		return err
	}
	for _, e := range list {
		if path := dir.Path(e.Name()); e.IsDir() || e.Name() == "demo" {
			err = errors.Join(err, os.RemoveAll(path))
		}
	}
	if err != nil {
		return err
	}
	return os.Remove(mark)
}

func unpack(ctx context.Context, cfg Config, dir *datadir.Dir, in *tar.Reader) error {
	var m manifest
	for n := 0; ; n++ {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			if n < 2 {
				return keys.ErrNotSealed
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case n == 0:
			if err := json.NewDecoder(in).Decode(&m); err != nil || m.Format != backupFormat {
				return fmt.Errorf("this backup has the format %q; this program reads %s", m.Format, backupFormat)
			}
			if m.Demo {
				if err := os.WriteFile(dir.Path("demo"), []byte("made-up people and agencies, not for real data\n"), 0o600); err != nil {
					return err
				}
			}
		case h.Name == "db":
			if err := db.Restore(ctx, cfg.database(), in); err != nil {
				return fmt.Errorf("database: %w", err)
			}
		default:
			if err := unpackFile(dir, h, in); err != nil {
				return err
			}
		}
	}
}

func unpackFile(dir *datadir.Dir, h *tar.Header, in io.Reader) error {
	if !filepath.IsLocal(h.Name) || h.Typeflag != tar.TypeReg {
		return fmt.Errorf("the backup holds %q, which is no file of a data folder", h.Name)
	}
	path := dir.Path(filepath.FromSlash(h.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fs.FileMode(h.Mode).Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncAll makes the names of all files durable.
func syncAll(root string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		d, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(d.Sync(), d.Close())
	})
}
