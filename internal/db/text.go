package db

import (
	"embed"
	"io/fs"
)

//go:embed text
var texts embed.FS

// Text holds zh-TW.toml and en.toml: the sentences of this package's faults.
var Text fs.FS = sub(texts, "text")

func sub(dir embed.FS, name string) fs.FS {
	s, err := fs.Sub(dir, name)
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return s
}
