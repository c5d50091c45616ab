package linkscan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/linkscan"
	"github.com/gongdao/gongdao/internal/web"
)

func TestCheck(t *testing.T) {
	routes := []web.Route{{Name: "x.home", Pattern: "GET /{$}"}, {Name: "x.one", Pattern: "GET /a/{b}/{c...}"}}
	for _, tt := range []struct{ name, source, want string }{
		{"lawful", `var a, b = web.URL(ctx, "x.home"), web.URL(ctx, "x.one", 1, 2)`, ""},
		{"a list of values", `var a = web.URL(ctx, "x.one", list...)`, ""},
		{"decided while running", `var a = web.URL(ctx, name)`, ""},
		{"another package", `var a = url.URL(ctx, "x.none")`, ""},
		{"no such route", `var a = web.URL(ctx, "x.none")`, "x.go:5: no route is called x.none"},
		{"a value too few", `var a = web.URL(ctx, "x.one", 1)`, "x.go:5: x.one wants 2 values, the link gives 1"},
		{"a value too many", `var a = web.URL(ctx, "x.home", 1)`, "x.go:5: x.home wants 0 values, the link gives 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			head := "package x\n\nimport \"github.com/gongdao/gongdao/internal/web\"\n\n"
			if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(head+tt.source), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := linkscan.Check(dir, routes)
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got, "\n"); s != tt.want {
				t.Errorf("Check() = %q, want %q", s, tt.want)
			}
		})
	}
}
