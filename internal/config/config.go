// Package config reads settings strictly: file, then environment, then flags,
// and remembers where each value in force came from. Every setting is a field
// of a struct that stands beside the code it configures; its zero value works.
package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Sources says where settings come from, weakest first.
type Sources struct {
	File     string            // TOML; may be missing unless Required
	Required bool              // a missing file is an error
	Env      []string          // as os.Environ; only GONGDAO_… is read
	Flags    map[string]string // key → text, as given on the command line
}

// Key is one setting as `gongdao config` prints it.
type Key struct {
	Name    string // dotted, as in the file
	Doc     string // what it does, with its unit
	Default string // text of the value when nothing is set
	Value   string // value in force; "set" for a secret
	Origin  string // "default", "file:LINE", "GONGDAO_…" or "--flag"
}

// Load fills the struct that v points to and returns every key with its origin.
// Fields carry `toml:"name"`, `doc:"…"`, optionally `default:"…"` (what an
// empty value means, for the reader) and `secret:"true"`.
// Errors name file, line and column, and the nearest known key.
func Load(v any, src Sources) ([]Key, error) {
	root := reflect.ValueOf(v).Elem()
	var keys []field
	walk(root, "", &keys)
	origin := map[string]string{}
	if err := loadFile(v, src, keys, origin); err != nil {
		return nil, err
	}
	if err := loadEnv(src.Env, keys, origin); err != nil {
		return nil, err
	}
	for name, text := range src.Flags {
		i := slices.IndexFunc(keys, func(f field) bool { return f.name == name })
		if i < 0 {
			return nil, fmt.Errorf("--%s: unknown setting; did you mean %s?", name, nearest(name, keys))
		}
		if err := set(keys[i].value, text); err != nil {
			return nil, fmt.Errorf("--%s: %w", name, err)
		}
		origin[name] = "--" + name
	}
	out := make([]Key, 0, len(keys))
	for _, f := range keys {
		k := Key{Name: f.name, Doc: f.doc, Default: f.def, Value: text(f.value), Origin: "default"}
		if o, ok := origin[f.name]; ok {
			k.Origin = o
		}
		if f.secret && k.Value != "" {
			k.Value = "set"
		}
		out = append(out, k)
	}
	return out, nil
}

type field struct {
	name, doc, def string
	secret         bool
	value          reflect.Value
}

func walk(v reflect.Value, prefix string, out *[]field) {
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		name := sf.Tag.Get("toml")
		if name == "" || name == "-" {
			continue
		}
		fv := v.Field(i)
		if fv.Kind() == reflect.Struct && !leaf(fv) {
			walk(fv, prefix+name+".", out)
			continue
		}
		*out = append(*out, field{prefix + name, sf.Tag.Get("doc"), sf.Tag.Get("default"), sf.Tag.Get("secret") == "true", fv})
	}
}

func leaf(v reflect.Value) bool {
	_, ok := v.Addr().Interface().(encoding.TextUnmarshaler)
	return ok
}

func loadFile(v any, src Sources, keys []field, origin map[string]string) error {
	if src.File == "" {
		return nil
	}
	raw, err := os.ReadFile(src.File)
	if errors.Is(err, fs.ErrNotExist) && !src.Required {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", src.File, err)
	}
	dec := toml.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return explain(src.File, err, keys)
	}
	var tree map[string]any
	if err := toml.Unmarshal(raw, &tree); err != nil {
		return explain(src.File, err, keys)
	}
	for _, f := range keys {
		if has(tree, strings.Split(f.name, ".")) {
			origin[f.name] = src.File
		}
	}
	return nil
}

func has(tree map[string]any, path []string) bool {
	v, ok := tree[path[0]]
	if !ok || len(path) == 1 {
		return ok
	}
	sub, ok := v.(map[string]any)
	return ok && has(sub, path[1:])
}

func explain(file string, err error, keys []field) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		row, col := strict.Errors[0].Position()
		key := strings.Join(strict.Errors[0].Key(), ".")
		return fmt.Errorf("%s:%d:%d: unknown key %s; did you mean %s?", file, row, col, key, nearest(key, keys))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, col := bad.Position()
		return fmt.Errorf("%s:%d:%d: %s", file, row, col, strings.TrimPrefix(bad.Error(), "toml: "))
	}
	return fmt.Errorf("%s: %w", file, err)
}

// EnvName is the environment variable of a key: db.url → GONGDAO_DB_URL.
func EnvName(key string) string {
	return "GONGDAO_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}

func loadEnv(env []string, keys []field, origin map[string]string) error {
	for _, f := range keys {
		name := EnvName(f.name)
		for _, e := range env {
			if text, ok := strings.CutPrefix(e, name+"="); ok && text != "" {
				if err := set(f.value, text); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				origin[f.name] = name
			}
		}
	}
	return nil
}

func set(v reflect.Value, s string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(s))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", s)
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", s)
		}
		v.SetInt(n)
	case reflect.Slice:
		v.Set(reflect.ValueOf(strings.Split(s, ",")))
	default:
		return fmt.Errorf("a value of type %s cannot be given here", v.Type())
	}
	return nil
}

func text(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok && !v.IsZero() {
		b, _ := m.MarshalText()
		return string(b)
	}
	if v.IsZero() {
		return ""
	}
	if v.Kind() == reflect.Slice {
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = fmt.Sprint(v.Index(i).Interface())
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v.Interface())
}

// Duration is a time span in a file: "2s", "15m", "24h".
type Duration time.Duration

// UnmarshalText reads Go's notation of durations.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 2s, 15m or 24h", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes Go's notation of durations.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Or returns d, or def where d is not set.
func (d Duration) Or(def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return time.Duration(d)
}
