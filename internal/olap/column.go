//go:build cgo && linux

package olap

import (
	"math/big"
	"time"
	"unsafe"

	duck "github.com/duckdb/duckdb-go/v2/mapping"
)

// column reads one column of a chunk straight from DuckDB's memory. What it
// returns is valid until the next chunk.
type column struct {
	name  string
	sql   duck.Type // as stored: a DECIMAL's or ENUM's own type, see store
	store duck.Type // integer type that holds a DECIMAL or an ENUM
	json  bool      // VARCHAR that holds JSON
	scale int       // DECIMAL: digits after the point
	words []string  // ENUM: its values
	bare  bool      // stands in JSON without quotes
	list  int       // ARRAY: its length
	parts []*column // LIST, ARRAY: the element; STRUCT: its members

	data  unsafe.Pointer
	valid unsafe.Pointer // bit set; nil if all are valid
	zone  *time.Location // in which timestamps are shown
}

// newColumn describes a column of type t, which it does not keep.
func newColumn(name string, t duck.LogicalType) *column {
	c := &column{name: name, sql: duck.GetTypeId(t), zone: time.UTC}
	switch c.sql {
	case duck.TypeVarchar:
		c.json = duck.LogicalTypeGetAlias(t) == "JSON"
	case duck.TypeDecimal:
		c.store, c.scale = duck.DecimalInternalType(t), int(duck.DecimalScale(t))
	case duck.TypeEnum:
		c.store = duck.EnumInternalType(t)
		for i := range duck.EnumDictionarySize(t) {
			c.words = append(c.words, duck.EnumDictionaryValue(t, duck.IdxT(i)))
		}
	case duck.TypeList:
		c.part("", duck.ListTypeChildType(t))
	case duck.TypeArray:
		c.list = int(duck.ArrayTypeArraySize(t))
		c.part("", duck.ArrayTypeChildType(t))
	case duck.TypeStruct:
		for i := range duck.StructTypeChildCount(t) {
			c.part(duck.StructTypeChildName(t, i), duck.StructTypeChildType(t, i))
		}
	}
	switch c.kind() {
	case TypeInt, TypeDouble, TypeBoolean:
		c.bare = true
	}
	return c
}

func (c *column) part(name string, t duck.LogicalType) {
	c.parts = append(c.parts, newColumn(name, t))
	duck.DestroyLogicalType(&t)
}

// in sets the zone of c and of what is in it.
func (c *column) in(zone *time.Location) {
	c.zone = zone
	for _, p := range c.parts {
		p.in(zone)
	}
}

// bind points c at the vector of the present chunk.
func (c *column) bind(v duck.Vector) {
	c.data = duck.VectorGetData(v)
	c.valid = duck.VectorGetValidity(v)
	switch c.sql {
	case duck.TypeList:
		c.parts[0].bind(duck.ListVectorGetChild(v))
	case duck.TypeArray:
		c.parts[0].bind(duck.ArrayVectorGetChild(v))
	case duck.TypeStruct:
		for i, p := range c.parts {
			p.bind(duck.StructVectorGetChild(v, duck.IdxT(i)))
		}
	}
}

// null reports whether row holds nothing that can be shown.
func (c *column) null(row int) bool {
	if c.sql == duck.TypeSQLNull {
		return true
	}
	if c.valid == nil {
		return false
	}
	return at[uint64](c.valid, row/64)>>(uint(row)%64)&1 == 0
}

func at[T any](data unsafe.Pointer, i int) T {
	var t T
	return *(*T)(unsafe.Add(data, uintptr(i)*unsafe.Sizeof(t)))
}

// text returns a VARCHAR or BLOB. A string of up to 12 bytes stands in the
// vector itself, a longer one behind a pointer.
func (c *column) text(row int) string {
	cell := unsafe.Add(c.data, row*16)
	n := *(*uint32)(cell)
	p := unsafe.Add(cell, 4)
	if n > 12 {
		p = *(*unsafe.Pointer)(unsafe.Add(cell, 8))
	}
	return unsafe.String((*byte)(p), int(n))
}

// word returns the value of an ENUM.
func (c *column) word(row int) string {
	i := int(c.integer(c.store, row))
	if i >= len(c.words) {
		return ""
	}
	return c.words[i]
}

