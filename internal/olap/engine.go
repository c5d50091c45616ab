//go:build cgo && linux

package olap

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

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

// quote makes a string literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoteName makes an identifier.
func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// quoteList lists the directories, or the files, that the engine may touch.
func quoteList(s spec, dirs bool) string {
	list := "["
	for _, path := range append(append([]string(nil), s.Read...), s.Write...) {
		info, err := os.Stat(path)
		if err != nil || info.IsDir() != dirs {
			continue
		}
		if list != "[" {
			list += ", "
		}
		list += quote(path)
	}
	return list + "]"
}
