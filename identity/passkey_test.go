package identity_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/testkit/judge"
)

// key is a passkey on a device that others wrote.
type key struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func newKey(t *testing.T) *key {
	t.Helper()
	judge.Need(t, "virtualwebauthn")
	return &key{virtualwebauthn.RelyingParty{Name: "Gongdao", ID: "localhost", Origin: origin},
		virtualwebauthn.NewAuthenticator(), fullKey()}
}

// fullKey draws until both coordinates have 32 bytes: the virtual device drops
// zeros in front, which RFC 9053 section 7.1.1 forbids, and is then refused.
func fullKey() virtualwebauthn.Credential {
	for {
		c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(c.Key.AttestationData()) == 77 {
			return c
		}
	}
}

func text(t *testing.T, c identity.Ceremony) string {
	t.Helper()
	b, err := json.Marshal(c)
	must(t, err)
	return string(b)
}

// make answers the options for a new passkey.
func (k *key) make(t *testing.T, c identity.Ceremony) []byte {
	t.Helper()
	o := ok[*virtualwebauthn.AttestationOptions](t)(virtualwebauthn.ParseAttestationOptions(text(t, c)))
	k.auth.Options.UserHandle = []byte(o.UserID)
	return []byte(virtualwebauthn.CreateAttestationResponse(k.rp, k.auth, k.cred, *o))
}

// use answers the options for signing in.
func (k *key) use(t *testing.T, c identity.Ceremony) []byte {
	t.Helper()
	o := ok[*virtualwebauthn.AssertionOptions](t)(virtualwebauthn.ParseAssertionOptions(text(t, c)))
	return []byte(virtualwebauthn.CreateAssertionResponse(k.rp, k.auth, k.cred, *o))
}

// add binds the passkey to the owner of the session and returns the token of
// the session that follows, if there is one.
func (k *key) add(t *testing.T, r *room, token string) string {
	t.Helper()
	ctx := r.as(t, token)
	c := ok[identity.Ceremony](t)(r.BeginPasskey(ctx))
	return ok[string](t)(r.FinishPasskey(ctx, "my phone", k.make(t, c), firefox))
}

func (k *key) signIn(t *testing.T, r *room) string {
	t.Helper()
	c := ok[identity.Ceremony](t)(r.BeginSignIn(t.Context()))
	return ok[string](t)(r.FinishSignIn(t.Context(), k.use(t, c), firefox))
}

// TestPasskey registers and signs in as WebAuthn Level 3, sections 7.1 and 7.2,
// say, with keys of both kinds and with counters as devices have them.
func TestPasskey(t *testing.T) {
	for _, tt := range []struct {
		name     string
		cred     virtualwebauthn.Credential
		synced   bool
		counters []uint32
	}{
		{"on one device", fullKey(), false, []uint32{1, 2, 7}},
		{"synced, without a counter", fullKey(), true, []uint32{0, 0, 0}},
		{"RSA", virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeRSA), false, []uint32{1, 2, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, identity.Config{}, func(t *testing.T, r *room) {
				p := r.person(t, "林怡君")
				k := newKey(t)
				k.cred = tt.cred
				k.auth.Options.BackupEligible, k.auth.Options.BackupState = tt.synced, tt.synced
				token := k.add(t, r, r.byLink(t, p.ID))
				for _, n := range tt.counters {
					k.cred.Counter = n
					r.clock.Add(time.Minute)
					token = k.signIn(t, r)
				}
				who := r.who(t, token)
				if string(who.Person) != p.ID || !who.Since.Equal(r.clock.Now()) {
					t.Errorf("signed in as %+v", who)
				}
				list := ok[[]identity.Authenticator](t)(r.Authenticators(r.as(t, token)))
				if len(list) != 1 || list[0].Label != "my phone" || !list[0].LastUsed.Equal(r.clock.Now()) || list[0].Copied() {
					t.Errorf("Authenticators() = %+v", list)
				}
			})
		})
	}
}

