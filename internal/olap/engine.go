//go:build cgo && linux

package olap

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
	duck "github.com/duckdb/duckdb-go/v2/mapping"
)

// engine is one in-memory DuckDB with one connection. It is used by one
// goroutine at a time.
type engine struct {
	db   duck.Database
	conn duck.Connection
}

// openEngine opens DuckDB over the directories and files it may touch, and
// then locks its configuration.
func openEngine(s spec) (*engine, error) {
	e := &engine{}
	if err := e.open(s); err != nil {
		return nil, err
	}
	settings := []string{
		"SET TimeZone = 'UTC'",
		"SET enable_progress_bar = false",
		"SET parquet_metadata_cache = true",
		"SET allowed_directories = " + quoteList(s, true),
		"SET allowed_paths = " + quoteList(s, false),
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	}
	for _, sql := range settings {
		if err := e.exec(sql); err != nil {
			e.close()
			return nil, fmt.Errorf("olap: %s: %w", sql, err)
		}
	}
	return e, nil
}

func (e *engine) open(s spec) error {
	var config duck.Config
	if duck.CreateConfig(&config) == duck.StateError {
		return errors.New("olap: no configuration of DuckDB could be made")
	}
	defer duck.DestroyConfig(&config)
	for _, kv := range [][2]string{
		{"threads", fmt.Sprint(s.Threads)},
		{"memory_limit", fmt.Sprintf("%dKiB", s.Memory>>10)},
		{"temp_directory", ""},
		{"autoload_known_extensions", "false"},
		{"autoinstall_known_extensions", "false"},
		{"allow_community_extensions", "false"},
	} {
		if duck.SetConfig(config, kv[0], kv[1]) == duck.StateError {
			return fmt.Errorf("olap: DuckDB does not take %s = %s", kv[0], kv[1])
		}
	}
	var text string
	if duck.OpenExt(":memory:", &e.db, config, &text) == duck.StateError {
		return fmt.Errorf("olap: open DuckDB: %s", text)
	}
	if duck.Connect(e.db, &e.conn) == duck.StateError {
		duck.Close(&e.db)
		return errors.New("olap: connect to DuckDB")
	}
	return nil
}

func (e *engine) close() {
	duck.Disconnect(&e.conn)
	duck.Close(&e.db)
}

// exec runs one of our own statements.
func (e *engine) exec(sql string) error {
	var res duck.Result
	defer duck.DestroyResult(&res)
	if duck.Query(e.conn, sql, &res) == duck.StateError {
		return engineError(duck.ResultError(&res))
	}
	return nil
}

