package db_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// FuzzRestore feeds Restore with what is no backup: it names the damage and
// leaves nothing behind.
func FuzzRestore(f *testing.F) {
	var saved bytes.Buffer
	if err := dbtest.SQLite(f).Backup(f.Context(), &saved); err != nil {
		f.Fatal(err)
	}
	whole := saved.Bytes()
	f.Add([]byte("gongdao-db/1 sqlite\n"))
	f.Add([]byte("gongdao-db/1 sqlite\ne\x00\x00\x00\x20"))
	f.Add([]byte("gongdao-db/1 sqlite\nf\xff\xff\xff\xff\x00\x00\x00\x00"))
	f.Add(whole[:1000])
	f.Fuzz(func(t *testing.T, in []byte) {
		dir := t.TempDir()
		err := db.Restore(t.Context(), db.Config{Dir: dir}, bytes.NewReader(in))
		if err == nil && !bytes.Equal(in, whole) {
			t.Fatalf("Restore(%d bytes) = nil", len(in))
		}
		if !errors.Is(err, fault.Malformed) && !errors.Is(err, fault.Invalid) {
			t.Fatalf("Restore() = %v, want Malformed or Invalid", err)
		}
		list, _ := filepath.Glob(filepath.Join(dir, "*"))
		hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
		if len(list)+len(hidden) > 0 {
			entries, _ := os.ReadDir(dir)
			t.Fatalf("%v is left behind", entries)
		}
	})
}
