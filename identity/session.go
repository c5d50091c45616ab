package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
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

// seenEvery is how coarse Session.Seen is at most: not every request is worth a
// write.
const seenEvery = time.Minute

// newToken returns 256 bits of randomness as text, and the hash that is stored.
func newToken() (token, hash string) {
	b := make([]byte, 32)
	rand.Read(b)
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, hashOf(token)
}

// hashOf is what is stored of a token. Tokens are looked up by it: 256 random
// bits cannot be guessed, and the time a lookup takes tells of the hash alone,
// so neither a slow hash nor a comparison in constant time would add anything.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// open starts a session in tx and returns its token, which only the browser
// keeps. What the same browser was signed in as before ends: a token is never
// carried over from one proof to the next.
func (s *Service) open(ctx context.Context, tx *db.Tx, person, method, agent string) (token string, err error) {
	if was := access.From(ctx); was.Session != "" {
		if err := endSessions(tx, string(was.Person), was.Session); err != nil {
			return "", err
		}
		if string(was.Person) != person {
			if err := insertEvent(tx, string(was.Person), "signed-out", was.Session); err != nil {
				return "", err
			}
		}
	}
	offices, err := officersOfPerson(tx, person)
	if err != nil {
		return "", err
	}
	token, hash := newToken()
	life, _ := s.lifetimes(offices, tx.Now())
	v := Session{ID: tx.NewID(), Person: person, Method: method, Device: deviceName(agent), Ends: tx.Now().Add(life)}
	if err := insertSession(tx, v, hash); err != nil {
		return "", err
	}
	return token, insertEvent(tx, person, "signed-in", v.ID)
}

// lifetimes is how long a session of a person with these offices lives, and how
// long without use.
func (s *Service) lifetimes(offices []Officer, now time.Time) (life, idle time.Duration) {
	if len(inOffice(offices, now)) > 0 {
		return s.cfg.OfficerLife.Or(8 * time.Hour), s.cfg.OfficerIdle.Or(15 * time.Minute)
	}
	return s.cfg.CitizenLife.Or(12 * time.Hour), s.cfg.CitizenIdle.Or(30 * time.Minute)
}

// alive reports whether the session still counts. The lifetime is asked anew:
// who becomes an officer while signed in as a citizen has an officer's.
func (s *Service) alive(v Session, offices []Officer, now time.Time) bool {
	life, idle := s.lifetimes(offices, now)
	return v.Ended.IsZero() && now.Before(v.Ends) && now.Sub(v.Created) < life && now.Sub(v.Seen) < idle
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
	s.saw(r.Context(), session)
	return who, nil
}

// saw notes that a session is in use, one writer a session at a time: of the
// many requests that one page makes, the others need not wait for it. Where it
// cannot be noted the page is served all the same.
func (s *Service) saw(ctx context.Context, v Session) {
	if s.needs.Now().Sub(v.Seen) < s.seenEvery() {
		return
	}
	if _, busy := s.noting.LoadOrStore(v.ID, true); busy {
		return
	}
	defer s.noting.Delete(v.ID)
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error { return sawSession(tx, v.ID) })
	if err != nil && ctx.Err() == nil {
		s.needs.Log.WarnContext(ctx, "session in use could not be noted", "err", err)
	}
}

// seenEvery is short enough for idle times that are short themselves.
func (s *Service) seenEvery() time.Duration {
	shortest := min(s.cfg.CitizenIdle.Or(30*time.Minute), s.cfg.OfficerIdle.Or(15*time.Minute))
	return min(seenEvery, shortest/10)
}

// actor is the person of a session with her office, or the public if the
// session is over. A link proves only that somebody handed it on, and could have
// been handed to the wrong one: an officer has no duties until she signs in with
// a passkey. The made-up officers of a demonstration have nothing to protect.
func (s *Service) actor(tx *db.Tx, v Session) (access.Actor, error) {
	p, err := personByID(tx, v.Person)
	if err != nil {
		return access.Actor{}, err
	}
	offices, err := officersOfPerson(tx, v.Person)
	if err != nil || !s.alive(v, offices, tx.Now()) {
		return access.Actor{}, err
	}
	who := access.Actor{Person: civic.PersonID(p.ID), Name: p.Name, Session: v.ID, Since: v.Created}
	in := inOffice(offices, tx.Now())
	if len(in) > 0 && (v.Method == "passkey" || s.playing(p)) {
		who.Officer, who.Agency, who.Roles = in[0].ID, in[0].Agency, in[0].Roles
	}
	return who, nil
}

// playing reports whether the person is a made-up one in a demonstration.
func (s *Service) playing(p Person) bool { return s.cfg.Demo && p.MadeUp }

// Translate gives an actor the pseudonym that one room may know.
func (s *Service) Translate(_ context.Context, who access.Actor, room string) (access.Actor, error) {
	if who.Person != "" && room != "identity" {
		who.Person = roomPseudonym(s.pair, room, string(who.Person))
	}
	return who, nil
}

// Sessions lists the reader's own live sessions, newest first.
func (s *Service) Sessions(ctx context.Context) (list []Session, err error) {
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = s.sessions(tx, string(access.From(ctx).Person))
		return err
	})
	return list, err
}

func (s *Service) sessions(tx *db.Tx, person string) ([]Session, error) {
	offices, err := officersOfPerson(tx, person)
	if err != nil {
		return nil, err
	}
	list, err := liveSessions(tx, person)
	return slices.DeleteFunc(list, func(v Session) bool { return !s.alive(v, offices, tx.Now()) }), err
}

// EndSession ends one of the reader's own sessions. Ending it twice is once.
// Errors: fault.NotFound, also for somebody else's.
func (s *Service) EndSession(ctx context.Context, id string) error {
	if err := s.end(ctx, id, "session-ended"); err != nil {
		return fmt.Errorf("identity: end session: %w", err)
	}
	return nil
}

// SignOut ends the reader's session; without one there is nothing to do.
func (s *Service) SignOut(ctx context.Context) error {
	id := access.From(ctx).Session
	if id == "" {
		return nil
	}
	if err := s.end(ctx, id, "signed-out"); err != nil {
		return fmt.Errorf("identity: sign out: %w", err)
	}
	return nil
}

func (s *Service) end(ctx context.Context, id, event string) error {
	who := access.From(ctx)
	return s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := sessionByID(tx, id)
		if err != nil {
			return err
		}
		if v.Person != string(who.Person) {
			return notFound()
		}
		if !v.Ended.IsZero() {
			return nil
		}
		if err := endSessions(tx, v.Person, id); err != nil {
			return err
		}
		return insertEvent(tx, v.Person, event, id)
	})
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
	browser := find("", "Edg/", "Edge", "EdgA/", "Edge", "EdgiOS/", "Edge", "OPR/", "Opera", "SamsungBrowser/", "Samsung Internet",
		"Firefox/", "Firefox", "FxiOS/", "Firefox", "CriOS/", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari", "curl/", "curl")
	system := find("", "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "CrOS", "ChromeOS",
		"Mac OS X", "Mac", "Linux", "Linux")
	return strings.TrimSpace(browser + " " + system)
}

func notFound() error {
	return fault.NotFound.Errorf("identity.not-found", "this is not here; it may have been removed or have ended")
}