// stopOn interrupts what the engine does, again and again, once ctx is done.
// The caller must call the returned function when the engine has returned.
func (e *engine) stopOn(ctx context.Context) (release func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			duck.Interrupt(e.conn)
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

// statement is a prepared statement with its parameters bound.
type statement struct{ stmt duck.PreparedStatement }

func (s *statement) close() { duck.DestroyPrepare(&s.stmt) }

// prepare makes a statement of sql, which must be exactly one statement of an
// allowed type.
func (e *engine) prepare(sql string, args []any, types ...duck.StatementType) (*statement, error) {
	var parts duck.ExtractedStatements
	defer duck.DestroyExtracted(&parts)
	count := duck.ExtractStatements(e.conn, sql, &parts)
	if count == 0 {
		return nil, engineError(duck.ExtractStatementsError(parts))
	}
	if count != 1 {
		return nil, fmt.Errorf("olap: %d statements where one is allowed", count)
	}
	s := &statement{}
	if duck.PrepareExtractedStatement(e.conn, parts, 0, &s.stmt) == duck.StateError {
		err := engineError(duck.PrepareError(s.stmt))
		s.close()
		return nil, err
	}
	if err := s.check(types); err != nil {
		s.close()
		return nil, err
	}
	if err := s.bind(args); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *statement) check(types []duck.StatementType) error {
	got := duck.PreparedStatementType(s.stmt)
	for _, t := range types {
		if got == t {
			return nil
		}
	}
	return fmt.Errorf("olap: a statement of type %d is not allowed here", got)
}

func (s *statement) bind(args []any) error {
	if want := int(duck.NParams(s.stmt)); want != len(args) {
		return fmt.Errorf("olap: %d parameters for %d places", len(args), want)
	}
	for i, a := range args {
		if s.bindOne(duck.IdxT(i+1), a) == duck.StateError {
			return fmt.Errorf("olap: parameter %d: %s", i+1, duck.PrepareError(s.stmt))
		}
	}
	return nil
}

func (s *statement) bindOne(i duck.IdxT, a any) duck.State {
	switch a := a.(type) {
	case nil:
		return duck.BindNull(s.stmt, i)
	case bool:
		return duck.BindBoolean(s.stmt, i, a)
	case int64:
		return duck.BindInt64(s.stmt, i, a)
	case uint64:
		return duck.BindUInt64(s.stmt, i, a)
	case float64:
		return duck.BindDouble(s.stmt, i, a)
	case string:
		return duck.BindVarcharLength(s.stmt, i, a, duck.IdxT(len(a)))
	case []byte:
		return duck.BindBlob(s.stmt, i, a)
	case time.Time:
		return duck.BindTimestamp(s.stmt, i, duck.NewTimestamp(a.UnixMicro()))
	case *big.Int:
		return s.bindBig(i, a)
	case []string:
		return bindList(s, i, duck.TypeVarchar, a, duck.CreateVarchar)
	case []int64:
		return bindList(s, i, duck.TypeBigInt, a, duck.CreateInt64)
	case []float64:
		return bindList(s, i, duck.TypeDouble, a, duck.CreateDouble)
	}
	return duck.StateError
}

func (s *statement) bindBig(i duck.IdxT, n *big.Int) duck.State {
	var low, high big.Int // of the two's complement
	low.And(n, new(big.Int).SetUint64(^uint64(0)))
	if high.Rsh(n, 64); !high.IsInt64() {
		return duck.StateError
	}
	return duck.BindHugeInt(s.stmt, i, duck.NewHugeInt(low.Uint64(), high.Int64()))
}

func bindList[T any](s *statement, i duck.IdxT, t duck.Type, list []T, make func(T) duck.Value) duck.State {
	of := duck.CreateLogicalType(t)
	defer duck.DestroyLogicalType(&of)
	var values []duck.Value
	for _, v := range list {
		values = append(values, make(v))
	}
	all := duck.CreateListValue(of, values)
	defer duck.DestroyValue(&all)
	for _, v := range values {
		duck.DestroyValue(&v)
	}
	return duck.BindValue(s.stmt, i, all)
}

// rows is the answer to a statement while it is being computed.
type rows struct {
	pending duck.PendingResult
	res     duck.Result
	chunk   duck.DataChunk
	columns []*column
	size    int // rows of the present chunk
}

// run starts s. The answer streams: the engine keeps only what the reader has
// not fetched.
func (s *statement) run() (*rows, error) {
	r := &rows{}
	if bindings.PendingPreparedStreaming(s.stmt, &r.pending) == duck.StateError { //nolint:staticcheck // the only way to stream
		err := engineError(duck.PendingError(r.pending))
		r.close()
		return nil, err
	}
	if duck.ExecutePending(r.pending, &r.res) == duck.StateError {
		err := engineError(duck.ResultError(&r.res))
		r.close()
		return nil, err
	}
	for i := range duck.ColumnCount(&r.res) {
		t := duck.ColumnLogicalType(&r.res, i)
		r.columns = append(r.columns, newColumn(duck.ColumnName(&r.res, i), t))
		duck.DestroyLogicalType(&t)
	}
	return r, nil
}

// next moves to the next chunk; false at the end.
func (r *rows) next() (bool, error) {
	duck.DestroyDataChunk(&r.chunk)
	r.chunk = duck.FetchChunk(r.res)
	if r.chunk.Ptr == nil {
		if text := duck.ResultError(&r.res); text != "" {
			return false, engineError(text)
		}
		return false, nil
	}
	r.size = int(duck.DataChunkGetSize(r.chunk))
	for i, c := range r.columns {
		c.bind(duck.DataChunkGetVector(r.chunk, duck.IdxT(i)))
	}
	return r.size > 0, nil
}

func (r *rows) close() {
	duck.DestroyDataChunk(&r.chunk)
	duck.DestroyResult(&r.res)
	duck.DestroyPending(&r.pending)
}

// quote makes a string literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoteName makes an identifier.
func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
