package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// scripts are all files that esbuild makes, and the npm packages inside them.
type scripts struct {
	files    []file
	packages []string
}

// scripts bundles in two rounds: what must have an address of its own first
// (workers, stylesheets of islands), then the base script and the islands,
// which are told those addresses.
func (b *build) scripts(ctx context.Context) (scripts, error) {
	early, err := b.early(ctx)
	if err != nil {
		return scripts{}, err
	}
	address := map[string]string{}
	for _, f := range early.files {
		address[f.logical] = "./" + f.name
	}
	late, err := b.late(address)
	if err != nil {
		return scripts{}, err
	}
	return scripts{append(early.files, late.files...), append(early.packages, late.packages...)}, nil
}

// islands are the TypeScript files that define an element, by its name.
func (b *build) islands() (map[string]string, error) {
	found := map[string]string{}
	for _, p := range b.glob("internal/web/ui/islands/*.ts", "*/islands/*.ts") {
		name := strings.TrimSuffix(filepath.Base(p), ".ts")
		if strings.HasSuffix(name, ".worker") || strings.HasSuffix(name, ".d") || strings.HasPrefix(name, "_") {
			continue
		}
		if other, twice := found[name]; twice {
			return nil, fmt.Errorf("two islands are called %s: %s and %s", name, other, p)
		}
		found[name] = p
	}
	return found, nil
}

// early bundles workers and island stylesheets.
func (b *build) early(ctx context.Context) (scripts, error) {
	var all scripts
	for _, p := range b.glob("internal/web/ui/islands/*.worker.ts", "*/islands/*.worker.ts") {
		one, err := b.worker(p)
		if err != nil {
			return all, err
		}
		all.files, all.packages = append(all.files, one.files...), append(all.packages, one.packages...)
	}
	for _, p := range b.glob("internal/web/ui/islands/*.css", "*/islands/*.css", "internal/web/ui/islands/*.scss", "*/islands/*.scss") {
		one, err := b.islandStyle(ctx, p)
		if err != nil {
			return all, err
		}
		all.files = append(all.files, one)
	}
	return all, nil
}

func (b *build) worker(path string) (scripts, error) {
	o := b.options()
	o.EntryPoints = []string{path}
	o.Splitting = false
	o.IgnoreAnnotations = true // or a worker marked free of side effects is empty
	r := api.Build(o)
	if err := messages(path, r.Errors); err != nil {
		return scripts{}, err
	}
	name := strings.TrimSuffix(filepath.Base(path), ".ts") + ".js"
	body := r.OutputFiles[0].Contents
	return scripts{
		files:    []file{{"islands/" + name, hashed(name, body), body}},
		packages: packagesOf(r.Metafile),
	}, nil
}

func (b *build) islandStyle(ctx context.Context, path string) (file, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return file{}, err
	}
	css := string(raw)
	if filepath.Ext(path) == ".scss" {
		if css, err = b.sass(ctx, css); err != nil {
			return file{}, err
		}
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".css"
	r := api.Build(api.BuildOptions{
		Stdin:  &api.StdinOptions{Contents: css, ResolveDir: filepath.Dir(path), Sourcefile: name, Loader: api.LoaderCSS},
		Bundle: true, MinifyWhitespace: true, MinifySyntax: true, Engines: browsers(), Charset: api.CharsetUTF8,
		Loader:   map[string]api.Loader{".svg": api.LoaderDataURL, ".png": api.LoaderDataURL},
		Outfile:  filepath.Join(b.out, name),
		LogLevel: api.LogLevelSilent, LegalComments: api.LegalCommentsNone,
	})
	if err := messages(path, r.Errors); err != nil {
		return file{}, err
	}
	body := r.OutputFiles[0].Contents
	return file{"islands/" + name, hashed(name, body), body}, nil
}

