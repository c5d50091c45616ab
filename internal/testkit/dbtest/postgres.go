package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/gongdao/gongdao/internal/db"
)

// watch runs the server until its standard input closes, which happens when
// the test binary ends in whatever way, then stops it and removes its files.
const watch = `
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
	-c full_page_writes=off -c shared_buffers=64MB -c max_connections=300 -c max_wal_size=256MB \
	>"$2/log" 2>&1 &
pid=$!
while read -r _; do :; done
kill -INT $pid
wait $pid
rm -rf "$2"`

// cluster is a running server.
type cluster struct {
	url  string
	life io.Closer // the server ends when this closes, also by garbage collection
}

// start makes a cluster and starts it.
func start() (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "gongdao-pg-")
	if err != nil {
		return nil, err
	}
	attr, err := owner(dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", dir+"/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = attr, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	server := exec.Command("/bin/sh", "-c", watch, "sh", bin, dir)
	server.SysProcAttr, server.Dir = attr, dir
	life, err := server.StdinPipe() // kept open until this process ends
	if err != nil {
		return nil, err
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	url := "postgres://postgres@/postgres?host=" + dir
	return &cluster{url, life}, await(url, dir)
}

// binaries finds initdb and postgres. The newest of Debian's directories comes
// first: what stands in PATH may be a wrapper.
func binaries() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	if p, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(p))
	}
	for _, dir := range dirs {
		if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err != nil {
			continue
		}
		if _, err := exec.LookPath(filepath.Join(dir, "postgres")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("no initdb found; set GONGDAO_TEST_PG to use a server")
}

func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

// owner gives dir to an ordinary user when we are root, whom initdb refuses,
// and returns how to start processes as that user, in a group of their own so
// that an interrupt from the terminal reaches only the tests.
func owner(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, errors.New("initdb refuses root and there is neither user postgres nor nobody")
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, uid, gid)
}

// await asks until the server answers.
func await(url, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := db.Ping(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(dir + "/log")
			return fmt.Errorf("postgres does not answer: %w: %s", err, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
