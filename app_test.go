package gongdao_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/datadir"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/query"
)

// running opens a house on a free port, runs it, and ends it with the test.
func running(t *testing.T, data string) (app *gongdao.App, stop func()) {
	t.Helper()
	app, err := gongdao.New(t.Context(), gongdao.Config{Data: data, Listen: "127.0.0.1:0"}, gongdao.Needs{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- app.Run(ctx) }()
	select {
	case <-app.Ready():
	case err := <-done:
		cancel()
		t.Fatal(errors.Join(err, app.Close()))
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := errors.Join(<-done, app.Close()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return app, stop
}

const office = civic.AgencyID("2.16.886.101.7")

// publish makes a public dataset of text.
func publish(t *testing.T, app *gongdao.App, slug, text string) opendata.Version {
	t.Helper()
	ctx := opendata.AsOperator(t.Context())
	if err := app.Identity.AddAgency(identity.AsOperator(ctx), identity.Agency{ID: office, Short: "office", Name: civic.Text{ZhTW: "本局"}}); err != nil {
		t.Fatal(err)
	}
	i, err := app.Opendata.Receive(ctx, strings.NewReader(text), opendata.Order{Agency: office, FileName: slug + ".csv", Wish: opendata.Wish{Slug: slug, Publish: true}})
	if err == nil {
		i, err = app.Opendata.Work(ctx, i.ID)
	}
	if err != nil || i.State != opendata.Done {
		t.Fatalf("publish %s: %s %+v, %v", slug, i.State, i.Problem, err)
	}
	_, v, err := app.Opendata.DraftOf(ctx, i)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestZeroConfigRuns(t *testing.T) {
	exe, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	p := up(t, exe, data)
	if body, code := get(t, p.origin+"/healthz"); code != 200 {
		t.Errorf("/healthz = %d %s", code, body)
	}
	if body, code := get(t, p.origin+"/readyz"); code != 200 {
		t.Errorf("/readyz = %d %s", code, body)
	}
	if body, code := get(t, p.origin+"/dataset"); code != 200 || !strings.Contains(body, "<html") {
		t.Errorf("/dataset = %d", code)
	}
	eventually(t, "a link for the first officer is printed", func() bool { return strings.Contains(p.out.String(), "/signin/link/") })

	t.Run("a second program is refused and names the first", func(t *testing.T) {
		out, code := call(t, exe, "up", "--listen", "127.0.0.1:0", "--data", data)
		if code != 2 || !strings.Contains(out, fmt.Sprintf("in use by process %d", p.cmd.Process.Pid)) {
			t.Errorf("second up = %d\n%s", code, out)
		}
		out, code = call(t, exe, "doctor", "--data", data)
		if code != 0 || !strings.Contains(out, fmt.Sprintf("process %d owns the folder", p.cmd.Process.Pid)) {
			t.Errorf("doctor = %d\n%s", code, out)
		}
	})
	t.Run("a command is carried out by the running program", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "shelters.csv")
		if err := os.WriteFile(file, []byte("name,people\na,1\nb,2\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		out, code := call(t, exe, "opendata", "import", "--data", data, file)
		if code != 0 || !strings.Contains(out, "loaded  shelters.csv  2 rows × 2") {
			t.Fatalf("import = %d\n%s", code, out)
		}
		body, code := get(t, p.origin+"/api/opendata/v1/datasets/shelters")
		if code != 200 || !strings.Contains(body, `"rows":2`) {
			t.Errorf("the running portal says %d %s", code, body)
		}
		if out, code := call(t, exe, "opendata", "import", "--data", data, "/nowhere.csv"); code != 2 {
			t.Errorf("import of nothing = %d, want 2\n%s", code, out)
		}
	})
	if code := p.stop(t); code != 0 {
		t.Errorf("up ends with %d after SIGTERM\n%s", code, p.out)
	}
	if _, err := os.Stat(datadir.Socket(data)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestUnknownKeyStops(t *testing.T) {
	exe, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "gongdao.toml")
	if err := os.WriteFile(file, []byte("listen = \"127.0.0.1:0\"\n\n[opendata]\nmax_fil = 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := call(t, exe, "up", "--config", file, "--data", filepath.Join(dir, "data"))
	if code != 2 || !strings.Contains(out, "gongdao.toml:4:1") || !strings.Contains(out, "max_file") {
		t.Errorf("up = %d, want 2 with file, line and the nearest key:\n%s", code, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		t.Error("the data folder was made all the same")
	}
}

// TestRunWaits: no goroutine, lock or child process after Close.
func TestRunWaits(t *testing.T) {
	before, kids := runtime.NumGoroutine(), len(children())
	data := filepath.Join(t.TempDir(), "data")
	app, stop := running(t, data)
	v := publish(t, app, "numbers", "a,b\n1,2\n3,4\n")
	q, err := app.Opendata.Parse(t.Context(), v, query.Params{})
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := app.Opendata.Cells(t.Context(), v, q); err != nil || len(rows) != 2 {
		t.Fatalf("rows = %v, %v", rows, err)
	}
	eventually(t, "the catalogue has heard of it", func() bool {
		found, err := app.Opendata.Find(t.Context(), opendata.Find{Words: "numbers"})
		return err == nil && found.Total == 1
	})
	// A large import is under way when the program is told to stop.
	ctx := opendata.AsOperator(t.Context())
	if _, err := app.Opendata.Receive(ctx, strings.NewReader("a,b\n"+strings.Repeat("1,二\n", 1_000_000)), opendata.Order{Agency: office, FileName: "large.csv"}); err != nil {
		t.Fatal(err)
	}
	stop()
	if n := len(children()); n > kids {
		t.Errorf("%d children after Close, %d before New", n, kids)
	}
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond) // goroutines of closed connections
	}
	if n := runtime.NumGoroutine(); n > before {
		var b strings.Builder
		pprof.Lookup("goroutine").WriteTo(&b, 1)
		t.Errorf("%d goroutines after Close, %d before New:\n%s", n, before, b.String())
	}
	dir, err := datadir.Open(data)
	if err != nil {
		t.Fatalf("the folder is still locked: %v", err)
	}
	dir.Close()
}

// TestNewerSchemaIsRefused: by name of the room and versions.
func TestNewerSchemaIsRefused(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	app, err := gongdao.New(t.Context(), gongdao.Config{Data: data, Listen: "127.0.0.1:0"}, gongdao.Needs{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Config{Dir: filepath.Join(data, "db")}, db.Needs{})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO opendata_migration (version_id, is_applied) VALUES (9999, 1)`)
		return err
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = gongdao.New(t.Context(), gongdao.Config{Data: data, Listen: "127.0.0.1:0"}, gongdao.Needs{Now: time.Now})
	if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "opendata") || !strings.Contains(err.Error(), "9999") {
		t.Errorf("New() on a newer schema = %v, want conflict naming opendata and 9999", err)
	}
}

// TestDeepFolderRuns: a unix socket's address holds 107 bytes; a longer folder
// stopped the program.
func TestDeepFolderRuns(t *testing.T) {
	data := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30), "data")
	app, stop := running(t, data)
	publish(t, app, "numbers", "a,b\n1,2\n")
	stop()
}

// TestWithdrawnIsGone: the number of a withdrawn version answers 410 with the
// reason, in every API and on the page; the version before it is the latest again.
func TestWithdrawnIsGone(t *testing.T) {
	app, _ := running(t, filepath.Join(t.TempDir(), "data"))
	publish(t, app, "numbers", "a,b\n1,2\n")
	v := publish(t, app, "numbers", "a,b\n1,75310\n")
	if err := app.Opendata.Withdraw(opendata.AsOperator(t.Context()), v.ID, civic.Text{ZhTW: "數字有誤"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/api/opendata/v1/resources/" + v.Resource + "/rows?version=2":        410,
		"/api/opendata/v1/resources/" + v.Resource + "/raw?version=2":         410,
		"/api/opendata/v1/resources/" + v.Resource + "/export/csv?version=2":  410,
		"/dataset/numbers?version=2":                                          410,
		"/dataset/numbers/download/csv?version=2":                             410,
		"/api/opendata/v1/resources/" + v.Resource + "/rows?version=1":        200,
		"/api/opendata/v1/resources/" + v.Resource + "/rows":                  200,
		"/dataset/numbers/raw?version=1":                                      200,
		"/api/opendata/v1/resources/" + v.Resource + "/rows?version=3":        404,
		"/api/opendata/v1/resources/" + v.Resource + "/export/csv?version=xy": 422,
	} {
		body, code := get(t, app.Origin()+path)
		if code != want || code == 410 && !strings.Contains(body, "數字有誤") || strings.Contains(body, "75310") {
			t.Errorf("GET %s = %d %.300s, want %d", path, code, body, want)
		}
	}
}
