package gongdao

import (
	"context"

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
	return a.linkTo(token), nil
}

// Enrol returns the link that lets the first officer in, until some officer has
// a passkey; then it is empty. On an empty installation it makes her and the
// first agency.
func (a *App) Enrol(ctx context.Context) (string, error) {
	agency := identity.Agency{ID: "2.16.886.101", Short: "agency", Name: civic.Text{ZhTW: "本機關", En: "This agency"}}
	token, err := a.Identity.Enrol(ctx, agency, identity.Appointment{Name: "管理者 Administrator", Roles: access.Roles()})
	if err != nil || token == "" {
		return "", err
	}
	return a.linkTo(token), nil
}

// linkTo is absolute in a house without listeners too: it leads to where the
// portal will listen.
func (a *App) linkTo(token string) string {
	return a.cfg.origin(a.cfg.listen()) + "/signin/link/" + token
}
