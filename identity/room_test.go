package identity_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/jobs"
	"github.com/gongdao/gongdao/internal/keys"
	"github.com/gongdao/gongdao/internal/testkit/clock"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
)

// origin is where the room of the tests is reached.
const origin = "http://localhost:8080"

const firefox = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"

// room is the room on a database and a clock of its own.
type room struct {
	*identity.Service
	db    *db.DB
	clock *clock.Clock
}

// each runs fn with an empty room on each engine.
func each(t *testing.T, cfg identity.Config, fn func(t *testing.T, r *room)) {
	t.Helper()
	dbtest.EachConfig(t, func(t *testing.T, at db.Config) { fn(t, open(t, at, cfg)) })
}

func open(t *testing.T, at db.Config, cfg identity.Config) *room {
	t.Helper()
	c := clock.At("2026-11-23T01:05:00Z")
	ring, err := keys.Open(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t, at, db.Needs{Now: c.Now})
	cfg.Origin = origin
	s, err := identity.New(t.Context(), cfg, identity.Needs{DB: d, Keys: ring, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	return &room{s, d, c}
}

// ok stops the test at an error.
func ok[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want checks how something failed; nil is success.
func want(t *testing.T, what string, got, want error) {
	t.Helper()
	if (want == nil && got != nil) || !errors.Is(got, want) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// person adds a citizen.
func (r *room) person(t *testing.T, name string) identity.Person {
	t.Helper()
	return ok[identity.Person](t)(r.AddPerson(t.Context(), name, false))
}

const agencyID civic.AgencyID = "2.16.886.101.99001"

// office makes the agency and an officer of it.
func (r *room) office(t *testing.T, name string, roles ...access.Role) identity.Officer {
	t.Helper()
	ctx := identity.AsOperator(t.Context())
	must(t, r.AddAgency(ctx, identity.Agency{ID: agencyID, Short: "interior", Name: civic.Text{ZhTW: "示範內政署", En: "Demo Interior Agency"}}))
	return ok[identity.Officer](t)(r.Engage(ctx, identity.Appointment{Name: name, Agency: agencyID, Roles: roles}))
}

// byLink signs a person in and returns the session's token.
func (r *room) byLink(t *testing.T, person string) string {
	t.Helper()
	link := ok[string](t)(r.NewLink(t.Context(), person, identity.LinkLife))
	return ok[string](t)(r.UseLink(t.Context(), link, firefox))
}

// who is the actor that a session's token speaks for; the public for none.
func (r *room) who(t *testing.T, token string) access.Actor {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin, nil)
	req.AddCookie(&http.Cookie{Name: r.CookieName(), Value: token})
	return ok[access.Actor](t)(r.Authenticate(req))
}

// as is a context in which the owner of the session asks.
func (r *room) as(t *testing.T, token string) context.Context {
	t.Helper()
	return access.With(t.Context(), r.who(t, token))
}

func TestTexts(t *testing.T) {
	// Faults stand in the code in English; their codes have a room and one word.
	for _, wrong := range i18n.Check(identity.Text(), "identity.agency-invalid", "identity.agency-taken", "identity.ceremony-gone",
		"identity.duty-missing", "identity.duty-unknown", "identity.form-used", "identity.in-office", "identity.last-administrator",
		"identity.last-authenticator", "identity.link-gone", "identity.name-invalid", "identity.name-shared", "identity.no-link", "identity.nobody",
		"identity.not-found", "identity.other-agency", "identity.passkey-cloned", "identity.passkey-malformed", "identity.passkey-refused",
		"identity.passkey-unknown", "identity.until-invalid", "identity.until-past") {
		t.Error(wrong)
	}
	for _, wrong := range i18n.TaiwanWords(identity.Text()) {
		t.Error(wrong)
	}
}

func TestOrigin(t *testing.T) {
	r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{})
	for _, tt := range []struct {
		origin, cookie string
		good           bool
	}{
		{"", "gd_sid", true},
		{"http://localhost:8411", "gd_sid", true},
		{"https://gov.example", "__Host-gd_sid", true},
		{"https://gov.example/", "", false},
		{"https://gov.example/portal", "", false},
		{"https://officer@gov.example", "", false},
		{"ftp://gov.example", "", false},
		{"gov.example", "", false},
		{"http://127.0.0.1:8080", "", false}, // WebAuthn binds keys to names
		{"https://[::1]", "", false},
	} {
		err := r.At(tt.origin)
		if (err == nil) != tt.good {
			t.Errorf("At(%q) = %v", tt.origin, err)
		}
		if tt.good && r.CookieName() != tt.cookie {
			t.Errorf("At(%q): the cookie is called %s, want %s", tt.origin, r.CookieName(), tt.cookie)
		}
	}
}

// TestOnlyHashesOfTokens looks for every token in a whole backup of the
// database, facts included.
func TestOnlyHashesOfTokens(t *testing.T) {
	each(t, identity.Config{Demo: true}, func(t *testing.T, r *room) {
		p := ok[identity.Person](t)(r.AddPerson(t.Context(), "Findable Person", true))
		unused := ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife))
		used := ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife))
		secrets := []string{unused, used, ok[string](t)(r.UseLink(t.Context(), used, firefox)),
			ok[string](t)(r.ActAs(t.Context(), p.ID, firefox))}
		var copied bytes.Buffer
		must(t, r.db.Backup(t.Context(), &copied))
		if !bytes.Contains(copied.Bytes(), []byte(p.Name)) {
			t.Fatal("the backup does not hold plain rows, so nothing can be found in it")
		}
		for i, s := range secrets {
			if len(s) != 43 {
				t.Errorf("token %d has %d characters, want 43 for 256 bits", i, len(s))
			}
			if bytes.Contains(copied.Bytes(), []byte(s)) {
				t.Errorf("token %d stands in the database in the clear", i)
			}
		}
	})
}

