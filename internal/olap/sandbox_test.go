//go:build cgo && linux

package olap_test

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/internal/olap"
)

func TestWorkerReadsItsDirectoryOnly(t *testing.T) {
	p := pool(t, olap.Config{})
	dir := t.TempDir()
	mine, yours, scratch, linked := filepath.Join(dir, "mine"), filepath.Join(dir, "yours"), filepath.Join(dir, "scratch"), filepath.Join(dir, "scratch", "link")
	for _, path := range []string{mine, yours} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(scratch, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(yours, linked); err != nil {
		t.Fatal(err)
	}
	in := attempt{
		Read:  []string{mine, yours, linked, "/etc/passwd", "/proc/self/environ", "/proc/1/environ"},
		Write: []string{mine, yours, linked, filepath.Join(dir, "new"), filepath.Join(scratch, "new")},
	}
	for _, tt := range []struct {
		name string
		do   olap.Do
		want []string
	}{
		{"one file, no scratch", olap.Do{Read: []string{mine}}, []string{"read " + mine}},
		{"one file, scratch", olap.Do{Read: []string{mine}, Scratch: scratch}, []string{"read " + mine, "write " + filepath.Join(scratch, "new")}},
		{"a directory", olap.Do{Read: []string{dir}}, []string{"read " + mine, "read " + yours, "read " + linked}},
		{"nothing", olap.Do{}, nil},
		{"what is not there", olap.Do{Read: []string{filepath.Join(dir, "none")}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.do.Task, tt.do.In = "intrude", in
			var did, files []string
			if err := p.Do(t.Context(), tt.do, &did); err != nil {
				t.Fatal(err)
			}
			for _, d := range did {
				if strings.HasPrefix(d, "read ") || strings.HasPrefix(d, "write ") {
					files = append(files, d)
				}
			}
			if diff := cmp.Diff(tt.want, files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWorkerHasNoNetwork(t *testing.T) {
	p := pool(t, olap.Config{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var did []string
	if err := p.Do(t.Context(), olap.Do{Task: "intrude", In: attempt{Dial: l.Addr().String()}}, &did); err != nil {
		t.Fatal(err)
	}
	for _, d := range did {
		if !strings.Contains(d, "=") {
			t.Errorf("a worker was able to %s", d)
		}
	}
}

func TestWorkerSeesNoSecrets(t *testing.T) {
	t.Setenv("GONGDAO_KEYS_PIN", "1234")
	p := pool(t, olap.Config{})
	var did, names []string
	if err := p.Do(t.Context(), olap.Do{Task: "intrude", In: attempt{}}, &did); err != nil {
		t.Fatal(err)
	}
	for _, d := range did {
		if name, _, ok := strings.Cut(d, "="); ok {
			names = append(names, name)
		}
	}
	want := []string{"GONGDAO_WORKER", "MALLOC_ARENA_MAX", "GOMAXPROCS", "GOTRACEBACK", "TZ", "LANG"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

// The engine has its own lock behind which the kernel's stands.
func TestQueryTouchesNothing(t *testing.T) {
	dir := t.TempDir()
	p := pool(t, olap.Config{Dir: dir})
	inside := filepath.Join(dir, "x.csv")
	for _, sql := range []string{
		"SELECT * FROM read_csv('/etc/passwd')",
		"SELECT * FROM '/etc/passwd'",
		"SELECT * FROM read_text('/proc/self/environ')",
		"SELECT * FROM glob('/*')",
		"COPY (SELECT 1) TO '" + inside + "'",
		"EXPORT DATABASE '" + dir + "'",
		"ATTACH '" + filepath.Join(dir, "x.db") + "'",
		"SET memory_limit = '8GB'",
		"RESET lock_configuration",
		"CALL enable_logging('QueryLog')",
		"DETACH memory",
		"INSTALL httpfs",
		"LOAD httpfs",
		"CREATE TABLE x (a INT)",
		"PRAGMA database_list; SELECT 1",
		"SELECT 1; SELECT 2",
		"EXPLAIN SELECT 1",
		"SELECT 1\x00",
		"",
	} {
		var b bytes.Buffer
		if _, err := p.Query(t.Context(), olap.Query{SQL: sql}, &b); err == nil {
			t.Errorf("Query(%q) = %s, want an error", sql, b.String())
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestTablesStayInTheDirectory(t *testing.T) {
	p := pool(t, olap.Config{})
	other := filepath.Join(t.TempDir(), "x.parquet")
	if _, err := p.Query(t.Context(), olap.Query{SQL: "SELECT 1", Tables: map[string]string{"t": other}}, &bytes.Buffer{}); err == nil {
		t.Error("Query() over a table outside the directory = nil")
	}
}