// What the browser is asked for: a key that it can find without a name, and a
// person who shows the device that she is there.
func TestPasskeyOptions(t *testing.T) {
	r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{})
	token := r.byLink(t, r.person(t, "林怡君").ID)
	k := newKey(t)
	token = k.add(t, r, token)
	for _, tt := range []struct {
		name string
		c    identity.Ceremony
		want []string
	}{
		{"new", ok[identity.Ceremony](t)(r.BeginPasskey(r.as(t, token))), []string{`"residentKey":"required"`, `"requireResidentKey":true`,
			`"userVerification":"required"`, `"excludeCredentials":[{`, `"id":"localhost"`, base64.RawURLEncoding.EncodeToString(k.cred.ID)}},
		{"use", ok[identity.Ceremony](t)(r.BeginSignIn(t.Context())), []string{`"userVerification":"required"`, `"rpId":"localhost"`}},
	} {
		got := text(t, tt.c)
		for _, part := range tt.want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %s lacks %s", tt.name, got, part)
			}
		}
	}
	if got := text(t, ok[identity.Ceremony](t)(r.BeginSignIn(t.Context()))); strings.Contains(got, "allowCredentials") {
		t.Errorf("a stranger is told of passkeys: %s", got)
	}
}

func TestPasskeyRefused(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p := r.person(t, "林怡君")
		token := r.byLink(t, p.ID)
		for _, tt := range []struct {
			name  string
			spoil func(k *key)
		}{
			{"another origin", func(k *key) { k.rp.Origin = "https://gongdao.example" }},
			{"another port of the same host", func(k *key) { k.rp.Origin = "http://localhost:8081" }},
			{"for another party", func(k *key) { k.rp.ID = "gongdao.example" }},
			{"user not verified", func(k *key) { k.auth.Options.UserNotVerified = true }},
			{"user not present", func(k *key) { k.auth.Options.UserNotPresent = true }},
			{"synced but not to be synced", func(k *key) { k.auth.Options.BackupState = true }},
		} {
			t.Run("making it: "+tt.name, func(t *testing.T) {
				k := newKey(t)
				tt.spoil(k)
				ctx := r.as(t, token)
				c := ok[identity.Ceremony](t)(r.BeginPasskey(ctx))
				_, err := r.FinishPasskey(ctx, "", k.make(t, c), firefox)
				want(t, "FinishPasskey", err, fault.Invalid)
				_, err = r.FinishPasskey(ctx, "", newKey(t).make(t, c), firefox)
				want(t, "a second try with the same challenge", err, fault.Gone)
			})
			t.Run("using it: "+tt.name, func(t *testing.T) {
				k := newKey(t)
				if next := k.add(t, r, token); next != "" {
					token = next
				}
				tt.spoil(k)
				c := ok[identity.Ceremony](t)(r.BeginSignIn(t.Context()))
				_, err := r.FinishSignIn(t.Context(), k.use(t, c), firefox)
				want(t, "FinishSignIn", err, fault.Unidentified)
			})
		}
	})
}

