package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
)

const manifestName = "manifest.json"

// worthPacking is the size from which a compressed twin is made. Below it the
// headers weigh more than what is saved.
const worthPacking = 1000

// entry is what the manifest says of a file.
type entry struct {
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	SHA384 string `json:"sha384"`
}

// write puts files, twins and manifest into the output folder and removes what
// an earlier run left there. The manifest is written last and by a rename, so
// that no reader sees names without files.
func (b *build) write() error {
	if err := os.MkdirAll(b.out, 0o755); err != nil {
		return err
	}
	b.manifest = map[string]entry{}
	wanted := map[string]bool{manifestName: true}
	for _, f := range b.files {
		if old, twice := b.manifest[f.logical]; twice && old.File != f.name {
			return fmt.Errorf("two files are called %s; rename one of the sources", f.logical)
		}
		sum := sha512.Sum384(f.body)
		b.manifest[f.logical] = entry{f.name, int64(len(f.body)), base64.StdEncoding.EncodeToString(sum[:])}
		made, err := b.put(f)
		if err != nil {
			return err
		}
		for _, name := range made {
			wanted[name] = true
		}
	}
	if err := b.putManifest(); err != nil {
		return err
	}
	if err := b.sweep(wanted); err != nil {
		return err
	}
	if !b.compress {
		return nil // the next whole build has to run
	}
	in, err := b.inputs()
	if err != nil {
		return err
	}
	return os.WriteFile(b.stamp(), []byte(in), 0o644)
}

func (b *build) putManifest() error {
	raw, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	tmp := filepath.Join(b.out, manifestName+".tmp")
	if err := os.WriteFile(tmp, append(raw, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(b.out, manifestName))
}

// put writes one file and its twins and returns their names. A file that is
// there already with the same content is left alone, with its twins.
func (b *build) put(f file) ([]string, error) {
	path := filepath.Join(b.out, f.name)
	names := []string{f.name}
	old, err := os.ReadFile(path)
	same := err == nil && bytes.Equal(old, f.body)
	if !same {
		if err := os.WriteFile(path, f.body, 0o644); err != nil {
			return nil, err
		}
	}
	if !b.compress || len(f.body) < worthPacking || packed(f.name) {
		return names, nil
	}
	for ext, pack := range packers() {
		twin := path + ext
		names = append(names, f.name+ext)
		if _, err := os.Stat(twin); same && err == nil {
			continue
		}
		body, err := pack(f.body)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(twin, body, 0o644); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// packed reports formats that are compressed in themselves.
func packed(name string) bool {
	return strings.HasSuffix(name, ".woff2") || strings.HasSuffix(name, ".png") || strings.HasSuffix(name, ".webp")
}

func packers() map[string]func([]byte) ([]byte, error) {
	return map[string]func([]byte) ([]byte, error){
		".br": func(in []byte) ([]byte, error) {
			var out bytes.Buffer
			w := brotli.NewWriterLevel(&out, brotli.BestCompression)
			if _, err := w.Write(in); err != nil {
				return nil, err
			}
			err := w.Close()
			return out.Bytes(), err
		},
		".gz": func(in []byte) ([]byte, error) {
			var out bytes.Buffer
			w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
			if err != nil {
				return nil, err
			}
			if _, err := w.Write(in); err != nil {
				return nil, err
			}
			err = w.Close()
			return out.Bytes(), err
		},
	}
}

// sweep removes what no longer belongs to the output.
func (b *build) sweep(wanted map[string]bool) error {
	list, err := os.ReadDir(b.out)
	if err != nil {
		return err
	}
	for _, d := range list {
		if keep(d) || wanted[d.Name()] {
			continue
		}
		if err := os.Remove(filepath.Join(b.out, d.Name())); err != nil {
			return err
		}
	}
	return nil
}

// total is the weight of all files, uncompressed.
func (b *build) total() string {
	var n int64
	for _, e := range b.manifest {
		n += e.Bytes
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
