package ui

import (
	"embed"
	"io/fs"
)

//go:embed text
var texts embed.FS

// Text returns the words of the shell and of the components, zh-TW.toml and
// en.toml at its root.
func Text() fs.FS {
	sub, err := fs.Sub(texts, "text")
	if err != nil {
		panic(err) // "text" is a valid path
	}
	return sub
}
