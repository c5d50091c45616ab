//go:build cgo && linux

package olap

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"github.com/gongdao/gongdao/fault"
)

// answer runs one query and sends what it yields.
func (w *served) answer(ctx context.Context, body []byte) (reply, error) {
	var q queryRequest
	if err := json.Unmarshal(body, &q); err != nil {
		return reply{}, err
	}
	args, err := unpackAll(q.Args)
	if err != nil {
		return reply{}, err
	}
	release := w.engine.stopOn(ctx)
	defer release()
	if err := w.openTables(q.Tables); err != nil {
		return reply{}, err
	}
	if q.Format == Parquet {
		return w.export(ctx, q, args)
	}
	s, err := w.engine.prepare(q.SQL, args, selects()...)
	if err != nil {
		return reply{}, err
	}
	defer s.close()
	r, err := s.run()
	if err != nil {
		return reply{}, err
	}
	defer r.close()
	return w.stream(ctx, q, r)
}

// stream encodes the answer row by row.
func (w *served) stream(ctx context.Context, q queryRequest, r *rows) (reply, error) {
	zone, err := w.zone(q.Timezone)
	if err != nil {
		return reply{}, err
	}
	fields, err := plan(q.Columns, r.columns, zone)
	if err != nil {
		return reply{}, err
	}
	enc, err := newEncoder(q, fields)
	if err != nil {
		return reply{}, err
	}
	var rep reply
	for _, f := range fields {
		rep.Columns = append(rep.Columns, f.Column)
	}
	out := newOutput(w.out)
	out.buf = enc.begin(out.buf)
	for !rep.More {
		more, err := r.next()
		if err != nil {
			return reply{}, err
		}
		if !more {
			break
		}
		if err := ctx.Err(); err != nil {
			return reply{}, err
		}
		for i := range r.size {
			if q.MaxRows > 0 && rep.Rows == int64(q.MaxRows) {
				rep.More = true
				break
			}
			out.buf = enc.row(out.buf, i, rep.Rows == 0)
			rep.Rows++
			if len(out.buf) >= frameFull {
				if err := out.flush(); err != nil {
					return reply{}, err
				}
			}
		}
	}
	out.buf = enc.end(out.buf)
	return rep, out.flush()
}

// zone returns the time zone of that name; "" is UTC.
func (w *served) zone(name string) (*time.Location, error) {
	if z, ok := w.zones[name]; ok {
		return z, nil
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fault.Invalid.Errorf("olap.bad-timezone", "there is no time zone %q; use a name such as Asia/Taipei", name)
	}
	if w.zones == nil {
		w.zones = map[string]*time.Location{}
	}
	w.zones[name] = z
	return z, nil
}

// openTables makes the views that the next query names, and no others.
func (w *served) openTables(tables map[string]string) error {
	for name := range w.views {
		if tables[name] != w.views[name] {
			if err := w.engine.exec("DROP VIEW IF EXISTS " + quoteName(name)); err != nil {
				return err
			}
			delete(w.views, name)
		}
	}
	for name, path := range tables {
		if w.views[name] == path {
			continue
		}
		sql := "CREATE OR REPLACE TEMP VIEW " + quoteName(name) + " AS SELECT * FROM parquet_scan(" + quote(path) + ")"
		if err := w.engine.exec(sql); err != nil {
			return err
		}
		if w.views == nil {
			w.views = map[string]string{}
		}
		w.views[name] = path
	}
	return nil
}

// export writes the answer as a file, and then sends that.
func (w *served) export(ctx context.Context, q queryRequest, args []any) (reply, error) {
	columns, err := w.describe(q, args)
	if err != nil {
		return reply{}, err
	}
	sql, err := copySQL(q)
	if err != nil {
		return reply{}, err
	}
	s, err := w.engine.prepare(sql, args, copies()...)
	if err != nil {
		return reply{}, err
	}
	defer s.close()
	r, err := s.run()
	if err != nil {
		return reply{}, err
	}
	defer r.close()
	rep := reply{Columns: q.Columns}
	if rep.Columns == nil {
		rep.Columns = columns
	}
	if ok, err := r.next(); err != nil {
		return reply{}, err
	} else if ok {
		rep.Rows, _ = r.columns[0].value(0).(int64)
	}
	f, err := os.Open(q.Out)
	if err != nil {
		return reply{}, err
	}
	defer f.Close()
	return rep, w.sendFile(ctx, f)
}

func (w *served) sendFile(ctx context.Context, f io.Reader) error {
	buf := make([]byte, headerSize+frameFull)
	for ctx.Err() == nil {
		n, err := io.ReadFull(f, buf[headerSize:])
		if n > 0 {
			putHeader(buf, frameOutput, n)
			if _, err := w.out.Write(buf[:headerSize+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
