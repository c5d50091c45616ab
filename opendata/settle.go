package opendata

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/opendata/profile"
)

// settle keeps what the worker made in dir: files first, then one transaction
// that makes them known. What a kill leaves between the two is swept at the next
// start.
func (s *Service) settle(ctx context.Context, i Import, version, dir string, made *ingested) error {
	text, err := json.Marshal(made.Profile)
	if err != nil {
		return err
	}
	kept, err := s.needs.Blobs.Put(ctx, bytes.NewReader(text), 0)
	if err != nil {
		return err
	}
	areas, err := s.findAreas(ctx, made.Places)
	if err != nil {
		return err
	}
	recipe, err := jsonText(i.Wish.Recipe)
	if err != nil {
		return err
	}
	v := Version{ID: version, Label: i.Wish.Label, FileName: i.FileName, SHA256: i.SHA256, Bytes: i.Bytes,
		Encoding: made.Profile.Encoding, Rows: made.Rows,
		Findings: int64(len(made.Profile.Findings)), Profile: kept.Digest, Recipe: recipe, Areas: areas}
	if v.TableBytes, err = s.tables.keep(filepath.Join(dir, tableFile), v.ID); err != nil {
		return err
	}
	used, err := s.announce(ctx, i, v, made.Profile)
	if !used && (err == nil || problemOf(err) != nil) { // no commit can have happened
		return errors.Join(err, s.tables.remove(v.ID))
	}
	return err
}

// announce makes the version known in one transaction; used is false if nothing
// came of it. Two imports may have chosen one slug: the second chooses again.
func (s *Service) announce(ctx context.Context, i Import, v Version, p profile.Profile) (used bool, err error) {
	for range 5 {
		err = s.needs.DB.Write(ctx, func(tx *db.Tx) (err error) {
			used, err = s.record(tx, i, v, p)
			return err
		})
		if !errors.Is(err, db.ErrUnique) {
			break
		}
	}
	return used && err == nil, err
}

// record makes the version known, as a draft or at once in public.
func (s *Service) record(tx *db.Tx, i Import, v Version, p profile.Profile) (used bool, err error) {
	d, r, err := s.place(tx, i)
	if err != nil {
		return false, err
	}
	v.Resource = r.ID
	same, found, err := sameDelivery(tx, v)
	if err != nil {
		return false, err
	}
	if found { // delivered again, nothing new
		i.State, i.Stage, i.Version = Done, "unchanged", same.ID
		_, err := moveImport(tx, i, Working)
		return false, err
	}
	public := i.Wish.Publish && !p.Personal.Blocks()
	i.State, i.Stage, i.Version = InReview, "review", v.ID
	if public {
		i.State, i.Stage = Done, "published"
	}
	if err := insertVersion(tx, v); err != nil {
		return false, err
	}
	if moved, err := moveImport(tx, i, Working); err != nil || !moved {
		return false, errors.Join(err, errNotWorking(moved))
	}
	if !public {
		return true, nil
	}
	if v.Number, _, err = publishVersion(tx, v.ID, i.Officer, ""); err != nil {
		return false, err
	}
	if err := touchDataset(tx, d.ID, true); err != nil {
		return false, err
	}
	return true, emitPublished(tx, d, v)
}

// errNotWorking undoes a transaction whose import somebody else ended meanwhile.
func errNotWorking(moved bool) error {
	if moved {
		return nil
	}
	return fault.Conflict.Errorf("opendata.import-ended", "this import has ended already; nothing more was changed")
}

// place finds or makes the dataset and the resource that an import belongs to.
func (s *Service) place(tx *db.Tx, i Import) (Dataset, Resource, error) {
	slug := i.Wish.Dataset
	if slug == "" {
		slug = i.Wish.Slug
	}
	if slug != "" && i.Wish.Fresh {
		free, err := numbered(tx, slug)
		if err != nil {
			return Dataset{}, Resource{}, err
		}
		return s.found(tx, i, free)
	}
	if slug != "" {
		d, err := datasetBySlug(tx, slug)
		switch {
		case err == nil && d.Agency != i.Agency:
			return d, Resource{}, fault.Conflict.Errorf("opendata.slug-taken", "another agency already publishes under the name %s; choose another", slug)
		case err == nil:
			list, err := resourcesOf(tx, d.ID)
			if err != nil || len(list) == 0 {
				return d, Resource{}, errors.Join(err, orNotFound(db.ErrNoRows))
			}
			return d, list[0], nil
		case !errors.Is(err, fault.NotFound) || i.Wish.Dataset != "":
			return d, Resource{}, err
		}
	}
	return s.found(tx, i, slug)
}

// found makes a new dataset with one resource.
func (s *Service) found(tx *db.Tx, i Import, slug string) (Dataset, Resource, error) {
	if slug == "" {
		var err error
		if slug, err = freeSlug(tx, i); err != nil {
			return Dataset{}, Resource{}, err
		}
	}
	d := Dataset{ID: tx.NewID(), Slug: slug, Agency: i.Agency, Title: i.Wish.Title, Description: i.Wish.Description,
		Theme: i.Wish.Theme, Keywords: i.Wish.Keywords, Licence: i.Wish.Licence, Frequency: i.Wish.Frequency,
		Class: Open, Source: i.Wish.Source, MadeUp: i.Wish.MadeUp}
	if d.Title.Empty() {
		d.Title = civic.Text{ZhTW: titleOf(i.FileName)}
	}
	if d.Licence == "" {
		d.Licence = OGDL
	}
	if err := d.check(); err != nil {
		return d, Resource{}, err
	}
	if err := insertDataset(tx, d); err != nil {
		return d, Resource{}, err
	}
	r := Resource{ID: tx.NewID(), Dataset: d.ID, Position: 1, Name: d.Title}
	return d, r, insertResource(tx, r)
}

// freeSlug derives a slug from the title or the file's name and numbers it if
// it is taken.
func freeSlug(tx *db.Tx, i Import) (string, error) {
	base := slugOf(i.Wish.Title.En)
	if base == "" {
		base = slugOf(titleOf(i.FileName))
	}
	if base == "" {
		base = "dataset"
	}
	return numbered(tx, base)
}

// numbered returns base, or the first of base-2, base-3 … that is free.
func numbered(tx *db.Tx, base string) (string, error) {
	for n := 1; ; n++ {
		slug := base
		if n > 1 {
			slug = fmt.Sprintf("%s-%d", base, n)
		}
		_, err := datasetBySlug(tx, slug)
		if errors.Is(err, fault.NotFound) {
			return slug, nil
		}
		if err != nil {
			return "", err
		}
	}
}
