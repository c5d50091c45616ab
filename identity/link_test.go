package identity_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
)

func TestLinkWorksOnce(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		p := r.person(t, "林怡君")
		t.Run("of many that try, one wins", func(t *testing.T) {
			link := ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife))
			must(t, r.CheckLink(t.Context(), link)) // looking does not spend it
			must(t, r.CheckLink(t.Context(), link))
			var wg sync.WaitGroup
			results := make([]error, 50)
			for i := range results {
				wg.Go(func() { _, results[i] = r.UseLink(t.Context(), link, firefox) })
			}
			wg.Wait()
			won := 0
			for _, err := range results {
				if err == nil {
					won++
				} else if !errors.Is(err, fault.Gone) {
					t.Errorf("a loser got %v, want %v", err, fault.Gone)
				}
			}
			if won != 1 {
				t.Errorf("%d of %d signed in, want 1", won, len(results))
			}
			want(t, "CheckLink of a used link", r.CheckLink(t.Context(), link), fault.Gone)
			if list := ok[[]identity.Session](t)(r.Sessions(access.With(t.Context(), access.Actor{Person: civicID(p.ID)}))); len(list) != 1 {
				t.Errorf("%d sessions, want 1", len(list))
			}
		})
		t.Run("until it runs out", func(t *testing.T) {
			link := ok[string](t)(r.NewLink(t.Context(), p.ID, identity.LinkLife))
			r.clock.Add(identity.LinkLife - time.Second)
			must(t, r.CheckLink(t.Context(), link))
			r.clock.Add(time.Second)
			want(t, "CheckLink", r.CheckLink(t.Context(), link), fault.Gone)
			_, err := r.UseLink(t.Context(), link, firefox)
			want(t, "UseLink", err, fault.Gone)
		})
		t.Run("and never without one", func(t *testing.T) {
			for _, token := range []string{"", "x", "\x00", "\xff"} {
				_, err := r.UseLink(t.Context(), token, firefox)
				want(t, "UseLink", err, fault.Gone)
			}
			_, err := r.NewLink(t.Context(), "nobody", identity.LinkLife)
			want(t, "NewLink for nobody", err, fault.NotFound)
		})
	})
}

func TestDemoPeople(t *testing.T) {
	for _, demo := range []bool{true, false} {
		r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{Demo: demo})
		made := ok[identity.Person](t)(r.AddPerson(t.Context(), "示範", true))
		real := r.person(t, "林怡君")
		list := ok[[]identity.Person](t)(r.DemoPeople(t.Context()))
		if demo && (len(list) != 1 || list[0] != made) || !demo && len(list) != 0 {
			t.Errorf("demo %v: DemoPeople() = %v", demo, list)
		}
		_, err := r.ActAs(t.Context(), made.ID, firefox)
		if demo {
			must(t, err)
		} else {
			want(t, "ActAs outside a demonstration", err, fault.NotFound)
		}
		_, err = r.ActAs(t.Context(), real.ID, firefox)
		want(t, "ActAs a real person", err, fault.NotFound)
	}
}

// The program may be killed anywhere in its first start: the next one takes up
// what is there and prints a link again, until an officer has a passkey.
func TestEnrol(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		agency := identity.Agency{ID: "2.16.886.101", Short: "agency", Name: civic.Text{En: "This agency"}}
		first := identity.Appointment{Name: "管理者", Roles: access.Roles()}
		must(t, r.AddAgency(t.Context(), agency)) // what a start that was killed left
		one := ok[string](t)(r.Enrol(t.Context(), agency, first))
		two := ok[string](t)(r.Enrol(t.Context(), agency, first))
		want(t, "the link of the start before", r.CheckLink(t.Context(), one), fault.Gone)
		token := ok[string](t)(r.UseLink(t.Context(), two, firefox))
		if who := r.who(t, token); who.Name != "管理者" || who.Officer != "" {
			t.Errorf("the link leads to %+v, want the administrator, without duties yet", who)
		}
		if ok[string](t)(r.Enrol(t.Context(), agency, first)) == "" {
			t.Error("no link although nobody has a passkey yet")
		}
		if list := ok[[]identity.Officer](t)(r.Officers(identity.AsOperator(t.Context()), "2.16.886.101")); len(list) != 1 {
			t.Errorf("%d officers after four starts, want 1", len(list))
		}
		newKey(t).add(t, r, token)
		if got := ok[string](t)(r.Enrol(t.Context(), agency, first)); got != "" {
			t.Error("a link is printed although the administrator has a passkey")
		}
		_, err := r.Enrol(t.Context(), identity.Agency{}, first)
		want(t, "Enrol without an agency", err, fault.Invalid)
	})
}

func TestOfficerLink(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		boss, clerk := r.office(t, "陳志明", access.Administrator), r.office(t, "黃國華", access.Steward)
		asBoss := access.With(t.Context(), access.Actor{Person: "p", Officer: boss.ID, Agency: agencyID, Roles: boss.Roles})
		asOther := access.With(t.Context(), access.Actor{Person: "p", Officer: "o", Agency: "2.16.886.101.99002", Roles: boss.Roles})
		_, first, err := r.OfficerLink(asBoss, clerk.ID)
		must(t, err)
		_, link, err := r.OfficerLink(asBoss, clerk.ID)
		must(t, err)
		want(t, "the first link, after the second", r.CheckLink(t.Context(), first), fault.Gone)
		for _, tt := range []struct {
			name string
			id   civic.OfficerID
			err  error
		}{{"somebody else's officer", clerk.ID, fault.Forbidden}, {"nobody", "none", fault.NotFound}} {
			_, _, err := r.OfficerLink(asOther, tt.id)
			want(t, tt.name, err, tt.err)
		}
		newKey(t).add(t, r, ok[string](t)(r.UseLink(t.Context(), link, firefox)))
		_, _, err = r.OfficerLink(asBoss, clerk.ID)
		want(t, "a link into the account of an officer who has a passkey", err, fault.Conflict)
	})
}

func civicID(id string) civic.PersonID { return civic.PersonID(id) }
