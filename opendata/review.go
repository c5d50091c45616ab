package opendata

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/opendata/profile"
)

// Import returns one import of the reader's agency. Errors: fault.NotFound.
func (s *Service) Import(ctx context.Context, id string) (i Import, err error) {
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		i, err = importByID(tx, id)
		return err
	})
	if err == nil {
		err = mayPublishFor(ctx, i.Agency)
	}
	return i, err
}

// Imports lists an agency's newest imports, at most limit.
func (s *Service) Imports(ctx context.Context, agency civic.AgencyID, limit int) (list []Import, err error) {
	if err := mayPublishFor(ctx, agency); err != nil {
		return nil, err
	}
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = importsOf(tx, agency, limit)
		return err
	})
	return list, err
}

// Discard gives up an import that waits for review; its draft goes, the file
// goes with the next sweep. Twice is once.
// Errors: fault.NotFound, fault.Forbidden, fault.Conflict once it is published.
func (s *Service) Discard(ctx context.Context, id string) error {
	var i Import
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if i, err = importByID(tx, id); err != nil {
			return err
		}
		if err := mayPublishFor(ctx, i.Agency); err != nil {
			return err
		}
		if i.State == Discarded {
			return nil
		}
		next := i
		next.State, next.Stage, next.Version = Discarded, "discarded", ""
		moved, err := moveImport(tx, next, InReview, Waiting)
		if err != nil {
			return err
		}
		if !moved {
			return fault.Conflict.Errorf("opendata.import-final", "this import is %s and cannot be discarded; withdraw the version instead", i.State)
		}
		_, err = dropDraft(tx, i.Version)
		return err
	})
	if err != nil {
		return fmt.Errorf("opendata: discard %s: %w", id, err)
	}
	if i.Version != "" {
		return s.tables.remove(i.Version)
	}
	return nil
}

// dropDraft deletes a draft, and its dataset if that holds nothing else; bare
// tells that it did.
func dropDraft(tx *db.Tx, version string) (bare bool, err error) {
	if version == "" {
		return false, nil
	}
	v, err := versionByID(tx, version)
	if err != nil {
		return false, err
	}
	if err := deleteDraft(tx, version); err != nil {
		return false, err
	}
	n, err := versionsLeft(tx, v.Resource)
	if err != nil || n > 0 {
		return false, err
	}
	r, err := resourceByID(tx, v.Resource)
	if err != nil {
		return false, err
	}
	return true, deleteDataset(tx, r.Dataset)
}

// Repair reads the file of a reviewed or refused import again with one more fix;
// the earlier draft goes. Fixes are data: the original bytes stay as they came.
// Errors: fault.NotFound, fault.Forbidden, fault.Invalid for a fix that cannot be
// applied, fault.Conflict once it is published.
func (s *Service) Repair(ctx context.Context, id string, fix profile.Fix) error {
	var old string
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := importByID(tx, id)
		if err != nil {
			return err
		}
		if err := mayPublishFor(ctx, i.Agency); err != nil {
			return err
		}
		if err := fix.Check(); err != nil {
			return err
		}
		if i.State != InReview && i.State != Refused {
			return fault.Conflict.Errorf("opendata.import-busy", "this import is %s and cannot be repaired now", i.State)
		}
		if len(i.Wish.Recipe) >= maxFixes {
			return fault.Conflict.Errorf("opendata.fixes-many", "this file has %d repairs already; mend the file itself and send it anew", maxFixes)
		}
		old = i.Version
		i.Wish.Recipe = append(i.Wish.Recipe, fix)
		i.Wish.Publish = false // somebody looks at it now
		return s.again(tx, i)
	})
	if err != nil {
		return fmt.Errorf("opendata: repair %s: %w", id, err)
	}
	if old != "" {
		return s.tables.remove(old)
	}
	return nil
}

// maxFixes bounds a recipe.
const maxFixes = 100

// again has the file of an import that was read before read anew: its draft
// goes, and what was written about the dataset stays.
func (s *Service) again(tx *db.Tx, i Import) error {
	from, version := i.State, i.Version
	if err := s.keepDescription(tx, &i, version); err != nil {
		return err
	}
	bare, err := dropDraft(tx, version)
	if err != nil {
		return err
	}
	i.Wish.Fresh = i.Wish.Fresh || bare
	i.State, i.Stage, i.Problem, i.Version, i.Done, i.Total, i.Tries = Waiting, "received", nil, "", 0, 0, 0
	moved, err := moveImport(tx, i, from)
	if err != nil || !moved {
		return errors.Join(err, errNotWorking(moved))
	}
	return jobs.Insert(tx, importJob{i.ID})
}

// keepDescription saves in the wish what the officer has written about a dataset
// that is made anew with the next reading.
func (s *Service) keepDescription(tx *db.Tx, i *Import, version string) error {
	if version == "" || i.Wish.Dataset != "" {
		return nil
	}
	v, err := versionByID(tx, version)
	if err != nil {
		return err
	}
	r, err := resourceByID(tx, v.Resource)
	if err != nil {
		return err
	}
	d, err := datasetByID(tx, r.Dataset)
	if err != nil {
		return err
	}
	i.Wish.Slug, i.Wish.Title, i.Wish.Description, i.Wish.Source = d.Slug, d.Title, d.Description, d.Source
	i.Wish.Theme, i.Wish.Keywords, i.Wish.Frequency, i.Wish.Licence = d.Theme, d.Keywords, d.Frequency, d.Licence
	return nil
}

// Describe changes what a dataset tells about itself. d.Revision must be the
// one that was read. Errors: fault.Invalid with fields, fault.Stale, fault.NotFound.
func (s *Service) Describe(ctx context.Context, d Dataset) error {
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		was, err := datasetByID(tx, d.ID)
		if err != nil {
			return err
		}
		if err := mayPublishFor(ctx, was.Agency); err != nil {
			return err
		}
		d.Slug = was.Slug
		if err := d.check(); err != nil {
			return err
		}
		ok, err := updateDataset(tx, d)
		if err != nil {
			return err
		}
		if !ok {
			return fault.Stale.Errorf("opendata.changed-meanwhile", "somebody else changed this dataset while you wrote; what you typed is still in the form, look at the new state and send it again")
		}
		return tx.Emit(DatasetChanged{ID: tx.NewID(), Dataset: d.ID})
	})
	if err != nil {
		return fmt.Errorf("opendata: describe %s: %w", d.ID, err)
	}
	return nil
}

// titleOf makes a title from a file name: no folders, no ending.
func titleOf(file string) string {
	base := path.Base(strings.ReplaceAll(file, `\`, "/"))
	base = strings.TrimSuffix(base, path.Ext(base))
	base = strings.TrimSpace(strings.Join(strings.FieldsFunc(base, func(r rune) bool { return r == '_' || r < ' ' }), " "))
	if base == "" {
		return "data"
	}
	return clipped(base)
}

// clipped cuts a title that a program made to what a title may have.
func clipped(title string) string {
	if runes := []rune(title); len(runes) > maxTitle {
		return string(runes[:maxTitle])
	}
	return title
}

// ending is the last part of a file name with its dot, as delivered.
func ending(file string) string { return path.Ext(strings.ReplaceAll(file, `\`, "/")) }

// shortDigest names what has no letters of its own, the same every time.
func shortDigest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}