// late bundles the base script and the islands together, so that what they
// share is fetched once.
func (b *build) late(address map[string]string) (scripts, error) {
	islands, err := b.islands()
	if err != nil {
		return scripts{}, err
	}
	known, err := json.Marshal(address)
	if err != nil {
		return scripts{}, err
	}
	o := b.options()
	o.Splitting = true
	o.Define = map[string]string{"__ASSET__": string(known)}
	o.Plugins = []api.Plugin{registry(islands)}
	o.EntryPointsAdvanced = append(o.EntryPointsAdvanced, api.EntryPoint{InputPath: filepath.Join(b.root, "internal/web/ui/gongdao.ts"), OutputPath: "gongdao"})
	for name, p := range islands {
		o.EntryPointsAdvanced = append(o.EntryPointsAdvanced, api.EntryPoint{InputPath: p, OutputPath: name})
	}
	sort.Slice(o.EntryPointsAdvanced, func(i, j int) bool {
		return o.EntryPointsAdvanced[i].OutputPath < o.EntryPointsAdvanced[j].OutputPath
	})
	r := api.Build(o)
	if err := messages("scripts", r.Errors); err != nil {
		return scripts{}, err
	}
	return b.collect(r)
}

// options are common to all scripts.
func (b *build) options() api.BuildOptions {
	return api.BuildOptions{
		AbsWorkingDir: b.root,
		Bundle:        true, Format: api.FormatESModule, Platform: api.PlatformBrowser,
		Target: api.ES2022, MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
		Charset: api.CharsetUTF8, LegalComments: api.LegalCommentsNone, TreeShaking: api.TreeShakingTrue,
		EntryNames: "[name]-[hash]", ChunkNames: "chunk-[hash]", AssetNames: "[name]-[hash]",
		Outdir: b.out, Metafile: true, LogLevel: api.LogLevelSilent, Write: false,
		NodePaths: []string{filepath.Join(b.root, "node_modules")},
	}
}

// registry answers the import "gongdao:islands" with a map from the name of an
// element to the function that loads it. An element on the page is enough;
// nobody lists scripts.
func registry(islands map[string]string) api.Plugin {
	return api.Plugin{Name: "gongdao-islands", Setup: func(p api.PluginBuild) {
		p.OnResolve(api.OnResolveOptions{Filter: `^gongdao:islands$`}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: "islands", Namespace: "gongdao"}, nil
		})
		p.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "gongdao"}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			names := make([]string, 0, len(islands))
			for n := range islands {
				names = append(names, n)
			}
			sort.Strings(names)
			var s strings.Builder
			s.WriteString("export const islands = {\n")
			for _, n := range names {
				fmt.Fprintf(&s, "  %q: () => import(%q),\n", "gongdao-"+n, filepath.ToSlash(islands[n]))
			}
			s.WriteString("};\n")
			text := s.String()
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS, ResolveDir: "/"}, nil
		})
	}}
}

// collect names esbuild's output: entries by their source, chunks by file.
func (b *build) collect(r api.BuildResult) (scripts, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string `json:"entryPoint"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(r.Metafile), &meta); err != nil {
		return scripts{}, err
	}
	s := scripts{packages: packagesOf(r.Metafile)}
	for _, o := range r.OutputFiles {
		rel, err := filepath.Rel(b.root, o.Path)
		if err != nil {
			return s, err
		}
		base := filepath.Base(o.Path)
		s.files = append(s.files, file{logicalName(meta.Outputs[filepath.ToSlash(rel)].EntryPoint, base), base, o.Contents})
	}
	return s, nil
}

func logicalName(entryPoint, base string) string {
	name := strings.TrimSuffix(filepath.Base(entryPoint), ".ts") + filepath.Ext(base)
	switch {
	case entryPoint == "":
		return "chunks/" + base
	case strings.Contains(entryPoint, "/islands/"):
		return "islands/" + name
	default:
		return name
	}
}

// npmPackage finds the package a bundled file belongs to.
var npmPackage = regexp.MustCompile(`node_modules/((?:@[^/]+/)?[^/]+)/`)

// packagesOf lists the npm packages whose code is in a bundle.
func packagesOf(metafile string) []string {
	var meta struct {
		Inputs map[string]json.RawMessage `json:"inputs"`
	}
	if json.Unmarshal([]byte(metafile), &meta) != nil {
		return nil // esbuild wrote it
	}
	var list []string
	for in := range meta.Inputs {
		if m := npmPackage.FindAllStringSubmatch(in, -1); len(m) > 0 {
			list = append(list, m[len(m)-1][1])
		}
	}
	return list
}
