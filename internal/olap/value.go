//go:build cgo && linux

package olap

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"time"

	"github.com/gongdao/gongdao/fault"
)

// value carries a Go value through JSON without changing its type.
type value struct {
	T string          `json:"t"`
	V json.RawMessage `json:"v,omitempty"`
}

// The types of a value.
const (
	valueNull    = "null"
	valueBool    = "bool"
	valueInt     = "int"
	valueUint    = "uint"
	valueFloat   = "float" // as text, for NaN and infinity
	valueString  = "string"
	valueBytes   = "bytes"
	valueTime    = "time" // microseconds since 1970
	valueBig     = "big"
	valueStrings = "strings"
	valueInts    = "ints"
	valueFloats  = "floats"
	valueError   = "error"
)

func packAll(args []any) ([]value, error) {
	out := make([]value, len(args))
	for i, a := range args {
		v, err := pack(a)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

func pack(a any) (value, error) {
	switch a := a.(type) {
	case nil:
		return value{T: valueNull}, nil
	case time.Time:
		return tagged(valueTime, a.UnixMicro())
	case *big.Int:
		return tagged(valueBig, a.String())
	case []byte:
		return tagged(valueBytes, a)
	case []string:
		return tagged(valueStrings, a)
	case []int64:
		return tagged(valueInts, a)
	case []float64:
		return tagged(valueFloats, a)
	}
	r := reflect.ValueOf(a)
	switch r.Kind() {
	case reflect.Bool:
		return tagged(valueBool, r.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return tagged(valueInt, r.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return tagged(valueUint, r.Uint())
	case reflect.Float32, reflect.Float64:
		return tagged(valueFloat, strconv.FormatFloat(r.Float(), 'g', -1, 64))
	case reflect.String:
		return tagged(valueString, r.String())
	}
	return value{}, fmt.Errorf("a %T cannot be a parameter", a)
}

func tagged(t string, v any) (value, error) {
	raw, err := json.Marshal(v)
	return value{T: t, V: raw}, err
}

func unpackAll(args []value) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := a.unpack()
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

func (v value) unpack() (any, error) {
	switch v.T {
	case valueNull:
		return nil, nil
	case valueBool:
		return decode[bool](v.V)
	case valueInt:
		return decode[int64](v.V)
	case valueUint:
		return decode[uint64](v.V)
	case valueString:
		return decode[string](v.V)
	case valueBytes:
		return decode[[]byte](v.V)
	case valueStrings:
		return decode[[]string](v.V)
	case valueInts:
		return decode[[]int64](v.V)
	case valueFloats:
		return decode[[]float64](v.V)
	}
	return v.unpackText()
}

// unpackText unpacks the types that travel as something else.
func (v value) unpackText() (any, error) {
	if v.T == valueTime {
		us, err := decode[int64](v.V)
		return time.UnixMicro(us).UTC(), err
	}
	s, err := decode[string](v.V)
	if err != nil {
		return nil, err
	}
	switch v.T {
	case valueFloat:
		return strconv.ParseFloat(s, 64)
	case valueError:
		return errors.New(s), nil
	case valueBig:
		if n, ok := new(big.Int).SetString(s, 10); ok {
			return n, nil
		}
	}
	return nil, fmt.Errorf("olap: no value %s %s", v.T, s)
}

func decode[T any](raw json.RawMessage) (v T, err error) {
	err = json.Unmarshal(raw, &v)
	return v, err
}

// wireFault is a fault.Error on its way out of a worker.
type wireFault struct {
	Kind       fault.Kind    `json:"kind"`
	Code       string        `json:"code"`
	Format     string        `json:"format"`
	Args       []value       `json:"args,omitempty"`
	Fields     []wireField   `json:"fields,omitempty"`
	RetryAfter time.Duration `json:"retry_after,omitempty"`
}

type wireField struct {
	Location string  `json:"location"`
	Code     string  `json:"code"`
	Format   string  `json:"format"`
	Args     []value `json:"args,omitempty"`
}

func packFault(e *fault.Error) *wireFault {
	w := &wireFault{Kind: e.Kind, Code: e.Code, Format: e.Format, Args: packWords(e.Args), RetryAfter: e.RetryAfter}
	for _, f := range e.Fields {
		w.Fields = append(w.Fields, wireField{f.Location, f.Code, f.Format, packWords(f.Args)})
	}
	return w
}

// packWords packs the operands of a sentence. What has a text of its own
// travels as that text.
func packWords(args []any) []value {
	var out []value
	for _, a := range args {
		var v value
		var err error
		switch a := a.(type) {
		case error:
			v, err = tagged(valueError, a.Error())
		case fmt.Stringer:
			v, err = tagged(valueString, a.String())
		default:
			v, err = pack(a)
		}
		if err != nil {
			v, _ = tagged(valueString, fmt.Sprint(a)) // a string always becomes JSON
		}
		out = append(out, v)
	}
	return out
}

func (w *wireFault) unpack() (*fault.Error, error) {
	args, err := unpackAll(w.Args)
	if err != nil {
		return nil, err
	}
	e := w.Kind.Errorf(w.Code, w.Format, args...).After(w.RetryAfter)
	for _, f := range w.Fields {
		args, err := unpackAll(f.Args)
		if err != nil {
			return nil, err
		}
		e = e.At(f.Location, f.Code, f.Format, args...)
	}
	return e, nil
}
