package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
)

// Officer is a person in an agency, with duties, for a time.
type Officer struct {
	ID     civic.OfficerID
	Person string
	Name   string // of the person
	Agency civic.AgencyID
	Roles  []access.Role
	Until  time.Time // zero: no end date
	Ended  time.Time // zero: in office
}

// InOffice reports whether the officer's duties are in force at t.
func (o Officer) InOffice(t time.Time) bool {
	return o.Ended.IsZero() && (o.Until.IsZero() || t.Before(o.Until))
}

func (o Officer) holds(r access.Role) bool { return slices.Contains(o.Roles, r) }

// Appointment is what an officer is appointed with.
type Appointment struct {
	Name   string // of the person
	MadeUp bool   // a person of the demonstration
	Agency civic.AgencyID
	Roles  []access.Role
	Until  time.Time // zero: no end date
	Once   string    // UUIDv7 of the form that asks; the same one again is the same appointment
}

// Appoint makes a person an officer of an agency with the given duties.
// Errors: fault.Invalid, fault.NotFound, fault.Conflict if she is one already,
// fault.Forbidden unless an administrator of that agency or the operator asks.
func (s *Service) Appoint(ctx context.Context, person string, agency civic.AgencyID, roles []access.Role, until time.Time) (o Officer, err error) {
	if err := mayAppoint(ctx, agency, roles); err != nil {
		return Officer{}, err
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := personByID(tx, person)
		if err != nil {
			return err
		}
		o, err = appoint(tx, p, Appointment{Agency: agency, Roles: roles, Until: until})
		return err
	})
	if err != nil {
		return Officer{}, fmt.Errorf("identity: appoint: %w", err)
	}
	return o, nil
}

// Engage keeps a new person and appoints her in one step, so that neither is
// there without the other. Errors: as of Appoint.
func (s *Service) Engage(ctx context.Context, a Appointment) (o Officer, err error) {
	if err := mayAppoint(ctx, a.Agency, a.Roles); err != nil {
		return Officer{}, err
	}
	if a.Name, err = personName(a.Name); err != nil {
		return Officer{}, err
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		if a.Once != "" {
			was, err := officerByID(tx, civic.OfficerID(a.Once))
			switch {
			case err == nil && (was.Agency != a.Agency || was.Name != a.Name):
				return fault.Conflict.Errorf("identity.form-used", "this form was used for somebody else already; open the page again")
			case err == nil:
				o = was
				return nil
			case !isNotFound(err):
				return err
			}
		}
		o, err = engage(tx, a)
		return err
	})
	if err != nil {
		return Officer{}, fmt.Errorf("identity: engage: %w", err)
	}
	return o, nil
}

func engage(tx *db.Tx, a Appointment) (Officer, error) {
	p := Person{ID: tx.NewID(), Name: a.Name, MadeUp: a.MadeUp}
	if err := insertPerson(tx, p); err != nil {
		return Officer{}, err
	}
	return appoint(tx, p, a)
}

func appoint(tx *db.Tx, p Person, a Appointment) (Officer, error) {
	if _, err := agencyBy(tx, string(a.Agency)); err != nil {
		return Officer{}, err
	}
	if !a.Until.IsZero() && !tx.Now().Before(a.Until) {
		return Officer{}, fault.Invalid.Errorf("identity.until-past", "the end of an office must lie in the future").
			At("until", "identity.until-past", "the end of an office must lie in the future")
	}
	offices, err := officersOfPerson(tx, p.ID)
	if err != nil {
		return Officer{}, err
	}
	for _, o := range inOffice(offices, tx.Now()) {
		if o.Agency == a.Agency {
			return Officer{}, fault.Conflict.Errorf("identity.in-office", "this person is an officer of the agency already")
		}
	}
	id := a.Once
	if id == "" {
		id = tx.NewID()
	}
	o := Officer{ID: civic.OfficerID(id), Person: p.ID, Name: p.Name, Agency: a.Agency, Roles: a.Roles, Until: a.Until}
	if err := insertOfficer(tx, o); err != nil {
		return Officer{}, err
	}
	return o, tx.Emit(OfficerAppointed{ID: tx.NewID(), Officer: o.ID, Agency: o.Agency})
}

// Dismiss ends an office; the sessions and unused links of the person end with
// it. Twice is once. Errors: fault.NotFound, fault.Forbidden, fault.Conflict for
// the last administrator, after whom nobody could appoint another.
func (s *Service) Dismiss(ctx context.Context, id civic.OfficerID) error {
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := officerByID(tx, id)
		if err != nil {
			return err
		}
		if err := mayAdminister(ctx, o.Agency); err != nil {
			return err
		}
		if err := replaceable(tx, o); err != nil {
			return err
		}
		ended, err := endOfficer(tx, id)
		if err != nil || !ended {
			return err
		}
		if err := endSessions(tx, o.Person, ""); err != nil {
			return err
		}
		if err := voidLinks(tx, o.Person); err != nil {
			return err
		}
		return tx.Emit(OfficerLeft{ID: tx.NewID(), Officer: id, Agency: o.Agency})
	})
	if err != nil {
		return fmt.Errorf("identity: dismiss: %w", err)
	}
	return nil
}

// replaceable refuses to let the last administrator of an agency go.
func replaceable(tx *db.Tx, o Officer) error {
	if !o.InOffice(tx.Now()) || !o.holds(access.Administrator) {
		return nil
	}
	all, err := officersOf(tx, o.Agency)
	if err != nil {
		return err
	}
	for _, other := range inOffice(all, tx.Now()) {
		if other.ID != o.ID && other.holds(access.Administrator) {
			return nil
		}
	}
	return fault.Conflict.Errorf("identity.last-administrator", "this is the agency's last administrator; appoint another one first")
}

// Officers lists the officers of an agency, those in office first.
func (s *Service) Officers(ctx context.Context, agency civic.AgencyID) (list []Officer, err error) {
	if err := mayAdminister(ctx, agency); err != nil {
		return nil, err
	}
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = officersOf(tx, agency)
		return err
	})
	return list, err
}

type operatorKey struct{}

// AsOperator marks work that the person at the machine started: the command
// line and the demonstration's own seeding. No request ever carries the mark.
func AsOperator(ctx context.Context) context.Context {
	return context.WithValue(ctx, operatorKey{}, true)
}

func mayAdminister(ctx context.Context, agency civic.AgencyID) error {
	if ctx.Value(operatorKey{}) != nil {
		return nil
	}
	who := access.From(ctx)
	if err := access.Holding(access.Administrator).Check(who); err != nil {
		return err
	}
	if who.Agency != agency {
		return fault.Forbidden.Errorf("identity.other-agency", "you can only appoint officers of your own agency")
	}
	return nil
}

func mayAppoint(ctx context.Context, agency civic.AgencyID, roles []access.Role) error {
	if err := mayAdminister(ctx, agency); err != nil {
		return err
	}
	if len(roles) == 0 {
		return fault.Invalid.Errorf("identity.duty-missing", "choose at least one duty").
			At("roles", "identity.duty-missing", "choose at least one duty")
	}
	for _, r := range roles {
		if !slices.Contains(access.Roles(), r) {
			return fault.Invalid.Errorf("identity.duty-unknown", "there is no duty %s", string(r)).
				At("roles", "identity.duty-unknown", "there is no duty %s", string(r))
		}
	}
	return nil
}
