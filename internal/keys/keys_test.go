package keys

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestSecretIsMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	a, err := r.Secret("pair", 32)
	if err != nil || len(a) != 32 {
		t.Fatalf("Secret() = %d bytes, %v", len(a), err)
	}
	again, _ := Open(dir)
	b, err := again.Secret("pair", 32)
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("the secret changed: %v", err)
	}
	if _, err := r.Secret("pair", 16); err == nil {
		t.Error("a secret of another length was accepted")
	}
	st, _ := os.Stat(r.Path("pair"))
	if st.Mode().Perm() != 0o600 {
		t.Errorf("mode = %o, want 600", st.Mode().Perm())
	}
	os.Chmod(r.Path("pair"), 0o644)
	if _, err := r.Secret("pair", 32); err == nil {
		t.Error("a secret that others can read was accepted")
	}
	if err := r.Put("pair", []byte("x")); err == nil {
		t.Error("Put replaced a secret")
	}
}
