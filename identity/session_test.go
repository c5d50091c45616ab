package identity_test

import (
	"sync"
	"testing"
	"time"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/config"
)

func TestEndedSessionIsOut(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p, other := r.person(t, "林怡君"), r.person(t, "張雅婷")
		laptop, phone, hers := r.byLink(t, p.ID), r.byLink(t, p.ID), r.byLink(t, other.ID)
		ctx := r.as(t, laptop)
		theirs := r.who(t, hers).Session
		want(t, "ending somebody else's session", r.EndSession(ctx, theirs), fault.NotFound)
		want(t, "ending no session", r.EndSession(ctx, "none"), fault.NotFound)
		if !r.who(t, hers).Known() {
			t.Error("somebody else's session was ended")
		}
		must(t, r.EndSession(ctx, r.who(t, phone).Session))
		if r.who(t, phone).Known() {
			t.Error("an ended session is let in")
		}
		if list := ok[[]identity.Session](t)(r.Sessions(ctx)); len(list) != 1 || list[0].Device != "Firefox Windows" || list[0].Method != "link" {
			t.Errorf("Sessions() = %+v, want the laptop alone", list)
		}
		must(t, r.SignOut(ctx))
		must(t, r.SignOut(ctx)) // twice is once
		if r.who(t, laptop).Known() {
			t.Error("who signed out is let in")
		}
		must(t, r.SignOut(t.Context())) // nobody signed in
		for _, junk := range []string{"", "x", laptop + "x"} {
			if r.who(t, junk).Known() {
				t.Errorf("the cookie %q is let in", junk)
			}
		}
	})
}

// A second proof in the same browser makes a new token and ends the old one, so
// that nobody who planted or saw the first shares the second.
func TestNewProofNewToken(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p, other := r.person(t, "林怡君"), r.person(t, "張雅婷")
		before := r.byLink(t, p.ID)
		link := ok[string](t)(r.NewLink(t.Context(), other.ID, identity.LinkLife))
		after := ok[string](t)(r.UseLink(r.as(t, before), link, firefox))
		if r.who(t, before).Known() {
			t.Error("the session before lives on")
		}
		if got := r.who(t, after).Name; got != "張雅婷" {
			t.Errorf("signed in as %q", got)
		}
	})
}

func TestLifetimes(t *testing.T) {
	for _, tt := range []struct {
		name       string
		officer    bool
		cfg        identity.Config
		life, idle time.Duration
	}{
		{"citizen", false, identity.Config{}, 12 * time.Hour, 30 * time.Minute},
		{"officer", true, identity.Config{}, 8 * time.Hour, 15 * time.Minute},
		{"citizen, as configured", false, identity.Config{CitizenLife: config.Duration(9 * time.Minute), CitizenIdle: config.Duration(2 * time.Minute)}, 9 * time.Minute, 2 * time.Minute},
		{"officer, as configured", true, identity.Config{OfficerLife: config.Duration(9 * time.Minute), OfficerIdle: config.Duration(2 * time.Minute)}, 9 * time.Minute, 2 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, tt.cfg, func(t *testing.T, r *room) {
				person := r.person(t, "林怡君").ID
				if tt.officer {
					person = r.office(t, "陳志明", access.Steward).Person
				}
				unused := r.byLink(t, person)
				r.clock.Add(tt.idle - time.Second)
				if !r.who(t, unused).Known() {
					t.Errorf("out after %s without use", tt.idle-time.Second)
				}
				r.clock.Add(tt.idle)
				if r.who(t, unused).Known() {
					t.Errorf("in after %s without use", tt.idle)
				}
				used, begin := r.byLink(t, person), r.clock.Now()
				step := tt.idle - tt.idle/10 - time.Second // the last use is known to a tenth of it
				for ; r.clock.Now().Sub(begin) < tt.life; r.clock.Add(step) {
					if !r.who(t, used).Known() {
						t.Fatalf("out after %s in use", r.clock.Now().Sub(begin))
					}
				}
				r.clock.Set(begin.Add(tt.life - time.Second))
				if !r.who(t, used).Known() {
					t.Errorf("out before %s", tt.life)
				}
				r.clock.Set(begin.Add(tt.life))
				if r.who(t, used).Known() {
					t.Errorf("in after %s", tt.life)
				}
				if list := ok[[]identity.Session](t)(r.Sessions(access.With(t.Context(), access.Actor{Person: civicID(person)}))); len(list) != 0 {
					t.Errorf("sessions that are over are listed: %+v", list)
				}
			})
		})
	}
}

// Who becomes an officer while signed in as a citizen has an officer's times
// from then on.
func TestOfficersTimesAtOnce(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		r.office(t, "陳志明", access.Administrator)
		p := r.person(t, "林怡君")
		token := r.byLink(t, p.ID)
		r.clock.Add(20 * time.Minute)
		if !r.who(t, token).Known() {
			t.Error("a citizen is out after 20 minutes")
		}
		ok[identity.Officer](t)(r.Appoint(identity.AsOperator(t.Context()), p.ID, agencyID, []access.Role{access.Steward}, time.Time{}))
		r.clock.Add(20 * time.Minute)
		if r.who(t, token).Known() {
			t.Error("an officer is in after 20 minutes without use")
		}
	})
}

// Many requests of one page in the same moment note the use of the session once,
// and none of them fails.
func TestSeenUnderLoad(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p := r.person(t, "林怡君")
		token := r.byLink(t, p.ID)
		for range 3 {
			now := r.clock.Add(2 * time.Minute)
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					if !r.who(t, token).Known() {
						t.Error("out")
					}
				})
			}
			wg.Wait()
			list := ok[[]identity.Session](t)(r.Sessions(r.as(t, token)))
			if len(list) != 1 || !list[0].Seen.Equal(now) {
				t.Errorf("Sessions() = %+v, want one seen at %s", list, now)
			}
		}
	})
}

// No room is told the id that another one, or identity itself, knows.
func TestTranslate(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		who := r.who(t, r.byLink(t, r.person(t, "林怡君").ID))
		seen := map[string]string{string(who.Person): "identity"}
		for _, name := range []string{"opendata", "atlas", "root"} {
			a := ok[access.Actor](t)(r.Translate(t.Context(), who, name))
			if was := seen[string(a.Person)]; was != "" || len(a.Person) != 43 {
				t.Errorf("%s knows the person as %q, as %s does", name, a.Person, was)
			}
			seen[string(a.Person)] = name
		}
		if a := ok[access.Actor](t)(r.Translate(t.Context(), access.Actor{}, "opendata")); a.Known() {
			t.Error("the public became somebody")
		}
		if a := ok[access.Actor](t)(r.Translate(t.Context(), who, "identity")); a.Person != who.Person {
			t.Error("the room itself works with its own id")
		}
	})
}

func TestDevices(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p := r.person(t, "林怡君")
		for agent, name := range map[string]string{
			firefox: "Firefox Windows",
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":           "Edge Windows",
			"Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                            "Chrome Android",
			"Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":        "Samsung Internet Android",
			"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1":  "Chrome iPhone",
			"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1": "Safari iPhone",
			"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15":                   "Safari Mac",
			"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                          "Chrome ChromeOS",
			"curl/8.5": "curl",
			"":         "",
			"<script>": "",
		} {
			link := ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife))
			ctx := r.as(t, ok[string](t)(r.UseLink(t.Context(), link, agent)))
			if list := ok[[]identity.Session](t)(r.Sessions(ctx)); len(list) != 1 || list[0].Device != name {
				t.Errorf("%s: %+v, want %q", agent, list, name)
			}
			must(t, r.SignOut(ctx))
		}
	})
}
