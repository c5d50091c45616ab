package identity

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity/pages"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
)

func (s *Service) getOfficers(r *http.Request) (templ.Component, error) {
	v := pages.Officers{}
	if web.Query(r, "done") == "dismissed" {
		v.Done = i18n.T(r.Context(), "identity.officers.done-dismissed")
	}
	return s.officersPage(r.Context(), v)
}

// officersPage draws the page around what v says of the form and of what was
// just done.
func (s *Service) officersPage(ctx context.Context, v pages.Officers) (templ.Component, error) {
	agency, err := s.Agency(ctx, string(access.From(ctx).Agency))
	if err != nil {
		return nil, err
	}
	list, err := s.Officers(ctx, agency.ID)
	if err != nil {
		return nil, err
	}
	var ready map[string]bool
	if err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
		ready, err = enrolled(tx, agency.ID)
		return err
	}); err != nil {
		return nil, err
	}
	v.Agency, _ = agency.Name.In(string(i18n.LangOf(ctx)))
	v.Action = web.URL(ctx, "identity.officers.appoint")
	if v.Roles == nil {
		v.Roles = roleChoices(ctx, nil)
	}
	for _, o := range list {
		row := pages.Officer{Name: o.Name, Roles: roleNames(ctx, o.Roles), Until: i18n.T(ctx, "identity.officers.open"),
			Ended: !o.InOffice(s.needs.Now()), Dismiss: web.URL(ctx, "identity.officers.dismiss", o.ID)}
		if !o.Until.IsZero() {
			row.Until = i18n.DateShort(ctx, o.Until.Add(-time.Second))
		}
		if !ready[o.Person] && !row.Ended {
			row.Link = web.URL(ctx, "identity.officers.link", o.ID)
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

// appointmentForm is the form as it was sent.
type appointmentForm struct {
	Once  string   `form:"once"`
	Name  string   `form:"name"`
	Roles []string `form:"roles"`
	Year  string   `form:"until-year"`
	Month string   `form:"until-month"`
	Day   string   `form:"until-day"`
}

// read returns the appointment that the form asks for, and what is wrong with
// each of its fields.
func (f appointmentForm) read(ctx context.Context) (a Appointment, wrong map[string]string, err error) {
	a = Appointment{Agency: access.From(ctx).Agency}
	for _, x := range f.Roles {
		a.Roles = append(a.Roles, access.Role(x))
	}
	if web.IsOnceID(f.Once) {
		a.Once = f.Once
	}
	var nameErr, untilErr error
	a.Name, nameErr = personName(f.Name)
	a.Until, untilErr = dayAfter(f.Year, f.Month, f.Day)
	wrong = map[string]string{}
	for _, err := range []error{nameErr, mayAppoint(ctx, a.Agency, a.Roles), untilErr} {
		var bad *fault.Error
		switch {
		case err == nil:
		case errors.As(err, &bad) && bad.Kind == fault.Invalid:
			note(ctx, wrong, bad)
		default:
			return a, nil, err
		}
	}
	return a, wrong, nil
}

func note(ctx context.Context, wrong map[string]string, f *fault.Error) {
	for _, at := range f.Fields {
		wrong[at.Location] = i18n.Fault(ctx, f)
	}
}

// dayAfter returns the end of a day in Taipei; the zero time for an empty date.
// A year below 1000 is one of the Republic.
func dayAfter(year, month, day string) (time.Time, error) {
	year, month, day = strings.TrimSpace(year), strings.TrimSpace(month), strings.TrimSpace(day)
	if year+month+day == "" {
		return time.Time{}, nil
	}
	y, errY := strconv.Atoi(year)
	m, errM := strconv.Atoi(month)
	d, errD := strconv.Atoi(day)
	if y > 0 && y < 1000 {
		y += 1911
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, i18n.Taipei())
	if errors.Join(errY, errM, errD) != nil || y < 1912 || y > 9999 || t.Day() != d || int(t.Month()) != m {
		return time.Time{}, fault.Invalid.Errorf("identity.until-invalid", "give year, month and day of a day that exists, or leave the end open").
			At("until", "identity.until-invalid", "give year, month and day of a day that exists, or leave the end open")
	}
	return t.AddDate(0, 0, 1), nil
}

// postOfficers appoints and shows the new officer's one-time link on the page
// that answers; it is nowhere else. The same form sent twice appoints once, and
// the second answer has a link of its own.
func (s *Service) postOfficers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var in appointmentForm
	if err := web.Decode(r, &in); err != nil {
		return err
	}
	a, wrong, err := in.read(ctx)
	if err != nil {
		return err
	}
	var o Officer
	if len(wrong) == 0 {
		o, err = s.Engage(ctx, a)
	}
	if f := (*fault.Error)(nil); errors.As(err, &f) && f.Kind == fault.Invalid {
		note(ctx, wrong, f)
	} else if err != nil {
		return err
	}
	if len(wrong) == 0 {
		return s.showLink(w, r, o.ID, "identity.officers.done-appointed")
	}
	c, err := s.officersPage(ctx, pages.Officers{Roles: roleChoices(ctx, in.Roles), Form: pages.Appointment{Once: in.Once,
		Name: in.Name, Year: in.Year, Month: in.Month, Day: in.Day, Errors: wrong}})
	if err != nil {
		return err
	}
	return web.Show(w, r, c, http.StatusUnprocessableEntity)
}

func (s *Service) postOfficerLink(w http.ResponseWriter, r *http.Request) error {
	return s.showLink(w, r, civic.OfficerID(web.PathValue(r, "id")), "identity.officers.done-link")
}

// showLink makes a link for the officer and shows it, this once.
func (s *Service) showLink(w http.ResponseWriter, r *http.Request, id civic.OfficerID, done string) error {
	ctx := r.Context()
	o, token, err := s.OfficerLink(ctx, id)
	if err != nil {
		return err
	}
	c, err := s.officersPage(ctx, pages.Officers{Done: i18n.T(ctx, done, o.Name),
		Link: s.cfg.Origin + string(web.URL(ctx, "identity.link", token))})
	if err != nil {
		return err
	}
	return web.Show(w, r, c, http.StatusOK)
}

func (s *Service) postDismiss(w http.ResponseWriter, r *http.Request) error {
	if err := s.Dismiss(r.Context(), civic.OfficerID(web.PathValue(r, "id"))); err != nil {
		return err
	}
	http.Redirect(w, r, string(web.WithQuery(web.URL(r.Context(), "identity.officers"), "done", "dismissed")), http.StatusSeeOther)
	return nil
}
