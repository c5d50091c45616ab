package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
)

// LinkLife is how long a one-time link can be used.
const LinkLife = 15 * time.Minute

// NewLink makes a link's token that signs the person in once, within life. Who
// may ask for one is the caller's matter: the command line and the demonstration
// do; a page asks for OfficerLink.
func (s *Service) NewLink(ctx context.Context, person string, life time.Duration) (token string, err error) {
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := personByID(tx, person); err != nil {
			return err
		}
		token, err = newLink(tx, person, life)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("identity: new link: %w", err)
	}
	return token, nil
}

func newLink(tx *db.Tx, person string, life time.Duration) (token string, err error) {
	token, hash := newToken()
	return token, insertLink(tx, hash, person, tx.Now().Add(life))
}

// OfficerLink makes the link that lets an officer in who has no passkey yet, and
// voids those made before. Once she has one nobody but the operator can make a
// link for her: it would let her administrator act in her name.
// Errors: fault.NotFound, fault.Forbidden, fault.Conflict.
func (s *Service) OfficerLink(ctx context.Context, id civic.OfficerID) (o Officer, token string, err error) {
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		if o, err = officerByID(tx, id); err != nil {
			return err
		}
		if err := mayAdminister(ctx, o.Agency); err != nil {
			return err
		}
		keys, err := authenticatorsOf(tx, o.Person)
		if err != nil {
			return err
		}
		if len(keys) > 0 || !o.InOffice(tx.Now()) {
			return fault.Conflict.Errorf("identity.no-link", "this officer has signed in with a passkey before, or has left; a new link can only be made at the server")
		}
		if err := voidLinks(tx, o.Person); err != nil {
			return err
		}
		token, err = newLink(tx, o.Person, LinkLife)
		return err
	})
	if err != nil {
		return Officer{}, "", fmt.Errorf("identity: officer's link: %w", err)
	}
	return o, token, nil
}

// Enrol lets the first officer in: it returns the token of a link for her until
// an officer has a passkey, then "". Agency and officer are made on the first
// call; a second, perhaps after the program was killed, finds them and only
// makes a new link. Earlier links are void. Errors: fault.Invalid.
func (s *Service) Enrol(ctx context.Context, agency Agency, first Appointment) (token string, err error) {
	first.Agency = agency.ID
	if err := errors.Join(agency.check(), mayAppoint(AsOperator(ctx), first.Agency, first.Roles)); err != nil {
		return "", err
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		token = ""
		person, ready, err := firstOfficer(tx)
		if err != nil || ready {
			return err
		}
		if person == "" {
			if err := addAgency(tx, agency); err != nil {
				return err
			}
			o, err := engage(tx, first)
			if err != nil {
				return err
			}
			person = o.Person
		}
		if err := voidLinks(tx, person); err != nil {
			return err
		}
		token, err = newLink(tx, person, LinkLife)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("identity: enrol: %w", err)
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
		session, err = s.open(ctx, tx, person, "link", agent)
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
		if err != nil {
			return err
		}
		if !p.MadeUp {
			return notFound()
		}
		session, err = s.open(ctx, tx, p.ID, "demo", agent)
		return err
	})
	return session, err
}

func linkGone() error {
	return fault.Gone.Errorf("identity.link-gone", "this link has been used or has run out; ask for a new one")
}
