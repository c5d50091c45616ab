package profile

import (
	"context"
	"embed"
	"io/fs"
	"sync"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/i18n"
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

// catalogue is read once, by the first finding.
var catalogue = sync.OnceValue(func() *i18n.Catalogue {
	c, err := i18n.Load(Text)
	if err != nil {
		panic(err) // the files are embedded above
	}
	return c
})

// say gives the sentence under key in both languages. n is its first operand
// and chooses the plural form.
func say(key string, n int64, args ...any) civic.Text {
	in := func(lang i18n.Lang) string {
		return i18n.N(i18n.With(context.Background(), catalogue(), lang), key, n, args...)
	}
	return civic.Text{ZhTW: in(i18n.ZhTW), En: in(i18n.En)}
}
