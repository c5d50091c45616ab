package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gongdao/gongdao/fault"
)

// Temporary files; openLite removes those that a crash has left.
const (
	leftBackup  = ".backup-*"
	leftRestore = ".restore-*"
)

func sweep(dir string) {
	for _, pattern := range []string{leftBackup, leftRestore} {
		list, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, path := range list {
			_ = os.RemoveAll(path)
		}
	}
}

// backup copies the database into a file beside it, in one read transaction
// that keeps nobody from writing, and sends that.
func (l *lite) backup(ctx context.Context, dir string, f *framer) error {
	tmp, err := os.MkdirTemp(dir, leftBackup)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	pool, err := litePool(l.file, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	file := filepath.Join(tmp, "gongdao.db")
	if _, err := pool.ExecContext(ctx, `VACUUM INTO ?`, file); err != nil {
		named, _ := name(err)
		return named
	}
	src, err := os.Open(file)
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = io.Copy(f.parts('f'), contextReader{ctx, src})
	return err
}

// contextReader ends with its ctx.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// restoreLite drops the file in place once it is whole and sound.
func restoreLite(ctx context.Context, cfg Config, u *unframer) error {
	dir := cfg.Dir
	if dir == "" {
		dir = "data"
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	target := filepath.Join(dir, "gongdao.db")
	for _, file := range []string{target, target + "-wal", target + "-shm"} {
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			return fault.Conflict.Errorf("db.not-empty", "there is a database in %s already; restore into an empty one", dir)
		}
	}
	tmp, err := os.CreateTemp(dir, leftRestore)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	defer tmp.Close()
	parts := u.parts('f')
	if _, err := io.Copy(tmp, contextReader{ctx, parts}); err != nil {
		return err
	}
	if !errors.Is(parts.err, io.EOF) {
		return errDamaged("a part is of an unknown kind")
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := sound(ctx, tmp.Name()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), target); err != nil {
		return err
	}
	return syncDir(dir)
}

// sound runs SQLite's own check of a file.
func sound(ctx context.Context, file string) error {
	pool, err := litePool(file, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	var verdict string
	if err := pool.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return errDamaged(err.Error())
	}
	if verdict != "ok" {
		return errDamaged(verdict)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
