package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// skin is the source of the one stylesheet: ours, then what rooms add.
func (b *build) skin() string {
	var s strings.Builder
	s.WriteString("@use \"internal/web/ui/gongdao\" as skin;\n")
	for i, p := range b.glob("*/pages/*.scss") {
		if strings.HasPrefix(filepath.Base(p), "_") {
			continue
		}
		rel, err := filepath.Rel(b.root, p)
		if err != nil {
			panic(err) // glob returns paths under the root
		}
		fmt.Fprintf(&s, "@use %q as room%d;\n", strings.TrimSuffix(filepath.ToSlash(rel), ".scss"), i)
	}
	return s.String()
}

// sass compiles SCSS. Names are found under the root, internal/web and
// node_modules; a warning of ours is printed, one of a package is not.
func (b *build) sass(ctx context.Context, source string) (string, error) {
	cmd := exec.CommandContext(ctx, node(), filepath.Join(b.module("sass"), "sass.js"),
		"--stdin", "--no-source-map", "--style=expanded", "--quiet-deps", "--no-color",
		"--load-path="+b.root, "--load-path="+filepath.Join(b.root, "internal", "web"), "--load-path="+filepath.Join(b.root, "node_modules"))
	cmd.Stdin = strings.NewReader(source)
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("sass: %w\n%s", err, wrong.String())
	}
	if wrong.Len() > 0 {
		fmt.Fprintf(os.Stderr, "sass: %s", wrong.String())
	}
	return out.String(), nil
}

// node is the Node.js to run; NODE names another one.
func node() string {
	if n := os.Getenv("NODE"); n != "" {
		return n
	}
	return "node"
}

// stylesheet minifies the skin and gives the fonts it names their hashed names.
func (b *build) stylesheet(css string, fonts []file) ([]file, error) {
	for _, f := range fonts {
		css = strings.ReplaceAll(css, f.logical, "./"+f.name)
	}
	r := api.Build(api.BuildOptions{
		Stdin:            &api.StdinOptions{Contents: css, ResolveDir: b.cache, Sourcefile: "gongdao.css", Loader: api.LoaderCSS},
		Bundle:           true,
		MinifyWhitespace: true,
		MinifySyntax:     true,
		Target:           api.ES2022,
		Engines:          browsers(),
		External:         []string{"*.woff2"},
		Outfile:          filepath.Join(b.out, "gongdao.css"),
		Charset:          api.CharsetUTF8,
		LogLevel:         api.LogLevelSilent,
		LegalComments:    api.LegalCommentsNone,
		Write:            false,
	})
	if err := messages("stylesheet", r.Errors); err != nil {
		return nil, err
	}
	body := r.OutputFiles[0].Contents
	return []file{{"gongdao.css", hashed("gongdao.css", body), body}}, nil
}

// browsers are the oldest that get the finished page with our styles; older
// ones still get the finished page.
func browsers() []api.Engine {
	return []api.Engine{
		{Name: api.EngineChrome, Version: "111"}, {Name: api.EngineEdge, Version: "111"},
		{Name: api.EngineFirefox, Version: "115"}, {Name: api.EngineSafari, Version: "16.4"},
	}
}

// messages joins esbuild's errors into one that names places.
func messages(what string, list []api.Message) error {
	if len(list) == 0 {
		return nil
	}
	text := api.FormatMessages(list, api.FormatMessagesOptions{Kind: api.ErrorMessage})
	return fmt.Errorf("%s:\n%s", what, strings.Join(text, ""))
}
