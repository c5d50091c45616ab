package identity_test

import (
	"testing"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
)

func TestDutiesEnd(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		op := identity.AsOperator(t.Context())
		r.office(t, "陳志明", access.Administrator)
		day := 24 * time.Hour
		o := ok[identity.Officer](t)(r.Engage(op, identity.Appointment{Name: "黃國華", Agency: agencyID, Roles: []access.Role{access.Steward}, Until: r.clock.Now().Add(day)}))
		key := newKey(t)
		key.add(t, r, r.byLink(t, o.Person))
		if who := r.who(t, key.signIn(t, r)); who.Officer != o.ID || who.Agency != agencyID || !who.Holds(access.Steward) || who.Holds(access.Administrator) {
			t.Errorf("in office: %+v", who)
		}
		r.clock.Add(day)
		if who := r.who(t, key.signIn(t, r)); !who.Known() || who.Officer != "" || len(who.Roles) != 0 {
			t.Errorf("when the term is over: %+v, want a citizen", who)
		}
		again := ok[identity.Officer](t)(r.Appoint(op, o.Person, agencyID, []access.Role{access.Operator}, time.Time{}))
		token := key.signIn(t, r)
		if who := r.who(t, token); who.Officer != again.ID || !who.Holds(access.Operator) || who.Holds(access.Steward) {
			t.Errorf("appointed again: %+v", who)
		}
		link := ok[string](t)(r.NewLink(t.Context(), o.Person, identity.LinkLife))
		must(t, r.Dismiss(op, again.ID))
		must(t, r.Dismiss(op, again.ID)) // twice is once
		if r.who(t, token).Known() {
			t.Error("the session of a dismissed officer lives on")
		}
		want(t, "an unused link of a dismissed officer", r.CheckLink(t.Context(), link), fault.Gone)
		if who := r.who(t, key.signIn(t, r)); !who.Known() || who.Officer != "" {
			t.Errorf("dismissed: %+v, want a citizen", who)
		}
	})
}

// A link may have been handed to the wrong person, so it opens no duties.
func TestOfficersNeverPhished(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		o := r.office(t, "陳志明", access.Administrator)
		byLink := r.byLink(t, o.Person)
		if who := r.who(t, byLink); !who.Known() || who.Officer != "" || len(who.Roles) != 0 {
			t.Errorf("by a link: %+v, want no duties", who)
		}
		key := newKey(t)
		token := key.add(t, r, byLink)
		if who := r.who(t, token); who.Officer != o.ID || !who.Holds(access.Administrator) {
			t.Errorf("after adding a passkey: %+v, want the duties", who)
		}
		if r.who(t, byLink).Known() {
			t.Error("the token that came by the link lives on after the step up")
		}
		if second := newKey(t).add(t, r, token); second != "" {
			t.Error("a second passkey in the same session needs no new token")
		}
		if who := r.who(t, r.byLink(t, o.Person)); who.Officer != "" {
			t.Errorf("by a later link: %+v, want no duties", who)
		}
	})
	t.Run("but in a demonstration there is nothing to protect", func(t *testing.T) {
		for _, madeUp := range []bool{true, false} {
			r := open(t, db.Config{Dir: t.TempDir()}, identity.Config{Demo: true})
			r.office(t, "黃國華", access.Steward)
			o := ok[identity.Officer](t)(r.Engage(identity.AsOperator(t.Context()), identity.Appointment{Name: "陳志明", MadeUp: madeUp, Agency: agencyID, Roles: access.Roles()}))
			if who := r.who(t, r.byLink(t, o.Person)); (who.Officer != "") != madeUp {
				t.Errorf("made up %v: %+v", madeUp, who)
			}
		}
	})
}

