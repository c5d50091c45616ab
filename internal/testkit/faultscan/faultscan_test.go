package faultscan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/faultscan"
)

// write makes a folder with one source file.
func write(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	head := "package x\n\nimport \"github.com/gongdao/gongdao/fault\"\n\n"
	for name, text := range map[string]string{"x.go": head + source, "x_test.go": "package x\nbroken(", "testdata/y.go": "broken(",
		"sub/go.mod": "module sub", "sub/z.go": "broken("} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEveryFaultSpeaks(t *testing.T) {
	c, err := i18n.Load(fstest.MapFS{"zh-TW.toml": {Data: []byte("\"x.a\" = \"甲 %s\"\n\"x.b\" = \"乙\"\n")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, source, want string }{
		{"both speak", `var e = fault.Invalid.Errorf("x.a", "A %w", nil).At("f", "x.b", "B")`, ""},
		{"a sentence in two parts", `var e = fault.Invalid.Errorf("x.a", "A "+"%s", 1)`, ""},
		{"the same twice", `var e, f = fault.Gone.Errorf("x.b", "B"), fault.Gone.Errorf("x.b", "B")`, ""},
		{"another At", `var e = y.At(1, 2, 3)`, ""},
		{"no sentence", `var e = fault.Gone.Errorf("x.none", "N")`, "x.go:5: x.none: no zh-TW sentence stands under this code"},
		{"no sentence for a field", `var e = f.At("f", "x.none", "N")`, "x.go:5: x.none: no zh-TW sentence stands under this code"},
		{"other verbs", `var e = fault.Gone.Errorf("x.a", "A %d", 1)`, "x.go:5: x.a: English has the verbs [1d], zh-TW [1s]"},
		{"two sentences", `var e, f = fault.Gone.Errorf("x.b", "B"), fault.Gone.Errorf("x.b", "C")`, "x.go:5: x.b: x.go:5 says something else under this code"},
		{"an odd code", `var e = fault.Gone.Errorf("Gone", "A")`, "x.go:5: Gone: write a code as room.what, in lower case"},
		{"no literal", `func f(s string) error { return fault.Gone.Errorf(s, "A") }`, "x.go:5: write code and sentence of a fault as literals, or mark their table for faultscan"},
		{"a wrapper", "func refuse(n int, code, format string) error { return fault.Gone.Errorf(\"x.\"+code, format) }\nvar e = refuse(1, \"none\", \"N\")",
			"x.go:6: x.none: no zh-TW sentence stands under this code"},
		{"a wrapper in a function", "func f() error {\n\tno := func(code, format string) error { return fault.Gone.Errorf(code, format) }\n\treturn no(\"x.none\", \"N\")\n}",
			"x.go:7: x.none: no zh-TW sentence stands under this code"},
		{"a wrapper of a wrapper", "func a(code, format string) error { return fault.Gone.Errorf(\"x.\"+code, format) }\nfunc b(code, format string) error { return a(\"n\"+code, format) }\nvar e = b(\"one\", \"N\")",
			"x.go:7: x.none: no zh-TW sentence stands under this code"},
		{"a constant", "const s = \"N\"\nvar e = fault.Gone.Errorf(\"x.none\", s)", "x.go:6: x.none: no zh-TW sentence stands under this code"},
		{"a marked table", "//fault:table code=1 format=0\nvar t = []row{{\"B\", \"x.b\"}, {\"N\", \"x.none\"}}", "x.go:6: x.none: no zh-TW sentence stands under this code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := faultscan.Check(write(t, tt.source), c)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCodes(t *testing.T) {
	dir := write(t, `var e, f = fault.Gone.Errorf("x.b", "B").At("f", "x.a", "A"), fault.Gone.Errorf("x.b", "B")`)
	got, err := faultscan.Codes(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"x.a", "x.b"}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := faultscan.Codes(t.TempDir() + "/none"); err == nil {
		t.Error("a folder that is not there has no faults, it says")
	}
}
