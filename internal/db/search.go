package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Search is a full-text index in a file of its own: an SQLite FTS5 table whose
// tokens the caller makes. It is derived and stays on its node, also beside
// PostgreSQL; a file that cannot be read is thrown away, so whoever opens it
// fills it with Replace. It is safe for concurrent use; writers wait for each
// other, readers see the state before or after a change, never between.
type Search struct {
	columns []SearchColumn
	pool    *sql.DB
	mu      sync.Mutex // one writer at a time
	size    atomic.Int64
}

// SearchColumn is one column of a Search. The weight says how much a word in it
// counts (bm25).
type SearchColumn struct {
	Name   string // letters only
	Weight float64
}

// SearchDoc is one document. Text has a string a column: tokens, separated by
// spaces. A token is ASCII letters and digits, or anything outside ASCII.
type SearchDoc struct {
	Row  int64
	Text []string
}

// SearchTerm is a phrase: tokens that follow each other in one column.
type SearchTerm struct {
	Tokens []string
	Column string // "" for any column
	Prefix bool   // the last token is the beginning of one
}

// SearchHit is one document that holds every term. A higher score is better.
type SearchHit struct {
	Row   int64
	Score float64
}

// OpenSearch opens or makes the index in the file.
func OpenSearch(ctx context.Context, file string, columns ...SearchColumn) (*Search, error) {
	if len(columns) == 0 {
		return nil, errors.New("db: a search index needs a column")
	}
	for _, c := range columns {
		if c.Name == "" || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz") != "" {
			return nil, fmt.Errorf("db: %q is no name for a search column", c.Name)
		}
	}
	s := &Search{columns: columns}
	err := s.open(ctx, file)
	if err != nil { // derived data: begin anew
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if e := os.Remove(file + suffix); e != nil && !errors.Is(e, os.ErrNotExist) {
				return nil, e
			}
		}
		err = s.open(ctx, file)
	}
	if err != nil {
		return nil, fmt.Errorf("db: open search index %s: %w", file, err)
	}
	return s, nil
}

// open makes the table if need be. A file with other columns fails.
func (s *Search) open(ctx context.Context, file string) error {
	pool, err := litePool(file, 4, "_pragma=journal_mode(WAL)", "_pragma=synchronous(OFF)")
	if err != nil {
		return err
	}
	var have string
	err = pool.QueryRowContext(ctx, `SELECT sql FROM sqlite_master WHERE name = 'search'`).Scan(&have)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		_, err = pool.ExecContext(ctx, s.create())
	case err == nil && have != s.create():
		err = errors.New("it has other columns")
	}
	if err == nil {
		var n int64
		if err = pool.QueryRowContext(ctx, `SELECT count(*) FROM search`).Scan(&n); err == nil {
			s.size.Store(n)
			s.pool = pool
			return nil
		}
	}
	return errors.Join(err, pool.Close())
}

// create is the definition of the table. The ascii tokenizer takes every
// character outside ASCII as part of a token and folds nothing else.
func (s *Search) create() string {
	var names []string
	for _, c := range s.columns {
		names = append(names, c.Name)
	}
	return "CREATE VIRTUAL TABLE search USING fts5(" + strings.Join(names, ", ") +
		", content='', contentless_delete=1, tokenize='ascii')"
}

// Close closes the file.
func (s *Search) Close() error { return s.pool.Close() }

// Len returns how many documents there are.
func (s *Search) Len() int64 { return s.size.Load() }

