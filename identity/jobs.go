package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/jobs"
)

const (
	// keepEnded is how long ended sessions and links stay, for whoever looks into
	// a break-in.
	keepEnded = 30 * 24 * time.Hour
	// keepEvents is how long the history of an account reaches back.
	keepEvents = 365 * 24 * time.Hour
)

// pruning is the job that deletes what no longer serves anybody.
type pruning struct{}

// Kind names the job for ever.
func (pruning) Kind() string { return "identity.prune" }

// Register has old sessions, links, challenges and events deleted once a day.
func (s *Service) Register(j *jobs.Jobs) {
	jobs.Work(j, jobs.Options{}, func(ctx context.Context, _ pruning) error { return s.Prune(ctx) })
	j.Every(24*time.Hour, pruning{})
}

// Prune deletes what is older than it may be. Twice is once.
func (s *Service) Prune(ctx context.Context) error {
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		return prune(tx, tx.Now().Add(-keepEnded), tx.Now().Add(-keepEvents))
	})
	if err != nil {
		return fmt.Errorf("identity: prune: %w", err)
	}
	return nil
}
