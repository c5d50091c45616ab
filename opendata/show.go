package opendata

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
)

// Whole is a dataset with all that its page shows.
type Whole struct {
	Dataset   Dataset
	Publisher Agency
	Tables    []Table
}

// Table is one resource with its versions, newest first. Latest is the newest
// that is published; its ID is empty if there is none.
type Table struct {
	Resource Resource
	Latest   Version
	Versions []Version
}

// ExploreID is the name of the dataset's k-th table (1-based) in foreign APIs:
// the slug alone for the first, slug~k for the others.
func ExploreID(slug string, k int64) string {
	if k <= 1 {
		return slug
	}
	return slug + "~" + strconv.FormatInt(k, 10)
}

// splitExploreID takes a table's name apart.
func splitExploreID(id string) (slug string, k int64) {
	slug, tail, ok := strings.Cut(id, "~")
	if !ok {
		return id, 1
	}
	n, err := strconv.ParseInt(tail, 10, 32)
	if err != nil || n < 2 {
		return id, 1 // no slug holds a tilde, so nothing is found
	}
	return slug, n
}

// Show returns a dataset that the reader may see: published, or of her agency.
// Errors: fault.NotFound.
func (s *Service) Show(ctx context.Context, slug string) (Whole, error) {
	var w Whole
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		w = Whole{}
		var err error
		if w.Dataset, err = datasetBySlug(tx, slug); err != nil {
			return err
		}
		resources, err := resourcesOf(tx, w.Dataset.ID)
		if err != nil {
			return err
		}
		for _, r := range resources {
			t := Table{Resource: r}
			if t.Versions, err = versionsOf(tx, r.ID); err != nil {
				return err
			}
			for _, v := range t.Versions {
				if v.State == Published {
					t.Latest = v
					break
				}
			}
			w.Tables = append(w.Tables, t)
		}
		return nil
	})
	if err != nil {
		return Whole{}, err
	}
	if w.Dataset.PublishedAt.IsZero() && mayPublishFor(ctx, w.Dataset.Agency) != nil {
		return Whole{}, orNotFound(db.ErrNoRows)
	}
	w.Publisher, err = s.needs.Agencies.Agency(ctx, string(w.Dataset.Agency))
	return w, err
}

// At returns the table and the version that a question is about: id as of
// ExploreID, number 0 for the latest. A withdrawn version is fault.Gone.
func (s *Service) At(ctx context.Context, id string, number int64) (d Dataset, r Resource, v Version, err error) {
	slug, k := splitExploreID(id)
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		if d, err = datasetBySlug(tx, slug); err != nil {
			return err
		}
		list, err := resourcesOf(tx, d.ID)
		if err != nil {
			return err
		}
		if int64(len(list)) < k || d.PublishedAt.IsZero() {
			return orNotFound(db.ErrNoRows)
		}
		r = list[k-1]
		v, err = pickVersion(tx, r.ID, number)
		return err
	})
	return d, r, v, err
}

// pickVersion returns a published version of a resource, 0 for the latest.
func pickVersion(tx *db.Tx, resource string, number int64) (Version, error) {
	if number == 0 {
		if v, err := versionByNumber(tx, resource, 0); !isGone(err) {
			return v, err
		}
	}
	list, err := versionsOf(tx, resource)
	if err != nil {
		return Version{}, err
	}
	if number == 0 && len(list) > 0 { // all of them were withdrawn: the newest says why
		number = list[0].Number
	}
	for _, v := range list {
		if v.Number != number {
			continue
		}
		if v.State == Withdrawn {
			return v, fault.Gone.Errorf("opendata.version-withdrawn", "version %d was withdrawn: %s", number, reasonOf(v.Reason))
		}
		return v, nil
	}
	return Version{}, orNotFound(db.ErrNoRows)
}

// reasonOf gives a reason in the languages it was written in.
func reasonOf(t civic.Text) string {
	if t.En != "" && t.ZhTW != "" && t.En != t.ZhTW {
		return t.ZhTW + " / " + t.En
	}
	return cmp.Or(t.ZhTW, t.En)
}

// DraftOf returns the draft of an import under review, for its preview.
func (s *Service) DraftOf(ctx context.Context, i Import) (d Dataset, v Version, err error) {
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		v, d, err = versionWithDataset(tx, i.Version)
		return err
	})
	return d, v, err
}

// slugOfVersion names the dataset that a version belongs to.
func (s *Service) slugOfVersion(ctx context.Context, id string) (slug string, err error) {
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		_, d, err := versionWithDataset(tx, id)
		slug = d.Slug
		return err
	})
	return slug, err
}
