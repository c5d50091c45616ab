package db

import (
	"context"
	"database/sql/driver"
	"strings"
)

// maxCached is how many statements a SQLite connection keeps compiled.
const maxCached = 256

// caching makes connections that keep their statements compiled. Compiling one
// costs more than a point read; the driver would do it at every call.
type caching struct{ driver.Connector }

// Connect implements driver.Connector.
func (c caching) Connect(ctx context.Context) (driver.Conn, error) {
	base, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &cachedConn{liteConn: base.(liteConn), stmts: map[string]*cachedStmt{}}, nil
}

// liteConn is what the SQLite driver's connections can do.
type liteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
	driver.Pinger
}

// cachedConn is used by one goroutine at a time, as database/sql promises.
type cachedConn struct {
	liteConn
	stmts map[string]*cachedStmt
}

type cachedStmt struct {
	liteStmt
	busy bool // its rows are being read
}

type liteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// stmt returns a compiled statement that nobody reads from, or nil if this one
// is better run the driver's own way.
func (c *cachedConn) stmt(ctx context.Context, q string) (*cachedStmt, error) {
	if s := c.stmts[q]; s != nil {
		if s.busy {
			return nil, nil
		}
		return s, nil
	}
	if !cacheable(q) {
		return nil, nil
	}
	base, err := c.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(c.stmts) >= maxCached {
		c.evict()
	}
	s := &cachedStmt{liteStmt: base.(liteStmt)}
	c.stmts[q] = s
	return s, nil
}

// evict drops one statement, whichever the map yields first.
func (c *cachedConn) evict() {
	for q, s := range c.stmts {
		if !s.busy {
			_ = s.Close()
			delete(c.stmts, q)
			return
		}
	}
}

// cacheable leaves out what runs once or must not be compiled ahead.
func cacheable(q string) bool {
	q = strings.TrimLeft(q, " \t\r\n")
	if len(q) < 6 || len(q) > 16<<10 {
		return false
	}
	switch strings.ToUpper(q[:6]) {
	case "CREATE", "ALTER ", "DROP T", "DROP I", "PRAGMA", "VACUUM", "REINDE", "ATTACH", "DETACH", "ANALYZ":
		return false
	}
	return true
}

// ExecContext implements driver.ExecerContext.
func (c *cachedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.liteConn.ExecContext(ctx, q, args)
	}
	return s.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *cachedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.liteConn.QueryContext(ctx, q, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &cachedRows{Rows: rows, stmt: s}, nil
}

// Close implements driver.Conn.
func (c *cachedConn) Close() error {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	clear(c.stmts)
	return c.liteConn.Close()
}

// cachedRows gives its statement back when it is closed.
type cachedRows struct {
	driver.Rows
	stmt *cachedStmt
}

// Close implements driver.Rows.
func (r *cachedRows) Close() error {
	if r.stmt == nil {
		return nil
	}
	r.stmt.busy, r.stmt = false, nil
	return r.Rows.Close()
}
