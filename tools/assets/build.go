package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
)

// build is one run of the builder.
type build struct {
	root, out, cache string
	compress         bool

	files    []file           // what this run made
	manifest map[string]entry // by logical name
}

// file is one finished file.
type file struct {
	logical string // "islands/map.js"
	name    string // "map-3KJ2H4XW.js"
	body    []byte
}

// module returns the folder of an npm package.
func (b *build) module(name string) string { return filepath.Join(b.root, "node_modules", name) }

// all makes every file. Fonts and Sass run as Node programs beside esbuild, so
// two cores are used.
func (b *build) all(ctx context.Context) error {
	b.files, b.manifest = nil, nil
	if err := os.MkdirAll(b.cache, 0o755); err != nil {
		return err
	}
	var (
		wg             sync.WaitGroup
		css            string
		scripts        scripts
		fontErr        error
		cssErr, jsErr  error
		fonts, statics []file
	)
	wg.Add(1)
	go func() { defer wg.Done(); css, cssErr = b.sass(ctx, b.skin()) }()
	fonts, fontErr = b.fonts(ctx)
	wg.Wait()
	if err := firstError(fontErr, cssErr); err != nil {
		return err
	}
	skin, err := b.stylesheet(css, fonts)
	if err != nil {
		return err
	}
	if scripts, jsErr = b.scripts(ctx); jsErr != nil {
		return jsErr
	}
	if statics, err = b.statics(); err != nil {
		return err
	}
	licences, err := b.licences(scripts.packages)
	if err != nil {
		return err
	}
	b.files = append(b.files, skin...)
	b.files = append(b.files, fonts...)
	b.files = append(b.files, scripts.files...)
	b.files = append(b.files, statics...)
	b.files = append(b.files, file{"licences.txt", "licences.txt", licences})
	return b.write()
}

func firstError(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// statics takes files as they are, under a name with their hash.
func (b *build) statics() ([]file, error) {
	var list []file
	for _, p := range b.glob("internal/web/ui/static/*") {
		body, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		base := filepath.Base(p)
		list = append(list, file{base, hashed(base, body), body})
	}
	return list, nil
}

// hashed puts the hash of the content into a file's name.
func hashed(name string, body []byte) string {
	sum := sha256.Sum256(body)
	ext := filepath.Ext(name)
	return fmt.Sprintf("%s-%s%s", strings.TrimSuffix(name, ext), hex.EncodeToString(sum[:5]), ext)
}

// glob returns the files of the repository that match any pattern, sorted.
// A pattern is relative to the root; ** is not known.
func (b *build) glob(patterns ...string) []string {
	var found []string
	for _, p := range patterns {
		m, err := filepath.Glob(filepath.Join(b.root, filepath.FromSlash(p)))
		if err != nil {
			panic(err) // a pattern of ours is wrong
		}
		found = append(found, m...)
	}
	sort.Strings(found)
	return found
}

// sources are the patterns of everything that decides the output.
func sources() []string {
	return []string{
		"internal/web/ui/*.scss", "internal/web/ui/*/*.scss", "internal/web/ui/*.ts", "internal/web/ui/islands/*",
		"internal/web/ui/static/*", "*/islands/*", "*/pages/*.scss",
		"text/*.toml", "*/text/*.toml", "internal/*/text/*.toml", "internal/*/*/text/*.toml",
		"package-lock.json", "go.mod", "tools/assets/*", "tools/go.mod",
	}
}

// inputs is one hash over all sources.
func (b *build) inputs() (string, error) {
	h := sha256.New()
	for _, p := range b.glob(sources()...) {
		body, err := os.ReadFile(p)
		if err != nil {
			if st, statErr := os.Stat(p); statErr == nil && st.IsDir() || os.IsNotExist(err) {
				continue
			}
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", p, len(body))
		h.Write(body)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// stamp is the file that says for which inputs an output folder was built.
func (b *build) stamp() string { return filepath.Join(b.cache, hashed("inputs", []byte(b.out))) }

// upToDate reports whether the output stands for the inputs as they are.
func (b *build) upToDate() (bool, error) {
	now, err := b.inputs()
	if err != nil {
		return false, err
	}
	then, err := os.ReadFile(b.stamp())
	if err != nil || string(then) != now {
		return false, nil
	}
	raw, err := os.ReadFile(filepath.Join(b.out, manifestName))
	if err != nil {
		return false, nil
	}
	var m map[string]entry
	if err := json.Unmarshal(raw, &m); err != nil {
		return false, nil
	}
	for _, e := range m {
		st, err := os.Stat(filepath.Join(b.out, e.File))
		if err != nil || st.Size() != e.Bytes {
			return false, nil
		}
	}
	return true, nil
}

// keep is what the builder never removes from the output folder.
func keep(d fs.DirEntry) bool { return d.IsDir() || d.Name() == ".gitkeep" }
