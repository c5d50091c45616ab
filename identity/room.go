package identity

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gongdao/gongdao/internal/config"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/keys"
)

//go:embed schema/*.sql
var schema embed.FS

//go:embed text/*.toml
var text embed.FS

// Text holds every sentence of the room that people read.
func Text() fs.FS { return sub(text, "text") }

// Schema holds the room's migrations.
func Schema() fs.FS { return sub(schema, "schema") }

func sub(f embed.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return s
}

// Config is what an operator may set. The zero value works on localhost.
type Config struct {
	Origin      string          `toml:"origin" doc:"Where people reach the portal; passkeys are bound to its name." default:"http://localhost:8080"`
	CitizenIdle config.Duration `toml:"citizen_idle" doc:"A citizen's session ends after this long without use, up to a minute sooner." default:"30m"`
	CitizenLife config.Duration `toml:"citizen_life" doc:"A citizen's session ends after this long in any case." default:"12h"`
	OfficerIdle config.Duration `toml:"officer_idle" doc:"An officer's session ends after this long without use, up to a minute sooner." default:"15m"`
	OfficerLife config.Duration `toml:"officer_life" doc:"An officer's session ends after this long in any case." default:"8h"`
	Demo        bool            `toml:"-"` // lists the people of the demonstration on the sign-in page
}

// Needs is all the room is given.
type Needs struct {
	DB   *db.DB
	Keys *keys.Ring
	Log  *slog.Logger     // optional
	Now  func() time.Time // optional; the same clock as DB's
}

// Service is the room.
type Service struct {
	cfg    Config
	needs  Needs
	secure bool   // cookies only over TLS
	pair   []byte // key of the pseudonyms; never rotated
	ticket []byte // key of the challenges
	wa     *webauthn.WebAuthn
	noting sync.Map // ids of sessions whose use is being written; saw owns it
}

// New migrates the room's tables; it starts nothing.
func New(ctx context.Context, cfg Config, needs Needs) (*Service, error) {
	if err := needs.DB.Migrate(ctx, "identity", Schema()); err != nil {
		return nil, err
	}
	pair, err := needs.Keys.Secret("pseudonyms", 32)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	ticket, err := needs.Keys.Secret("challenges", 32)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	if needs.Log == nil {
		needs.Log = slog.New(slog.DiscardHandler)
	}
	if needs.Now == nil {
		needs.Now = needs.DB.Now
	}
	s := &Service{cfg: cfg, needs: needs, pair: pair, ticket: ticket}
	return s, s.At(cfg.Origin)
}

// At binds passkeys and cookies to the origin people use. The demonstration
// calls it once its port is known.
func (s *Service) At(origin string) error {
	if origin == "" {
		origin = "http://localhost:8080"
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || origin != u.Scheme+"://"+u.Host {
		return fmt.Errorf("identity: origin %q is not scheme and host alone, such as https://gov.example", origin)
	}
	wa, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "Gongdao 公道", RPOrigins: []string{origin}})
	if err != nil {
		return fmt.Errorf("identity: origin %s: passkeys need the name of a host, not a number: %w", origin, err)
	}
	s.wa, s.secure, s.cfg.Origin = wa, u.Scheme == "https", origin
	return nil
}
