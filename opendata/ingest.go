package opendata

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/opendata/profile"
)

// IngestTask is the name under which a worker process knows Ingest.
const IngestTask = "opendata.ingest"

// tableFile is the Parquet file that Ingest leaves in the scratch folder.
const tableFile = "table.parquet"

// ingestOrder is what a worker is told.
type ingestOrder struct {
	Source  profile.Source `json:"source"`
	Scratch string         `json:"scratch"`
}

// ingested is what a worker made of a file.
type ingested struct {
	Profile profile.Profile `json:"profile"`
	Rows    int64           `json:"rows"`
	Places  []place         `json:"places"`
}

// place is one way in which the rows of a table may name official areas.
type place struct {
	Code  string     `json:"code,omitempty"`
	Names []string   `json:"names,omitempty"`
	Keys  [][]string `json:"keys"` // distinct values of these columns
}

// maxPlaces bounds the distinct areas of a table: there are 7,701 villages.
const maxPlaces = 20000

// Ingest reads one delivered file, which nobody has looked at yet, and makes its
// table. It runs in a sandboxed worker process and nowhere else: a hostile file
// ends the worker, not the program.
func Ingest(ctx context.Context, in json.RawMessage, say func(any)) (any, error) {
	var order ingestOrder
	if err := json.Unmarshal(in, &order); err != nil {
		return nil, err
	}
	csv := filepath.Join(order.Scratch, "table.csv")
	p, err := profile.Run(ctx, order.Source, profile.Sink{Path: csv}, func(now profile.Progress) { say(now) })
	if err != nil {
		return nil, err
	}
	say(profile.Progress{Stage: "load", Total: p.Rows, Rows: p.Rows, Findings: len(p.Findings)})
	spec := olap.LoadSpec{CSV: csv, Out: filepath.Join(order.Scratch, tableFile)}
	for _, c := range p.Table() {
		spec.Columns = append(spec.Columns, olap.LoadColumn{Name: c.Name, SQLType: c.SQLType})
	}
	loaded, err := olap.Load(ctx, spec)
	if err != nil {
		return nil, err
	}
	if loaded.Rows != p.Rows {
		return nil, fmt.Errorf("opendata: %d rows were read and %d loaded", p.Rows, loaded.Rows)
	}
	if err := os.Remove(csv); err != nil {
		return nil, err
	}
	out := ingested{Profile: p, Rows: loaded.Rows}
	say(profile.Progress{Stage: "areas", Total: p.Rows, Rows: p.Rows, Findings: len(p.Findings)})
	out.Places, err = places(ctx, p, spec.Out)
	return out, err
}

// places lists the columns that may name areas, with their distinct values.
func places(ctx context.Context, p profile.Profile, table string) ([]place, error) {
	var out []place
	for _, c := range candidates(p) {
		cols := c.Names
		if c.Code != "" {
			cols = []string{c.Code}
		}
		quoted := make([]string, len(cols))
		for i, name := range cols {
			quoted[i] = `CAST("` + strings.ReplaceAll(name, `"`, `""`) + `" AS VARCHAR)`
		}
		list := strings.Join(quoted, ", ")
		rows, _, err := olap.Select(ctx, `SELECT DISTINCT `+list+` FROM read_parquet(?) LIMIT `+fmt.Sprint(maxPlaces+1), table)
		if err != nil {
			return nil, err
		}
		if len(rows) > maxPlaces {
			continue
		}
		for _, r := range rows {
			key := make([]string, len(r))
			for i, v := range r {
				key[i], _ = v.(string)
			}
			c.Keys = append(c.Keys, key)
		}
		out = append(out, c)
	}
	return out, nil
}

// Words in the labels of columns that name areas, from the outermost inwards.
var (
	countyWords  = []string{"縣市", "county"}
	townWords    = []string{"鄉鎮", "市區", "區域", "行政區", "town", "district", "site_id"}
	villageWords = []string{"村里", "village"}
	codeWords    = []string{"代碼", "代號", "code", "id"}
)

// candidates proposes columns by their labels: each code column, the names
// together, and the names without the village.
func candidates(p profile.Profile) []place {
	var out []place
	var county, town, village string
	for _, c := range p.Columns {
		label := strings.ToLower(c.Label + " " + c.Name)
		isArea := hasAny(label, countyWords) || hasAny(label, townWords) || hasAny(label, villageWords)
		switch {
		case c.Type != profile.TypeText && c.Type != profile.TypeCode && c.Type != profile.TypeInt:
		case isArea && hasAny(label, codeWords) && looksLikeCodes(c):
			out = append(out, place{Code: c.Name})
		case c.Type == profile.TypeInt:
		case county == "" && hasAny(label, countyWords):
			county = c.Name
		case village == "" && hasAny(label, villageWords):
			village = c.Name
		case town == "" && hasAny(label, townWords):
			town = c.Name
		}
	}
	for _, names := range [][]string{{county, town, village}, {county, town}, {county}} {
		var have []string
		for _, n := range names {
			if n != "" {
				have = append(have, n)
			}
		}
		if len(have) > 0 && (len(out) == 0 || !sameNames(out[len(out)-1].Names, have)) {
			out = append(out, place{Names: have})
		}
	}
	return out
}

// looksLikeCodes asks whether most frequent values are made of digits (and the
// dash some registers put before the village).
func looksLikeCodes(c profile.Column) bool {
	if len(c.Stats.Top) == 0 {
		return false
	}
	for _, f := range c.Stats.Top {
		v := strings.Trim(strings.ReplaceAll(f.Value, "-", ""), "0123456789")
		if v != "" || len(f.Value) < 5 {
			return false
		}
	}
	return true
}

func hasAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func sameNames(a, b []string) bool {
	return strings.Join(a, "\x00") == strings.Join(b, "\x00")
}
