package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gongdao/gongdao/internal/db"
)

// Lag is how one listener stands, for the status page.
type Lag struct {
	Listener string
	Source   string    // the room whose facts it hears
	Kind     string    // "<room>.<Type>"
	Seq      int64     // heard up to here; Run stores it a tenth of a second late
	Behind   int64     // facts of its kind not heard yet
	Oldest   time.Time // when the oldest of them became true; zero if none
	Tries    int       // failures in a row, in this process
	Error    string    // the last of them, for operators; empty if it is fine
	Next     time.Time // when it is tried again; zero if it is fine
}

// Lag returns how every listener of this process stands, in the order in which
// they were added.
func (b *Bus) Lag(ctx context.Context) ([]Lag, error) {
	list := []Lag{}
	err := b.db.Read(ctx, func(tx *db.Tx) error {
		list = list[:0]
		for _, l := range b.all() {
			lag, err := l.lag(tx)
			if err != nil {
				return err
			}
			list = append(list, lag)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("bus: lag: %w", err)
	}
	return list, nil
}

func (l *listener) lag(tx *db.Tx) (Lag, error) {
	lag := Lag{Listener: l.name, Source: l.room, Kind: l.kind}
	var err error
	if lag.Seq, err = readBookmark(tx, l.name, l.room); err != nil {
		return lag, err
	}
	err = tx.QueryRow(`SELECT COUNT(*) FROM fact WHERE room = ? AND seq > ? AND kind = ?`, l.room, lag.Seq, l.kind).Scan(&lag.Behind)
	if err != nil {
		return lag, err
	}
	if lag.Behind > 0 {
		var at string
		err = tx.QueryRow(`SELECT at FROM fact WHERE room = ? AND seq > ? AND kind = ? ORDER BY seq LIMIT 1`, l.room, lag.Seq, l.kind).Scan(&at)
		if err == nil {
			lag.Oldest, err = time.Parse(db.StampLayout, at)
		}
	}
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return lag, err
	}
	l.state.mu.Lock()
	defer l.state.mu.Unlock()
	lag.Tries, lag.Next = l.state.tries, l.state.next
	if l.state.err != nil {
		lag.Error = l.state.err.Error()
	}
	return lag, nil
}
