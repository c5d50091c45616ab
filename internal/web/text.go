package web

import (
	"embed"
	"io/fs"
)

//go:embed text
var text embed.FS

// Text is the catalogue of this package: what the guard and its own pages say.
func Text() fs.FS {
	sub, err := fs.Sub(text, "text")
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}
