package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
)

// Skip moves a listener past the fact it stands at and leaves a Skipped fact.
// Only the next fact that the listener would hear can be skipped. The caller
// has checked that the operator may.
// Errors: fault.NotFound for an unknown listener, fault.Invalid without a
// reason, fault.Conflict if the listener does not stand there.
func (b *Bus) Skip(ctx context.Context, name string, seq int64, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.Invalid.Errorf("bus.no-reason", "say why this fact is passed over")
	}
	var l *listener
	for _, other := range b.all() {
		if other.name == name {
			l = other
		}
	}
	if l == nil {
		return fault.NotFound.Errorf("bus.no-listener", "there is no listener named %s", name)
	}
	err := b.db.Write(ctx, func(tx *db.Tx) error {
		at, err := readBookmark(tx, l.name, l.room)
		if err != nil {
			return err
		}
		next, err := nextFact(tx, l.room, l.kind, at)
		if err != nil {
			return err
		}
		if next != seq {
			return fault.Conflict.Errorf("bus.not-there", "%s stands before fact %d; only that one can be passed over", name, next)
		}
		if err := moveBookmark(tx, l.name, l.room, seq); err != nil {
			return err
		}
		return tx.Emit(Skipped{ID: tx.NewID(), Listener: l.name, Room: l.room, Seq: seq, Reason: reason})
	})
	if err != nil {
		return fmt.Errorf("bus: skip %d for %s: %w", seq, name, err)
	}
	signal(l.kick)
	return nil
}

// Rewind moves every listener of this bus back to the first fact there is. The
// test that listeners are idempotent delivers everything twice with it.
func (b *Bus) Rewind(ctx context.Context) error {
	for _, l := range b.all() {
		l.mu.Lock()
		err := b.db.Write(ctx, func(tx *db.Tx) error { return moveBookmark(tx, l.name, l.room, 0) })
		l.known, l.until = false, time.Time{}
		l.mu.Unlock()
		if err != nil {
			return fmt.Errorf("bus: rewind %s: %w", l.name, err)
		}
		l.nudge()
	}
	return nil
}

// nextFact returns the number of the next fact of a kind, 0 if there is none.
func nextFact(tx *db.Tx, room, kind string, after int64) (seq int64, err error) {
	err = tx.QueryRow(`
		SELECT seq FROM fact WHERE room = ? AND seq > ? AND kind = ?
		ORDER BY seq LIMIT 1`, room, after, kind).Scan(&seq)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

func moveBookmark(tx *db.Tx, listener, source string, seq int64) error {
	_, err := tx.Exec(`
		INSERT INTO heard (listener, source, seq, holder, until) VALUES (?, ?, ?, '', ?)
		ON CONFLICT (listener, source) DO UPDATE SET seq = excluded.seq`, listener, source, seq, tx.Stamp())
	return err
}
