package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type sample struct {
	Listen string `toml:"listen" doc:"Address." default:"127.0.0.1:8080"`
	DB     struct {
		URL string `toml:"url" doc:"Database." secret:"true"`
	} `toml:"db"`
	Web struct {
		Idle  Duration `toml:"idle" doc:"Idle time."`
		Hosts []string `toml:"hosts" doc:"Names."`
	} `toml:"web"`
}

func write(t *testing.T, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "gongdao.toml")
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFileThenEnvThenFlags(t *testing.T) {
	var c sample
	keys, err := Load(&c, Sources{
		File:  write(t, "listen = \"a:1\"\n[web]\nidle = \"15m\"\n"),
		Env:   []string{"GONGDAO_LISTEN=b:2", "GONGDAO_DB_URL=postgres://x:secret@h/d", "GONGDAO_WEB_HOSTS=a.tw,b.tw"},
		Flags: map[string]string{"listen": "c:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "c:3" || c.DB.URL == "" || c.Web.Idle.Or(0) != 15*time.Minute || len(c.Web.Hosts) != 2 {
		t.Errorf("Load() = %+v", c)
	}
	for _, k := range keys {
		if strings.Contains(k.Value, "secret@") {
			t.Errorf("%s prints its secret", k.Name)
		}
		if k.Name == "listen" && k.Origin != "--listen" || k.Name == "db.url" && k.Origin != "GONGDAO_DB_URL" {
			t.Errorf("%s comes from %s", k.Name, k.Origin)
		}
	}
}

func TestUnknownKeyStops(t *testing.T) {
	for text, want := range map[string]string{
		"listen = \"a\"\nlisen = \"b\"\n": "gongdao.toml:2:1: unknown key lisen; did you mean listen?",
		"[wbe]\nidle = \"1s\"\n":          "unknown key wbe; did you mean web?",
		"[web]\nidle = \"soon\"\n":        "is not a duration",
		"listen = \n":                     "gongdao.toml:1:",
	} {
		var c sample
		if _, err := Load(&c, Sources{File: write(t, text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%q) = %v, want %q", text, err, want)
		}
	}
}

func TestMissingFileIsEmpty(t *testing.T) {
	var c sample
	if _, err := Load(&c, Sources{File: filepath.Join(t.TempDir(), "no.toml")}); err != nil {
		t.Errorf("Load() = %v", err)
	}
	if _, err := Load(&c, Sources{File: filepath.Join(t.TempDir(), "no.toml"), Required: true}); err == nil {
		t.Error("a required file was missing and nobody said so")
	}
}
