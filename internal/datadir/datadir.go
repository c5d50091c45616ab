// Package datadir keeps the data folder of one program: one owner at a time, a
// socket through which commands reach that owner, files that only the owner reads.
package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Dir is a data folder that this process owns until Close.
type Dir struct {
	path string
	lock *os.File
}

// InUse is returned by Open when another process owns the folder.
type InUse struct {
	Path string
	PID  int // 0 if the holder did not say
}

// Error names the folder and its holder.
func (e *InUse) Error() string {
	return fmt.Sprintf("%s is in use by process %d; stop it, or give another folder with --data", e.Path, e.PID)
}

// Open creates the folder if needed (mode 0700) and takes its lock. The lock is
// the kernel's: it ends with the process, however that ends.
func Open(path string) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(path, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(f.Name())
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			pid, _ := strconv.Atoi(strings.TrimSpace(string(holder)))
			return nil, &InUse{Path: path, PID: pid}
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := f.Truncate(0); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		f.Close()
		return nil, err
	}
	return &Dir{path: path, lock: f}, nil
}

// Path returns the folder, or a file or folder in it.
func (d *Dir) Path(parts ...string) string {
	return filepath.Join(append([]string{d.path}, parts...)...)
}

// Socket is where the owner listens for commands (mode 0600).
func Socket(path string) string { return filepath.Join(path, "gongdao.sock") }

// Address returns how to name the socket to the kernel, which takes at most 107
// bytes: a longer path goes by way of the open folder, until release.
func Address(path string) (address string, release func(), err error) {
	socket := Socket(path)
	if len(socket) < len(unix.RawSockaddrUnix{}.Path) {
		return socket, func() {}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", nil, err
	}
	return Socket(fmt.Sprintf("/proc/self/fd/%d", f.Fd())), func() { f.Close() }, nil
}

// Empty reports whether nothing but the lock and a log is in the folder.
func (d *Dir) Empty() (bool, error) {
	list, err := os.ReadDir(d.path)
	if err != nil {
		return false, err
	}
	for _, e := range list {
		if e.Name() != "lock" && filepath.Ext(e.Name()) != ".log" {
			return false, nil
		}
	}
	return true, nil
}

// Free returns how many bytes the folder's disk still takes.
func (d *Dir) Free() (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(d.path, &st); err != nil {
		return 0, err
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// Close gives the folder up. The lock file stays; removing it would let two
// processes lock two files of one name.
func (d *Dir) Close() error { return d.lock.Close() }
