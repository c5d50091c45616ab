package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
)

// LinkLife is how long a one-time link can be used.
const LinkLife = 15 * time.Minute

// NewLink makes a link's token that signs the person in once, within life. Who
// may ask for one is the caller's matter: the command line and the
// demonstration do, no page does.
func (s *Service) NewLink(ctx context.Context, person string, life time.Duration) (token string, err error) {
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := personByID(tx, person); err != nil {
			return err
		}
		var hash string
		token, hash = newToken()
		return insertLink(tx, hash, person, tx.Now().Add(life))
	})
	if err != nil {
		return "", fmt.Errorf("identity: new link: %w", err)
	}
	return token, nil
}

// CheckLink reports whether the link would still sign in, without using it up.
// Errors: fault.Gone.
func (s *Service) CheckLink(ctx context.Context, token string) error {
	return s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		ok, err := linkIsGood(tx, hashOf(token))
		if err == nil && !ok {
			err = linkGone()
		}
		return err
	})
}

// UseLink signs in with a link and returns the session's token. Of any number
// that try, one succeeds. Errors: fault.Gone.
func (s *Service) UseLink(ctx context.Context, token, agent string) (session string, err error) {
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		person, ok, err := spendLink(tx, hashOf(token))
		if err != nil {
			return err
		}
		if !ok {
			return linkGone()
		}
		session, err = s.open(tx, person, "link", deviceName(agent))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("identity: use link: %w", err)
	}
	return session, nil
}

// DemoPeople lists the made-up people that a demonstration may act as.
func (s *Service) DemoPeople(ctx context.Context) (list []Person, err error) {
	if !s.cfg.Demo {
		return nil, nil
	}
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = madeUpPeople(tx)
		return err
	})
	return list, err
}

// ActAs signs in as a made-up person. Errors: fault.NotFound outside a
// demonstration and for real people.
func (s *Service) ActAs(ctx context.Context, person, agent string) (session string, err error) {
	if !s.cfg.Demo {
		return "", notFound()
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := personByID(tx, person)
		if err != nil || !p.MadeUp {
			return notFound()
		}
		session, err = s.open(tx, p.ID, "demo", deviceName(agent))
		return err
	})
	return session, err
}

func linkGone() error {
	return fault.Gone.Errorf("identity.link-gone", "this link has been used or has run out; ask for a new one")
}
