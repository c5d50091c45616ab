package gongdao_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/internal/keys"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/query"
)

// answers asks every published version everything and returns what it said.
func answers(t *testing.T, app *gongdao.App) map[string]string {
	t.Helper()
	out := map[string]string{}
	found, err := app.Opendata.Find(t.Context(), opendata.Find{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range found.Cards {
		w, err := app.Opendata.Show(t.Context(), c.Dataset.Slug)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range w.Tables[0].Versions {
			for _, p := range []query.Params{{Limit: 100}, {Select: "count(*) as n, sum(b) as s"}} {
				q, err := app.Opendata.Parse(t.Context(), v, p)
				if err != nil {
					t.Fatal(err)
				}
				var body bytes.Buffer
				if _, err := app.Opendata.Rows(t.Context(), opendata.Ask{Version: v, Query: q, Format: olap.Objects}, &body); err != nil {
					t.Fatalf("%s version %d: %v", c.Dataset.Slug, v.Number, err)
				}
				out[fmt.Sprintf("%s %d %+v", c.Dataset.Slug, v.Number, p)] = body.String()
			}
		}
	}
	return out
}

// indexed waits until the catalogue holds n datasets.
func indexed(t *testing.T, app *gongdao.App, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("the catalogue holds %d datasets", n), func() bool {
		found, err := app.Opendata.Find(t.Context(), opendata.Find{Limit: 1})
		return err == nil && found.Total >= n
	})
}

// TestBackupRestoresElsewhere: a backup taken while files are imported answers
// the same questions on another machine, and what was under way there goes on.
func TestBackupRestoresElsewhere(t *testing.T) {
	app, stop := running(t, filepath.Join(t.TempDir(), "data"))
	for n := range 4 {
		publish(t, app, fmt.Sprintf("before-%d", n%3), fmt.Sprintf("a,b\nx,%d\ny,%d\n", n, n*n))
	}
	indexed(t, app, 3)
	before := answers(t, app)
	if len(before) != 8 {
		t.Fatalf("%d answers before, want of 4 versions two each", len(before))
	}
	load, end := context.WithCancel(t.Context())
	var importers sync.WaitGroup
	begun := make(chan struct{})
	for k := range 2 {
		importers.Go(func() {
			for n := 0; load.Err() == nil; n++ {
				_, err := app.Opendata.Receive(opendata.AsOperator(t.Context()), strings.NewReader(fmt.Sprintf("a,b\n%s", strings.Repeat(fmt.Sprintf("z,%d\n", k*1000+n), 20_000))),
					opendata.Order{Agency: office, FileName: "x.csv", Wish: opendata.Wish{Slug: fmt.Sprintf("load-%d-%d", k, n), Publish: n%2 == 0}})
				if err != nil {
					t.Error(err)
					return
				}
				if n == 2 && k == 0 {
					close(begun)
				}
				select {
				case <-load.Done():
				case <-time.After(50 * time.Millisecond):
				}
			}
		})
	}
	<-begun
	var sealed bytes.Buffer
	keyPath, err := app.Backup(t.Context(), &sealed)
	end()
	importers.Wait()
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(keyPath)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(keyPath); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the recovery key has mode %v, %v; want 0600", st.Mode(), err)
	}
	stop()

	data := filepath.Join(t.TempDir(), "elsewhere")
	cfg := gongdao.Config{Data: data, Listen: "127.0.0.1:0"}
	if err := gongdao.Restore(t.Context(), cfg, bytes.NewReader(sealed.Bytes()), key); err != nil {
		t.Fatal(err)
	}
	if err := gongdao.Restore(t.Context(), cfg, bytes.NewReader(sealed.Bytes()), key); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("Restore() into a folder with data = %v, want a refusal", err)
	}
	other, _ := running(t, data)
	eventually(t, "what was under way has ended", func() bool {
		list, err := other.Opendata.Imports(opendata.AsOperator(t.Context()), office, 1000)
		return err == nil && !slices.ContainsFunc(list, func(i opendata.Import) bool { return i.State == opendata.Waiting || i.State == opendata.Working })
	})
	list, err := other.Opendata.Imports(opendata.AsOperator(t.Context()), office, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		if i.State != opendata.Done && i.State != opendata.InReview {
			t.Errorf("import of %s ended as %s %+v after the restore", i.FileName, i.State, i.Problem)
		}
	}
	after := answers(t, other)
	for what, said := range before {
		if after[what] != said {
			t.Errorf("%s answers %q elsewhere, %q here", what, after[what], said)
		}
	}
	if again, err := os.ReadFile(filepath.Join(data, "keys", filepath.Base(keyPath))); err != nil || !bytes.Equal(again, key) {
		t.Errorf("the restored folder seals its backups to another key: %v", err)
	}
}

