package gongdao

import (
	"context"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/identity"
	"github.com/gongdao/gongdao/internal/access"
)

// Link returns a one-time sign-in link for a person.
func (a *App) Link(ctx context.Context, person string) (string, error) {
	token, err := a.Identity.NewLink(ctx, person, identity.LinkLife)
	if err != nil {
		return "", err
	}
	return a.Origin() + "/signin/link/" + token, nil
}

// Enrol makes the first agency and its first officer on an empty installation
// and returns the link that lets her in; empty if somebody is there already.
func (a *App) Enrol(ctx context.Context) (string, error) {
	ctx = identity.AsOperator(ctx)
	have, err := a.Identity.Agencies(ctx)
	if err != nil || len(have) > 0 {
		return "", err
	}
	agency := identity.Agency{ID: "2.16.886.101", Short: "agency", Name: civic.Text{ZhTW: "本機關", En: "This agency"}}
	if err := a.Identity.AddAgency(ctx, agency); err != nil {
		return "", err
	}
	p, err := a.Identity.AddPerson(ctx, "管理者 Administrator", false)
	if err != nil {
		return "", err
	}
	if _, err := a.Identity.Appoint(ctx, p.ID, agency.ID, access.Roles(), time.Time{}); err != nil {
		return "", err
	}
	return a.Link(ctx, p.ID)
}
