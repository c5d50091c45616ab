package query

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

// stations is the schema of the table that tests ask.
func stations() *Schema {
	return &Schema{Row: "_row", Updated: time.Date(2025, 1, 9, 0, 0, 0, 0, time.UTC), Fields: []Field{
		{Name: "name", Label: "站名", Type: Text, Facet: true},
		{Name: "city", Type: Text, Facet: true, Column: "城 \"市"},
		{Name: "path", Type: Text, Separator: "/"},
		{Name: "docks", Type: Int},
		{Name: "price", Type: Double},
		{Name: "open", Type: Boolean},
		{Name: "since", Type: Date},
		{Name: "seen", Type: Datetime},
		{Name: "place", Type: GeoPoint, Lon: "lon", Lat: "lat"},
		{Name: "shape", Type: GeoShape},
	}}
}

// rows of the test table; nil is missing.
var stationRows = [][]any{
	{1, "捷運市政府站", "臺北市", "a/b/c", 180, 12.5, true, "2012-03-01", "2025-01-01 00:10:00", 121.5654, 25.0408, `{"type":"Point","coordinates":[121.5,25]}`},
	{2, "捷運國父紀念館站", "臺北市", "a/b", 48, 10.0, true, "2012-03-15", "2025-01-01 16:30:00", 121.5577, 25.0411, nil},
	{3, "臺中火車站", "臺中市", "a", 60, nil, false, "2014-07-01", "2025-01-02 00:00:00", 120.6850, 24.1367, nil},
	{4, "YouBike 2.0 Hub", "台南市", nil, 0, -3.25, nil, nil, nil, nil, nil, nil},
	{5, "黃昏市場（ＡＢＣ）", nil, "b", nil, 99.75, false, "2020-02-29", "2024-12-31 23:59:59.5", 120.2, 22.99, nil},
	{6, "O'Brien \"quoted\" \\ %_", "臺北市", "ab", -7, 0.1, true, "1999-12-31", "1970-01-01 00:00:00", 121.0, 25.0, nil},
}

func openStations(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Exec(`CREATE TABLE t (_row BIGINT, name VARCHAR, "城 ""市" VARCHAR, path VARCHAR, docks BIGINT, price DECIMAL(18,2),
		open BOOLEAN, since DATE, seen TIMESTAMP, lon DOUBLE, lat DOUBLE, shape VARCHAR)`); err != nil {
		t.Fatal(err)
	}
	for _, r := range stationRows {
		if _, err := db.Exec(`INSERT INTO t VALUES (?,?,?,?,?,?,?,CAST(? AS DATE),CAST(? AS TIMESTAMP),?,?,?)`, r...); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// clock is when now() is in tests: Thursday 2021-05-06.
var clock = time.Date(2021, 5, 6, 12, 34, 55, 450_500_000, time.UTC)

func ask(t testing.TB, db *sql.DB, s SQL) [][]any {
	t.Helper()
	rows, err := db.Query(s.Text, s.Args...)
	if err != nil {
		t.Fatalf("%v\n%s\n%v", err, s.Text, s.Args)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out [][]any
	for rows.Next() {
		v := make([]any, len(cols))
		p := make([]any, len(cols))
		for i := range v {
			p[i] = &v[i]
		}
		if err := rows.Scan(p...); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v\n%s\n%v", err, s.Text, s.Args)
	}
	return out
}

// show writes rows as text: values by comma, rows by semicolon.
func show(rows [][]any) string {
	var out []string
	for _, r := range rows {
		var cells []string
		for _, v := range r {
			switch v := v.(type) {
			case nil:
				cells = append(cells, "-")
			case time.Time:
				cells = append(cells, strings.TrimSuffix(v.Format("2006-01-02 15:04:05"), " 00:00:00"))
			default:
				cells = append(cells, fmt.Sprint(v))
			}
		}
		out = append(out, strings.Join(cells, ","))
	}
	return strings.Join(out, "; ")
}

func must(t testing.TB, p Params) *Query {
	t.Helper()
	q, err := Parse(stations(), p)
	if err != nil {
		t.Fatalf("Parse(%+v) = %v", p, err)
	}
	return q
}

func answer(t testing.TB, db *sql.DB, p Params) string {
	t.Helper()
	s, err := must(t, p).SQL(Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return show(ask(t, db, s))
}
