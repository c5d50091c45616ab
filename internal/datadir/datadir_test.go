package datadir

import (
	"errors"
	"os"
	"testing"
)

func TestOneOwner(t *testing.T) {
	path := t.TempDir()
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var used *InUse
	if _, err := Open(path); !errors.As(err, &used) || used.PID != os.Getpid() {
		t.Errorf("a second Open() = %v, want InUse naming process %d", err, os.Getpid())
	}
	if empty, err := d.Empty(); err != nil || !empty {
		t.Errorf("Empty() = %v, %v", empty, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(path)
	if err != nil {
		t.Fatalf("Open() after Close() = %v", err)
	}
	again.Close()
}
