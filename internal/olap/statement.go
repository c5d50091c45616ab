//go:build cgo && linux

package olap

import (
	"fmt"
	"math/big"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
	duck "github.com/duckdb/duckdb-go/v2/mapping"
)

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
	if bindings.PendingPreparedStreaming(s.stmt, &r.pending) == duck.StateError {
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
