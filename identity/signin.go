package identity

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
)

// BeginSignIn starts signing in with whatever passkey the browser offers.
func (s *Service) BeginSignIn(context.Context) (Ceremony, error) {
	options, _, err := s.signIn(s.newChallenge(s.needs.Now().Add(ceremonyLife)))
	if err != nil {
		return Ceremony{}, err
	}
	return Ceremony{PublicKey: options.Response}, nil
}

// signIn is the ceremony for one challenge; asked twice it is the same.
func (s *Service) signIn(challenge []byte) (*protocol.CredentialAssertion, *webauthn.SessionData, error) {
	return s.wa.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired), webauthn.WithChallenge(challenge))
}

// A challenge is 16 random bytes, its end in Unix seconds in 8, and the first 24
// of HMAC-SHA-256 over both. It proves by itself that it is ours and how old it
// is, so that asking for one, which anybody may, writes nothing.
const challengeSize = 16 + 8 + 24

func (s *Service) newChallenge(ends time.Time) []byte {
	b := make([]byte, 16, challengeSize)
	rand.Read(b)
	b = binary.BigEndian.AppendUint64(b, uint64(ends.Unix()))
	return append(b, s.challengeMAC(b)...)
}

func (s *Service) challengeMAC(b []byte) []byte {
	mac := hmac.New(sha256.New, s.ticket)
	mac.Write([]byte("gongdao/challenge/v1\x00"))
	mac.Write(b)
	return mac.Sum(nil)[:24]
}

// ours returns the bytes and the end of a challenge that we made and that has
// not run out.
func (s *Service) ours(challenge string) (b []byte, ends time.Time, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(challenge)
	if err != nil || len(b) != challengeSize || !hmac.Equal(b[24:], s.challengeMAC(b[:24])) {
		return nil, time.Time{}, false
	}
	ends = time.Unix(int64(binary.BigEndian.Uint64(b[16:24])), 0)
	return b, ends, s.needs.Now().Before(ends)
}

// FinishSignIn checks the passkey's answer and returns the session's token. A
// challenge that was answered rightly is kept until it would have run out, so
// that it is good once. Errors: fault.Gone for a ceremony that ran out or was
// answered before, fault.Unidentified if the answer does not verify, is of a
// revoked passkey, or its counter went back.
func (s *Service) FinishSignIn(ctx context.Context, answer []byte, agent string) (token string, err error) {
	parsed, err := protocol.ParseCredentialRequestResponseBody(bytes.NewReader(answer))
	if err != nil {
		return "", passkeyUnknown()
	}
	challenge, ends, ok := s.ours(parsed.Response.CollectedClientData.Challenge)
	if !ok {
		return "", ceremonyGone()
	}
	_, state, err := s.signIn(challenge)
	if err != nil {
		return "", err
	}
	// Looked at before anything is written: strangers cost a look-up, no write.
	if err := s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.verify(tx, *state, parsed)
		return err
	}); err != nil {
		return "", s.signInError(ctx, err)
	}
	copied := false
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		token, copied = "", false
		fresh, err := spendChallenge(tx, hashOf(state.Challenge), ends)
		if err != nil {
			return err
		}
		if !fresh {
			return ceremonyGone()
		}
		a, err := s.verify(tx, *state, parsed) // again: it may have been used or revoked since
		if err != nil {
			return err
		}
		if copied = a.Copied(); copied {
			return errors.Join(saveCredential(tx, a), insertEvent(tx, a.Person, "passkey-copied", a.ID))
		}
		a.LastUsed = tx.Now()
		if err := saveCredential(tx, a); err != nil {
			return err
		}
		token, err = s.open(ctx, tx, a.Person, a.Method, agent)
		return err
	})
	switch {
	case err != nil:
		return "", s.signInError(ctx, err)
	case copied:
		return "", fault.Unidentified.Errorf("identity.passkey-cloned", "this passkey may have been copied, so it was not accepted; sign in another way and remove it from your account")
	}
	return token, nil
}

// unverified is an answer that the WebAuthn library refused.
type unverified struct{ error }

// verify finds the passkey that an answer speaks of, as it is after this use.
func (s *Service) verify(tx *db.Tx, state webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData) (Authenticator, error) {
	var list []Authenticator
	var broken error // the library hides what the look-up returned
	_, cred, err := s.wa.ValidatePasskeyLogin(func(_, person []byte) (webauthn.User, error) {
		if len(person) != len("018f6c00-0000-7000-8000-000000000001") || !utf8.Valid(person) || bytes.IndexByte(person, 0) >= 0 {
			return nil, notFound() // never a handle of ours, and no text for a database
		}
		u, all, err := loadUser(tx, string(person))
		if err != nil && !isNotFound(err) {
			broken = err
		}
		list = all
		return u, err
	}, state, parsed)
	if broken != nil {
		return Authenticator{}, broken
	}
	if err != nil {
		return Authenticator{}, unverified{err}
	}
	for _, a := range list {
		if bytes.Equal(a.cred.ID, cred.ID) {
			a.cred = *cred
			return a, nil
		}
	}
	return Authenticator{}, unverified{errors.New("the credential is not among the person's")}
}

// signInError tells the person no more than she needs, and the log why.
func (s *Service) signInError(ctx context.Context, err error) error {
	var u unverified
	if errors.As(err, &u) {
		s.needs.Log.InfoContext(ctx, "passkey refused", "reason", u.Error())
		return passkeyUnknown()
	}
	return fmt.Errorf("identity: sign in: %w", err)
}

func passkeyUnknown() error {
	return fault.Unidentified.Errorf("identity.passkey-unknown", "this passkey is not known here or was removed; sign in another way")
}
