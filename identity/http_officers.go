package identity

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity/pages"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
)

func (s *Service) getOfficers(r *http.Request) (templ.Component, error) {
	v := pages.Officers{Roles: roleChoices(r.Context(), nil)}
	if web.Query(r, "done") == "dismissed" {
		v.Done = i18n.T(r.Context(), "identity.officers.done-dismissed")
	}
	return s.officersPage(r.Context(), v)
}

func (s *Service) officersPage(ctx context.Context, v pages.Officers) (templ.Component, error) {
	agency, err := s.Agency(ctx, string(access.From(ctx).Agency))
	if err != nil {
		return nil, err
	}
	v.Agency, _ = agency.Name.In(string(i18n.LangOf(ctx)))
	v.Action = web.URL(ctx, "identity.officers.appoint")
	list, err := s.Officers(ctx, agency.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		row := pages.Officer{Name: o.Name, Roles: roleNames(ctx, o.Roles), Until: i18n.T(ctx, "identity.officers.open"),
			Ended: !o.InOffice(s.needs.Now()), Dismiss: web.URL(ctx, "identity.officers.dismiss", o.ID)}
		if !o.Until.IsZero() {
			row.Until = i18n.Date(ctx, o.Until)
		}
		v.List = append(v.List, row)
	}
	return pages.OfficersPage(v), nil
}

func roleChoices(ctx context.Context, chosen []string) []pages.Choice {
	var list []pages.Choice
	for _, r := range access.Roles() {
		c := pages.Choice{Value: string(r), Text: i18n.T(ctx, "identity.role."+string(r)), Hint: i18n.T(ctx, "identity.rolehint."+string(r))}
		for _, x := range chosen {
			c.Chosen = c.Chosen || x == c.Value
		}
		list = append(list, c)
	}
	return list
}

// postOfficers appoints and shows the new officer's one-time link on the page
// that answers; it is nowhere else and cannot be shown again.
func (s *Service) postOfficers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Malformed.Errorf("identity.form-malformed", "the form could not be read; please send it again")
	}
	name, roles := r.PostForm.Get("name"), r.PostForm["roles"]
	token, err := s.appointByForm(ctx, name, roles)
	v := pages.Officers{Roles: roleChoices(ctx, roles), Form: pages.Appointment{Name: name}}
	var f *fault.Error
	status := http.StatusOK
	switch {
	case errors.As(err, &f) && f.Kind == fault.Invalid:
		status = http.StatusUnprocessableEntity
		v.Form.Errors = map[string]string{}
		for _, at := range f.Fields {
			v.Form.Errors[at.Location] = i18n.Fault(ctx, f)
		}
	case err != nil:
		return err
	default:
		v = pages.Officers{Roles: roleChoices(ctx, nil), Done: i18n.T(ctx, "identity.officers.done-appointed", name),
			Link: web.Origin(ctx) + string(web.URL(ctx, "identity.link", token))}
	}
	c, err := s.officersPage(ctx, v)
	if err != nil {
		return err
	}
	return web.Show(w, r, c, status)
}

func (s *Service) appointByForm(ctx context.Context, name string, roles []string) (token string, err error) {
	list := make([]access.Role, len(roles))
	for i, r := range roles {
		list[i] = access.Role(r)
	}
	if len(list) == 0 {
		return "", fault.Invalid.Errorf("identity.duty-missing", "choose at least one duty").
			At("roles", "identity.duty-missing", "choose at least one duty")
	}
	p, err := s.AddPerson(ctx, name, false)
	if err != nil {
		return "", err
	}
	if _, err := s.Appoint(ctx, p.ID, access.From(ctx).Agency, list, time.Time{}); err != nil {
		return "", err
	}
	return s.NewLink(ctx, p.ID, LinkLife)
}

func (s *Service) postDismiss(w http.ResponseWriter, r *http.Request) error {
	if err := s.Dismiss(r.Context(), civic.OfficerID(web.PathValue(r, "id"))); err != nil {
		return err
	}
	http.Redirect(w, r, string(web.WithQuery(web.URL(r.Context(), "identity.officers"), "done", "dismissed")), http.StatusSeeOther)
	return nil
}
