package gongdao

import (
	"embed"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"path/filepath"
	"strings"

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
	Proxies []string `toml:"trusted_proxies" doc:"Address ranges (CIDR) of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Empty: none."`
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

// origin is where people reach the portal: as set, or on this machine at the
// port of an address.
func (c Config) origin(address string) string {
	if c.Identity.Origin != "" {
		return c.Identity.Origin
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "http://" + address
	}
	return "http://" + net.JoinHostPort("localhost", port)
}

// proxies reads the address ranges of the reverse proxies.
func (c Config) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, s := range c.Proxies {
		p, err := netip.ParsePrefix(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %q is no address range such as 10.0.0.0/8 or 127.0.0.1/32", s)
		}
		list = append(list, p)
	}
	return list, nil
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
