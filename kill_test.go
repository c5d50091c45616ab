package gongdao_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gongdao/gongdao/internal/db"
)

// TestKilledImportIsWholeOrResumed kills the program with SIGKILL at random
// moments of imports. After each restart every import that was taken in ends,
// nothing is half published, and no file or process is left over.
func TestKilledImportIsWholeOrResumed(t *testing.T) {
	kills := 5
	if os.Getenv("GONGDAO_SLOW") != "" {
		kills = 50
	}
	exe := ownCopy(t)
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	r := rand.New(rand.NewPCG(2, 2026))
	p := up(t, exe, data)
	eventually(t, "the first agency is there", func() bool { return strings.Contains(p.out.String(), "/signin/link/") })
	longest := 1200 // milliseconds before a kill; less where the machine is faster
	for round, hits := 0, 0; hits < kills; round++ {
		if round == 3*kills {
			t.Fatalf("%d of %d kills came in time", hits, round)
		}
		in := someFiles(t, r, filepath.Join(dir, "in"), round)
		c := newCommand(t, exe, "opendata", "import", "--data", data, "--jobs", "3", in)
		out := new(buffer)
		c.Stdout, c.Stderr = out, out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.IntN(longest)) * time.Millisecond)
		p.kill(t)
		if c.Wait(); strings.Contains(out.String(), "files loaded") {
			longest = max(100, longest*2/3) // all was over already
		} else {
			hits++
		}
		eventually(t, "no worker outlives the program", func() bool { return len(processes(t, exe)) == 0 })
		live := len(rowsOf(t, data, unended))
		p = up(t, exe, data)
		settled(t, data)
		t.Logf("round %d: killed after %d files, %d under way", round+1, strings.Count(out.String(), " round-"), live)
		check(t, data, p.origin)
	}
	if code := p.stop(t); code != 0 {
		t.Errorf("the program ends with %d\n%s", code, p.out)
	}
}

// ownCopy is the program under a name that no other test's processes have.
func ownCopy(t *testing.T) string {
	t.Helper()
	exe, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "gongdao")
	in, err := os.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	f, err := os.OpenFile(own, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(f, in)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return own
}

// someFiles writes a few small tables, a large one, and one that is refused.
func someFiles(t *testing.T, r *rand.Rand, dir string, round int) string {
	t.Helper()
	dir = filepath.Join(dir, fmt.Sprintf("round-%02d", round))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for k := range 9 {
		rows := 1 + r.IntN(300)
		if k%3 == 2 {
			rows = 250_000
		}
		var b strings.Builder
		b.WriteString("town,people,share\n")
		for i := range rows {
			fmt.Fprintf(&b, "安平區,%d,%d.%d\n", i+round, r.IntN(100), k)
		}
		if k == 4 {
			b.Reset()
			b.WriteString("<!DOCTYPE html><html>503</html>")
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("t%d.csv", k)), []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rowsOf reads texts from the database of a program that may be running.
func rowsOf(t *testing.T, data, q string) (list []string) {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{Dir: filepath.Join(data, "db"), Readers: 1}, db.Needs{})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(q)
		list, err = db.Collect(rows, err, func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
		return err
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	return list
}

const unended = `SELECT id FROM opendata_import WHERE state IN ('waiting', 'working')`

// settled waits until every import has ended.
func settled(t *testing.T, data string) {
	t.Helper()
	eventually(t, "every import has ended", func() bool {
		time.Sleep(100 * time.Millisecond)
		return len(rowsOf(t, data, unended)) == 0
	})
}

// check holds what is on the disk and on the net against the database.
func check(t *testing.T, data, origin string) {
	t.Helper()
	versions := rowsOf(t, data, `SELECT id FROM opendata_version ORDER BY id`)
	var tables []string
	files, err := filepath.Glob(filepath.Join(data, "opendata", "table", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		tables = append(tables, strings.TrimSuffix(filepath.Base(f), ".parquet"))
	}
	if slices.Sort(tables); !slices.Equal(tables, versions) {
		t.Errorf("tables %v, versions %v", tables, versions)
	}
	wanted := map[string]bool{}
	for _, digest := range rowsOf(t, data, `SELECT sha256 FROM opendata_version UNION SELECT profile FROM opendata_version UNION SELECT sha256 FROM opendata_import`) {
		wanted[digest] = true
	}
	for _, f := range glob(t, data, "opendata/blob/sha256/*/*") {
		if !wanted[filepath.Base(f)] {
			t.Errorf("blob %s belongs to nothing", filepath.Base(f))
		}
	}
	eventually(t, "scratch is empty", func() bool { // the last import is just tidying up
		return len(glob(t, data, "opendata/scratch/*"))+len(glob(t, data, "opendata/blob/tmp/*")) == 0
	})
	for _, bad := range rowsOf(t, data, `SELECT file_name FROM opendata_import WHERE state = 'refused' AND problem NOT LIKE '%opendata.profile.%'`) {
		t.Errorf("%s was refused although nothing is wrong with it", bad)
	}
	if n := rowsOf(t, data, `SELECT d.slug FROM opendata_dataset d WHERE d.published_at = '' OR NOT EXISTS
		(SELECT 1 FROM opendata_resource r JOIN opendata_version v ON v.resource = r.id WHERE r.dataset = d.id AND v.state = 'published' AND v.number > 0)`); len(n) > 0 {
		t.Errorf("half published: %v", n)
	}
	checkAnswers(t, data, origin)
}

func glob(t *testing.T, data, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(data, filepath.FromSlash(pattern)))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// checkAnswers asks the portal for the rows of the newest resources.
func checkAnswers(t *testing.T, data, origin string) {
	t.Helper()
	list := rowsOf(t, data, `SELECT resource || ' ' || table_rows FROM opendata_version WHERE state = 'published' ORDER BY id DESC LIMIT 5`)
	for _, pair := range list {
		id, rows, _ := strings.Cut(pair, " ")
		body, code := get(t, origin+"/api/opendata/v1/resources/"+id+"/rows?limit=1")
		if code != 200 || !strings.Contains(body, `"total":`+rows+`,`) {
			t.Errorf("rows of %s = %d %.200s, want total %s", id, code, body, rows)
		}
	}
}
