package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Person is one of the made-up people. Her link works once.
type Person struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Link string `json:"link"`
}

// Demo is a demonstration that runs as a process of its own.
type Demo struct {
	Portal string   `json:"portal"` // base URL without a slash at the end
	People []Person `json:"people"`

	dir   string
	run   *exec.Cmd
	ended chan error
}

// patience is how long a slow and busy machine may take to be ready or to stop.
const patience = 2 * time.Minute

// Program returns the path of the built program: GONGDAO_BIN, or bin/gongdao
// under root.
func Program(root string) (string, error) {
	bin := os.Getenv("GONGDAO_BIN")
	if bin == "" {
		bin = filepath.Join(root, "bin", "gongdao")
	}
	if _, err := os.Stat(bin); err != nil {
		return "", fmt.Errorf("browser: %w; run make build", err)
	}
	return bin, nil
}

// StartDemo runs the demonstration on a free port and waits until it is ready.
// The caller stops it.
func StartDemo(bin string) (*Demo, error) {
	dir, err := os.MkdirTemp("", "gongdao-browser-")
	if err != nil {
		return nil, err
	}
	ready := filepath.Join(dir, "ready.json")
	out, err := os.Create(filepath.Join(dir, "printed"))
	if err != nil {
		return nil, err
	}
	defer out.Close() // the child holds its own
	d := &Demo{dir: dir, ended: make(chan error, 1)}
	d.run = exec.Command(bin, "demo", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--ready-file", ready)
	d.run.Stdout, d.run.Stderr = out, out
	d.run.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // a test that is cut off leaves nothing behind
	if err := d.run.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	go func() { d.ended <- d.run.Wait() }()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		text, err := os.ReadFile(ready)
		if err == nil && json.Unmarshal(text, d) == nil {
			return d, nil
		}
		select {
		case err := <-d.ended:
			return nil, errors.Join(fmt.Errorf("browser: the demonstration ended: %w\n%s", err, d.printed()), os.RemoveAll(dir))
		default:
		}
		if time.Since(began) > patience {
			return nil, errors.Join(fmt.Errorf("browser: the demonstration was not ready within %s\n%s", patience, d.printed()), d.Stop())
		}
	}
}

func (d *Demo) printed() string {
	text, err := os.ReadFile(filepath.Join(d.dir, "printed"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Link returns the one-time link of the first person whose role holds word.
func (d *Demo) Link(word string) (string, error) {
	for _, p := range d.People {
		if strings.Contains(p.Role, word) {
			return p.Link, nil
		}
	}
	return "", fmt.Errorf("browser: nobody in the demonstration is a %s", word)
}

// Stop ends the demonstration and deletes its data.
func (d *Demo) Stop() error {
	err := d.run.Process.Signal(syscall.SIGINT)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	select {
	case <-d.ended:
	case <-time.After(patience):
		err = errors.Join(err, fmt.Errorf("browser: the demonstration did not stop within %s", patience), d.run.Process.Kill())
		<-d.ended
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}
