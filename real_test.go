package gongdao_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/opendata"
)

// outcome is one line of `opendata import --json`.
type outcome struct {
	Path, Status, Dataset, Problem string
	Version, Rows                  int64
}

// TestRealFiles imports files of Taiwanese agencies as they are. The short form
// takes a sample; with GONGDAO_SLOW all of them, of which 99.5 % must load and
// every other must say why.
func TestRealFiles(t *testing.T) {
	dir := t.TempDir()
	for _, archive := range []string{"population", "youbike-2025"} {
		unpackTo(t, dir, filepath.Join("..", "shared", "data", archive+".tar.gz"))
	}
	if r, err := gongdao.Boundaries(); errors.Is(err, fs.ErrNotExist) {
		t.Skip("seed/ is not built: run make build")
	} else if err != nil {
		t.Fatal(err)
	} else {
		r.Close()
	}
	app, _ := running(t, filepath.Join(dir, "data"))
	if err := app.Identity.AddAgency(identity.AsOperator(t.Context()), identity.Agency{ID: office, Short: "office", Name: civic.Text{ZhTW: "戶政"}}); err != nil {
		t.Fatal(err)
	}
	months := importing(t, app, dir, "--as-versions", "population/2019")
	if len(months) != 12 || slices.ContainsFunc(months, func(o outcome) bool { return o.Status != "loaded" || o.Dataset != months[0].Dataset }) {
		t.Errorf("twelve months became %+v, want twelve versions of one resource", months)
	}
	w, err := app.Opendata.Show(t.Context(), months[0].Dataset)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Tables) != 1 || len(w.Tables[0].Versions) != 12 {
		t.Fatalf("%d tables, %d versions", len(w.Tables), len(w.Tables[0].Versions))
	}
	latest := w.Tables[0].Latest
	if a := latest.Areas; a == nil || a.Level != "village" {
		t.Errorf("areas of the village population = %+v, want villages", a)
	} else {
		t.Logf("village population: %d of %d areas are on the map (%.2f %%)", a.Matched, a.Keys, 100*float64(a.Matched)/float64(a.Keys))
		if a.Matched*100 < a.Keys*95 {
			t.Errorf("only %d of %d villages are on the map; not there: %v", a.Matched, a.Keys, a.Missing)
		}
	}
	m, c, err := app.Opendata.Map(t.Context(), w.Dataset, latest, opendata.MapAsk{Lang: "zh-TW"})
	if err != nil || m.SVG == nil || len(m.Table) < 7000 {
		t.Errorf("map of %s: %d areas, %v; want every village", c.Label, len(m.Table), err)
	}
	paths := []string{"population", "youbike-2025"}
	if os.Getenv("GONGDAO_SLOW") == "" {
		paths = []string{"population/villages.csv", "population/cunli_code.csv", "population/births-deaths/2023/01", "population/by-age-2015/01/09007.csv",
			"population/by-age-2015/02/10010.csv", "youbike-2025/2025-01-01.csv", "youbike-2025/sites"}
	}
	begin, cpu := time.Now(), spent(t)
	list := importing(t, app, dir, paths...)
	loaded, rows := 0, int64(0)
	for _, o := range list {
		rows += o.Rows
		switch {
		case o.Status == "loaded" || o.Status == "unchanged":
			loaded++
		case o.Problem == "":
			t.Errorf("%s was %s and does not say why", o.Path, o.Status)
		default:
			t.Logf("%s  %s  %s", o.Status, o.Path, o.Problem)
		}
	}
	t.Logf("%d of %d files loaded, %d rows, %.1f s, %.1f CPU-s", loaded, len(list), rows, time.Since(begin).Seconds(), (spent(t) - cpu).Seconds())
	if loaded*1000 < len(list)*995 {
		t.Errorf("%d of %d files loaded, want 99.5 %%", loaded, len(list))
	}
}

// importing runs `opendata import --json` and returns what became of each file.
func importing(t *testing.T, app *gongdao.App, dir string, args ...string) (list []outcome) {
	t.Helper()
	p := cli.Program{Name: "gongdao", Commands: opendata.Commands(func(ctx context.Context, do func(context.Context, *opendata.Service) error) error {
		return do(ctx, app.Opendata)
	})}
	var out, complaint strings.Builder
	code := p.Main(t.Context(), append([]string{"opendata", "import", "--agency", "office", "--json"}, args...), cli.Call{Dir: dir, Stdout: &out, Stderr: &complaint})
	for d := json.NewDecoder(strings.NewReader(out.String())); d.More(); {
		var o outcome
		if err := d.Decode(&o); err != nil {
			t.Fatal(err)
		}
		list = append(list, o)
	}
	if len(list) == 0 || complaint.Len() > 0 {
		t.Fatalf("import %v = %d: %s", args, code, complaint.String())
	}
	return list
}

// spent is the processor time of this process and of its workers that ended.
func spent(t *testing.T) (d time.Duration) {
	t.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			t.Fatal(err)
		}
		d += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return d
}

// unpackTo unpacks an archive, or skips the test where it is absent.
func unpackTo(t *testing.T, dir, archive string) {
	t.Helper()
	f, err := os.Open(archive)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is absent: real files are not imported", archive)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(plain); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if err := unpackOne(filepath.Join(dir, filepath.Clean("/"+h.Name)), in); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func unpackOne(path string, in io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	return nil
}
