package profile

import (
	"embed"
	"io/fs"
)

//go:embed text
var files embed.FS

// Text holds zh-TW.toml and en.toml: the sentences of findings and faults.
var Text fs.FS = sub(files)

func sub(dir embed.FS) fs.FS {
	s, err := fs.Sub(dir, "text")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return s
}
