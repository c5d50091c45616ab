package db

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/gongdao/gongdao/fault"
)

// Config says where rows are kept. The zero value is SQLite in ./data.
type Config struct {
	// URL of a PostgreSQL database, postgres://user@host/name. Empty: SQLite in Dir.
	URL string `toml:"url"`
	// Dir is the directory of gongdao.db and of temporary backup files. Default data.
	Dir string `toml:"dir"`
	// Readers is the number of connections for reading. Default 4 or the number of cores, whichever is more.
	Readers int `toml:"readers"`
}

// Needs is all a DB is given. Both are optional.
type Needs struct {
	Log *slog.Logger
	Now func() time.Time
}

// DB is one open database. It is safe for use by many goroutines.
type DB struct {
	dir  string
	log  *slog.Logger
	now  func() time.Time
	lite *lite  // one of these two is set
	pg   *pgsql //

	writing holders // goroutines that run a write closure now

	mu      sync.Mutex    // guards the three below
	changed chan struct{} // closed and replaced when a fact was committed
	closed  bool
	running int           // calls in flight
	idle    chan struct{} // closed by the last call once closed is set
}

// Open opens the database and brings the tables of this package up to date.
// Errors: fault.Busy if it cannot be reached or is locked by another program.
func Open(ctx context.Context, cfg Config, needs Needs) (*DB, error) {
	d := &DB{dir: cfg.Dir, log: needs.Log, now: needs.Now, changed: make(chan struct{}), idle: make(chan struct{})}
	if d.dir == "" {
		d.dir = "data"
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.now == nil {
		d.now = time.Now
	}
	var err error
	if cfg.URL == "" {
		d.lite, err = openLite(ctx, d.dir, cfg.Readers)
	} else if strings.HasPrefix(cfg.URL, "postgres://") || strings.HasPrefix(cfg.URL, "postgresql://") {
		d.pg, err = openPG(ctx, cfg.URL, cfg.Readers)
	} else {
		err = fault.Invalid.Errorf("db.url", "the database address must begin with postgres://")
	}
	if err != nil {
		return nil, fmt.Errorf("db: open: %w", err)
	}
	if err := d.Migrate(ctx, "db", outboxSchema()); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// Engine returns "sqlite" or "postgres".
func (d *DB) Engine() string {
	if d.lite != nil {
		return "sqlite"
	}
	return "postgres"
}

// Close waits for the reads and writes in flight, then closes the database.
// Later calls fail with fault.Busy.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	if d.running == 0 {
		close(d.idle)
	}
	d.mu.Unlock()
	<-d.idle
	if d.lite != nil {
		return d.lite.close()
	}
	d.pg.close()
	return nil
}

// Dir returns the directory of the SQLite file and of temporary backup files.
func (d *DB) Dir() string { return d.dir }

// Now returns the time by the clock of the database.
func (d *DB) Now() time.Time { return d.now().UTC() }

// enter counts a call in; every nil return is followed by leave.
func (d *DB) enter() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return fault.Busy.Errorf("db.closed", "the program is stopping; please try again in a minute").After(time.Minute)
	}
	d.running++
	return nil
}

func (d *DB) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
	if d.closed && d.running == 0 {
		close(d.idle)
	}
}

// Changed returns a channel that closes when this process next commits a fact.
// Take it before looking for facts, so that none is missed between the two.
func (d *DB) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

func (d *DB) announce() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.changed)
	d.changed = make(chan struct{})
}

// Read runs fn in a read-only transaction with one consistent snapshot. Inside
// another Read or Write of the same database, found through ctx, it joins that
// transaction.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if outer := txOf(ctx, d); outer != nil {
		inner := *outer
		inner.readOnly, inner.ctx = true, ctx
		return fn(&inner)
	}
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	if d.lite != nil {
		return d.lite.read(ctx, d, fn)
	}
	return d.pg.read(ctx, d, fn)
}

// Write runs fn in a transaction and commits it durably, or leaves nothing.
// fn may run again and so touches only tx. A ctx that is done before fn starts
// keeps it from running. A panic in fn rolls back fn alone and goes on to the
// caller. A Write inside a Write fails with ErrNested.
// Errors: what fn returned; fault.Busy if the disk is full, the database is
// closed, or other writers did not let go.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if outer := txOf(ctx, d); outer != nil {
		return ErrNested
	}
	if d.writing.here() {
		return ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	if d.lite != nil {
		return d.lite.write(ctx, d, fn)
	}
	return d.pg.write(ctx, d, fn)
}
