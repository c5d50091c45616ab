package identity

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

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
			webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired),
			webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
				ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}),
			webauthn.WithExclusions(webauthn.Credentials(u.creds).CredentialDescriptors()))
		if err != nil {
			return err
		}
		c, err = keepCeremony(tx, u.person.ID, state, options.Response)
		return err
	})
	return c, err
}

// FinishPasskey stores the passkey that the browser made. Errors: fault.Gone
// for a ceremony that ran out, fault.Invalid if the answer does not verify.
func (s *Service) FinishPasskey(ctx context.Context, label string, answer []byte) error {
	who := access.From(ctx)
	parsed, err := protocol.ParseCredentialCreationResponseBody(bytes.NewReader(answer))
	if err != nil {
		return passkeyRefused()
	}
	label = strings.TrimSpace(label)
	if utf8.RuneCountInString(label) > 60 {
		label = string([]rune(label)[:60])
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
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
			s.needs.Log.InfoContext(ctx, "passkey not accepted", "reason", err.Error())
			return passkeyRefused()
		}
		a := Authenticator{ID: tx.NewID(), Person: person, Method: "passkey", Label: label,
			handle: base64.RawURLEncoding.EncodeToString(cred.ID), cred: *cred}
		if err := insertAuthenticator(tx, a); err != nil {
			return err
		}
		if err := insertEvent(tx, person, "passkey-added", a.ID); err != nil {
			return err
		}
		return tx.Emit(AuthenticatorBound{ID: tx.NewID(), Authenticator: a.ID, Method: a.Method})
	})
	if err != nil {
		return fmt.Errorf("identity: add passkey: %w", err)
	}
	return nil
}

// BeginSignIn starts signing in with whatever passkey the browser offers.
func (s *Service) BeginSignIn(ctx context.Context) (c Ceremony, err error) {
	options, state, err := s.wa.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		c, err = keepCeremony(tx, "", state, options.Response)
		return err
	})
	return c, err
}

// FinishSignIn checks the passkey's answer and returns the session's token.
// Errors: fault.Gone for a ceremony that ran out, fault.Unidentified if the
// answer does not verify, is of a revoked passkey, or its counter went back.
func (s *Service) FinishSignIn(ctx context.Context, answer []byte, agent string) (token string, err error) {
	parsed, err := protocol.ParseCredentialRequestResponseBody(bytes.NewReader(answer))
	if err != nil {
		return "", passkeyUnknown()
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		state, _, err := spendCeremony(tx, parsed.Response.CollectedClientData.Challenge)
		if err != nil {
			return err
		}
		var found []Authenticator
		find := func(_, person []byte) (webauthn.User, error) {
			u, list, err := loadUser(tx, string(person))
			found = list
			return u, err
		}
		who, cred, err := s.wa.ValidatePasskeyLogin(find, state, parsed)
		if err != nil {
			s.needs.Log.InfoContext(ctx, "passkey refused", "reason", err.Error())
			return passkeyUnknown()
		}
		if cred.Authenticator.CloneWarning {
			return fault.Unidentified.Errorf("identity.passkey-cloned", "this passkey may have been copied, so it was not accepted; sign in another way and remove it from your account")
		}
		for _, a := range found {
			if bytes.Equal(a.cred.ID, cred.ID) {
				if err := usedAuthenticator(tx, a.ID, *cred); err != nil {
					return err
				}
			}
		}
		token, err = s.open(tx, string(who.WebAuthnID()), "passkey", deviceName(agent))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("identity: sign in: %w", err)
	}
	return token, nil
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
func (s *Service) RevokeAuthenticator(ctx context.Context, id string) error {
	who := access.From(ctx)
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := revokeAuthenticator(tx, id, string(who.Person))
		if err != nil || n == 0 {
			return err
		}
		if err := insertEvent(tx, string(who.Person), "passkey-revoked", id); err != nil {
			return err
		}
		return tx.Emit(AuthenticatorRevoked{ID: tx.NewID(), Authenticator: id, Method: "passkey"})
	})
	if err != nil {
		return fmt.Errorf("identity: revoke passkey: %w", err)
	}
	return nil
}

func keepCeremony(tx *db.Tx, person string, state *webauthn.SessionData, options any) (Ceremony, error) {
	b, err := json.Marshal(state)
	if err != nil {
		return Ceremony{}, err
	}
	if err := dropOldChallenges(tx); err != nil {
		return Ceremony{}, err
	}
	if err := insertChallenge(tx, hashOf(state.Challenge), person, string(b), tx.Now().Add(ceremonyLife)); err != nil {
		return Ceremony{}, err
	}
	return Ceremony{PublicKey: options}, nil
}

func spendCeremony(tx *db.Tx, challenge string) (webauthn.SessionData, string, error) {
	var state webauthn.SessionData
	text, person, ok, err := takeChallenge(tx, hashOf(challenge))
	if err != nil {
		return state, "", err
	}
	if !ok {
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

func passkeyUnknown() error {
	return fault.Unidentified.Errorf("identity.passkey-unknown", "this passkey is not known here or was removed; sign in another way")
}