func TestPrune(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p := r.person(t, "林怡君")
		r.byLink(t, p.ID)
		count := func(table string) (n int) {
			must(t, r.db.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow("SELECT count(*) FROM " + table).Scan(&n) }))
			return n
		}
		key := newKey(t)
		key.add(t, r, r.byLink(t, p.ID))
		if _, err := r.BeginPasskey(r.as(t, r.byLink(t, p.ID))); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			after                               time.Duration
			sessions, links, challenges, events int
		}{
			{0, 4, 3, 1, 5},
			{6 * time.Minute, 4, 3, 0, 5},
			{31 * 24 * time.Hour, 0, 0, 0, 5},
			{340 * 24 * time.Hour, 0, 0, 0, 0},
		} {
			r.clock.Add(step.after)
			must(t, r.Prune(t.Context()))
			got := [4]int{count("identity_session"), count("identity_link"), count("identity_challenge"), count("identity_event")}
			if got != [4]int{step.sessions, step.links, step.challenges, step.events} {
				t.Errorf("%s later: sessions, links, challenges, events = %v, want %v", step.after, got, step)
			}
		}
		if count("identity_person") != 1 || count("identity_authenticator") != 1 {
			t.Error("people and their passkeys are kept")
		}
	})
}

// The job is there under its name, and runs.
func TestPruneIsAJob(t *testing.T) {
	r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{})
	p := r.person(t, "林怡君")
	ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife))
	j := ok[*jobs.Jobs](t)(jobs.New(t.Context(), r.db, jobs.Config{}, jobs.Needs{Now: r.clock.Now}))
	r.Register(j)
	r.clock.Add(32 * 24 * time.Hour)
	must(t, r.db.Write(t.Context(), func(tx *db.Tx) error { return jobs.Insert(tx, pruneArgs{}) }))
	must(t, j.Drain(t.Context()))
	must(t, r.db.Read(t.Context(), func(tx *db.Tx) error {
		var n int
		err := tx.QueryRow("SELECT count(*) FROM identity_link").Scan(&n)
		if n != 0 {
			t.Errorf("%d old links are left", n)
		}
		return err
	}))
}

type pruneArgs struct{}

func (pruneArgs) Kind() string { return "identity.prune" }

func TestFindPerson(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		one, a, b := r.person(t, "林怡君"), r.person(t, "陳志明"), r.person(t, "陳志明")
		for _, tt := range []struct {
			name string
			want string
			err  error
		}{
			{"林怡君", one.ID, nil},
			{a.ID, a.ID, nil},
			{"nobody", "", fault.NotFound},
			{"陳志明", "", fault.Conflict},
		} {
			p, err := r.FindPerson(t.Context(), tt.name)
			want(t, "FindPerson("+tt.name+")", err, tt.err)
			if p.ID != tt.want {
				t.Errorf("FindPerson(%s) = %s, want %s", tt.name, p.ID, tt.want)
			}
			if tt.err == fault.Conflict && (!strings.Contains(err.Error(), a.ID) || !strings.Contains(err.Error(), b.ID)) {
				t.Errorf("%q does not say which ids to choose from", err)
			}
		}
	})
}

func TestNames(t *testing.T) {
	r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{})
	for _, tt := range []struct {
		name, kept string
	}{
		{" 林怡君 ", "林怡君"},
		{"Kacaw 'Icep Fangas", "Kacaw 'Icep Fangas"},
		{strings.Repeat("長", 100), strings.Repeat("長", 100)},
		{strings.Repeat("長", 101), ""},
		{" \t", ""},
		{"two\nlines", ""},
		{"NUL\x00", ""},
		{"not \xff text", ""},
		{"turned \u202e round", ""},
	} {
		p, err := r.AddPerson(t.Context(), tt.name, false)
		if p.Name != tt.kept || (tt.kept == "") != errors.Is(err, fault.Invalid) {
			t.Errorf("AddPerson(%q) = %q, %v; want %q", tt.name, p.Name, err, tt.kept)
		}
	}
}
