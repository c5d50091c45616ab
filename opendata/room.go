package opendata

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/config"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/internal/olap"
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
	Dir          string          `toml:"-"` // where tables live
	MaxFile      int64           `toml:"max_file" doc:"Largest file that is taken in, in bytes." default:"2147483648"`
	QueryTime    config.Duration `toml:"query_time" doc:"How long a public query may take." default:"2s"`
	ExportTime   config.Duration `toml:"export_time" doc:"How long an export may take." default:"10m"`
	IngestTime   config.Duration `toml:"ingest_time" doc:"How long reading one file may take." default:"15m"`
	CacheBytes   int64           `toml:"cache_bytes" doc:"Memory for answers that are asked again, in bytes." default:"67108864"`
	ExportsAtOne int             `toml:"exports_at_once" doc:"Exports one address may run at a time." default:"2"`
}

func (c Config) maxFile() int64 {
	if c.MaxFile > 0 {
		return c.MaxFile
	}
	return 2 << 30
}

// Agency is what this room shows of an agency.
type Agency struct {
	ID    civic.AgencyID
	Short string // for paths and --agency
	Name  civic.Text
}

// Agencies tells who publishes. The identity room provides it.
type Agencies interface {
	// Agency finds an agency by its id or its short name; fault.NotFound if there is none.
	Agency(ctx context.Context, idOrShort string) (Agency, error)
	// Agencies lists all, by name.
	Agencies(ctx context.Context) ([]Agency, error)
}

// AreaKey is how a row names an official area: by code, or by names from the
// outermost inwards.
type AreaKey struct {
	Code  string
	Names []string
}

// AreaMatch is what a gazetteer made of keys.
type AreaMatch struct {
	Level   string   // county, town or village; empty if nothing fits
	Codes   []string // one a key, in order; empty where no single area fits
	Matched int
}

// Gazetteer turns codes and names into official areas. The atlas room provides
// it; without it there are no maps.
type Gazetteer interface {
	Match(ctx context.Context, keys []AreaKey) (AreaMatch, error)
}

// Drawing draws a map of values by area. The atlas room provides it.
type Drawing interface {
	Draw(ctx context.Context, spec MapSpec) (Map, error)
	// Counties lists the areas one can zoom to, with names in the language of ctx.
	Counties(ctx context.Context) ([]MapRow, error)
}

// Needs is all the room is given. Gazetteer and Drawing may be nil.
type Needs struct {
	DB        *db.DB
	Blobs     *blob.Store
	Workers   *olap.Pool
	Catalogue *i18n.Catalogue
	Log       *slog.Logger
	Now       func() time.Time
	Agencies  Agencies
	Gazetteer Gazetteer
	Drawing   Drawing
}

// Service is the room.
type Service struct {
	cfg     Config
	needs   Needs
	tables  *tables
	index   *index
	answers *answers
	busy    working
	exports gate

	mu       sync.Mutex            // guards profiles
	profiles map[string]*profileOf // by digest; a bounded memory of what is in the blob store
}

// New migrates the room's tables and opens its folders; it starts nothing.
func New(ctx context.Context, cfg Config, needs Needs) (*Service, error) {
	if err := needs.DB.Migrate(ctx, "opendata", Schema()); err != nil {
		return nil, err
	}
	t, err := openTables(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("opendata: %w", err)
	}
	s := &Service{cfg: cfg, needs: needs, tables: t, answers: newAnswers(cfg.CacheBytes),
		exports: gate{max: cfg.ExportsAtOne}, profiles: map[string]*profileOf{}}
	if s.index, err = openIndex(ctx, s); err != nil {
		return nil, fmt.Errorf("opendata: %w", err)
	}
	return s, nil
}

// Close gives up what New opened.
func (s *Service) Close() error { return s.index.words.Close() }

// Register gives the room's jobs to the workers.
func (s *Service) Register(j *jobs.Jobs) {
	jobs.Work(j, jobs.Options{Timeout: s.cfg.IngestTime.Or(15*time.Minute) + time.Minute, MaxAttempts: 5},
		func(ctx context.Context, a importJob) error { return s.work(ctx, a.Import) })
}
