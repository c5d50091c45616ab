package opendata

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/opendata/profile"
)

// importJob carries one import to its end. It holds an id only: the arguments of
// jobs lie in the clear.
type importJob struct {
	Import string `json:"import"`
}

// Kind names the job for ever.
func (importJob) Kind() string { return "opendata.import" }

// Order asks for one file to be imported.
type Order struct {
	Agency   civic.AgencyID
	FileName string
	Once     string // of the form; a second submit is the first import. Empty: always new
	Wish     Wish
}

// Receive stores the bytes of r and registers their import; from then on neither
// can be lost. Errors: fault.TooLarge, fault.Forbidden, fault.Invalid for an
// empty file.
func (s *Service) Receive(ctx context.Context, r io.Reader, o Order) (Import, error) {
	if err := mayPublishFor(ctx, o.Agency); err != nil {
		return Import{}, err
	}
	b, err := s.needs.Blobs.Put(ctx, r, s.cfg.maxFile())
	if err != nil {
		return Import{}, err
	}
	if b.Size == 0 {
		return Import{}, fault.Invalid.Errorf("opendata.file-empty", "the file is empty; choose the file that holds your data").
			At("file", "opendata.file-empty", "the file is empty; choose the file that holds your data")
	}
	return s.register(ctx, Import{Agency: o.Agency, Officer: access.From(ctx).Officer, Once: o.Once,
		FileName: o.FileName, SHA256: b.Digest, Bytes: b.Size, Wish: o.Wish})
}

func (s *Service) register(ctx context.Context, i Import) (Import, error) {
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		i.ID = tx.NewID()
		if i.Once == "" {
			i.Once = i.ID
		}
		id, first, err := insertImport(tx, i)
		if err != nil {
			return err
		}
		if first {
			if err := jobs.Insert(tx, importJob{id}); err != nil {
				return err
			}
		}
		i, err = importByID(tx, id)
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("opendata: register import: %w", err)
	}
	return i, nil
}

// Work carries an import to its end in this process and returns it; the job that
// was queued for it then finds nothing to do. An import that somebody else works
// on is waited for.
func (s *Service) Work(ctx context.Context, id string) (Import, error) {
	for {
		if err := s.work(ctx, id); err != nil {
			return Import{}, err
		}
		var i Import
		err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
			i, err = importByID(tx, id)
			return err
		})
		if err != nil || i.State != Waiting && i.State != Working {
			return i, err
		}
		select {
		case <-ctx.Done():
			return i, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// work does all of an import unless this process is at it already or it is done.
func (s *Service) work(ctx context.Context, id string) error {
	if !s.busy.start(id) {
		return nil
	}
	defer s.busy.stop(id)
	i, version, err := s.claim(ctx, id)
	if err != nil || version == "" {
		return err
	}
	dir, err := s.tables.workshop()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	made, err := s.ingest(ctx, i, dir)
	if known := problemOf(err); known != nil {
		return s.refuse(ctx, i, known)
	}
	if err != nil {
		return fmt.Errorf("opendata: import %s: %w", id, err)
	}
	return s.settle(ctx, i, version, made)
}

// claim takes an import that nobody finished and reserves the id of the version
// it may become; no id if there is nothing to do.
func (s *Service) claim(ctx context.Context, id string) (i Import, version string, err error) {
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		i, err = importByID(tx, id)
		if err != nil {
			return err
		}
		next := i
		next.State, next.Stage, next.Done, next.Total = Working, "identify", 0, i.Bytes
		// Working: a program that was killed left it so; the folder has one owner.
		mine, err := moveImport(tx, next, Waiting, Working)
		if version = ""; mine {
			version = tx.NewID()
		}
		i.State = Working
		return err
	})
	return i, version, err
}

