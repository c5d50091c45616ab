package opendata_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/query"
)

// command runs `opendata import` as the shell would and returns what it
// printed and its exit code.
func (r *rig) command(dir string, args ...string) (out string, code int) {
	r.t.Helper()
	var stdout, stderr bytes.Buffer
	p := cli.Program{Name: "gongdao", Commands: opendata.Commands(func(ctx context.Context, do func(context.Context, *opendata.Service) error) error {
		return do(ctx, r.Service)
	})}
	code = p.Main(r.t.Context(), append([]string{"opendata", "import"}, args...), cli.Call{Dir: dir, Stdout: &stdout, Stderr: &stderr})
	return stdout.String() + stderr.String(), code
}

// folder writes files by name.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(body), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var seconds = regexp.MustCompile(`\d+\.\d\d s`)

func TestImportCommand(t *testing.T) {
	each(t, func(r *rig) {
		dir := folder(r.t, map[string]string{
			"in/a-b.csv": "x,y\n1,2\n", "in/a_b.csv": "x,y\n3,4\n", "in/臺北.csv": "x\n1\n", "in/高雄.csv": "x\n2\n",
			"in/sub/page.csv": "<html></html>", "in/.hidden.csv": "x\n1\n", "in/.git/config.csv": "x\n1\n",
		})
		if err := syscall.Mkfifo(filepath.Join(dir, "in", "pipe"), 0o600); err != nil {
			r.t.Fatal(err)
		}
		out, code := r.command(dir, "--agency", "mine", "in")
		if code != 1 {
			r.t.Errorf("exit code %d, want 1 where a file was refused\n%s", code, out)
		}
		lines := strings.Split(strings.TrimSpace(seconds.ReplaceAllString(out, "0.00 s")), "\n")
		want := map[string]bool{
			"loaded  in/a-b.csv  1 row × 2  UTF-8, comma, header  0.00 s  0 findings": true,
			"loaded  in/a_b.csv  1 row × 2  UTF-8, comma, header  0.00 s  0 findings": true,
			"4 of 5 files loaded": true,
		}
		refused := false
		for _, l := range lines {
			delete(want, l)
			refused = refused || strings.HasPrefix(l, "refused  in/sub/page.csv  ") && strings.Contains(l, "HTML")
		}
		if len(want) != 0 || !refused || len(lines) != 6 {
			r.t.Errorf("printed\n%s\nlacks %v (refused line: %t)", out, want, refused)
		}
		// Names that are one slug, or none, are still tables of their own.
		if n := r.count(`SELECT count(*) FROM opendata_dataset`); n != 4 {
			r.t.Errorf("%d datasets of four files, want four", n)
		}
		again, code := r.command(dir, "--agency", "mine", "in/a-b.csv", "in/a_b.csv")
		if code != 0 || strings.Count(again, "loaded  ") != 2 {
			r.t.Errorf("files named one by one: code %d\n%s", code, again)
		}
		out, code = r.command(dir, "--agency", "mine", "--json", "in")
		var statuses []string
		for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
			var o struct{ Status, Code string }
			if err := d.Decode(&o); err != nil {
				r.t.Fatal(err)
			}
			statuses = append(statuses, o.Status)
			if o.Status == "refused" && o.Code == "" {
				r.t.Errorf("a refused file has no code: %s", out)
			}
		}
		if code != 1 || strings.Count(strings.Join(statuses, " "), "unchanged") != 4 {
			r.t.Errorf("the same folder again: %d %v, want four unchanged and one refused", code, statuses)
		}
	})
}

