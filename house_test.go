package gongdao_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bytes"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/internal/config"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/faultscan"
	"github.com/gongdao/gongdao/internal/testkit/linkscan"
	"github.com/gongdao/gongdao/internal/testkit/pagecheck"
	"github.com/gongdao/gongdao/internal/web"
)

// empty opens a house, or a demonstration, in an empty folder; its doors answer without a network.
func empty(t *testing.T, demo bool) *gongdao.App {
	t.Helper()
	cfg := gongdao.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Demo: demo}
	app, err := gongdao.New(t.Context(), cfg, gongdao.Needs{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	return app
}

func words(t *testing.T) *i18n.Catalogue {
	t.Helper()
	c, err := i18n.Load(gongdao.Texts()...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryRoute(t *testing.T) {
	app := empty(t, true) // with the routes that only a demonstration has
	for _, s := range web.CheckRoutes(app.Doors(), words(t)) {
		t.Error(s)
	}
	wrong, err := linkscan.Check(".", app.Doors())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range wrong {
		t.Error(s)
	}
}

func TestEveryFaultSpeaks(t *testing.T) {
	wrong, err := faultscan.Check(".", words(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range wrong {
		t.Error(s)
	}
}

func TestCataloguesAgree(t *testing.T) {
	codes, err := faultscan.Codes(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range gongdao.Texts() {
		for _, s := range append(i18n.Check(part, append(codes, "fault.internal")...), i18n.TaiwanWords(part)...) {
			t.Error(s)
		}
	}
}

// TestEveryPage reads every page of an empty house, in both languages.
func TestEveryPage(t *testing.T) {
	app := empty(t, false)
	pagecheck.Every(t, app.Web().(*web.Web), nil)
}

// TestReference holds docs/reference to what the program says of itself.
func TestReference(t *testing.T) {
	app := empty(t, false)
	openapi, err := app.Web().(*web.Web).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, openapi, "", " "); err != nil {
		t.Fatal(err)
	}
	var cfg gongdao.Config
	keys, err := config.Load(&cfg, config.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	var settings strings.Builder
	settings.WriteString("# Settings\n\n`gongdao.toml`, or the environment, or flags. An empty file is a working one.\n\n| key | what it does | default | environment |\n|---|---|---|---|\n")
	for _, k := range keys {
		settings.WriteString("| `" + k.Name + "` | " + k.Doc + " | " + k.Default + " | `" + config.EnvName(k.Name) + "` |\n")
	}
	for file, want := range map[string]string{
		"routes.md":    "# Routes and who may use them\n\n" + web.Matrix(app.Doors()),
		"openapi.json": pretty.String() + "\n",
		"config.md":    settings.String(),
	} {
		path := filepath.Join("docs", "reference", file)
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("%s is not what the program says (%v): run go test . -run TestReference -update, and read the difference", path, err)
		}
	}
}

// TestDoctorEqualsReadyz: the shell and the portal give the same checks.
func TestDoctorEqualsReadyz(t *testing.T) {
	app := empty(t, false)
	ready := map[string]bool{}
	for _, c := range app.Checks(context.Background()) {
		ready[c.Name] = c.OK
	}
	if len(ready) < 5 {
		t.Errorf("only %d checks", len(ready))
	}
	list := gongdao.Doctor(context.Background(), gongdao.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0"}, time.Now)
	seen := map[string]bool{}
	for _, c := range list {
		seen[c.Name] = true
		if !c.OK {
			t.Errorf("the doctor finds %s ill: %s", c.Name, c.Detail)
		}
	}
	for name := range ready {
		if !seen[name] {
			t.Errorf("the doctor does not look at %s", name)
		}
	}
}
