package identity

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/identity/pages"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
)

func (s *Service) postEndSession(w http.ResponseWriter, r *http.Request) error {
	return s.doneBy(w, r, "session-ended", s.EndSession(r.Context(), web.PathValue(r, "id")))
}

func (s *Service) postRevoke(w http.ResponseWriter, r *http.Request) error {
	return s.doneBy(w, r, "passkey-revoked", s.RevokeAuthenticator(r.Context(), web.PathValue(r, "id")))
}

// doneBy returns to the account with a word about what was done.
func (s *Service) doneBy(w http.ResponseWriter, r *http.Request, what string, err error) error {
	if err != nil {
		return err
	}
	http.Redirect(w, r, string(web.WithQuery(web.URL(r.Context(), "identity.account"), "done", what)), http.StatusSeeOther)
	return nil
}

func (s *Service) getAccount(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	who := access.From(ctx)
	v := pages.Account{Name: who.Name, SignOut: web.URL(ctx, "identity.signout"),
		Options: web.URL(ctx, "identity.authenticator.options"), Finish: web.URL(ctx, "identity.authenticator.add")}
	if done := web.Query(r, "done"); done == "session-ended" || done == "passkey-added" || done == "passkey-revoked" {
		v.Done = i18n.T(ctx, "identity.done."+done)
	}
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		v.Waiting, v.Sessions, v.Passkeys, v.Events = false, nil, nil, nil
		return s.fillAccount(ctx, tx, who, &v)
	})
	return pages.AccountPage(v), err
}

func (s *Service) fillAccount(ctx context.Context, tx *db.Tx, who access.Actor, v *pages.Account) error {
	if who.Officer != "" {
		a, err := agencyBy(tx, string(who.Agency))
		if err != nil {
			return err
		}
		name, _ := a.Name.In(string(i18n.LangOf(ctx)))
		v.Office = i18n.T(ctx, "identity.account.office", roleNames(ctx, who.Roles), name)
	}
	offices, err := officersOfPerson(tx, string(who.Person))
	if err != nil {
		return err
	}
	v.Waiting = who.Officer == "" && len(inOffice(offices, tx.Now())) > 0
	sessions, err := s.sessions(tx, string(who.Person))
	if err != nil {
		return err
	}
	for _, x := range sessions {
		v.Sessions = append(v.Sessions, pages.Session{Device: device(ctx, x.Device), Method: i18n.T(ctx, "identity.method."+x.Method),
			Since: i18n.DateTimeShort(ctx, x.Created), Seen: i18n.DateTimeShort(ctx, x.Seen), Current: x.ID == who.Session,
			End: web.URL(ctx, "identity.session.end", x.ID)})
	}
	keys, err := authenticatorsOf(tx, string(who.Person))
	if err != nil {
		return err
	}
	for _, k := range keys {
		p := pages.Passkey{Label: k.Label, Since: i18n.DateTimeShort(ctx, k.Created), Revoked: !k.Revoked.IsZero(), Copied: k.Copied(),
			Revoke: web.URL(ctx, "identity.authenticator.revoke", k.ID), Used: i18n.T(ctx, "identity.passkeys.never")}
		if p.Label == "" {
			p.Label = i18n.T(ctx, "identity.method.passkey")
		}
		if !k.LastUsed.IsZero() {
			p.Used = i18n.DateTimeShort(ctx, k.LastUsed)
		}
		v.Passkeys = append(v.Passkeys, p)
	}
	events, err := eventsOf(tx, string(who.Person), 20)
	for _, e := range events {
		v.Events = append(v.Events, pages.Event{What: i18n.T(ctx, "identity.event."+e.Kind), When: i18n.DateTime(ctx, e.At)})
	}
	return err
}

func device(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "identity.sessions.unknown")
	}
	return name
}

func roleNames(ctx context.Context, roles []access.Role) string {
	s := ""
	for i, r := range roles {
		if i > 0 {
			s += i18n.T(ctx, "identity.list")
		}
		s += i18n.T(ctx, "identity.role."+string(r))
	}
	return s
}
