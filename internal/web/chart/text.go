package chart

import (
	"embed"
	"io/fs"
)

//go:embed text
var texts embed.FS

// Text holds zh-TW.toml and en.toml: how charts are described to those who do
// not see them.
var Text fs.FS = sub(texts)

func sub(dir embed.FS) fs.FS {
	s, err := fs.Sub(dir, "text")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return s
}
