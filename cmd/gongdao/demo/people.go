// Package demo fills an empty house with made-up people, agencies and figures,
// and with the real data that comes with the program. The same seed gives the
// same content every time.
package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/gongdao/gongdao"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
)

// Person is a made-up person with the one-time link that lets one be her.
type Person struct {
	Name string `json:"name"`
	Role string `json:"role"`
	Link string `json:"link"`
}

// The agencies of the demonstration. Their identifiers stand outside the tree
// of real ones.
var agencies = []identity.Agency{
	{ID: "2.16.886.101.99001", Short: "interior", Name: civic.Text{ZhTW: "示範內政署", En: "Demo Interior Agency"}},
	{ID: "2.16.886.101.99002", Short: "welfare", Name: civic.Text{ZhTW: "示範社會福利署", En: "Demo Welfare Agency"}},
}

// part is one of the cast: name, role as programs read it, office if any.
type part struct {
	name, role string
	agency     civic.AgencyID
	duties     []access.Role
}

// cast lists the people.
var cast = []part{
	{"林怡君", "citizen", "", nil},
	{"陳志明", "case officer", "2.16.886.101.99002", []access.Role{access.Administrator, access.Steward}},
	{"黃國華", "data steward and exchange operator", "2.16.886.101.99001", []access.Role{access.Steward, access.Operator}},
	{"張雅婷", "analyst", "", nil},
}

// People makes the agencies and the people where they are missing, and a fresh
// link for each.
func People(ctx context.Context, app *gongdao.App) ([]Person, error) {
	ctx = identity.AsOperator(ctx)
	for _, a := range agencies {
		if err := app.Identity.AddAgency(ctx, a); err != nil {
			return nil, err
		}
	}
	var out []Person
	for _, c := range cast {
		p, err := app.Identity.FindPerson(ctx, c.name)
		if errors.Is(err, fault.NotFound) {
			p, err = invent(ctx, app, c)
		}
		if err != nil {
			return nil, fmt.Errorf("demo: %s: %w", c.name, err)
		}
		link, err := app.Link(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, Person{Name: c.name, Role: c.role, Link: link})
	}
	return out, nil
}

// invent makes a person, an officer together with her office.
func invent(ctx context.Context, app *gongdao.App, c part) (identity.Person, error) {
	if c.agency == "" {
		return app.Identity.AddPerson(ctx, c.name, true)
	}
	o, err := app.Identity.Engage(ctx, identity.Appointment{Name: c.name, MadeUp: true, Agency: c.agency, Roles: c.duties})
	return identity.Person{ID: o.Person, Name: o.Name, MadeUp: true}, err
}
