package explore

import (
	"embed"
	"io/fs"
)

//go:embed text/*.toml
var sentences embed.FS

// Sentences holds the zh-TW sentences of this package's refusals. The API
// itself answers in English, as its clients expect.
func Sentences() fs.FS {
	s, err := fs.Sub(sentences, "text")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return s
}