func TestAppoint(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		boss := r.office(t, "陳志明", access.Administrator)
		p := r.person(t, "林怡君")
		admin := access.Actor{Person: "p", Officer: boss.ID, Agency: agencyID, Roles: []access.Role{access.Administrator}}
		steward := access.Actor{Person: "p", Officer: "o", Agency: agencyID, Roles: []access.Role{access.Steward}}
		roles := []access.Role{access.Steward}
		for _, tt := range []struct {
			name   string
			who    access.Actor
			person string
			agency civic.AgencyID
			roles  []access.Role
			until  time.Time
			want   error
		}{
			{"the public", access.Actor{}, p.ID, agencyID, roles, time.Time{}, fault.Unidentified},
			{"a citizen", access.Actor{Person: "p"}, p.ID, agencyID, roles, time.Time{}, fault.Forbidden},
			{"an officer without the duty", steward, p.ID, agencyID, roles, time.Time{}, fault.Forbidden},
			{"another agency's administrator", admin, p.ID, "2.16.886.101.99002", roles, time.Time{}, fault.Forbidden},
			{"no duty", admin, p.ID, agencyID, nil, time.Time{}, fault.Invalid},
			{"a duty that is none", admin, p.ID, agencyID, []access.Role{"king"}, time.Time{}, fault.Invalid},
			{"until yesterday", admin, p.ID, agencyID, roles, r.clock.Now(), fault.Invalid},
			{"nobody", admin, "nobody", agencyID, roles, time.Time{}, fault.NotFound},
			{"somebody", admin, p.ID, agencyID, roles, time.Time{}, nil},
			{"an officer of the agency", admin, p.ID, agencyID, roles, time.Time{}, fault.Conflict},
		} {
			_, err := r.Appoint(access.With(t.Context(), tt.who), tt.person, tt.agency, tt.roles, tt.until)
			want(t, tt.name, err, tt.want)
		}
		_, err := r.Appoint(identity.AsOperator(t.Context()), p.ID, "2.16.886.101.1", roles, time.Time{})
		want(t, "an agency that is not here", err, fault.NotFound)
		asAdmin := access.With(t.Context(), admin)
		want(t, "dismissing the last administrator", r.Dismiss(asAdmin, boss.ID), fault.Conflict)
		second := ok[identity.Officer](t)(r.Engage(asAdmin, identity.Appointment{Name: "黃國華", Agency: agencyID, Roles: access.Roles()}))
		must(t, r.Dismiss(asAdmin, boss.ID))
		want(t, "dismissing nobody", r.Dismiss(asAdmin, "none"), fault.NotFound)
		want(t, "dismissing as a steward", r.Dismiss(access.With(t.Context(), steward), second.ID), fault.Forbidden)
		_, err = r.Officers(access.With(t.Context(), steward), agencyID)
		want(t, "listing as a steward", err, fault.Forbidden)
		if list := ok[[]identity.Officer](t)(r.Officers(asAdmin, agencyID)); len(list) != 3 || !list[2].Ended.Equal(r.clock.Now()) || list[2].ID != boss.ID {
			t.Errorf("Officers() = %+v, want those in office first", list)
		}
	})
}

// A form sent twice, or again after the answer was lost, appoints once.
func TestEngageTwiceIsOnce(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		r.office(t, "陳志明", access.Administrator)
		op := identity.AsOperator(t.Context())
		a := identity.Appointment{Name: "黃國華", Agency: agencyID, Roles: access.Roles(), Once: "01939b5e-0000-7000-8000-000000000001"}
		one, two := ok[identity.Officer](t)(r.Engage(op, a)), ok[identity.Officer](t)(r.Engage(op, a))
		if one.ID != two.ID || one.Person != two.Person {
			t.Errorf("two officers: %+v, %+v", one, two)
		}
		a.Name = "張雅婷"
		_, err := r.Engage(op, a)
		want(t, "the same form for somebody else", err, fault.Conflict)
		a.Once, a.Agency = "", "2.16.886.101.1"
		_, err = r.Engage(op, a)
		want(t, "an agency that is not here", err, fault.NotFound)
		_, err = r.FindPerson(t.Context(), "張雅婷")
		want(t, "the person of a refused appointment", err, fault.NotFound)
	})
}

func TestAddAgency(t *testing.T) {
	each(t, identity.Config{}, func(t *testing.T, r *room) {
		name := civic.Text{ZhTW: "示範內政署"}
		for _, tt := range []struct {
			name  string
			id    civic.AgencyID
			short string
			text  civic.Text
			want  error
		}{
			{"new", "2.16.886.101.1", "interior", name, nil},
			{"again", "2.16.886.101.1", "interior", name, nil},
			{"again, by another short name", "2.16.886.101.1", "home", name, nil},
			{"a short name that is taken", "2.16.886.101.2", "interior", name, fault.Conflict},
			{"no identifier", "", "x1", name, fault.Invalid},
			{"an identifier that is none", "interior", "x1", name, fault.Invalid},
			{"an empty arc", "2..1", "x1", name, fault.Invalid},
			{"a short name with capitals", "2.16.886.101.3", "Interior", name, fault.Invalid},
			{"no name", "2.16.886.101.3", "x1", civic.Text{}, fault.Invalid},
		} {
			want(t, tt.name, r.AddAgency(t.Context(), identity.Agency{ID: tt.id, Short: tt.short, Name: tt.text}), tt.want)
		}
		list := ok[[]identity.Agency](t)(r.Agencies(t.Context()))
		if len(list) != 1 || list[0].Short != "interior" {
			t.Errorf("Agencies() = %+v, want one", list)
		}
		for _, id := range []string{"2.16.886.101.1", "interior"} {
			if a := ok[identity.Agency](t)(r.Agency(t.Context(), id)); a != list[0] {
				t.Errorf("Agency(%s) = %+v", id, a)
			}
		}
	})
}
