package opendata

import (
	"context"
	"fmt"

	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/jobs"
)

// Resume repairs what a killed program left, before the doors open: imports that
// were under way are queued again, files that nothing refers to are deleted.
// Only the owner of the data folder may call it, and nobody may import meanwhile.
func (s *Service) Resume(ctx context.Context) error {
	var blobs, versions map[string]bool
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.rereadLost(tx); err != nil {
			return err
		}
		ids, err := unfinishedImports(tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := jobs.Insert(tx, importJob{id}); err != nil {
				return err
			}
		}
		blobs, versions, err = keptFiles(tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("opendata: resume: %w", err)
	}
	if err := s.sweep(ctx, blobs, versions); err != nil {
		return fmt.Errorf("opendata: sweep: %w", err)
	}
	return s.reindex(ctx)
}

// rereadLost has drafts read again whose table is not there: one that was given
// up while a backup was being written comes back so.
func (s *Service) rereadLost(tx *db.Tx) error {
	list, err := reviewedImports(tx)
	if err != nil {
		return err
	}
	for _, i := range list {
		if s.tables.have(i.Version) {
			continue
		}
		if err := s.again(tx, i); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) sweep(ctx context.Context, blobs, versions map[string]bool) error {
	have, err := s.tables.versions()
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, id := range have {
		there[id] = true
	}
	for id := range versions {
		if !there[id] {
			s.needs.Log.ErrorContext(ctx, "the table of a published version is missing; restore it from a backup", "version", id)
		}
	}
	for _, id := range have {
		if versions[id] {
			continue
		}
		if err := s.tables.remove(id); err != nil {
			return err
		}
		s.needs.Log.InfoContext(ctx, "table without a version deleted", "version", id)
	}
	var orphans []string
	err = s.needs.Blobs.Each(ctx, func(b blob.Blob) error {
		if !blobs[b.Digest] {
			orphans = append(orphans, b.Digest)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, digest := range orphans {
		if err := s.needs.Blobs.Delete(ctx, digest); err != nil {
			return err
		}
		s.needs.Log.InfoContext(ctx, "file without an import deleted", "digest", digest)
	}
	return nil
}
