package identity

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
)

// Authenticator is a means of proving who one is.
type Authenticator struct {
	ID       string
	Person   string
	Method   string // passkey
	Label    string // what the person calls it
	Created  time.Time
	LastUsed time.Time
	Revoked  time.Time
	handle   string
	cred     webauthn.Credential
}

// Copied reports whether the counter of the passkey once went back, as that of
// a copy does. It signs nobody in any more.
func (a Authenticator) Copied() bool { return a.cred.Authenticator.CloneWarning }

// Ceremony is what a browser needs to create or use a passkey (WebAuthn Level
// 3, sections 7.1 and 7.2). Its challenge comes back with the answer and is good
// once.
type Ceremony struct {
	PublicKey any `json:"publicKey"`
}

const ceremonyLife = 5 * time.Minute

// user shows a person to the WebAuthn library.
type user struct {
	person Person
	creds  []webauthn.Credential
}

func (u user) WebAuthnID() []byte                         { return []byte(u.person.ID) }
func (u user) WebAuthnName() string                       { return u.person.Name }
func (u user) WebAuthnDisplayName() string                { return u.person.Name }
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.creds }

func loadUser(tx *db.Tx, person string) (user, []Authenticator, error) {
	p, err := personByID(tx, person)
	if err != nil {
		return user{}, nil, err
	}
	list, err := authenticatorsOf(tx, person)
	if err != nil {
		return user{}, nil, err
	}
	u := user{person: p}
	for _, a := range list {
		if a.Revoked.IsZero() {
			u.creds = append(u.creds, a.cred)
		}
	}
	return u, list, nil
}

// BeginPasskey starts adding a passkey for the signed-in reader: discoverable,
// with the user verified by the device.
func (s *Service) BeginPasskey(ctx context.Context) (c Ceremony, err error) {
	who := access.From(ctx)
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		u, _, err := loadUser(tx, string(who.Person))
		if err != nil {
			return err
		}
		options, state, err := s.wa.BeginRegistration(u,
			webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{RequireResidentKey: protocol.ResidentKeyRequired(),
				ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}),
			webauthn.WithExclusions(webauthn.Credentials(u.creds).CredentialDescriptors()))
		if err != nil {
			return err
		}
		c = Ceremony{PublicKey: options.Response}
		return keepCeremony(tx, u.person.ID, state)
	})
	return c, err
}

// FinishPasskey stores the passkey that the browser made. Who came by a link has
// now shown a passkey, which is more: for her it returns the token of a new
// session, else "". A wrong answer spends the challenge too. Errors: fault.Gone
// for a ceremony that ran out, fault.Invalid if the answer does not verify.
func (s *Service) FinishPasskey(ctx context.Context, label string, answer []byte, agent string) (token string, err error) {
	who := access.From(ctx)
	parsed, err := protocol.ParseCredentialCreationResponseBody(bytes.NewReader(answer))
	if err != nil {
		return "", passkeyRefused()
	}
	var refused error
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		token, refused = "", nil
		state, person, err := spendCeremony(tx, parsed.Response.CollectedClientData.Challenge)
		if err != nil {
			return err
		}
		if person != string(who.Person) {
			return ceremonyGone()
		}
		u, _, err := loadUser(tx, person)
		if err != nil {
			return err
		}
		cred, err := s.wa.CreateCredential(u, state, parsed)
		if err != nil {
			refused = err
			return nil
		}
		handle := base64.RawURLEncoding.EncodeToString(cred.ID)
		taken, err := handleTaken(tx, handle)
		if err != nil || taken {
			refused = errors.New("the credential id is taken") // WebAuthn Level 3, section 7.1, step 26
			return err
		}
		a := Authenticator{ID: tx.NewID(), Person: person, Method: "passkey", Label: plainLabel(label), handle: handle, cred: *cred}
		token, err = s.bind(ctx, tx, a, agent)
		return err
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("identity: add passkey: %w", err)
	case refused != nil:
		s.needs.Log.InfoContext(ctx, "passkey not accepted", "reason", refused.Error())
		return "", passkeyRefused()
	}
	return token, nil
}