// ingest has a worker read the file; nothing of it touches this process.
func (s *Service) ingest(ctx context.Context, i Import, dir string) (*ingested, error) {
	path := s.needs.Blobs.Path(i.SHA256)
	order := ingestOrder{Scratch: dir, Source: profile.Source{Path: path, Name: i.FileName,
		DeclaredEncoding: i.Wish.Encoding, Recipe: i.Wish.Recipe}}
	out := new(ingested)
	noted := s.needs.Now()
	err := s.needs.Workers.Do(ctx, olap.Do{Task: IngestTask, In: order, Read: []string{path}, Scratch: dir,
		Deadline: s.cfg.IngestTime.Or(15 * time.Minute),
		Progress: func(raw json.RawMessage) {
			var p profile.Progress
			if json.Unmarshal(raw, &p) != nil || s.needs.Now().Sub(noted) < 300*time.Millisecond {
				return
			}
			noted = s.needs.Now()
			err := s.needs.DB.Write(ctx, func(tx *db.Tx) error { return noteProgress(tx, i.ID, p.Stage, p.Done, p.Total) })
			if err != nil {
				s.needs.Log.WarnContext(ctx, "progress not noted", "import", i.ID, "err", err)
			}
		}}, out)
	return out, err
}

// problemOf returns the fault that is the file's own; nil for ours, which is
// worth another try.
func problemOf(err error) *fault.Error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return nil
	}
	switch f.Kind {
	case fault.Malformed, fault.Invalid, fault.TooLarge, fault.TimedOut, fault.Conflict, fault.NotFound, fault.Forbidden:
		return f
	}
	return nil
}

func (s *Service) refuse(ctx context.Context, i Import, f *fault.Error) error {
	i.State, i.Stage = Refused, "refused"
	zh := i18n.With(ctx, s.needs.Catalogue, i18n.ZhTW)
	i.Problem = &Problem{Code: f.Code, Text: civic.Text{ZhTW: i18n.Fault(zh, f), En: f.Error()}}
	return s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := moveImport(tx, i, Working)
		return err
	})
}

// settle keeps what the worker made: files first, then one transaction that
// makes them known. What a kill leaves between the two is swept at the next start.
func (s *Service) settle(ctx context.Context, i Import, version string, made *ingested) error {
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
		Encoding: made.Profile.Encoding, Rows: made.Rows, TableBytes: made.Bytes,
		Findings: int64(len(made.Profile.Findings)), Profile: kept.Digest, Recipe: recipe, Areas: areas}
	if err := s.tables.keep(made.Table, v.ID); err != nil {
		return err
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error { return s.record(ctx, tx, i, v, made.Profile) })
	if f := problemOf(err); f != nil {
		err = s.refuse(ctx, i, f)
		s.tables.remove(v.ID)
	}
	return err
}

// record makes the version known, as a draft or at once in public.
func (s *Service) record(ctx context.Context, tx *db.Tx, i Import, v Version, p profile.Profile) error {
	d, r, err := s.place(tx, i)
	if err != nil {
		return err
	}
	v.Resource = r.ID
	i.State, i.Stage, i.Version = InReview, "review", v.ID
	same, found, err := sameDelivery(tx, r.ID, v.SHA256, v.Recipe)
	if err != nil {
		return err
	}
	if found { // delivered again, nothing new
		i.State, i.Stage, i.Version = Done, "unchanged", same.ID
		_, err := moveImport(tx, i, Working)
		return err
	}
	if err := insertVersion(tx, v); err != nil {
		return err
	}
	if !i.Wish.Publish || p.Personal.Blocks() {
		_, err := moveImport(tx, i, Working)
		return err
	}
	if _, err := moveImport(tx, i, Working); err != nil {
		return err
	}
	n, _, err := publishVersion(tx, v.ID, i.Officer, "")
	if err != nil {
		return err
	}
	v.Number = n
	if err := touchDataset(tx, d.ID, true); err != nil {
		return err
	}
	if err := closeImport(tx, v.ID); err != nil {
		return err
	}
	return emitPublished(tx, d, v)
}

// place finds or makes the dataset and the resource that an import belongs to.
func (s *Service) place(tx *db.Tx, i Import) (Dataset, Resource, error) {
	slug := i.Wish.Dataset
	if slug == "" {
		slug = i.Wish.Slug
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