// integer returns an integer of at most 64 bits, stored as t.
func (c *column) integer(t duck.Type, row int) int64 {
	switch t {
	case duck.TypeTinyInt:
		return int64(at[int8](c.data, row))
	case duck.TypeSmallInt:
		return int64(at[int16](c.data, row))
	case duck.TypeInteger, duck.TypeDate:
		return int64(at[int32](c.data, row))
	case duck.TypeUTinyInt:
		return int64(at[uint8](c.data, row))
	case duck.TypeUSmallInt:
		return int64(at[uint16](c.data, row))
	case duck.TypeUInteger:
		return int64(at[uint32](c.data, row))
	default: // BIGINT, TIME, TIMESTAMP…
		return at[int64](c.data, row)
	}
}

// wide returns a HUGEINT or UHUGEINT as magnitude and sign.
func (c *column) wide(row int) (high, low uint64, negative bool) {
	low = at[uint64](c.data, 2*row)
	high = at[uint64](c.data, 2*row+1)
	if c.sql == duck.TypeUHugeInt || int64(high) >= 0 {
		return high, low, false
	}
	low = -low
	high = ^high
	if low == 0 {
		high++
	}
	return high, low, true
}

// span returns where the elements of a LIST or ARRAY stand in parts[0].
func (c *column) span(row int) (from, to int) {
	if c.sql == duck.TypeArray {
		return row * c.list, (row + 1) * c.list
	}
	from = int(at[uint64](c.data, 2*row))
	return from, from + int(at[uint64](c.data, 2*row+1))
}

// micros returns a timestamp in microseconds since 1970; false if it is
// infinite.
func (c *column) micros(row int) (int64, bool) {
	v := at[int64](c.data, row)
	const infinity = 1<<63 - 1
	if v == infinity || v == -infinity {
		return 0, false
	}
	switch c.sql {
	case duck.TypeTimestampS:
		return v * 1e6, true
	case duck.TypeTimestampMS:
		return v * 1e3, true
	case duck.TypeTimestampNS:
		return v / 1e3, true
	}
	return v, true
}

// kind returns the type of column that readers are told.
func (c *column) kind() string {
	switch c.sql {
	case duck.TypeTinyInt, duck.TypeSmallInt, duck.TypeInteger, duck.TypeBigInt, duck.TypeUTinyInt,
		duck.TypeUSmallInt, duck.TypeUInteger, duck.TypeUBigInt, duck.TypeHugeInt, duck.TypeUHugeInt:
		return TypeInt
	case duck.TypeFloat, duck.TypeDouble, duck.TypeDecimal:
		return TypeDouble
	case duck.TypeBoolean:
		return TypeBoolean
	case duck.TypeDate:
		return TypeDate
	case duck.TypeTimestamp, duck.TypeTimestampS, duck.TypeTimestampMS, duck.TypeTimestampNS, duck.TypeTimestampTZ:
		return TypeDatetime
	}
	return TypeText
}

// value returns row as a Go value, see Select.
func (c *column) value(row int) any {
	if c.null(row) {
		return nil
	}
	switch c.sql {
	case duck.TypeBoolean:
		return at[bool](c.data, row)
	case duck.TypeTinyInt, duck.TypeSmallInt, duck.TypeInteger, duck.TypeBigInt,
		duck.TypeUTinyInt, duck.TypeUSmallInt, duck.TypeUInteger:
		return c.integer(c.sql, row)
	case duck.TypeUBigInt, duck.TypeHugeInt, duck.TypeUHugeInt:
		n, _ := new(big.Int).SetString(string(c.appendRaw(nil, row)), 10)
		if n.IsInt64() {
			return n.Int64()
		}
		return n
	case duck.TypeFloat:
		return float64(at[float32](c.data, row))
	case duck.TypeDouble:
		return at[float64](c.data, row)
	case duck.TypeBlob:
		return []byte(c.text(row))
	case duck.TypeTimestamp, duck.TypeTimestampS, duck.TypeTimestampMS, duck.TypeTimestampNS, duck.TypeTimestampTZ:
		if us, ok := c.micros(row); ok {
			return time.UnixMicro(us).UTC()
		}
		return nil
	case duck.TypeList, duck.TypeArray:
		from, to := c.span(row)
		list := make([]any, 0, to-from)
		for i := from; i < to; i++ {
			list = append(list, c.parts[0].value(i))
		}
		return list
	}
	return string(c.appendRaw(nil, row))
}
