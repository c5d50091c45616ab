//go:build cgo && linux

package olap

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// enterSandbox gives up, for ever and on every thread, what the worker does not
// need. Nothing of a stranger has been read before it.
func enterSandbox(s spec) error {
	if err := limit(s); err != nil {
		return err
	}
	if err := restrictFiles(s); err != nil {
		return err
	}
	return denyCalls()
}

// limit sets the resource limits. Go reserves address space that it never uses,
// so the limit counts from what the process has now.
func limit(s spec) error {
	now, err := addressSpace()
	if err != nil {
		return err
	}
	for _, l := range []struct {
		what  int
		name  string
		limit uint64
	}{
		{unix.RLIMIT_CORE, "core", 0},
		{unix.RLIMIT_FSIZE, "file size", uint64(s.MaxFile)},
		{unix.RLIMIT_NOFILE, "open files", s.Files},
		{unix.RLIMIT_AS, "address space", now + uint64(s.Space)},
	} {
		if err := unix.Setrlimit(l.what, &unix.Rlimit{Cur: l.limit, Max: l.limit}); err != nil {
			return fmt.Errorf("limit of %s: %w", l.name, err)
		}
	}
	return nil
}

// addressSpace returns the size of this process's address space in bytes.
func addressSpace() (uint64, error) {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var pages uint64
	if _, err := fmt.Sscan(string(raw), &pages); err != nil {
		return 0, err
	}
	return pages * uint64(os.Getpagesize()), nil
}

// restrictFiles lets this process see only what it was given, as far as the
// kernel can (Landlock, Linux 5.13 and later; network from 6.7, signals from 6.12).
func restrictFiles(s spec) error {
	rules := []landlock.Rule{ // DuckDB asks how much memory there is, and does not bear a refusal
		landlock.ROFiles("/proc/self/cgroup").IgnoreIfMissing(),
		landlock.RODirs("/sys/fs/cgroup").IgnoreIfMissing(),
	}
	for _, path := range s.Read {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // nothing there to be read
		case err != nil:
			return err
		case info.IsDir():
			rules = append(rules, landlock.RODirs(path))
		default:
			rules = append(rules, landlock.ROFiles(path))
		}
	}
	for _, dir := range s.Write {
		rules = append(rules, landlock.RWDirs(dir))
	}
	if err := landlock.V7.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}

// landlockVersion returns the kernel's version of Landlock; 0 without it.
func landlockVersion() int {
	const askVersion = 1 // LANDLOCK_CREATE_RULESET_VERSION
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, askVersion)
	if errno != 0 {
		return 0
	}
	return int(v)
}
