package atlas

import (
	"strings"
	"time"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/db"
)

// listLayers returns the layers in force, outermost first.
func listLayers(tx *db.Tx) ([]Layer, error) {
	rows, err := tx.Query(`
		SELECT id, topology, source_zh, source_en, licence, valid_from, crs, areas, published_at
		FROM atlas_layer ORDER BY areas, id`)
	return db.Collect(rows, err, scanLayer)
}

func scanLayer(r *db.Rows) (Layer, error) {
	var l Layer
	var valid, published string
	err := r.Scan(&l.ID, &l.Topology, &l.Source.ZhTW, &l.Source.En, &l.Licence, &valid, &l.CRS, &l.Areas, &published)
	if err != nil {
		return Layer{}, err
	}
	if l.Valid, err = civic.ParseDate(valid); err != nil {
		return Layer{}, err
	}
	l.Published, err = time.Parse(db.StampLayout, published)
	return l, err
}

func upsertTopology(tx *db.Tx, in Imported, size int64) error {
	_, err := tx.Exec(`
		INSERT INTO atlas_topology (digest, arcs, points, size, imported_at)
		VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (digest) DO UPDATE SET imported_at = excluded.imported_at`,
		in.Topology, in.Arcs, in.Points, size, tx.Stamp())
	return err
}

// replaceLayer puts a layer and its areas in the place of those of its id.
func replaceLayer(tx *db.Tx, l Layer, c *coverage.Coverage, level coverage.Level) error {
	if _, err := tx.Exec(`DELETE FROM atlas_area WHERE layer = ?`, l.ID); err != nil {
		return err
	}
	_, err := tx.Exec(`
		INSERT INTO atlas_layer (id, topology, source_zh, source_en, licence, valid_from, crs, areas, published_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET topology = excluded.topology, source_zh = excluded.source_zh, source_en = excluded.source_en,
			licence = excluded.licence, valid_from = excluded.valid_from, crs = excluded.crs, areas = excluded.areas,
			published_at = excluded.published_at`,
		l.ID, l.Topology, l.Source.ZhTW, l.Source.En, l.Licence, l.Valid.String(), l.CRS, l.Areas, tx.Stamp())
	if err != nil {
		return err
	}
	areas := c.Areas[level]
	for len(areas) > 0 {
		n := min(len(areas), 200)
		if err := insertAreas(tx, l.ID, c, level, areas[:n]); err != nil {
			return err
		}
		areas = areas[n:]
	}
	return nil
}

// insertAreas writes many rows with one statement.
func insertAreas(tx *db.Tx, layer string, c *coverage.Coverage, level coverage.Level, areas []coverage.Area) error {
	const columns = 11
	args := make([]any, 0, columns*len(areas))
	for _, a := range areas {
		parent := ""
		if level > coverage.Nation {
			parent = c.Areas[level-1][a.Parent].Code
		}
		args = append(args, layer, a.Code, parent, a.Name.ZhTW, a.Name.En, a.KM2,
			degrees(a.Box.West), degrees(a.Box.South), degrees(a.Box.East), degrees(a.Box.North), a.Vertices)
	}
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	_, err := tx.Exec(`
		INSERT INTO atlas_area (layer, code, parent, name_zh, name_en, km2, west, south, east, north, vertices)
		VALUES `+row+strings.Repeat(", "+row, len(areas)-1), args...)
	return err
}

func degrees(v int32) float64 { return float64(v) / coverage.Degree }
