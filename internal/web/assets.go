package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gongdao/gongdao/internal/access"
)

// dist is the built front end. Only .gitkeep is tracked; without a build, pages
// have no style and no script, and are complete otherwise.
//
//go:embed all:dist
var dist embed.FS

// assetPath is where built files are served.
const assetPath = "/_/assets/"

// asset is one built file, as manifest.json names it.
type asset struct {
	File   string `json:"file"`   // path below dist; its name holds a hash of the content
	Bytes  int64  `json:"bytes"`  // uncompressed
	SHA384 string `json:"sha384"` // base64, for integrity
}

// assets is the built front end.
type assets struct {
	root   fs.FS
	byName map[string]asset
	served map[string]bool // paths below dist that may be asked for
}

// openAssets reads the manifest at the root of fsys, or of the embedded build.
func openAssets(fsys fs.FS) (*assets, error) {
	if fsys == nil {
		fsys = sub(dist, "dist")
	}
	a := &assets{root: fsys, byName: map[string]asset{}, served: map[string]bool{}}
	b, err := fs.ReadFile(fsys, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("web: manifest.json: %w", err)
	}
	if err := json.Unmarshal(b, &a.byName); err != nil {
		return nil, fmt.Errorf("web: manifest.json: %w", err)
	}
	for name, f := range a.byName {
		if _, err := fs.Stat(fsys, f.File); err != nil {
			return nil, fmt.Errorf("web: manifest.json names %s for %s, which is not there: build the front end again", f.File, name)
		}
		a.served[f.File] = true
	}
	return a, nil
}

func (a *assets) empty() bool { return len(a.byName) == 0 }

// url returns the address of a built file by its logical name; "" if there is
// none.
func (a *assets) url(name string) string {
	f, ok := a.byName[name]
	if !ok {
		return ""
	}
	return assetPath + f.File
}

// serve answers for one built file, in the best encoding that was built.
func (a *assets) serve(rw http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("path")
	if !a.served[name] {
		return errNotFound()
	}
	ct := mime.TypeByExtension(path.Ext(name))
	if ct == "" {
		ct = "application/octet-stream"
	}
	rw.Header().Set("Content-Type", ct)
	return a.send(rw, r, name)
}

// send sends a file, compressed where a compressed twin was built and the
// reader takes it. A Range is of the plain bytes.
func (a *assets) send(rw http.ResponseWriter, r *http.Request, name string) error {
	h := rw.Header()
	for _, e := range []struct{ coding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if r.Header.Get("Range") != "" || !accepts(r.Header.Get("Accept-Encoding"), e.coding) {
			continue
		}
		if f, err := a.root.Open(name + e.suffix); err == nil {
			defer f.Close() // read only
			h.Set("Content-Encoding", e.coding)
			return serveFile(rw, r, f)
		}
	}
	f, err := a.root.Open(name)
	if err != nil {
		return errNotFound()
	}
	defer f.Close() // read only
	return serveFile(rw, r, f)
}

func serveFile(rw http.ResponseWriter, r *http.Request, f fs.File) error {
	content, ok := f.(io.ReadSeeker)
	if !ok {
		return errors.New("web: a built file cannot be read by parts")
	}
	// No time: built files of one name never change.
	http.ServeContent(rw, r, "", time.Time{}, content)
	return nil
}

// accepts reports whether an Accept-Encoding header takes the coding
// (RFC 9110 section 12.5.3).
func accepts(header, coding string) bool {
	for _, part := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) != coding {
			continue
		}
		q := strings.TrimSpace(params)
		return q != "q=0" && !strings.HasPrefix(q, "q=0.000") && q != "q=0.0" && q != "q=0.00"
	}
	return false
}

// assetRoutes serve the build.
func (w *Web) assetRoutes() []Route {
	return []Route{
		{Name: "web.assets", Pattern: "GET " + assetPath + "{path...}", Who: access.Anyone, Cache: Immutable,
			Doc: "Built style, script and fonts.", Handler: Plain(func(rw http.ResponseWriter, r *http.Request) error {
				return w.assets.serve(rw, r)
			})},
		{Name: "web.licences", Pattern: "GET /licences.txt", Who: access.Anyone, Cache: Public,
			Doc: "Licence texts of the software in the pages.", Handler: Plain(func(rw http.ResponseWriter, r *http.Request) error {
				f, ok := w.assets.byName["licences.txt"]
				if !ok {
					return errNotFound()
				}
				rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
				return w.assets.send(rw, r, f.File)
			})},
	}
}
