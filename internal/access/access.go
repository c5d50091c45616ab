// Package access says who is asking and who may. Rules are values on routes,
// so the permission matrix can be printed and compared; rooms add conditions
// about their own data.
package access

import (
	"context"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
)

// Role is a duty of an officer (職務).
type Role string

// The roles of the first rooms.
const (
	Administrator Role = "administrator" // 系統管理者: appoints officers, keeps agencies
	Steward       Role = "data-steward"  // 資料管理者: imports, reviews and publishes data
	Operator      Role = "operator"      // 維運人員: sees the health of the program in detail
)

// Roles lists every role, for forms and for the permission matrix.
func Roles() []Role { return []Role{Administrator, Steward, Operator} }

// Actor is who is asking. The zero Actor is the public.
type Actor struct {
	Person  civic.PersonID  // pseudonym in the room that is asked; empty for the public and for machines
	Officer civic.OfficerID // set when the person acts as an officer
	Agency  civic.AgencyID  // the officer's agency
	Roles   []Role          // the officer's duties, in force now
	Name    string          // shown to the reader herself only; never logged
	Session string          // handle of the session (not its token)
	Since   time.Time       // when this person last proved who she is
}

// Known reports whether somebody is signed in.
func (a Actor) Known() bool { return a.Person != "" || a.Officer != "" }

// Holds reports whether the actor has the role, now.
func (a Actor) Holds(r Role) bool {
	for _, have := range a.Roles {
		if have == r {
			return true
		}
	}
	return false
}

type key struct{}

// With returns ctx in which a is asking.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// From returns who is asking; the public if nobody was set.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(key{}).(Actor)
	return a
}

// Rule decides from the actor alone. Name is what the permission matrix shows.
type Rule struct {
	Name  string
	Check func(Actor) error // nil, fault.Unidentified or fault.Forbidden
}

// The rules every route chooses from, beside Holding.
var (
	Anyone   = Rule{"anyone", func(Actor) error { return nil }}
	SignedIn = Rule{"signed in", func(a Actor) error {
		if !a.Known() {
			return errUnidentified()
		}
		return nil
	}}
	Officer = Rule{"officer", func(a Actor) error {
		if !a.Known() {
			return errUnidentified()
		}
		if a.Officer == "" {
			return fault.Forbidden.Errorf("access.officers-only", "this page is for officers of an agency; sign in with your officer account")
		}
		return nil
	}}
)

// Holding allows officers who hold at least one of the roles.
func Holding(roles ...Role) Rule {
	name := "officer:"
	for i, r := range roles {
		if i > 0 {
			name += "|"
		}
		name += string(r)
	}
	return Rule{name, func(a Actor) error {
		if err := Officer.Check(a); err != nil {
			return err
		}
		for _, r := range roles {
			if a.Holds(r) {
				return nil
			}
		}
		return fault.Forbidden.Errorf("access.role-missing", "your account does not hold the duty this needs; ask the administrator of your agency")
	}}
}

func errUnidentified() error {
	return fault.Unidentified.Errorf("access.sign-in", "please sign in first")
}
