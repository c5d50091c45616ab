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

// Routes lists what the room answers to.
func (s *Service) Routes() []web.Route {
	return []web.Route{
		{Name: "identity.signin", Pattern: "GET /signin", Who: access.Anyone, Doc: "Choose how to sign in.",
			Handler: web.Page(s.getSignIn), Cache: web.Private, Nav: web.Nav{Title: "identity.signin.title", Order: 10}},
		{Name: "identity.link", Pattern: "GET /signin/link/{token}", Who: access.Anyone, Doc: "Look at a one-time link without using it up.",
			Handler: web.Page(s.getLink), Cache: web.Private, Nav: web.Nav{Parent: "identity.signin", Title: "identity.link.title", Unlisted: "reached by a link sent to one person"}},
		{Name: "identity.link.use", Pattern: "POST /signin/link/{token}", Who: access.Anyone, Doc: "Sign in with a one-time link.",
			Handler: web.Plain(s.postLink), Bilingual: true, MaxBody: 4 << 10},
		{Name: "identity.act", Pattern: "POST /signin/demo", Who: access.Anyone, Doc: "Demonstration only: act as a made-up person.",
			Handler: web.Plain(s.postAct), Bilingual: true, MaxBody: 4 << 10},
		{Name: "identity.passkey.options", Pattern: "POST /signin/passkey/options", Who: access.Anyone, Doc: "Begin to sign in with a passkey (WebAuthn).",
			Handler: web.Plain(s.postSignInOptions), MaxBody: 4 << 10},
		{Name: "identity.passkey", Pattern: "POST /signin/passkey", Who: access.Anyone, Doc: "Sign in with a passkey (WebAuthn).",
			Handler: web.Plain(s.postSignIn), MaxBody: 64 << 10},
		{Name: "identity.signout", Pattern: "POST /signout", Who: access.Anyone, Doc: "End this session.",
			Handler: web.Plain(s.postSignOut), Bilingual: true, MaxBody: 4 << 10},
		{Name: "identity.account", Pattern: "GET /account", Who: access.SignedIn, Doc: "Your sessions, passkeys and history.",
			Handler: web.Page(s.getAccount), Nav: web.Nav{Area: "account", Title: "identity.account.title"}},
		{Name: "identity.session.end", Pattern: "POST /account/sessions/{id}/end", Who: access.SignedIn, Doc: "End one of your sessions.",
			Handler: web.Plain(s.postEndSession), Bilingual: true, MaxBody: 4 << 10},
		{Name: "identity.authenticator.options", Pattern: "POST /account/passkeys/options", Who: access.SignedIn, Doc: "Begin to add a passkey (WebAuthn).",
			Handler: web.Plain(s.postPasskeyOptions), MaxBody: 4 << 10},
		{Name: "identity.authenticator.add", Pattern: "POST /account/passkeys", Who: access.SignedIn, Doc: "Add a passkey (WebAuthn).",
			Handler: web.Plain(s.postPasskey), MaxBody: 64 << 10},
		{Name: "identity.authenticator.revoke", Pattern: "POST /account/passkeys/{id}/revoke", Who: access.SignedIn, Doc: "Remove one of your passkeys.",
			Handler: web.Plain(s.postRevoke), Bilingual: true, MaxBody: 4 << 10},
		{Name: "identity.officers", Pattern: "GET /desk/officers", Who: access.Holding(access.Administrator), Doc: "The officers of your agency.",
			Handler: web.Page(s.getOfficers), Nav: web.Nav{Area: "desk", Order: 80, Title: "identity.officers.title"}},
		{Name: "identity.officers.appoint", Pattern: "POST /desk/officers", Who: access.Holding(access.Administrator), Doc: "Appoint an officer and get a one-time link for her.",
			Handler: web.Plain(s.postOfficers), Bilingual: true, MaxBody: 16 << 10},
		{Name: "identity.officers.link", Pattern: "POST /desk/officers/{id}/link", Who: access.Holding(access.Administrator), Doc: "Get another one-time link for an officer who has no passkey yet.",
			Handler: web.Plain(s.postOfficerLink), Bilingual: true, MaxBody: 4 << 10},
		{Name: "identity.officers.dismiss", Pattern: "POST /desk/officers/{id}/dismiss", Who: access.Holding(access.Administrator), Doc: "End an office.",
			Handler: web.Plain(s.postDismiss), Bilingual: true, MaxBody: 4 << 10},
		{Name: "identity.me", Pattern: "GET /api/identity/v1/me", Who: access.SignedIn, Doc: "Who you are signed in as.", Handler: web.JSON(s.getMe)},
		{Name: "identity.sessions", Pattern: "GET /api/identity/v1/sessions", Who: access.SignedIn, Doc: "Where you are signed in, newest first.", Handler: web.JSON(s.getSessions)},
	}
}

func (s *Service) getSignIn(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	people, err := s.demoPeople(ctx)
	if err != nil {
		return nil, err
	}
	return pages.SignInPage(pages.SignIn{Return: web.Query(r, "return"), People: people, Act: web.URL(ctx, "identity.act"),
		Options: web.URL(ctx, "identity.passkey.options"), Finish: web.URL(ctx, "identity.passkey")}), nil
}

func (s *Service) demoPeople(ctx context.Context) ([]pages.DemoPerson, error) {
	list, err := s.DemoPeople(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]pages.DemoPerson, len(list))
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		for i, p := range list {
			offices, err := officersOfPerson(tx, p.ID)
			if err != nil {
				return err
			}
			out[i] = pages.DemoPerson{ID: p.ID, Name: p.Name, Role: i18n.T(ctx, "identity.role.citizen")}
			if in := inOffice(offices, tx.Now()); len(in) > 0 {
				out[i].Role = roleNames(ctx, in[0].Roles)
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) getLink(r *http.Request) (templ.Component, error) {
	token := web.PathValue(r, "token")
	if err := s.CheckLink(r.Context(), token); err != nil {
		return nil, err
	}
	return pages.LinkPage(pages.Link{Action: web.URL(r.Context(), "identity.link.use", token)}), nil
}

func (s *Service) postLink(w http.ResponseWriter, r *http.Request) error {
	token, err := s.UseLink(r.Context(), web.PathValue(r, "token"), r.UserAgent())
	if err != nil {
		return err
	}
	return s.enter(w, r, token, "")
}

func (s *Service) postAct(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Person string `form:"person"`
		Return string `form:"return"`
	}
	if err := web.Decode(r, &in); err != nil {
		return err
	}
	token, err := s.ActAs(r.Context(), in.Person, r.UserAgent())
	if err != nil {
		return err
	}
	return s.enter(w, r, token, in.Return)
}

// enter gives the browser its session and leads on.
func (s *Service) enter(w http.ResponseWriter, r *http.Request, token, to string) error {
	http.SetCookie(w, s.cookie(token))
	http.Redirect(w, r, string(web.Return(r.Context(), to, "identity.account")), http.StatusSeeOther)
	return nil
}

func (s *Service) postSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.SignOut(r.Context()); err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(""))
	http.Redirect(w, r, string(web.URL(r.Context(), "root.home")), http.StatusSeeOther)
	return nil
}
