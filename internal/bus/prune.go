package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gongdao/gongdao/internal/db"
)

const (
	pruneEvery = time.Hour
	pruneStep  = 1000                // facts removed in one transaction
	forgotten  = 90 * 24 * time.Hour // a bookmark nobody has held for so long keeps no facts
)

func (b *Bus) pruneLoop(ctx context.Context) {
	for {
		for _, l := range b.all() {
			l.persist(ctx)
		}
		if _, err := b.Prune(ctx); err != nil && ctx.Err() == nil {
			b.log.ErrorContext(ctx, "bus: old facts not removed", "err", err)
		}
		timer := time.NewTimer(pruneEvery)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// Prune removes facts that are older than Config.Keep and heard by every
// listener, and returns how many. Run calls it every hour.
func (b *Bus) Prune(ctx context.Context) (int64, error) {
	heads, err := b.heads(ctx)
	if err != nil {
		return 0, fmt.Errorf("bus: prune: %w", err)
	}
	var total int64
	for room, head := range heads {
		for {
			var n int64
			err := b.db.Write(ctx, func(tx *db.Tx) error {
				n, err = pruneRoom(tx, room, head, b.now().UTC(), b.cfg.Keep)
				return err
			})
			total += n
			if err != nil {
				return total, fmt.Errorf("bus: prune %s: %w", room, err)
			}
			if n < pruneStep {
				break
			}
		}
	}
	return total, nil
}

func pruneRoom(tx *db.Tx, room string, head int64, now time.Time, keep time.Duration) (int64, error) {
	slowest, first := head, int64(0)
	err := tx.QueryRow(`
		SELECT seq FROM heard WHERE source = ? AND until >= ?
		ORDER BY seq LIMIT 1`, room, now.Add(-forgotten).Format(db.StampLayout)).Scan(&slowest)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return 0, err
	}
	err = tx.QueryRow(`SELECT seq FROM fact WHERE room = ? ORDER BY seq LIMIT 1`, room).Scan(&first)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return tx.Exec(`DELETE FROM fact WHERE room = ? AND seq <= ? AND seq < ? AND at < ?`,
		room, slowest, first+pruneStep, now.Add(-keep).Format(db.StampLayout))
}
