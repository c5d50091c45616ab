package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
)

// Session is one browser's signed-in state.
type Session struct {
	ID      string
	Person  string
	Method  string // passkey, link, demo
	Device  string // what the browser called itself, in plain words
	Created time.Time
	Seen    time.Time // to the minute
	Ends    time.Time
	Ended   time.Time // zero while it lives
}

// seenEvery is how coarse Session.Seen is: not every request is worth a write.
const seenEvery = time.Minute

// newToken returns 256 bits of randomness as text, and the hash that is stored.
func newToken() (token, hash string) {
	b := make([]byte, 32)
	rand.Read(b)
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, hashOf(token)
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// open starts a session in tx and returns its token, which only the browser keeps.
func (s *Service) open(tx *db.Tx, person, method, device string) (token string, err error) {
	token, hash := newToken()
	officers, err := officersOfPerson(tx, person)
	if err != nil {
		return "", err
	}
	life := s.cfg.CitizenLife.Or(12 * time.Hour)
	if len(inOffice(officers, tx.Now())) > 0 {
		life = s.cfg.OfficerLife.Or(8 * time.Hour)
	}
	v := Session{ID: tx.NewID(), Person: person, Method: method, Device: device, Ends: tx.Now().Add(life)}
	if err := insertSession(tx, v, hash); err != nil {
		return "", err
	}
	return token, insertEvent(tx, person, "signed-in", v.ID)
}

func inOffice(list []Officer, now time.Time) []Officer {
	var out []Officer
	for _, o := range list {
		if o.InOffice(now) {
			out = append(out, o)
		}
	}
	return out
}

// Authenticate says who sends r: the public without a session cookie or with
// one that is worth nothing any more.
func (s *Service) Authenticate(r *http.Request) (access.Actor, error) {
	c, err := r.Cookie(s.CookieName())
	if err != nil || c.Value == "" || len(c.Value) > 100 {
		return access.Actor{}, nil
	}
	var who access.Actor
	var session Session
	err = s.needs.DB.Read(r.Context(), func(tx *db.Tx) error {
		who = access.Actor{}
		var err error
		session, err = sessionByHash(tx, hashOf(c.Value))
		if err != nil {
			return err
		}
		who, err = s.actor(tx, session)
		return err
	})
	if isNotFound(err) {
		return access.Actor{}, nil
	}
	if err != nil || !who.Known() {
		return access.Actor{}, err
	}
	if s.needs.Now().Sub(session.Seen) >= seenEvery {
		if err := s.needs.DB.Write(r.Context(), func(tx *db.Tx) error { return sawSession(tx, session.ID) }); err != nil {
			return access.Actor{}, err
		}
	}
	return who, nil
}

// actor is the person of a session with her office, or the public if the
// session is over.
func (s *Service) actor(tx *db.Tx, v Session) (access.Actor, error) {
	p, err := personByID(tx, v.Person)
	if err != nil {
		return access.Actor{}, err
	}
	list, err := officersOfPerson(tx, v.Person)
	if err != nil {
		return access.Actor{}, err
	}
	who := access.Actor{Person: civic.PersonID(p.ID), Name: p.Name, Session: v.ID, Since: v.Created}
	idle := s.cfg.CitizenIdle.Or(30 * time.Minute)
	if in := inOffice(list, tx.Now()); len(in) > 0 {
		who.Officer, who.Agency, who.Roles = in[0].ID, in[0].Agency, in[0].Roles
		idle = s.cfg.OfficerIdle.Or(15 * time.Minute)
	}
	if !v.Ended.IsZero() || !tx.Now().Before(v.Ends) || tx.Now().Sub(v.Seen) > idle+seenEvery {
		return access.Actor{}, nil
	}
	return who, nil
}

// Translate gives an actor the pseudonym that one room may know.
func (s *Service) Translate(_ context.Context, who access.Actor, room string) (access.Actor, error) {
	if who.Person != "" && room != "identity" {
		who.Person = roomPseudonym(s.pair, room, string(who.Person))
	}
	return who, nil
}

// Sessions lists the reader's own live sessions, newest first.
func (s *Service) Sessions(ctx context.Context) (list []Session, err error) {
	who := access.From(ctx)
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = liveSessions(tx, string(who.Person))
		return err
	})
	return list, err
}

// EndSession ends one of the reader's own sessions. Ending it twice is once.
// Errors: fault.NotFound, also for somebody else's.
func (s *Service) EndSession(ctx context.Context, id string) error {
	who := access.From(ctx)
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := sessionByID(tx, id)
		if err != nil || v.Person != string(who.Person) {
			return notFound()
		}
		if !v.Ended.IsZero() {
			return nil
		}
		if err := endSessions(tx, v.Person, id); err != nil {
			return err
		}
		return insertEvent(tx, v.Person, "session-ended", id)
	})
	if err != nil {
		return fmt.Errorf("identity: end session: %w", err)
	}
	return nil
}

// CookieName is the session cookie's name; behind TLS it is bound to the host.
func (s *Service) CookieName() string {
	if s.secure {
		return "__Host-gd_sid"
	}
	return "gd_sid"
}

func (s *Service) cookie(token string) *http.Cookie {
	c := &http.Cookie{Name: s.CookieName(), Value: token, Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// deviceName puts a user agent into a few plain words; it is all that is kept of it.
func deviceName(agent string) string {
	find := func(def string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return def
	}
	browser := find("", "Edg/", "Edge", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari", "curl/", "curl")
	system := find("", "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "Mac", "Linux", "Linux")
	return strings.TrimSpace(browser + " " + system)
}

func notFound() error {
	return fault.NotFound.Errorf("identity.not-found", "this is not here; it may have been removed or have ended")
}