func TestSignInRefused(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p, other := r.person(t, "林怡君"), r.person(t, "張雅婷")
		k := newKey(t)
		k.add(t, r, r.byLink(t, p.ID))
		hers := newKey(t)
		hers.add(t, r, r.byLink(t, other.ID))
		swap := func(k *key, handle string) *key {
			c := *k
			c.auth.Options.UserHandle = []byte(handle)
			return &c
		}
		forged := *k
		forged.cred.Key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2).Key
		for _, tt := range []struct {
			name string
			k    *key
		}{
			{"a key that nobody bound", swap(newKey(t), p.ID)},
			{"a forged signature", &forged},
			{"somebody else's handle", swap(k, other.ID)},
			{"no handle", swap(k, "")},
			{"a handle of nobody", swap(k, "018f6c00-0000-7000-8000-000000000001")},
			{"a handle that is no text", swap(k, strings.Repeat("\xff", 36))},
			{"a handle with NUL", swap(k, strings.Repeat("\x00", 36))},
		} {
			c := ok[identity.Ceremony](t)(r.BeginSignIn(t.Context()))
			_, err := r.FinishSignIn(t.Context(), tt.k.use(t, c), firefox)
			want(t, tt.name, err, fault.Unidentified)
		}
		for _, junk := range []string{"", "{}", "[]", `{"id":"x"}`, strings.Repeat("[", 1000)} {
			_, err := r.FinishSignIn(t.Context(), []byte(junk), firefox)
			want(t, "FinishSignIn("+junk+")", err, fault.Unidentified)
			_, err = r.FinishPasskey(r.as(t, r.byLink(t, p.ID)), "", []byte(junk), firefox)
			want(t, "FinishPasskey("+junk+")", err, fault.Invalid)
		}
	})
}

// TestOneCeremonyOnce: a challenge is good for one answer, for five minutes, and
// for the person it was made for.
func TestOneCeremonyOnce(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p, other := r.person(t, "林怡君"), r.person(t, "張雅婷")
		hers := r.as(t, r.byLink(t, other.ID))
		k := newKey(t)
		ctx := r.as(t, r.byLink(t, p.ID))
		c := ok[identity.Ceremony](t)(r.BeginPasskey(ctx))
		made := k.make(t, c)
		_, err := r.FinishPasskey(hers, "", made, firefox)
		want(t, "binding to somebody else's account", err, fault.Gone)
		_, err = r.FinishSignIn(t.Context(), k.use(t, c), firefox)
		want(t, "signing in with a challenge for a new passkey", err, fault.Gone)
		ok[string](t)(r.FinishPasskey(ctx, "", made, firefox))
		_, err = r.FinishPasskey(ctx, "", made, firefox)
		want(t, "the same answer again", err, fault.Gone)

		c = ok[identity.Ceremony](t)(r.BeginSignIn(t.Context()))
		k.cred.Counter++
		answer := k.use(t, c)
		var wg sync.WaitGroup
		results := make([]error, 20)
		for i := range results {
			wg.Go(func() { _, results[i] = r.FinishSignIn(t.Context(), answer, firefox) })
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if !errors.Is(err, fault.Gone) && !errors.Is(err, fault.Unidentified) {
				t.Errorf("a loser got %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of %d equal answers signed in, want 1", won, len(results))
		}

		c = ok[identity.Ceremony](t)(r.BeginSignIn(t.Context()))
		k.cred.Counter++
		late := k.use(t, c)
		fresh := ok[identity.Ceremony](t)(r.BeginPasskey(hers))
		lateKey := newKey(t).make(t, fresh)
		r.clock.Add(5 * time.Minute)
		_, err = r.FinishSignIn(t.Context(), late, firefox)
		want(t, "an answer after five minutes", err, fault.Gone)
		_, err = r.FinishPasskey(hers, "", lateKey, firefox)
		want(t, "a new passkey after five minutes", err, fault.Gone)

		own := []byte(virtualwebauthn.CreateAssertionResponse(k.rp, k.auth, k.cred, virtualwebauthn.AssertionOptions{Challenge: make([]byte, 48)}))
		_, err = r.FinishSignIn(t.Context(), own, firefox)
		want(t, "a challenge that is not ours", err, fault.Gone)
	})
}

