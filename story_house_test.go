package gongdao_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
	"github.com/gongdao/gongdao/internal/testkit/judge"
)

// house is a running Gongdao that the story walks through.
type house struct {
	Engine string            // "sqlite" or "postgres"
	Portal string            // base URL, without a slash at the end
	People map[string]string // one-time sign-in link by role
}

// The agency of the story; its identifier stands outside the tree of real ones.
var storyAgency = identity.Agency{ID: "2.16.886.101.99003", Short: "children", Name: civic.Text{ZhTW: "故事兒童署", En: "Story Children Agency"}}

// openHouse starts the whole house on a free loopback port over an engine that
// t may skip for, and closes it when t ends.
func openHouse(t *testing.T, engine string) *house {
	t.Helper()
	cfg := gongdao.Config{Data: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0"}
	if engine == "postgres" {
		cfg.DB.URL = dbtest.Postgres(t).URL
	}
	app, err := gongdao.New(t.Context(), cfg, gongdao.Needs{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-app.Ready():
	case err := <-ended:
		ended <- nil
		t.Fatalf("the house did not open: %v", err)
	}
	return &house{Engine: engine, Portal: app.Origin(), People: cast(t, app)}
}

// cast makes the people of the story and a link for each.
func cast(t *testing.T, app *gongdao.App) map[string]string {
	t.Helper()
	ctx := identity.AsOperator(t.Context())
	if err := app.Identity.AddAgency(ctx, storyAgency); err != nil {
		t.Fatal(err)
	}
	links := map[string]string{}
	for role, name := range map[string]string{"citizen": "林怡君", "steward": "黃國華"} {
		p, err := app.Identity.AddPerson(ctx, name, true)
		if err != nil {
			t.Fatal(err)
		}
		if role == "steward" {
			if _, err := app.Identity.Appoint(ctx, p.ID, storyAgency.ID, []access.Role{access.Steward}, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		if links[role], err = app.Link(ctx, p.ID); err != nil {
			t.Fatal(err)
		}
	}
	return links
}

// reader is a person with a program that asks the portal over HTTP, and with a
// device that holds a passkey.
type reader struct {
	t    *testing.T
	h    *house
	http *http.Client
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func (h *house) reader(t *testing.T) *reader {
	t.Helper()
	judge.Need(t, "virtualwebauthn")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, h: h, http: &http.Client{Jar: jar, Timeout: time.Minute},
		rp:   virtualwebauthn.RelyingParty{Name: "Gongdao", ID: "localhost", Origin: h.Portal},
		auth: virtualwebauthn.NewAuthenticator()}
	// The device drops zeros in front of a coordinate; draw a key that has none.
	for len(r.cred.ID) == 0 || len(r.cred.Key.AttestationData()) != 77 {
		r.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return r
}

// forget leaves the cookies behind, as another browser of the same person.
func (r *reader) forget() {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	r.http.Jar = jar
}

// send asks the portal and returns the answer with its body read. A status
// other than want ends the test.
func (r *reader) send(method, path, kind string, body io.Reader, want int) (*http.Response, string) {
	r.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = r.h.Portal + path
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Origin", r.h.Portal)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	answer, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if answer.StatusCode != want {
		r.t.Fatalf("%s %s = %d, want %d: %.500s", method, path, answer.StatusCode, want, text)
	}
	return answer, string(text)
}

// get returns the page or document at path.
func (r *reader) get(path string) string {
	r.t.Helper()
	_, text := r.send("GET", path, "", nil, http.StatusOK)
	return text
}

// ask reads the JSON at path into out.
func (r *reader) ask(path string, out any) {
	r.t.Helper()
	text := r.get(path)
	if err := json.Unmarshal([]byte(text), out); err != nil {
		r.t.Fatalf("%s: %v: %.300s", path, err, text)
	}
}

// post sends the fields of a form and returns the page it leads to.
func (r *reader) post(path string, fields url.Values) (*http.Response, string) {
	r.t.Helper()
	return r.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()), http.StatusOK)
}

// tell sends JSON and returns what comes back.
func (r *reader) tell(path string, v any) string {
	r.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		r.t.Fatal(err)
	}
	_, text := r.send("POST", path, "application/json", bytes.NewReader(b), http.StatusOK)
	return text
}

// addPasskey binds the device to who is signed in.
func (r *reader) addPasskey() {
	r.t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(r.tell("/account/passkeys/options", struct{}{}))
	if err != nil {
		r.t.Fatal(err)
	}
	r.auth.Options.UserHandle = []byte(options.UserID)
	answer := virtualwebauthn.CreateAttestationResponse(r.rp, r.auth, r.cred, *options)
	r.tell("/account/passkeys", map[string]any{"label": "story", "credential": json.RawMessage(answer)})
	r.auth.AddCredential(r.cred)
}

// usePasskey signs in with the device alone.
func (r *reader) usePasskey() {
	r.t.Helper()
	options, err := virtualwebauthn.ParseAssertionOptions(r.tell("/signin/passkey/options", struct{}{}))
	if err != nil {
		r.t.Fatal(err)
	}
	r.cred.Counter++
	answer := virtualwebauthn.CreateAssertionResponse(r.rp, r.auth, r.cred, *options)
	r.tell("/signin/passkey", map[string]any{"credential": json.RawMessage(answer)})
}

// enter spends the link of a role and adds a passkey, which duties need.
func (r *reader) enter(role string) {
	r.t.Helper()
	r.post(r.h.People[role], nil)
	r.addPasskey()
}

// find returns what the first group of an expression matches in a page.
func (r *reader) find(page, expression string) string {
	r.t.Helper()
	m := regexp.MustCompile(expression).FindStringSubmatch(page)
	if m == nil {
		r.t.Fatalf("the page has no %s", expression)
	}
	return m[1]
}
