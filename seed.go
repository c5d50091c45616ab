package gongdao

import (
	"compress/gzip"
	"context"
	"embed"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/fault"
)

// seeds is real data that a fresh installation can have by itself. The build
// puts it there (tools/seeds.sh); without it the program starts with no map.
//
//go:embed all:seed
var seeds embed.FS

// Boundaries opens the official areas that came with the program;
// fs.ErrNotExist if it was built without them.
func Boundaries() (io.ReadCloser, error) {
	f, err := seeds.Open("seed/boundaries.json.gz")
	if err != nil {
		return nil, err
	}
	return gzip.NewReader(f)
}

// PostalCodes opens the table of postal codes that came with the program.
func PostalCodes() (io.ReadCloser, error) { return seeds.Open("seed/postal-codes.csv") }

// layBoundaries gives an atlas without areas the ones that are configured, or
// that came with the program.
func (a *App) layBoundaries(ctx context.Context) error {
	have, err := a.Areas(ctx, atlas.LevelCounty)
	if err != nil || len(have) > 0 {
		return err
	}
	open := Boundaries
	if file := a.cfg.Atlas.Boundaries; file != "" {
		open = func() (io.ReadCloser, error) { return os.Open(file) }
	}
	r, err := open()
	if errors.Is(err, fs.ErrNotExist) && a.cfg.Atlas.Boundaries == "" {
		a.log.WarnContext(ctx, "no boundaries: maps stay empty until `gongdao atlas import FILE`")
		return nil
	}
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = a.Atlas.Import(ctx, r)
	return err
}

// Areas lists the official areas of a level; none where nothing was imported.
func (a *App) Areas(ctx context.Context, level string) ([]atlas.Area, error) {
	list, err := a.Atlas.Names(ctx, level)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	return list, err
}