// A counter that goes back tells of a copy. Neither the copy nor the original
// can be told apart from then on, so both are refused, and the owner reads why.
func TestCopiedPasskeyIsOut(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p := r.person(t, "林怡君")
		k := newKey(t)
		k.add(t, r, r.byLink(t, p.ID))
		k.cred.Counter = 5
		token := k.signIn(t, r)
		for _, n := range []uint32{5, 4, 6, 100} {
			k.cred.Counter = n
			c := ok[identity.Ceremony](t)(r.BeginSignIn(t.Context()))
			_, err := r.FinishSignIn(t.Context(), k.use(t, c), firefox)
			if want(t, "FinishSignIn", err, fault.Unidentified); fault.Of(err).Code != "identity.passkey-cloned" {
				t.Errorf("counter %d: %v", n, err)
			}
		}
		ctx := r.as(t, token)
		list := ok[[]identity.Authenticator](t)(r.Authenticators(ctx))
		if len(list) != 1 || !list[0].Copied() || !list[0].LastUsed.Equal(r.clock.Now()) {
			t.Errorf("Authenticators() = %+v", list)
		}
		must(t, r.RevokeAuthenticator(ctx, list[0].ID)) // also as the last one: it is worth nothing
	})
}

func TestRevokedPasskeyIsOut(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p, other := r.person(t, "林怡君"), r.person(t, "張雅婷")
		lost, kept, hers := newKey(t), newKey(t), newKey(t)
		token := lost.add(t, r, r.byLink(t, p.ID))
		ctx := r.as(t, token)
		list := ok[[]identity.Authenticator](t)(r.Authenticators(ctx))
		want(t, "removing the last passkey", r.RevokeAuthenticator(ctx, list[0].ID), fault.Conflict)
		kept.add(t, r, token)
		herToken := hers.add(t, r, r.byLink(t, other.ID))
		theirs := ok[[]identity.Authenticator](t)(r.Authenticators(r.as(t, herToken)))
		want(t, "removing somebody else's", r.RevokeAuthenticator(ctx, theirs[0].ID), fault.NotFound)
		want(t, "removing none", r.RevokeAuthenticator(ctx, "none"), fault.NotFound)
		must(t, r.RevokeAuthenticator(ctx, list[0].ID))
		must(t, r.RevokeAuthenticator(ctx, list[0].ID)) // twice is once
		c := ok[identity.Ceremony](t)(r.BeginSignIn(t.Context()))
		_, err := r.FinishSignIn(t.Context(), lost.use(t, c), firefox)
		want(t, "signing in with a removed passkey", err, fault.Unidentified)
		kept.signIn(t, r)
		hers.signIn(t, r)
		// The id of a key belongs to whoever bound it first (section 7.1, step 26).
		for _, k := range []*key{lost, kept, hers} {
			again := ok[identity.Ceremony](t)(r.BeginPasskey(ctx))
			_, err = r.FinishPasskey(ctx, "", k.make(t, again), firefox)
			want(t, "binding a key that is known", err, fault.Invalid)
		}
	})
}

func TestPasskeyLabels(t *testing.T) {
	r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{})
	token := r.byLink(t, r.person(t, "林怡君").ID)
	for _, tt := range []struct{ typed, kept string }{
		{"  我的手機 ", "我的手機"},
		{"", ""},
		{"a\u202eb\nc\x00d", "abcd"},
		{strings.Repeat("長", 99), strings.Repeat("長", 60)},
	} {
		ctx := r.as(t, token)
		c := ok[identity.Ceremony](t)(r.BeginPasskey(ctx))
		if next := ok[string](t)(r.FinishPasskey(ctx, tt.typed, newKey(t).make(t, c), firefox)); next != "" {
			token = next
		}
		list := ok[[]identity.Authenticator](t)(r.Authenticators(r.as(t, token)))
		found := false
		for _, a := range list {
			found = found || a.Label == tt.kept
		}
		if !found {
			t.Errorf("%q was not kept as %q: %+v", tt.typed, tt.kept, list)
		}
	}
}

// Nobody is signed in: there is no account to add a passkey to.
func TestNoPasskeyForThePublic(t *testing.T) {
	r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{})
	for _, ctx := range []context.Context{t.Context(), access.With(t.Context(), access.Actor{Person: "gone"})} {
		_, err := r.BeginPasskey(ctx)
		want(t, "BeginPasskey", err, fault.NotFound)
	}
}
