//go:build cgo && linux

package olap

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	duck "github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/gongdao/gongdao/fault"
)

// Rows that stand together in the Parquet files we make. A page of 100 rows
// costs the reading of one group, so tables that are queried have smaller ones:
// 40,960 halve that cost against 122,880 and leave aggregates as fast.
const (
	tableGroup  = 40_960
	exportGroup = 122_880
)

// RowColumn is the hidden first column of our Parquet files: the number of the
// data row, from 1.
const RowColumn = "_row"

// maxLine is the longest line Load reads, in bytes; a little more than the
// longest row that is accepted for publication.
const maxLine = 9 << 20

func selects() []duck.StatementType { return []duck.StatementType{duck.StatementTypeSelect} }
func copies() []duck.StatementType  { return []duck.StatementType{duck.StatementTypeCopy} }

// Load turns a file in our normal form into typed Parquet: explicit columns,
// nothing guessed, file order, zstd. It works inside a task only.
// Errors: fault.Invalid for a cell that is not of its column's type; never a
// silent null. Two things DuckDB takes: a DECIMAL with more digits after the
// point than its scale is rounded, and 1, 0, t, f are BOOLEAN too. Who chose the
// types has read every cell.
func Load(ctx context.Context, l LoadSpec) (LoadResult, error) {
	e, err := inTask(ctx)
	if err != nil {
		return LoadResult{}, err
	}
	sql, err := loadSQL(l)
	if err != nil {
		return LoadResult{}, err
	}
	if err := checkHeader(l.CSV); err != nil {
		return LoadResult{}, err
	}
	release := e.stopOn(ctx)
	defer release()
	rows, _, err := e.query(sql, nil, copies()...)
	if err != nil {
		_ = os.Remove(l.Out)
		return LoadResult{}, loadError(err)
	}
	info, err := os.Stat(l.Out)
	if err != nil {
		return LoadResult{}, err
	}
	n, _ := rows[0][0].(int64)
	if l.Rows > 0 && n != l.Rows {
		return LoadResult{}, fmt.Errorf("olap: %d rows were written and %d loaded", l.Rows, n)
	}
	return LoadResult{Rows: n, Bytes: info.Size()}, nil
}

// checkHeader refuses what is not in our normal form. DuckDB finds no row at
// all, and says nothing, where lines end otherwise than it was told.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	line, err := bufio.NewReaderSize(io.LimitReader(f, maxLine), 64<<10).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	first, _, _ := strings.Cut(line, ",")
	if strings.Trim(first, "\"") != RowColumn || strings.HasSuffix(line, "\r\n") {
		return errors.New("olap: the file does not begin with a header in our normal form")
	}
	return nil
}

var sqlType = regexp.MustCompile(`^(VARCHAR|BIGINT|DOUBLE|BOOLEAN|DATE|TIMESTAMP|DECIMAL\(\d{1,2},\d{1,2}\))$`)

func loadSQL(l LoadSpec) (string, error) {
	columns := []string{quote(RowColumn) + ": 'BIGINT'"}
	for _, c := range l.Columns {
		if !sqlType.MatchString(c.SQLType) {
			return "", fmt.Errorf("olap: column %q cannot be loaded as %q", c.Name, c.SQLType)
		}
		columns = append(columns, quote(c.Name)+": "+quote(c.SQLType))
	}
	return "COPY (SELECT * FROM read_csv(" + quote(l.CSV) +
		", auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', new_line = '\\n'" +
		", nullstr = '', allow_quoted_nulls = false, strict_mode = true, ignore_errors = false, null_padding = false" +
		", encoding = 'utf-8', compression = 'none'" +
		", max_line_size = " + strconv.Itoa(maxLine) +
		", columns = {" + strings.Join(columns, ", ") + "})) TO " + quote(l.Out) +
		" (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE " + strconv.Itoa(tableGroup) + ", USE_TMP_FILE false)", nil
}

// Select answers a query over files that the task may read (parquet_scan,
// read_csv, read_json), whole in memory. It works inside a task only. Values
// are nil, bool, int64, *big.Int where that is too small, float64, []byte,
// time.Time for timestamps, []any for lists, and string for everything else:
// text, dates as 2006-01-02, decimals with all their digits.
func Select(ctx context.Context, sql string, args ...any) (rows [][]any, cols []string, err error) {
	e, err := inTask(ctx)
	if err != nil {
		return nil, nil, err
	}
	packed, err := packAll(args)
	if err != nil {
		return nil, nil, err
	}
	if args, err = unpackAll(packed); err != nil { // as a query's would arrive
		return nil, nil, err
	}
	release := e.stopOn(ctx)
	defer release()
	rows, cols, err = e.query(sql, args, selects()...)
	return rows, cols, named(err)
}

