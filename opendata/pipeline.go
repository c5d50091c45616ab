package opendata

import (
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
	once := o.Once
	if once != "" { // the same form with another file, or other words, is another import
		wish, err := jsonText(o.Wish)
		if err != nil {
			return Import{}, err
		}
		once += "/" + b.Digest + "/" + shortDigest(o.FileName+wish)
	}
	return s.register(ctx, Import{Agency: o.Agency, Officer: access.From(ctx).Officer, Once: once,
		FileName: o.FileName, SHA256: b.Digest, Bytes: b.Size, Wish: o.Wish})
}

func (s *Service) register(ctx context.Context, asked Import) (got Import, err error) {
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		i := asked // the function may run again
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
		got, err = importByID(tx, id)
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("opendata: register import: %w", err)
	}
	return got, nil
}

// maxTries bounds how often an import is begun anew after a failure that is not
// the file's. With the pauses between them five tries take about six minutes.
// An import that was under way whenever the program died gets twice as many.
const maxTries = 5

// Work carries an import to its end in this process and returns it; the job that
// was queued for it then finds nothing to do. An import that a job works on is
// waited for.
func (s *Service) Work(ctx context.Context, id string) (Import, error) {
	for {
		failed := s.work(ctx, id)
		var i Import
		err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
			i, err = importByID(tx, id)
			return err
		})
		if err != nil || i.State != Waiting && i.State != Working {
			return i, errors.Join(err, ctx.Err())
		}
		pause := 100 * time.Millisecond
		if failed != nil {
			pause = time.Second
		}
		select {
		case <-ctx.Done():
			return i, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// work does all of an import unless this process is at it already or it is done.
// It returns what is worth another try.
func (s *Service) work(ctx context.Context, id string) error {
	if !s.busy.start(id) {
		return nil
	}
	defer s.busy.stop(id)
	i, version, err := s.claim(ctx, id)
	if err != nil || version == "" {
		return err
	}
	err = s.carry(ctx, i, version)
	if err == nil {
		return nil
	}
	if f := problemOf(err); f != nil {
		return s.refuse(ctx, i, f)
	}
	if ctx.Err() != nil { // we are told to stop; that is nobody's failure
		return errors.Join(err, s.putBack(context.WithoutCancel(ctx), i))
	}
	if i.Tries < maxTries {
		return fmt.Errorf("opendata: import %s: %w", id, err)
	}
	s.needs.Log.ErrorContext(ctx, "import given up", "import", id, "tries", i.Tries, "err", err)
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		f = givenUp(i.Tries)
	}
	return s.refuse(ctx, i, f)
}

func givenUp(tries int64) *fault.Error {
	return fault.Internal.Errorf("opendata.import-given-up", "reading this file was begun %d times and did not end, which is a mistake on our side; the file is kept, so tell the operator of this portal", tries)
}

// carry reads the file and keeps what it holds.
func (s *Service) carry(ctx context.Context, i Import, version string) error {
	dir, err := s.tables.workshop()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	made, err := s.ingest(ctx, i, dir)
	if err != nil {
		return err
	}
	return s.settle(ctx, i, version, dir, made)
}

// claim takes an import that nobody finished and reserves the id of the version
// it may become; no id if there is nothing to do.
func (s *Service) claim(ctx context.Context, id string) (i Import, version string, err error) {
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		version = ""
		i, err = importByID(tx, id)
		if err != nil {
			return err
		}
		i.Done, i.Total, i.Tries = 0, i.Bytes, i.Tries+1
		if i.Tries > 2*maxTries { // whenever this file is read the program dies
			i.State, i.Stage, i.Problem = Refused, "refused", s.problem(givenUp(i.Tries-1))
			_, err := moveImport(tx, i, Waiting, Working)
			return err
		}
		i.State, i.Stage = Working, "identify"
		// Working: a program that was killed left it so; the folder has one owner.
		mine, err := moveImport(tx, i, Waiting, Working)
		if mine {
			version = tx.NewID()
		}
		return err
	})
	return i, version, err
}

// putBack leaves an import for the next start as if it had not been begun.
func (s *Service) putBack(ctx context.Context, i Import) error {
	i.State, i.Stage, i.Done, i.Total = Waiting, "received", 0, 0
	i.Tries--
	return s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := moveImport(tx, i, Working)
		return err
	})
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

// problem says a fault in both languages, with what is wrong part by part.
func (s *Service) problem(f *fault.Error) *Problem {
	zh := i18n.With(context.Background(), s.needs.Catalogue, i18n.ZhTW)
	p := &Problem{Code: f.Code, Text: civic.Text{ZhTW: i18n.Fault(zh, f), En: f.Error()}}
	for k, at := range f.Fields {
		p.Text.ZhTW += []string{"：", "；"}[min(k, 1)] + i18n.Field(zh, at)
		p.Text.En += []string{": ", "; "}[min(k, 1)] + at.Message()
	}
	return p
}

func (s *Service) refuse(ctx context.Context, i Import, f *fault.Error) error {
	i.State, i.Stage, i.Problem = Refused, "refused", s.problem(f)
	return s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := moveImport(tx, i, Working)
		return err
	})
}
