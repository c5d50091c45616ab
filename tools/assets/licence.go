package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// licences collects the licence texts of all that is delivered: npm packages
// in the bundles, the base of the skin, the fonts, and the Go modules. Each
// text is written once, after the names of all that stand under it.
func (b *build) licences(packages []string) ([]byte, error) {
	under := map[string][]string{} // text → names
	all := append([]string{"govuk-frontend", "@expo-google-fonts/noto-serif-tc"}, packages...)
	sort.Strings(all)
	seen := map[string]bool{}
	for _, p := range all {
		if seen[p] {
			continue
		}
		seen[p] = true
		if err := collectLicence(under, b.npmTitle(p), b.module(p)); err != nil {
			return nil, err
		}
	}
	if err := b.goLicences(under); err != nil {
		return nil, err
	}
	return writeLicences(under), nil
}

func (b *build) npmTitle(name string) string {
	var p struct{ Version, License string }
	raw, err := os.ReadFile(filepath.Join(b.module(name), "package.json"))
	if err != nil || json.Unmarshal(raw, &p) != nil {
		return name
	}
	return fmt.Sprintf("%s %s (%s)", name, p.Version, p.License)
}

// collectLicence adds every licence file of a folder. A package without one is
// named under its declared licence only.
func collectLicence(under map[string][]string, title, dir string) error {
	found := false
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil // not installed: nothing of it is delivered
	}
	for _, d := range list {
		name := strings.ToUpper(d.Name())
		if d.IsDir() || !(strings.HasPrefix(name, "LICEN") || strings.HasPrefix(name, "COPYING") || strings.HasPrefix(name, "NOTICE") || strings.HasPrefix(name, "OFL")) {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, d.Name()))
		if err != nil {
			return err
		}
		text := strings.TrimSpace(strings.ReplaceAll(string(raw), "\r\n", "\n"))
		under[text] = append(under[text], title)
		found = true
	}
	if !found {
		under[""] = append(under[""], title)
	}
	return nil
}

// goLicences adds the modules that go.mod names, as far as they were fetched.
func (b *build) goLicences(under map[string][]string) error {
	raw, err := os.ReadFile(filepath.Join(b.root, "go.mod"))
	if err != nil {
		return err
	}
	mod, err := modfile.Parse("go.mod", raw, nil)
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return fmt.Errorf("go env GOMODCACHE: %w", err)
	}
	cache := strings.TrimSpace(string(out))
	for _, r := range mod.Require {
		path, err := module.EscapePath(r.Mod.Path)
		if err != nil {
			return err
		}
		version, err := module.EscapeVersion(r.Mod.Version)
		if err != nil {
			return err
		}
		dir := filepath.Join(cache, filepath.FromSlash(path)+"@"+version)
		if err := collectLicence(under, r.Mod.Path+" "+r.Mod.Version, dir); err != nil {
			return err
		}
	}
	return nil
}

func writeLicences(under map[string][]string) []byte {
	texts := make([]string, 0, len(under))
	for t := range under {
		texts = append(texts, t)
	}
	sort.Slice(texts, func(i, j int) bool { return under[texts[i]][0] < under[texts[j]][0] })
	var b bytes.Buffer
	b.WriteString("Gongdao is delivered together with the following software and fonts.\n")
	for _, t := range texts {
		names := under[t]
		sort.Strings(names)
		b.WriteString("\n" + strings.Repeat("=", 78) + "\n" + strings.Join(names, "\n") + "\n" + strings.Repeat("-", 78) + "\n")
		if t == "" {
			t = "The package holds no licence text; the licence in brackets is the one it declares."
		}
		b.WriteString(t + "\n")
	}
	return b.Bytes()
}
