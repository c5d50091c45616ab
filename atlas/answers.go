package atlas

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"
)

// answers keeps files made from the boundaries, compressed: whole layers are
// large, asked for again, and change once in years.
type answers struct {
	making singleflight.Group

	mu   sync.Mutex
	kept map[string][]byte // gzip, by name; guarded by mu
	size int               // of all in kept; guarded by mu
}

// answersLimit is how many bytes are kept. When it is passed, all go: what is
// asked for often comes back at once.
const answersLimit = 24 << 20

// get returns the gzip of what create writes.
func (a *answers) get(name string, create func(*bytes.Buffer) error) ([]byte, error) {
	a.mu.Lock()
	b, ok := a.kept[name]
	a.mu.Unlock()
	if ok {
		return b, nil
	}
	v, err, _ := a.making.Do(name, func() (any, error) {
		var plain, packed bytes.Buffer
		if err := create(&plain); err != nil {
			return nil, err
		}
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(plain.Bytes()); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		a.keep(name, packed.Bytes())
		return packed.Bytes(), nil
	})
	if err != nil {
		return nil, err
	}
	return v.([]byte), nil
}

func (a *answers) keep(name string, b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept == nil || a.size+len(b) > answersLimit {
		a.kept, a.size = map[string][]byte{}, 0
	}
	a.kept[name] = b
	a.size += len(b)
}

// send answers with what is packed, compressed for those who take it. tag
// names the content.
func send(w http.ResponseWriter, r *http.Request, contentType, tag string, packed []byte) error {
	h := w.Header()
	h.Set("Etag", `W/"`+tag+`"`)
	if strings.Contains(r.Header.Get("If-None-Match"), `"`+tag+`"`) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", contentType)
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, err := w.Write(packed)
		return err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(z); err != nil {
		return err
	}
	_, err = w.Write(plain.Bytes())
	return err
}