// Replace puts docs in the place of everything.
func (s *Search) Replace(ctx context.Context, docs []SearchDoc) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DROP TABLE search`); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, s.create()); err != nil {
			return err
		}
		// Gather in memory before writing: merging what was written costs more.
		if _, err := tx.ExecContext(ctx, `INSERT INTO search (search, rank) VALUES ('hashsize', 33554432)`); err != nil {
			return err
		}
		return s.insert(ctx, tx, docs)
	})
}

// Put adds docs, or replaces those whose rows are there.
func (s *Search) Put(ctx context.Context, docs ...SearchDoc) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		for _, d := range docs {
			if _, err := tx.ExecContext(ctx, `DELETE FROM search WHERE rowid = ?`, d.Row); err != nil {
				return err
			}
		}
		return s.insert(ctx, tx, docs)
	})
}

// Delete removes rows; those that are not there are fine.
func (s *Search) Delete(ctx context.Context, rows ...int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		for _, r := range rows {
			if _, err := tx.ExecContext(ctx, `DELETE FROM search WHERE rowid = ?`, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Search) change(ctx context.Context, fn func(*sql.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("db: change search index: %w", err)
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return fmt.Errorf("db: change search index: %w", err)
	}
	var n int64
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM search`).Scan(&n); err != nil {
		return fmt.Errorf("db: change search index: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("db: change search index: %w", err)
	}
	s.size.Store(n)
	return nil
}

func (s *Search) insert(ctx context.Context, tx *sql.Tx, docs []SearchDoc) error {
	names, marks := "rowid", "?"
	for _, c := range s.columns {
		names, marks = names+", "+c.Name, marks+", ?"
	}
	stmt, err := tx.PrepareContext(ctx, "INSERT INTO search ("+names+") VALUES ("+marks+")")
	if err != nil {
		return err
	}
	defer stmt.Close()
	args := make([]any, len(s.columns)+1)
	for _, d := range docs {
		if len(d.Text) != len(s.columns) {
			return fmt.Errorf("document %d has %d texts for %d columns", d.Row, len(d.Text), len(s.columns))
		}
		args[0] = d.Row
		for i, t := range d.Text {
			args[i+1] = t
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// Query returns the documents that hold every term, the best first; at most
// limit, or all for 0. Without terms there are none.
func (s *Search) Query(ctx context.Context, limit int, terms ...SearchTerm) ([]SearchHit, error) {
	match := s.match(terms)
	if match == "" {
		return nil, nil
	}
	weights := ""
	for _, c := range s.columns {
		weights += ", " + strconv.FormatFloat(c.Weight, 'g', -1, 64)
	}
	if limit <= 0 {
		limit = -1
	}
	rows, err := s.pool.QueryContext(ctx, "SELECT rowid, -bm25(search"+weights+
		") AS score FROM search WHERE search MATCH ? ORDER BY score DESC, rowid LIMIT ?", match, limit)
	if err != nil {
		return nil, fmt.Errorf("db: search: %w", err)
	}
	defer rows.Close()
	var hits []SearchHit
	for rows.Next() {
		var h SearchHit
		if err := rows.Scan(&h.Row, &h.Score); err != nil {
			return nil, fmt.Errorf("db: search: %w", err)
		}
		hits = append(hits, h)
	}
	return hits, rows.Err()
}

// Rows returns the rows of all documents that hold every term, without order or
// score, for much less than Query takes.
func (s *Search) Rows(ctx context.Context, terms ...SearchTerm) ([]int64, error) {
	match := s.match(terms)
	if match == "" {
		return nil, nil
	}
	var list sql.NullString
	if err := s.pool.QueryRowContext(ctx, `SELECT group_concat(rowid, ' ') FROM search WHERE search MATCH ?`, match).Scan(&list); err != nil {
		return nil, fmt.Errorf("db: search: %w", err)
	}
	out := make([]int64, 0, strings.Count(list.String, " ")+1)
	for text := range strings.FieldsSeq(list.String) {
		r, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("db: search: %w", err)
		}
		out = append(out, r)
	}
	return out, nil
}

// match writes terms as an FTS5 query. Tokens stand in quotes, so that no sign
// in them is an operator.
func (s *Search) match(terms []SearchTerm) string {
	var parts []string
	for _, t := range terms {
		if len(t.Tokens) == 0 {
			continue
		}
		phrase := `"` + strings.ReplaceAll(strings.Join(t.Tokens, " "), `"`, `""`) + `"`
		if t.Prefix {
			phrase += " *"
		}
		for _, c := range s.columns {
			if c.Name == t.Column {
				phrase = c.Name + " : " + phrase
			}
		}
		parts = append(parts, phrase)
	}
	return strings.Join(parts, " AND ")
}
