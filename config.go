package gongdao

import (
	"embed"
	"io/fs"
	"path/filepath"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/blob"
	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/chart"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/explore"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

// Config is every setting of the program. An empty file is a working one.
type Config struct {
	Data    string   `toml:"data" doc:"Folder that holds everything: rows, files, keys." default:"./data"`
	Listen  string   `toml:"listen" doc:"Address of the portal." default:"127.0.0.1:8080"`
	Metrics string   `toml:"metrics" doc:"Address of the Prometheus metrics; keep it on loopback. Empty: none."`
	Hosts   []string `toml:"hosts" doc:"Names the portal answers to, beside localhost."`
	Phone   string   `toml:"phone" doc:"Telephone that people can call; shown on every page." default:"1999"`
	Counter string   `toml:"counter" doc:"Address of the counter that people can go to."`
	Contact string   `toml:"contact" doc:"Where security reports go: mailto: or https:."`
	DB      struct {
		URL string `toml:"url" doc:"PostgreSQL, as postgres://user@host/name. Empty: SQLite in the data folder." secret:"true"`
	} `toml:"db"`
	Identity identity.Config `toml:"identity"`
	Opendata opendata.Config `toml:"opendata"`
	Atlas    atlas.Config    `toml:"atlas"`

	Demo bool `toml:"-"` // made-up people; set by the demo command only
}

func (c Config) data() string {
	if c.Data == "" {
		return "data"
	}
	return c.Data
}

func (c Config) listen() string {
	if c.Listen == "" {
		return "127.0.0.1:8080"
	}
	return c.Listen
}

func (c Config) database() db.Config {
	return db.Config{URL: c.DB.URL, Dir: filepath.Join(c.data(), "db")}
}

// Texts lists the catalogues of the house: the sentences people read.
func Texts() []fs.FS {
	return []fs.FS{
		identity.Text(), opendata.Text(), atlas.Text(), profile.Text, query.Sentences(), explore.Sentences(),
		web.Text, ui.Text, chart.Text, db.Text, blob.Text, olap.Text, bus.Text, ownText(),
	}
}

func (c Config) phone() string {
	if c.Phone == "" {
		return "1999"
	}
	return c.Phone
}

//go:embed text/*.toml
var texts embed.FS

// ownText holds the sentences of the pages that belong to no room.
func ownText() fs.FS {
	f, err := fs.Sub(texts, "text")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return f
}
