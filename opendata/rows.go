package opendata

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/opendata/query"
)

// tableName is how compiled queries call the one table they ask.
const tableName = "t"

// maxHeld is the most bytes of an answer that is held in memory; what is
// longer is asked for as an export, which is not held.
const maxHeld = 8 << 20

// Ask is one question about one version.
type Ask struct {
	Version Version
	Query   *query.Query
	Format  olap.Format
	CSV     olap.CSVOptions
	Export  bool // a long answer: the export deadline, no memory of it
	Names   bool // CSV headed by names as queries use them, not by labels
	// Compression of a Parquet export: zstd or snappy.
	Compression string
}

// Rows answers a question: the worker writes the form asked for, this process
// copies bytes. It returns how many rows were written.
// Errors: fault.TimedOut past the deadline, fault.Invalid past memory,
// fault.Busy when too many ask, fault.TooLarge past maxHeld unless it is an
// export; an export's reader who is too slow loses the connection.
func (s *Service) Rows(ctx context.Context, a Ask, w io.Writer) (int64, error) {
	if a.Export {
		out, end := steady(w, s.needs.Now)
		defer end()
		return s.ask(ctx, a, out)
	}
	key := answerKey{a.Version.ID, a.Query.Canonical(), form(a)}
	if body, rows, ok := s.answers.get(key); ok {
		_, err := w.Write(body)
		return rows, err
	}
	var body bytes.Buffer
	rows, err := s.ask(ctx, a, &body)
	if err != nil {
		return 0, err
	}
	if !a.Query.Volatile() {
		s.answers.put(key, bytes.Clone(body.Bytes()), rows)
	}
	_, err = w.Write(body.Bytes())
	return rows, err
}

func form(a Ask) string { return fmt.Sprintf("%s %+v %t", a.Format, a.CSV, a.Names) }

func (s *Service) ask(ctx context.Context, a Ask, w io.Writer) (int64, error) {
	sql, err := a.Query.SQL(query.Options{Table: tableName, Now: s.needs.Now()})
	if err != nil {
		return 0, err
	}
	q := s.statement(a.Version, sql)
	q.Format, q.CSV, q.Timezone, q.Compression = a.Format, a.CSV, a.Query.Timezone(), a.Compression
	if a.Names {
		for i := range q.Columns {
			q.Columns[i].Label = q.Columns[i].Name
		}
	}
	if a.Export {
		q.Bulk, q.MaxBytes = true, 0
		q.Deadline = s.cfg.ExportTime.Or(10 * time.Minute)
	}
	r, err := s.needs.Workers.Query(ctx, q, w)
	return r.Rows, err
}

func (s *Service) statement(v Version, sql query.SQL) olap.Query {
	q := olap.Query{SQL: sql.Text, Args: sql.Args, Tables: map[string]string{tableName: s.tables.path(v.ID)},
		Deadline: s.cfg.QueryTime.Or(2 * time.Second), MaxBytes: maxHeld}
	for _, c := range sql.Columns {
		q.Columns = append(q.Columns, olap.Column{Name: c.Name, Source: c.Source, Label: c.Label, Type: string(c.Type), Lon: c.Lon, Lat: c.Lat})
	}
	return q
}

// Count answers how many rows or groups the query has without limit and offset.
func (s *Service) Count(ctx context.Context, v Version, q *query.Query) (int64, error) {
	key := answerKey{v.ID, q.Canonical(), "count"}
	if body, _, ok := s.answers.get(key); ok {
		return strconv.ParseInt(string(body), 10, 64)
	}
	sql, err := q.Count(query.Options{Table: tableName, Now: s.needs.Now()})
	if err != nil {
		return 0, err
	}
	st := s.statement(v, sql)
	st.Format = olap.Arrays
	var body bytes.Buffer
	if _, err := s.needs.Workers.Query(ctx, st, &body); err != nil {
		return 0, err
	}
	var rows [][]int64
	if err := json.Unmarshal(body.Bytes(), &rows); err != nil {
		return 0, fmt.Errorf("opendata: count: %w", err)
	}
	n := int64(0)
	if len(rows) > 0 && len(rows[0]) > 0 {
		n = rows[0][0]
	}
	if !q.Volatile() {
		s.answers.put(key, []byte(strconv.FormatInt(n, 10)), 1)
	}
	return n, nil
}

// Cells answers a question with values for a page: what JSON makes of them,
// numbers as written.
func (s *Service) Cells(ctx context.Context, v Version, q *query.Query) ([][]any, error) {
	var body bytes.Buffer
	if _, err := s.Rows(ctx, Ask{Version: v, Query: q, Format: olap.Arrays}, &body); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(&body)
	dec.UseNumber()
	var rows [][]any
	if err := dec.Decode(&rows); err != nil {
		return nil, fmt.Errorf("opendata: rows of %s: %w", v.ID, err)
	}
	return rows, nil
}

// Parse reads a question about a version. Errors: *query.Error, which is
// fault.Malformed with clause, position and remedy.
func (s *Service) Parse(ctx context.Context, v Version, p query.Params) (*query.Query, error) {
	known, err := s.profileOf(ctx, v)
	if err != nil {
		return nil, err
	}
	return query.Parse(known.schema, p)
}
