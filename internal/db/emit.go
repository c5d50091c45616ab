package db

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
)

//go:embed schema/*.sql
var schemaFS embed.FS

func outboxSchema() fs.FS { return sub(schemaFS, "schema") }

// Emit adds a fact to the outbox in this transaction: it is heard if and only
// if the transaction commits. fact is a struct value of a room's package with a
// field ID of its own. Emit last: on PostgreSQL it holds the room's head row
// until the commit, which is what keeps facts gapless and in commit order.
func (tx *Tx) Emit(fact any) error {
	room, kind, err := FactKind(reflect.TypeOf(fact))
	if err != nil {
		return err
	}
	v := reflect.Indirect(reflect.ValueOf(fact))
	if id := v.FieldByName("ID"); id.Kind() != reflect.String || id.String() == "" {
		return fmt.Errorf("db: emit %s: the fact has no ID of its own", kind)
	}
	body, err := json.Marshal(fact)
	if err != nil {
		return fmt.Errorf("db: emit %s: %w", kind, err)
	}
	var seq int64
	err = tx.QueryRow(`
		INSERT INTO fact_head (room, seq) VALUES (?, 1)
		ON CONFLICT (room) DO UPDATE SET seq = fact_head.seq + 1
		RETURNING seq`, room).Scan(&seq)
	if err != nil {
		return fmt.Errorf("db: emit %s: %w", kind, err)
	}
	_, err = tx.Exec(`INSERT INTO fact (room, seq, kind, body, at, trace) VALUES (?, ?, ?, ?, ?, ?)`,
		room, seq, kind, string(body), tx.Stamp(), traceOf(tx.ctx))
	if err != nil {
		return fmt.Errorf("db: emit %s: %w", kind, err)
	}
	tx.facts++
	return nil
}

type traceKey struct{}

// WithTrace returns a ctx whose facts carry the trace, so that what a listener
// does can be found under the request that caused it.
func WithTrace(ctx context.Context, trace string) context.Context {
	if trace == "" {
		return ctx
	}
	return context.WithValue(ctx, traceKey{}, trace)
}

func traceOf(ctx context.Context) string {
	trace, _ := ctx.Value(traceKey{}).(string)
	return trace
}

// FactKind returns the room of a fact's type, which is the last part of its
// package path, and its kind, "<room>.<TypeName>".
func FactKind(t reflect.Type) (room, kind string, err error) {
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct || t.Name() == "" || t.PkgPath() == "" {
		return "", "", errors.New("db: a fact is a value of a named struct type")
	}
	room = path.Base(t.PkgPath())
	return room, room + "." + t.Name(), nil
}
