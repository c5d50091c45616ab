package identity

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
)

// Person is one human being, as this room alone knows her. Name is one field in
// any script and is never split.
type Person struct {
	ID     string
	Name   string
	MadeUp bool // a person of the demonstration
}

// Agency is a public body (機關).
type Agency struct {
	ID    civic.AgencyID // object identifier
	Short string         // [a-z0-9-], for paths and --agency
	Name  civic.Text
}

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

// AddAgency keeps an agency; one that is there under the same id is left alone.
// Errors: fault.Invalid, fault.Conflict if the short name is taken.
func (s *Service) AddAgency(ctx context.Context, a Agency) error {
	if a.ID == "" || a.Name.Empty() || !shortForm(a.Short) {
		return fault.Invalid.Errorf("identity.agency-invalid", "give the agency an object identifier, a short name of small letters, digits and hyphens, and a name")
	}
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := agencyBy(tx, a.Short); err == nil {
			if known, err := agencyBy(tx, string(a.ID)); err == nil && known.Short == a.Short {
				return nil
			}
			return fault.Conflict.Errorf("identity.agency-taken", "another agency already has the short name %s", a.Short)
		}
		return insertAgency(tx, a)
	})
	if err != nil {
		return fmt.Errorf("identity: add agency %s: %w", a.ID, err)
	}
	return nil
}

// Agency finds an agency by id or short name. Errors: fault.NotFound.
func (s *Service) Agency(ctx context.Context, idOrShort string) (a Agency, err error) {
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		a, err = agencyBy(tx, idOrShort)
		return err
	})
	return a, err
}

// Agencies lists all agencies by short name.
func (s *Service) Agencies(ctx context.Context) (list []Agency, err error) {
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = agencies(tx)
		return err
	})
	return list, err
}

// AddPerson keeps a new person and returns her. Errors: fault.Invalid.
func (s *Service) AddPerson(ctx context.Context, name string, madeUp bool) (Person, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > 100 {
		return Person{}, fault.Invalid.Errorf("identity.name-invalid", "write the name as the person writes it, in at most 100 characters").
			At("name", "identity.name-invalid", "write the name as the person writes it, in at most 100 characters")
	}
	var p Person
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		p = Person{ID: tx.NewID(), Name: name, MadeUp: madeUp}
		return insertPerson(tx, p)
	})
	return p, err
}

// Appoint makes a person an officer of an agency with the given duties.
// Errors: fault.Invalid, fault.NotFound, fault.Forbidden unless an administrator
// of that agency or the operator asks.
func (s *Service) Appoint(ctx context.Context, person string, agency civic.AgencyID, roles []access.Role, until time.Time) (Officer, error) {
	if err := mayAdminister(ctx, agency); err != nil {
		return Officer{}, err
	}
	if len(roles) == 0 {
		return Officer{}, fault.Invalid.Errorf("identity.duty-missing", "choose at least one duty").
			At("roles", "identity.duty-missing", "choose at least one duty")
	}
	for _, r := range roles {
		if !known(r) {
			return Officer{}, fault.Invalid.Errorf("identity.duty-unknown", "there is no duty %s", string(r))
		}
	}
	var o Officer
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := personByID(tx, person)
		if err != nil {
			return err
		}
		o = Officer{ID: civic.OfficerID(tx.NewID()), Person: person, Name: p.Name, Agency: agency, Roles: roles, Until: until}
		if err := insertOfficer(tx, o); err != nil {
			return err
		}
		return tx.Emit(OfficerAppointed{ID: tx.NewID(), Officer: o.ID, Agency: agency})
	})
	if err != nil {
		return Officer{}, fmt.Errorf("identity: appoint: %w", err)
	}
	return o, nil
}

// Dismiss ends an office; the sessions of the person end with it.
func (s *Service) Dismiss(ctx context.Context, id civic.OfficerID) error {
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := officerByID(tx, id)
		if err != nil {
			return err
		}
		if err := mayAdminister(ctx, o.Agency); err != nil {
			return err
		}
		ended, err := endOfficer(tx, id)
		if err != nil || !ended {
			return err
		}
		if err := endSessions(tx, o.Person, ""); err != nil {
			return err
		}
		return tx.Emit(OfficerLeft{ID: tx.NewID(), Officer: id, Agency: o.Agency})
	})
	if err != nil {
		return fmt.Errorf("identity: dismiss: %w", err)
	}
	return nil
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

func known(r access.Role) bool {
	for _, k := range access.Roles() {
		if k == r {
			return true
		}
	}
	return false
}

func shortForm(s string) bool {
	if len(s) < 2 || len(s) > 40 {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
