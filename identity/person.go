package identity

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
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

// AddAgency keeps an agency; one that is there under the same id is left alone.
// Errors: fault.Invalid, fault.Conflict if the short name is taken.
func (s *Service) AddAgency(ctx context.Context, a Agency) error {
	if err := a.check(); err != nil {
		return err
	}
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error { return addAgency(tx, a) })
	if err != nil {
		return fmt.Errorf("identity: add agency %s: %w", a.ID, err)
	}
	return nil
}

func (a Agency) check() error {
	if !objectIdentifier(string(a.ID)) || a.Name.Empty() || !shortForm(a.Short) {
		return fault.Invalid.Errorf("identity.agency-invalid", "give the agency an object identifier, a short name of small letters, digits and hyphens, and a name")
	}
	return nil
}

func addAgency(tx *db.Tx, a Agency) error {
	switch _, err := agencyBy(tx, string(a.ID)); {
	case err == nil:
		return nil
	case !isNotFound(err):
		return err
	}
	switch _, err := agencyBy(tx, a.Short); {
	case err == nil:
		return fault.Conflict.Errorf("identity.agency-taken", "another agency already has the short name %s", a.Short)
	case !isNotFound(err):
		return err
	}
	return insertAgency(tx, a)
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
func (s *Service) AddPerson(ctx context.Context, name string, madeUp bool) (p Person, err error) {
	if name, err = personName(name); err != nil {
		return Person{}, err
	}
	err = s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		p = Person{ID: tx.NewID(), Name: name, MadeUp: madeUp}
		return insertPerson(tx, p)
	})
	return p, err
}

// FindPerson finds a person by id, or by a name that only one person has.
// Errors: fault.NotFound; fault.Conflict, naming their ids, if several have the
// name.
func (s *Service) FindPerson(ctx context.Context, nameOrID string) (Person, error) {
	var list []Person
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = peopleBy(tx, nameOrID)
		return err
	})
	if err != nil {
		return Person{}, err
	}
	ids := make([]string, len(list))
	for i, p := range list {
		if p.ID == nameOrID {
			return p, nil
		}
		ids[i] = p.ID
	}
	switch len(list) {
	case 0:
		return Person{}, fault.NotFound.Errorf("identity.nobody", "nobody here is called %s", nameOrID)
	case 1:
		return list[0], nil
	}
	return Person{}, fault.Conflict.Errorf("identity.name-shared", "several people are called %s; say which by id: %s", nameOrID, strings.Join(ids, ", "))
}

// personName refuses what is no name: nothing, too much, line breaks, and marks
// that turn the direction of the text around it.
func personName(name string) (string, error) {
	name = strings.TrimSpace(name)
	bad := func(c rune) bool {
		return unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || c == utf8.RuneError
	}
	if name == "" || utf8.RuneCountInString(name) > 100 || strings.ContainsFunc(name, bad) {
		return "", fault.Invalid.Errorf("identity.name-invalid", "write the name as the person writes it, in at most 100 characters").
			At("name", "identity.name-invalid", "write the name as the person writes it, in at most 100 characters")
	}
	return name, nil
}

// objectIdentifier reports whether s is one in dotted form (ITU-T X.660).
func objectIdentifier(s string) bool {
	arcs := strings.Split(s, ".")
	for _, arc := range arcs {
		if arc == "" || strings.Trim(arc, "0123456789") != "" {
			return false
		}
	}
	return len(arcs) > 1 && len(s) <= 100
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
