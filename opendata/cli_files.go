package opendata

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/db"
)

// job is one file of an import command.
type job struct {
	path  string // to open
	name  string // as printed and kept
	slug  string // of its dataset
	title string // of its dataset, if that is new
}

// collect lists the files that the arguments name, in name order; hidden files
// and what is no file are passed over in folders.
func collect(c *cli.Call) ([]job, error) {
	var out []job
	for _, arg := range c.Args {
		root := arg
		if !filepath.IsAbs(root) {
			root = filepath.Join(c.Dir, arg)
		}
		st, err := os.Stat(root)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", arg, errors.Unwrap(err))
		}
		switch {
		case st.IsDir():
			if out, err = collectFolder(out, root); err != nil {
				return nil, err
			}
		case !st.Mode().IsRegular():
			return nil, fmt.Errorf("%s is no file", arg)
		default:
			out = append(out, job{path: root, name: filepath.Base(root)})
		}
	}
	if len(out) == 0 {
		return nil, errors.New("there is no file to import")
	}
	slices.SortStableFunc(out, func(a, b job) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.path, b.path)) })
	return slices.CompactFunc(out, func(a, b job) bool { return a.path == b.path }), nil
}

func collectFolder(out []job, root string) ([]job, error) {
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(e.Name(), ".") && path != root
		if e.IsDir() {
			if hidden {
				return fs.SkipDir
			}
			return nil
		}
		st, err := os.Stat(path) // what a link points to
		if hidden || err != nil || !st.Mode().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		out = append(out, job{path: path, name: filepath.ToSlash(filepath.Join(filepath.Base(root), rel))})
		return err
	})
	return out, err
}

// christen chooses the dataset of every file: the one named by --dataset, one for
// all with --as-versions, else one that is named after the file. The same file
// has the same slug next time.
func (s *Service) christen(ctx context.Context, c *cli.Call, files []job) error {
	slug, title := c.String("dataset"), c.String("title")
	if c.Bool("as-versions") {
		common := commonName(files)
		title = cmp.Or(title, clipped(strings.ReplaceAll(common, "/", " ")))
		slug = cmp.Or(slug, slugFor(common))
	}
	if slug != "" && !slugForm.MatchString(slug) {
		return fmt.Errorf("--dataset %s: use 2 to 100 small letters, digits, hyphens or underscores", slug)
	}
	taken := map[string]bool{}
	for i := range files {
		f := &files[i]
		bare := strings.TrimSuffix(f.name, filepath.Ext(f.name))
		f.slug, f.title = slug, cmp.Or(title, clipped(strings.ReplaceAll(bare, "/", " ")))
		if slug != "" {
			continue
		}
		f.slug = slugFor(bare)
		other, err := s.otherFile(ctx, f.slug, f.name)
		if err != nil {
			return err
		}
		if other || taken[f.slug] { // a-b.csv and a_b.csv are two tables
			f.slug = marked(slugOf(bare), f.name)
		}
		taken[f.slug] = true
	}
	return nil
}

// slugFor makes a slug from a name. Where letters are lost on the way, as Han
// are, a digest of the name keeps different names apart.
func slugFor(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/-_. ", r) {
			return r
		}
		return -1
	}, name)
	slug := slugOf(name)
	if slug == "" || plain != name || len(name) > 80 {
		return marked(slug, name)
	}
	return slug
}

func marked(slug, name string) string { return cmp.Or(slug, "dataset") + "-" + shortDigest(name) }

// otherFile reports whether a dataset has the slug and was made from a file of
// another name.
func (s *Service) otherFile(ctx context.Context, slug, file string) (other bool, err error) {
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		other = false
		d, err := datasetBySlug(tx, slug)
		if errors.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		names, err := fileNames(tx, d.ID)
		other = !slices.Contains(names, file)
		return err
	})
	return other, err
}

// commonName is what the files of one resource have in common: their folder, or
// else how their names begin.
func commonName(files []job) string {
	dir := filepath.ToSlash(filepath.Dir(files[0].name))
	first := strings.TrimSuffix(filepath.Base(files[0].name), filepath.Ext(files[0].name))
	for _, f := range files {
		if d := filepath.ToSlash(filepath.Dir(f.name)); d != dir {
			dir = "."
		}
	}
	if dir != "." {
		return dir
	}
	if len(files) == 1 {
		return first
	}
	for _, f := range files[1:] {
		for !strings.HasPrefix(filepath.Base(f.name), first) {
			_, size := utf8.DecodeLastRuneInString(first)
			first = first[:len(first)-size]
		}
	}
	if first = strings.TrimRight(first, "0123456789-_. "); first != "" {
		return first
	}
	return filepath.Base(filepath.Dir(files[0].path))
}
