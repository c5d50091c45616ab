package atlas_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// command runs one command line over s in dir.
func command(t *testing.T, s *atlas.Service, dir string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := cli.Program{Name: "gongdao", Commands: atlas.Commands(func(ctx context.Context, do func(context.Context, *atlas.Service) error) error { return do(ctx, s) })}
	code = p.Main(t.Context(), args, cli.Call{Dir: dir, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestCommands(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"villages.json": string(land()),
		"births.csv":    "\ufeff區域,村里,出生\n山臺市東區,甲里,3\n山臺市東區,乙里,\"1,200\"\n海臺市西區,丁里,x\n火星,甲里,5\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dbtest.SQLite(t))
	for _, tt := range []struct {
		args     string
		code     int
		out, err string
	}{
		{"atlas import villages.json", 0, "imported", ""},
		{"atlas import villages.json", 0, "unchanged", ""},
		{"atlas import births.csv", 2, "", "this is not a usable TopoJSON file"},
		{"atlas import nothing.json", 2, "", "no such file"},
		{"atlas classify births.csv --value 出生 --k 3", 0, "(1000, 1200]\t1", ""},
		{"atlas classify births.csv --value 死亡", 2, "", "the file has no such column"},
		{"atlas classify births.csv --value 出生 --k 9", 2, "", "3 to 7 classes"},
		{"atlas draw births.csv --names 區域,村里 --value 出生", 0, "<svg ", "3 of 4 rows are areas of the level village\n  no single area: 火星 甲里 (1 rows)"},
		{"atlas draw births.csv --names 區域,村里 --value 出生 --kind count --theme dark --lang en --out map.svg", 0, "", "3 of 4"},
		{"atlas draw births.csv --names 區域,村里 --value 出生 --kind weight", 1, "", "say what the values are"},
	} {
		code, out, errs := command(t, s, dir, strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(errs, tt.err) {
			t.Errorf("gongdao %s = %d\n%.300s\n%s", tt.args, code, out, errs)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "map.svg")); err != nil || !bytes.Contains(b, []byte("<circle")) {
		t.Errorf("map.svg: %.100s, %v", b, err)
	}
}
