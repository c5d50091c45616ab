package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gongdao/gongdao/internal/db"
)

// A bookmark's source is the room whose facts it counts; facts that come from
// another database will be named <database>/<room>.

// page is a stretch of a room's facts after a bookmark.
type page struct {
	facts []Fact // of the listener's kind
	head  int64  // last fact of the room, of whatever kind
	full  bool   // there may be more facts of the kind before head
}

// page reads what the listener has not heard, at most one batch.
func (l *listener) page(ctx context.Context) (p page, err error) {
	err = l.bus.db.Read(ctx, func(tx *db.Tx) error {
		p = page{}
		if !l.known {
			seq, err := readBookmark(tx, l.name, l.room)
			if err != nil {
				return err
			}
			l.at, l.saved, l.known = seq, seq, true
		}
		if p.head, err = readHead(tx, l.room); err != nil || p.head <= l.at {
			return err
		}
		if l.at > 0 {
			if err := noGap(tx, l.room, l.at); err != nil {
				return err
			}
		}
		p.facts, err = readFacts(tx, l.room, l.kind, l.at, batch)
		p.full = len(p.facts) == batch
		return err
	})
	return p, err
}

// claim makes sure that this process holds the lease. moved means that the
// bookmark is not where we thought, so the page must be read again.
func (l *listener) claim(ctx context.Context) (moved bool, err error) {
	if l.holds() {
		return false, nil
	}
	now := l.bus.now().UTC()
	until := now.Add(l.bus.cfg.Lease)
	// SQLite belongs to one process, so who held the lease before is gone.
	takeOver := l.bus.db.Engine() == "sqlite" && !l.owned
	var seq int64
	err = l.bus.db.Write(ctx, func(tx *db.Tx) error {
		seq, err = claimBookmark(tx, l.name, l.room, l.bus.holder, now, until, takeOver)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return false, errHeld
	}
	if err != nil {
		return false, err
	}
	l.until, l.owned = until, true
	moved = seq != l.saved
	l.saved = seq
	if moved {
		l.at = seq
		l.clean()
	}
	return moved, nil
}

// save stores the bookmark and renews the lease.
func (l *listener) save(ctx context.Context) error {
	at, until := l.at, l.bus.now().UTC().Add(l.bus.cfg.Lease)
	err := l.bus.db.Write(ctx, func(tx *db.Tx) error {
		return saveBookmark(tx, l.name, l.room, l.bus.holder, at, until)
	})
	if err != nil {
		return err
	}
	l.saved, l.until = at, until
	l.clean()
	return nil
}

// free stores the bookmark and ends the lease.
func (l *listener) free(ctx context.Context) error {
	at, now := l.at, l.bus.now().UTC()
	err := l.bus.db.Write(ctx, func(tx *db.Tx) error {
		return freeBookmark(tx, l.name, l.room, l.bus.holder, at, now)
	})
	l.known, l.until = false, time.Time{}
	l.clean()
	return err
}

// clean notes that the stored bookmark is where the listener stands.
func (l *listener) clean() {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.dirty = false
	l.due.Store(false)
}

func (b *Bus) heads(ctx context.Context) (map[string]int64, error) {
	heads := map[string]int64{}
	err := b.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(`SELECT room, seq FROM fact_head`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var room string
			var seq int64
			if err := rows.Scan(&room, &seq); err != nil {
				return err
			}
			heads[room] = seq
		}
		return rows.Err()
	})
	return heads, err
}

func readHead(tx *db.Tx, room string) (seq int64, err error) {
	err = tx.QueryRow(`SELECT seq FROM fact_head WHERE room = ?`, room).Scan(&seq)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

func readBookmark(tx *db.Tx, listener, source string) (seq int64, err error) {
	err = tx.QueryRow(`SELECT seq FROM heard WHERE listener = ? AND source = ?`, listener, source).Scan(&seq)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// noGap fails if the fact after a bookmark is gone, which no rule of ours does.
func noGap(tx *db.Tx, room string, at int64) error {
	var seq int64
	err := tx.QueryRow(`SELECT seq FROM fact WHERE room = ? AND seq > ? ORDER BY seq LIMIT 1`, room, at).Scan(&seq)
	if errors.Is(err, db.ErrNoRows) {
		return fmt.Errorf("facts of %s after %d are gone", room, at)
	}
	if err == nil && seq != at+1 {
		return fmt.Errorf("facts %d to %d of %s are gone", at+1, seq-1, room)
	}
	return err
}

func readFacts(tx *db.Tx, room, kind string, after int64, limit int) ([]Fact, error) {
	rows, err := tx.Query(`
		SELECT seq, at, body, trace FROM fact
		WHERE room = ? AND seq > ? AND kind = ?
		ORDER BY seq LIMIT ?`, room, after, kind, limit)
	return db.Collect(rows, err, func(r *db.Rows) (Fact, error) {
		f := Fact{Room: room, Kind: kind}
		var at string
		if err := r.Scan(&f.Seq, &at, &f.Body, &f.Trace); err != nil {
			return f, err
		}
		f.At, err = time.Parse(db.StampLayout, at)
		return f, err
	})
}

func claimBookmark(tx *db.Tx, listener, source, holder string, now, until time.Time, takeOver bool) (seq int64, err error) {
	from := now.Format(db.StampLayout)
	if takeOver {
		from = "9999"
	}
	err = tx.QueryRow(`
		INSERT INTO heard (listener, source, seq, holder, until) VALUES (?, ?, 0, ?, ?)
		ON CONFLICT (listener, source) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE heard.holder = excluded.holder OR heard.until <= ?
		RETURNING seq`, listener, source, holder, until.Format(db.StampLayout), from).Scan(&seq)
	return seq, err
}

func saveBookmark(tx *db.Tx, listener, source, holder string, seq int64, until time.Time) error {
	n, err := tx.Exec(`
		UPDATE heard SET seq = ?, until = ?
		WHERE listener = ? AND source = ? AND holder = ? AND seq <= ?`, seq, until.Format(db.StampLayout), listener, source, holder, seq)
	if err == nil && n == 0 {
		return errHeld
	}
	return err
}

// freeBookmark ends a lease. The bookmark may have been moved on by Skip.
func freeBookmark(tx *db.Tx, listener, source, holder string, seq int64, now time.Time) error {
	_, err := tx.Exec(`
		UPDATE heard SET seq = CASE WHEN seq < ? THEN ? ELSE seq END, until = ?
		WHERE listener = ? AND source = ? AND holder = ?`, seq, seq, now.Format(db.StampLayout), listener, source, holder)
	return err
}