func TestImportAsVersions(t *testing.T) {
	t.Parallel()
	r := openRig(t, dbtest.SQLite(t), t.TempDir(), opendata.Config{})
	files := map[string]string{}
	for m := range 12 {
		files[fmt.Sprintf("people/2019/%02d.csv", m+1)] = fmt.Sprintf("月,人口\n2019-%02d,%d\n", m+1, 1000+m)
	}
	dir := folder(t, files)
	out, code := r.command(dir, "--agency", "mine", "--as-versions", "--source", "內政部", "people/2019")
	if code != 0 || !strings.Contains(out, "12 of 12 files loaded") {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	w, err := r.Show(t.Context(), "2019")
	if err != nil {
		t.Fatal(err)
	}
	if w.Dataset.Source.ZhTW != "內政部" || len(w.Tables) != 1 || len(w.Tables[0].Versions) != 12 {
		t.Fatalf("%d tables of %d versions, source %v", len(w.Tables), len(w.Tables[0].Versions), w.Dataset.Source)
	}
	for n, v := range w.Tables[0].Versions {
		number := int64(12 - n)
		if v.Number != number || v.Label != fmt.Sprintf("%02d", number) {
			t.Errorf("version %d is number %d, label %s", number, v.Number, v.Label)
		}
	}
	_, _, v, err := r.At(t.Context(), "2019", 3)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.ask(v, query.Params{Select: "人口"}); got != "[[1002]]" {
		t.Errorf("version 3 answers %s, want [[1002]]", got)
	}
	out, code = r.command(dir, "--agency", "mine", "--as-versions", "people/2019")
	if code != 0 || strings.Count(out, "unchanged") != 12 {
		t.Errorf("the same again: %d\n%s", code, out)
	}
}

// TestImportIsWatched: on a terminal a bar shows how far the command is, apart
// from the lines about files.
func TestImportIsWatched(t *testing.T) {
	t.Parallel()
	r := openRig(t, dbtest.SQLite(t), t.TempDir(), opendata.Config{})
	dir := folder(t, map[string]string{"a.csv": "a\n1\n", "b.csv": "a\n2\n"})
	for _, tty := range []bool{true, false} {
		var stdout, stderr bytes.Buffer
		call := cli.Call{Dir: dir, Args: []string{"a.csv", "b.csv"}, Flags: map[string]any{"agency": "mine", "jobs": 1}, Stdout: &stdout, Stderr: &stderr, TTY: tty}
		for _, c := range opendata.Commands(func(ctx context.Context, do func(context.Context, *opendata.Service) error) error {
			return do(ctx, r.Service)
		}) {
			if err := c.Run(t.Context(), &call); err != nil {
				t.Fatal(err)
			}
		}
		if shown := strings.Contains(stderr.String(), "1/2"); shown != tty {
			t.Errorf("on a terminal: %t, bar: %q", tty, stderr.String())
		}
		if n := strings.Count(stdout.String(), "\n"); n != 3 {
			t.Errorf("printed %d lines, want two files and a sum:\n%s", n, stdout.String())
		}
	}
}

func TestImportUsage(t *testing.T) {
	t.Parallel()
	r := openRig(t, dbtest.SQLite(t), t.TempDir(), opendata.Config{})
	dir := folder(t, map[string]string{"x.csv": "a\n1\n", "empty/.keep": ""})
	for _, tt := range []struct {
		name, say string
		args      []string
		code      int
	}{
		{"no path", "use: opendata import", nil, 2},
		{"two agencies and none named", "there are: mine theirs", []string{"x.csv"}, 2},
		{"an unknown agency", "no agency nobody", []string{"--agency", "nobody", "x.csv"}, 2},
		{"no such file", "no such file", []string{"--agency", "mine", "y.csv"}, 2},
		{"an empty folder", "no file to import", []string{"--agency", "mine", "empty"}, 2},
		{"a dataset that is no slug", "--dataset X Y", []string{"--agency", "mine", "--dataset", "X Y", "x.csv"}, 2},
		{"an unknown flag", "unknown flag", []string{"--as-tables", "x.csv"}, 2},
		{"one file as a draft", "review  x.csv", []string{"--agency", "mine", "--draft", "x.csv"}, 0},
	} {
		if out, code := r.command(dir, tt.args...); code != tt.code || !strings.Contains(out, tt.say) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", tt.name, code, tt.code, tt.say, out)
		}
	}
}
