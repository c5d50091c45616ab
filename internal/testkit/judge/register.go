package judge

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Kind says what sort of thing a judge is.
type Kind string

// The kinds of judges.
const (
	Tool   Kind = "tool"   // a program that is asked for its verdict
	Client Kind = "client" // somebody else's client, unmodified, against our server
	Vector Kind = "vector" // published answers that ours must equal
)

// Judge is one entry of the register.
type Judge struct {
	Name    string   `toml:"name"`    // what tests call it, for example "gdal"
	Kind    Kind     `toml:"kind"`    // tool, client or vector
	Judges  string   `toml:"judges"`  // what it decides, one sentence
	Find    []string `toml:"find"`    // where it may stand, first match wins; see Judge.Path
	Install string   `toml:"install"` // what a person types to get it
	Debian  []string `toml:"debian"`  // packages that .ci/run installs for it
	CI      bool     `toml:"ci"`      // continuous integration may not do without it
}

// Register is the whole list, and the number of judges that must have been
// asked where nothing may be missing.
type Register struct {
	Judges  []Judge
	Minimum int
	root    string // top of the repository
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Root returns the top of the repository, found upwards from the working
// directory: the folder that holds conformance/judges.toml.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("judge: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "conformance", "judges.toml")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("judge: no conformance/judges.toml above the working directory")
		}
		dir = up
	}
}

// Read reads the register of the repository at root. Unknown keys, double
// names, empty fields and a minimum nobody can reach are errors.
func Read(root string) (*Register, error) {
	file := filepath.Join(root, "conformance", "judges.toml")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	var list struct {
		Judge []Judge `toml:"judge"`
	}
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&list); err != nil {
		return nil, fmt.Errorf("judge: %s: %w", file, err)
	}
	number, err := os.ReadFile(filepath.Join(root, "conformance", "minimum"))
	if err != nil {
		return nil, fmt.Errorf("judge: %w", err)
	}
	minimum, err := strconv.Atoi(strings.TrimSpace(string(number)))
	if err != nil {
		return nil, fmt.Errorf("judge: conformance/minimum holds %q, want one whole number", strings.TrimSpace(string(number)))
	}
	r := &Register{Judges: list.Judge, Minimum: minimum, root: root}
	return r, r.check()
}

func (r *Register) check() error {
	seen, required := map[string]bool{}, 0
	for _, j := range r.Judges {
		switch {
		case !nameForm.MatchString(j.Name):
			return fmt.Errorf("judge: %q is not a name of small letters, digits and hyphens", j.Name)
		case seen[j.Name]:
			return fmt.Errorf("judge: %s stands twice in the register", j.Name)
		case j.Kind != Tool && j.Kind != Client && j.Kind != Vector:
			return fmt.Errorf("judge: %s is of kind %q, want tool, client or vector", j.Name, j.Kind)
		case j.Judges == "" || j.Install == "" || len(j.Find) == 0:
			return fmt.Errorf("judge: %s needs judges, find and install", j.Name)
		}
		seen[j.Name] = true
		if j.CI {
			required++
		}
	}
	if r.Minimum > len(r.Judges) || r.Minimum < required {
		return fmt.Errorf("judge: conformance/minimum is %d; %d judges are required and %d are registered", r.Minimum, required, len(r.Judges))
	}
	return nil
}

// Find returns the entry called name.
func (r *Register) Find(name string) (Judge, bool) {
	for _, j := range r.Judges {
		if j.Name == name {
			return j, true
		}
	}
	return Judge{}, false
}

// npm returns the folder of an installed package, of the house or of the
// foreign clients under conformance.
func (r *Register) npm(name string) string {
	for _, top := range []string{r.root, filepath.Join(r.root, "conformance")} {
		dir := filepath.Join(top, "node_modules", filepath.FromSlash(name))
		if _, err := os.Stat(filepath.Join(dir, "package.json")); err == nil {
			return dir
		}
	}
	return ""
}

// Path says where j stands: a program on the PATH or at an absolute path (with
// * allowed), an npm package as "npm:NAME", or "linked" for what is compiled
// into the test itself. It returns the empty string when j is absent.
func (r *Register) Path(j Judge) string {
	for _, place := range j.Find {
		if name, ok := strings.CutPrefix(place, "npm:"); ok {
			if dir := r.npm(name); dir != "" {
				return dir
			}
			continue
		}
		if place == "linked" {
			return place
		}
		if found, err := filepath.Glob(place); filepath.IsAbs(place) && err == nil && len(found) > 0 {
			return found[len(found)-1]
		}
		if found, err := exec.LookPath(place); err == nil {
			return found
		}
	}
	return ""
}
