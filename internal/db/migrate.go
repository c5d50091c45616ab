package db

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing/fstest"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/gongdao/gongdao/fault"
)

var roomName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)

// Migrate brings the tables of a room up to date. schema holds files
// NNNN_what.sql at its root, forward only; the applied ones are remembered in
// <room>_migration. A database that a newer program has migrated is refused.
func (d *DB) Migrate(ctx context.Context, room string, schema fs.FS) error {
	if !roomName.MatchString(room) {
		return fmt.Errorf("db: migrate %q: not the name of a room", room)
	}
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	pool, dialect, opts, done, err := d.gooseBase()
	if err != nil {
		return fmt.Errorf("db: migrate %s: %w", room, err)
	}
	defer done()
	opts = append(opts, goose.WithTableName(room+"_migration"), goose.WithDisableGlobalRegistry(true), goose.WithSlog(d.log))
	p, err := goose.NewProvider(dialect, pool, forward{schema}, opts...)
	if err != nil {
		return fmt.Errorf("db: migrate %s: %w", room, err)
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("db: migrate %s: %w", room, err)
	}
	if have > want {
		return fault.Conflict.Errorf("db.newer", "the tables of %s are at version %d, this program knows version %d; start the newer program", room, have, want)
	}
	if have == want {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("db: migrate %s: %w", room, err)
	}
	return nil
}

func (d *DB) gooseBase() (pool *sql.DB, dialect goose.Dialect, opts []goose.ProviderOption, done func(), err error) {
	if d.lite != nil {
		return d.lite.writer, goose.DialectSQLite3, nil, func() {}, nil
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, "", nil, nil, err
	}
	pool = stdlib.OpenDBFromPool(d.pg.writer)
	return pool, goose.DialectPostgres, []goose.ProviderOption{goose.WithSessionLocker(locker)}, func() { _ = pool.Close() }, nil
}

// forward shows goose every file as an Up migration, whether or not it carries
// goose's own mark, and refuses a way back.
type forward struct{ fs.FS }

// Open implements fs.FS.
func (f forward) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return file, err
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(text, []byte("+goose Down")) {
		return nil, fmt.Errorf("%s: migrations only go forward", name)
	}
	if !bytes.Contains(text, []byte("+goose Up")) {
		text = append([]byte("-- +goose Up\n"), text...)
	}
	return fstest.MapFS{name: &fstest.MapFile{Data: text, Mode: 0o444}}.Open(name)
}