func TestRestoreRefusesWhatIsNotWhole(t *testing.T) {
	app, stop := running(t, filepath.Join(t.TempDir(), "data"))
	publish(t, app, "numbers", "a,b\n"+strings.Repeat("1,2\n", 1000))
	var sealed bytes.Buffer
	keyPath, err := app.Backup(t.Context(), &sealed)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(keyPath)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	wrong, _, err := keys.NewRecovery()
	if err != nil {
		t.Fatal(err)
	}
	whole := sealed.Bytes()
	changed := bytes.Clone(whole)
	changed[len(changed)*2/3] ^= 1
	data := filepath.Join(t.TempDir(), "data")
	cfg := gongdao.Config{Data: data, Listen: "127.0.0.1:0"}
	for name, tt := range map[string]struct{ file, key []byte }{
		"another key":                {whole, wrong},
		"no key at all":              {whole, []byte("hello")},
		"a file that is no backup":   {[]byte("hello"), key},
		"an empty file":              {nil, key},
		"a file cut at its end":      {whole[:len(whole)-1], key},
		"a file cut in the middle":   {whole[:len(whole)/2], key},
		"a file cut between pieces":  {whole[:len(whole)-(len(whole)%(64<<10))], key},
		"a file with a bit changed":  {changed, key},
		"a file with something more": {append(bytes.Clone(whole), "more"...), key},
	} {
		if err := gongdao.Restore(t.Context(), cfg, bytes.NewReader(tt.file), tt.key); err == nil {
			t.Errorf("Restore() of %s succeeded", name)
		}
		list, err := os.ReadDir(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if e.Name() != "lock" {
				t.Errorf("Restore() of %s left %s", name, e.Name())
			}
		}
	}
	if err := gongdao.Restore(t.Context(), cfg, bytes.NewReader(whole), key); err != nil {
		t.Fatalf("Restore() of the whole file after all that = %v", err)
	}
	other, _ := running(t, data)
	if got := answers(t, other); len(got) != 2 {
		t.Errorf("answers = %v, want two", slices.Collect(maps.Keys(got)))
	}
}

// TestKilledRestoreDoesNotOpen: a restore that is killed leaves a mark, and no
// program takes half of a folder for the whole.
func TestKilledRestoreDoesNotOpen(t *testing.T) {
	exe, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	app, stop := running(t, filepath.Join(dir, "data"))
	publish(t, app, "numbers", "a,b\n1,2\n")
	file := filepath.Join(dir, "all.backup")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	keyPath, err := app.Backup(t.Context(), f)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	stop()
	// The backup comes through a pipe that stays open: the restore waits midway.
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "elsewhere")
	c := newCommand(t, exe, "restore", pipe, "--key", keyPath, "--data", data)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(whole[:len(whole)-100]); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the database is in its place", func() bool {
		_, err := os.Stat(filepath.Join(data, "db", "gongdao.db"))
		return err == nil
	})
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.Wait()
	_, err = gongdao.New(t.Context(), gongdao.Config{Data: data, Listen: "127.0.0.1:0"}, gongdao.Needs{Now: time.Now})
	if err == nil || !strings.Contains(err.Error(), "did not finish") {
		t.Errorf("New() on half a restore = %v, want a refusal that says so", err)
	}
	out, code := call(t, exe, "restore", file, "--key", keyPath, "--data", data)
	if code != 1 || !strings.Contains(out, "not empty") {
		t.Errorf("restore into it again = %d\n%s", code, out)
	}
}

// TestBackupCommand: backup and restore by hand, while the program runs.
func TestBackupCommand(t *testing.T) {
	exe, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	app, _ := running(t, filepath.Join(dir, "data"))
	publish(t, app, "numbers", "a,b\n1,2\n")
	file := filepath.Join(dir, "all.backup")
	out, code := call(t, exe, "backup", "--data", filepath.Join(dir, "data"), file)
	if code != 0 || !strings.Contains(out, "keep a copy elsewhere") {
		t.Fatalf("backup = %d\n%s", code, out)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*.part")); err != nil || len(left) > 0 {
		t.Errorf("half a backup is left: %v %v", left, err)
	}
	out, code = call(t, exe, "restore", file, "--key", filepath.Join(dir, "data", "keys", "recovery.key"), "--data", filepath.Join(dir, "there"))
	if code != 0 || !strings.Contains(out, "restored") {
		t.Errorf("restore = %d\n%s", code, out)
	}
	if out, code := call(t, exe, "restore", file, "--key", "/nowhere", "--data", filepath.Join(dir, "x")); code != 2 {
		t.Errorf("restore without a key = %d, want 2\n%s", code, out)
	}
}
