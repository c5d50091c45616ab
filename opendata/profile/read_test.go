package profile_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/opendata/profile"
)

// tb is what both testing.T and rapid.T can do.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// read profiles content and returns the rows of the normal form, header first.
func read(t tb, dir string, content []byte, in profile.Source) (profile.Profile, [][]string) {
	t.Helper()
	p, table, err := tryRead(t, dir, content, in)
	if err != nil {
		t.Fatalf("Run() = %v", err)
	}
	return p, rowsOf(t, table)
}

func tryRead(t tb, dir string, content []byte, in profile.Source) (profile.Profile, []byte, error) {
	t.Helper()
	in.Path = filepath.Join(dir, "delivered")
	out := filepath.Join(dir, "normal.csv")
	if err := os.WriteFile(in.Path, content, 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	p, err := profile.Run(context.Background(), in, profile.Sink{Path: out}, nil)
	if err != nil {
		return p, nil, err
	}
	table, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p, table, nil
}

// rowsOf reads the normal form with another reader of CSV, and checks that _row
// counts from 1.
func rowsOf(t tb, table []byte) [][]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(table))
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("the normal form is not CSV: %v\n%s", err, head(table))
	}
	return rows
}

func head(b []byte) []byte { return b[:min(len(b), 500)] }

func column(t tb, p profile.Profile, name string) profile.Column {
	t.Helper()
	for _, c := range p.Columns {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no column %q among %v", name, names(p))
	return profile.Column{}
}

func names(p profile.Profile) (list []string) {
	for _, c := range p.Columns {
		list = append(list, c.Name)
	}
	return list
}

func find(p profile.Profile, code string) *profile.Finding {
	for i := range p.Findings {
		if p.Findings[i].Code == code {
			return &p.Findings[i]
		}
	}
	return nil
}

func codes(p profile.Profile) (list []string) {
	for _, f := range p.Findings {
		list = append(list, f.Code)
	}
	return list
}

// refused checks that err is a fault of the code, and returns its sentence.
func refused(t tb, err error, code string) string {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != "opendata.profile."+code {
		t.Errorf("err = %v, want opendata.profile.%s", err, code)
		return ""
	}
	return f.Error()
}

// delivered is one real file.
type delivered struct {
	name    string
	content []byte
}

// corpus calls f for the real files of an archive beside the repository. It
// skips the test where the archive is absent.
func corpus(t *testing.T, archive string, f func(delivered)) {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if up := filepath.Dir(root); up == root {
			t.Fatal("no go.mod above this package")
		} else {
			root = up
		}
	}
	file, err := os.Open(filepath.Join(root, "..", "shared", "data", archive))
	if err != nil {
		t.Skipf("real files are absent: put %s into ../shared/data beside the repository", archive)
	}
	defer file.Close()
	zr, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(h.Name, ".csv") {
			continue
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		f(delivered{h.Name, content})
	}
}
