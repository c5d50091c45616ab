// Package licence says which licence a module is under from the text it ships,
// so that the census of what we link does not rest on anybody's word.
package licence

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Unknown is the name of a text that no rule reads.
const Unknown = "unknown"

// marks are read in order; the first whose words all occur names the licence,
// as SPDX writes it. MPL-2.0 names the GNU licences as possible seconds, so it
// stands before them; they stand before the rest, so that a text with two
// licences is never taken for the friendlier one unless a person has looked.
var marks = []struct {
	spdx  string
	words []string
}{
	{"MPL-2.0", []string{"mozilla public license version 2.0"}},
	{"MPL-2.0", []string{"mozilla public license, version 2.0"}},
	{"AGPL", []string{"gnu affero general public license version 3"}},
	{"GPL", []string{"gnu general public license"}},
	{"LGPL", []string{"gnu lesser general public license"}},
	{"BUSL-1.1", []string{"business source license"}},
	{"SSPL-1.0", []string{"server side public license"}},
	{"EUPL", []string{"european union public licence"}},
	{"Apache-2.0", []string{"apache license", "version 2.0"}},
	{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "neither the name"}},
	{"BSD-3-Clause", []string{"redistribution and use in source and binary forms", "may not be used to endorse"}},
	{"BSD-2-Clause", []string{"redistribution and use in source and binary forms"}},
	{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy", "the above copyright notice and this permission notice"}},
	{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose", "the above copyright notice and this permission notice"}},
	{"ISC", []string{"permission to use, copy, modify, and distribute this software for any purpose", "the above copyright notice and this permission notice"}},
	{"Zlib", []string{"altered source versions must be plainly marked"}},
}

var space = regexp.MustCompile(`\s+`)

// Of names the licence of a text.
func Of(text string) string {
	text = strings.ToLower(space.ReplaceAllString(text, " "))
	for _, m := range marks {
		all := true
		for _, w := range m.words {
			all = all && strings.Contains(text, w)
		}
		if all {
			return m.spdx
		}
	}
	return Unknown
}

var (
	own      = regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.(md|txt))?$`)
	attached = regexp.MustCompile(`(?i)^(licen[cs]e|copying)[-.][a-z0-9._-]+$`)
)

// In names the licence of the code in dir from its LICENSE or COPYING; where
// there is none, from texts such as LICENSE-MIT, joined by " AND ". No text at
// all is an error.
func In(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("licence: %w", err)
	}
	for _, form := range []*regexp.Regexp{own, attached} {
		var names []string
		for _, e := range entries {
			if e.IsDir() || !form.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return "", fmt.Errorf("licence: %w", err)
			}
			if n := Of(string(text)); !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		if len(names) > 0 {
			return strings.Join(names, " AND "), nil
		}
	}
	return "", fmt.Errorf("licence: %s holds no licence text", dir)
}
