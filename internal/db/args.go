package db

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gongdao/gongdao/fault"
)

// plain turns args into the values both engines store alike: nil, string,
// int64, bool, float64 and []byte. Text with NUL or invalid UTF-8 is refused
// here, because SQLite would take it and PostgreSQL would not.
func plain(args []any) ([]any, error) {
	for i, a := range args {
		switch v := a.(type) {
		case string:
			if err := clean(v); err != nil {
				return nil, err
			}
		case int64, bool, float64, []byte, nil:
		default:
			p, err := convert(a)
			if err != nil {
				return nil, fmt.Errorf("db: argument %d: %w", i+1, err)
			}
			args[i] = p
		}
	}
	return args, nil
}

func convert(a any) (any, error) {
	switch v := a.(type) {
	case json.RawMessage: // JSON is stored as TEXT
		return string(v), clean(string(v))
	case time.Time:
		return nil, errors.New("a time.Time is stored as text: use tx.Stamp or format it with db.StampLayout")
	case driver.Valuer:
		if rv := reflect.ValueOf(a); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return nil, nil
		}
		p, err := v.Value()
		if err != nil {
			return nil, err
		}
		if _, again := p.(driver.Valuer); again {
			return nil, fmt.Errorf("a %T cannot be stored", a)
		}
		return convertKind(p)
	}
	return convertKind(a)
}

func convertKind(a any) (any, error) {
	if _, ok := a.(time.Time); ok {
		return convert(a)
	}
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.Invalid:
		return nil, nil
	case reflect.String:
		return v.String(), clean(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > 1<<63-1 {
			return nil, errors.New("the number does not fit BIGINT")
		}
		return int64(v.Uint()), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), nil
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes(), nil
		}
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return convert(v.Elem().Interface())
	}
	return nil, fmt.Errorf("a %T cannot be stored", a)
}

func clean(s string) error {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return fault.Malformed.Errorf("db.text", "the text holds a NUL or bytes that are not UTF-8; send it as UTF-8")
	}
	return nil
}