// bind keeps the authenticator and, unless the session was opened by one
// already, opens a new session.
func (s *Service) bind(ctx context.Context, tx *db.Tx, a Authenticator, agent string) (token string, err error) {
	if err := insertAuthenticator(tx, a); err != nil {
		return "", err
	}
	if err := insertEvent(tx, a.Person, "passkey-added", a.ID); err != nil {
		return "", err
	}
	v, err := sessionByID(tx, access.From(ctx).Session)
	if err != nil && !isNotFound(err) {
		return "", err
	}
	if err == nil && v.Method != a.Method {
		if token, err = s.open(ctx, tx, a.Person, a.Method, agent); err != nil {
			return "", err
		}
	}
	return token, tx.Emit(AuthenticatorBound{ID: tx.NewID(), Authenticator: a.ID, Method: a.Method})
}

// plainLabel keeps at most 60 characters of a name, without line breaks and
// marks that turn the direction of the text around it.
func plainLabel(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			return -1
		}
		return c
	}, s)
	letters := []rune(strings.TrimSpace(s))
	return strings.TrimSpace(string(letters[:min(len(letters), 60)]))
}

// Authenticators lists the reader's own, those in force first.
func (s *Service) Authenticators(ctx context.Context) (list []Authenticator, err error) {
	who := access.From(ctx)
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = authenticatorsOf(tx, string(who.Person))
		return err
	})
	return list, err
}

// RevokeAuthenticator ends one of the reader's own. Twice is once.
// Errors: fault.NotFound, also for somebody else's; fault.Conflict for the last
// one, without which she could not sign in again.
func (s *Service) RevokeAuthenticator(ctx context.Context, id string) error {
	who := access.From(ctx)
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		u, list, err := loadUser(tx, string(who.Person))
		if err != nil {
			return err
		}
		var a Authenticator
		others := 0
		for _, x := range list {
			switch {
			case x.ID == id:
				a = x
			case x.Revoked.IsZero() && !x.Copied():
				others++
			}
		}
		switch {
		case a.ID == "":
			return notFound()
		case !a.Revoked.IsZero():
			return nil
		case others == 0 && !a.Copied() && !s.playing(u.person):
			return fault.Conflict.Errorf("identity.last-authenticator", "this is your last passkey; add another one first, or you could not sign in again")
		}
		if _, err := revokeAuthenticator(tx, id, a.Person); err != nil {
			return err
		}
		if err := insertEvent(tx, a.Person, "passkey-revoked", id); err != nil {
			return err
		}
		return tx.Emit(AuthenticatorRevoked{ID: tx.NewID(), Authenticator: id, Method: a.Method})
	})
	if err != nil {
		return fmt.Errorf("identity: revoke passkey: %w", err)
	}
	return nil
}

func keepCeremony(tx *db.Tx, person string, state *webauthn.SessionData) error {
	b, err := json.Marshal(state)
	if err != nil {
		return err
	}
	if err := dropOldChallenges(tx); err != nil {
		return err
	}
	return insertChallenge(tx, hashOf(state.Challenge), person, string(b), tx.Now().Add(ceremonyLife))
}

func spendCeremony(tx *db.Tx, challenge string) (webauthn.SessionData, string, error) {
	var state webauthn.SessionData
	text, person, ok, err := takeChallenge(tx, hashOf(challenge))
	if err != nil {
		return state, "", err
	}
	if !ok || person == "" {
		return state, "", ceremonyGone()
	}
	return state, person, json.Unmarshal([]byte(text), &state)
}

func ceremonyGone() error {
	return fault.Gone.Errorf("identity.ceremony-gone", "that took too long or was used already; please start again")
}

func passkeyRefused() error {
	return fault.Invalid.Errorf("identity.passkey-refused", "your device's answer could not be accepted as a passkey; please try again or use another device")
}