// query returns a whole answer.
func (e *engine) query(sql string, args []any, types ...duck.StatementType) ([][]any, []string, error) {
	s, err := e.prepare(sql, args, types...)
	if err != nil {
		return nil, nil, err
	}
	defer s.close()
	r, err := s.run()
	if err != nil {
		return nil, nil, err
	}
	defer r.close()
	var names []string
	for _, c := range r.columns {
		names = append(names, c.name)
	}
	var all [][]any
	for {
		more, err := r.next()
		if err != nil {
			return nil, nil, err
		}
		if !more {
			return all, names, nil
		}
		for i := range r.size {
			row := make([]any, len(r.columns))
			for j, c := range r.columns {
				row[j] = c.value(i)
			}
			all = append(all, row)
		}
	}
}

// describe returns the columns of a query without running it.
func (w *served) describe(q queryRequest, args []any) ([]Column, error) {
	s, err := w.engine.prepare(q.SQL, args, selects()...)
	if err != nil {
		return nil, err
	}
	defer s.close()
	var columns []Column
	for i := range duck.PreparedStatementColumnCount(s.stmt) {
		t := duck.PreparedStatementColumnLogicalType(s.stmt, i)
		c := newColumn(duck.PreparedStatementColumnName(s.stmt, i), t)
		duck.DestroyLogicalType(&t)
		columns = append(columns, Column{Name: c.name, Type: c.kind()})
	}
	return columns, nil
}

// copySQL writes the query, which prepare found to be one SELECT, into a file.
func copySQL(q queryRequest) (string, error) {
	compression := "zstd"
	switch q.Compression {
	case "", "zstd":
	case "snappy":
		compression = "snappy"
	default:
		return "", errors.New("olap: no compression " + strconv.Quote(q.Compression))
	}
	limit := ""
	if q.MaxRows > 0 {
		limit = " LIMIT " + strconv.Itoa(q.MaxRows)
	}
	return "COPY (SELECT " + copyColumns(q.Columns) + " FROM (" + strings.TrimRight(q.SQL, "; \t\r\n") + "\n) AS answer" + limit + ") TO " + quote(q.Out) +
		" (FORMAT parquet, COMPRESSION " + compression + ", ROW_GROUP_SIZE " + strconv.Itoa(exportGroup) + ", USE_TMP_FILE false)", nil
}

// copyColumns lists what an export holds: a point stays two columns, named
// after it with _lon and _lat.
func copyColumns(asked []Column) string {
	var list []string
	for _, c := range asked {
		if c.Type == TypeGeoPoint2D && c.Lon != "" {
			list = append(list, quoteName(c.Lon)+" AS "+quoteName(c.Name+"_lon"), quoteName(c.Lat)+" AS "+quoteName(c.Name+"_lat"))
		} else {
			list = append(list, quoteName(c.source())+" AS "+quoteName(c.Name))
		}
	}
	if len(list) == 0 {
		return "*"
	}
	return strings.Join(list, ", ")
}

// What DuckDB says about a line it cannot read, and about a cell.
var (
	badLine = regexp.MustCompile(`CSV Error on Line: (\d+)`)
	badCell = regexp.MustCompile(`(?s)Error when converting column "(.*?)"\. Could not convert string "(.*?)" to '(.*?)'\n`)
	badRow  = regexp.MustCompile(`(?m)^(Expected Number of Columns.*|Value with unterminated quote.*|Invalid unicode.*|Maximum line size.*)$`)
)

// loadError makes a fault of what DuckDB says about a file.
func loadError(err error) error {
	var f *failure
	if !errors.As(err, &f) || f.kind != "Invalid Input Error" && f.kind != "Conversion Error" {
		return err
	}
	line := badLine.FindStringSubmatch(f.text)
	if line == nil {
		return named(err)
	}
	n, _ := strconv.Atoi(line[1]) // digits only
	if cell := badCell.FindStringSubmatch(f.text); cell != nil {
		return fault.Invalid.Errorf("olap.bad-cell", "line %d, column %s: %q is not a %s", n, cell[1], cell[2], cell[3])
	}
	why := "it does not fit"
	if row := badRow.FindString(f.text); row != "" {
		why = row
	}
	return fault.Invalid.Errorf("olap.bad-row", "line %d of the table cannot be read: %s", n, why)
}
