package licence_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/licence"
)

func TestOf(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"Mozilla Public License Version 2.0\n... GNU Affero General Public License, Version 3.0", "MPL-2.0"},
		{"Apache License\n   Version 2.0, January 2004", "Apache-2.0"},
		{"Redistribution and use in source and\nbinary forms ... Neither the name of", "BSD-3-Clause"},
		{"Redistribution and use in source and binary forms", "BSD-2-Clause"},
		{"Permission is hereby granted, free of charge, to any person obtaining a copy ... The above copyright notice and this permission notice", "MIT"},
		{"Redistribution and use in source and binary forms ... or the GNU General Public License", "GPL"},
		{"all rights reserved", licence.Unknown},
	} {
		if got := licence.Of(tt.text); got != tt.want {
			t.Errorf("Of(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestIn(t *testing.T) {
	const mit = "Permission is hereby granted, free of charge, to any person obtaining a copy. The above copyright notice and this permission notice"
	const bsd = "Redistribution and use in source and binary forms"
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"its own licence, not what it quotes", map[string]string{"LICENSE": mit, "LICENSE-3RD-PARTY.md": "GNU General Public License"}, "MIT"},
		{"only attached ones", map[string]string{"LICENSE-BSD": bsd, "LICENSE-MIT": mit}, "BSD-2-Clause AND MIT"},
		{"two of its own", map[string]string{"COPYING": bsd, "License": mit}, "BSD-2-Clause AND MIT"},
		{"none", map[string]string{"README": mit}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := licence.In(dir)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("In() = %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
