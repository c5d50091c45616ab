package identity

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/identity/pages"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
)

// Routes lists what the room answers to.
func (s *Service) Routes() []web.Route {
	account := web.Nav{Area: "account", Order: 10, Title: "identity.account.title"}
	return []web.Route{
		{Name: "identity.signin", Pattern: "GET /signin", Who: access.Anyone, Doc: "Choose how to sign in.",
			Handler: web.Page(s.getSignIn), Cache: web.Private, Nav: web.Nav{Area: "account", Order: 5, Title: "identity.signin.title"}},
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
			Handler: web.Page(s.getAccount), Nav: account},
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
		{Name: "identity.officers.dismiss", Pattern: "POST /desk/officers/{id}/dismiss", Who: access.Holding(access.Administrator), Doc: "End an office.",
			Handler: web.Plain(s.postDismiss), Bilingual: true, MaxBody: 4 << 10},
		{Name: "identity.me", Pattern: "GET /api/identity/v1/me", Who: access.SignedIn, Doc: "Who you are signed in as.", Handler: web.JSON(s.getMe)},
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
	token, err := s.ActAs(r.Context(), r.FormValue("person"), r.UserAgent())
	if err != nil {
		return err
	}
	return s.enter(w, r, token, r.FormValue("return"))
}

// enter gives the browser its session and leads on.
func (s *Service) enter(w http.ResponseWriter, r *http.Request, token, to string) error {
	http.SetCookie(w, s.cookie(token))
	http.Redirect(w, r, string(web.Return(r.Context(), to, "identity.account")), http.StatusSeeOther)
	return nil
}

// postedKey is what the passkey element sends.
type postedKey struct {
	Label      string          `json:"label"`
	Return     string          `json:"return"`
	Credential json.RawMessage `json:"credential"`
}

func readKey(r *http.Request) (k postedKey, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return k, err
	}
	if err := web.CheckJSON(body); err != nil {
		return k, err
	}
	if err := json.Unmarshal(body, &k); err != nil || len(k.Credential) == 0 {
		return k, fault.Malformed.Errorf("identity.passkey-malformed", "the browser's answer was not readable; please try again")
	}
	return k, nil
}

func answerJSON(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}

func (s *Service) postSignInOptions(w http.ResponseWriter, r *http.Request) error {
	c, err := s.BeginSignIn(r.Context())
	if err != nil {
		return err
	}
	return answerJSON(w, c)
}

func (s *Service) postSignIn(w http.ResponseWriter, r *http.Request) error {
	k, err := readKey(r)
	if err != nil {
		return err
	}
	token, err := s.FinishSignIn(r.Context(), k.Credential, r.UserAgent())
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(token))
	return answerJSON(w, map[string]string{"location": string(web.Return(r.Context(), k.Return, "identity.account"))})
}

func (s *Service) postPasskeyOptions(w http.ResponseWriter, r *http.Request) error {
	c, err := s.BeginPasskey(r.Context())
	if err != nil {
		return err
	}
	return answerJSON(w, c)
}

func (s *Service) postPasskey(w http.ResponseWriter, r *http.Request) error {
	k, err := readKey(r)
	if err != nil {
		return err
	}
	if err := s.FinishPasskey(r.Context(), k.Label, k.Credential); err != nil {
		return err
	}
	return answerJSON(w, map[string]string{"location": string(web.WithQuery(web.URL(r.Context(), "identity.account"), "done", "passkey-added"))})
}

func (s *Service) postSignOut(w http.ResponseWriter, r *http.Request) error {
	if who := access.From(r.Context()); who.Session != "" {
		if err := s.EndSession(r.Context(), who.Session); err != nil {
			return err
		}
	}
	http.SetCookie(w, s.cookie(""))
	http.Redirect(w, r, string(web.URL(r.Context(), "root.home")), http.StatusSeeOther)
	return nil
}

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
		v.Sessions, v.Passkeys, v.Events = nil, nil, nil
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
	sessions, err := liveSessions(tx, string(who.Person))
	if err != nil {
		return err
	}
	for _, x := range sessions {
		v.Sessions = append(v.Sessions, pages.Session{Device: x.Device, Method: i18n.T(ctx, "identity.method."+x.Method),
			Since: i18n.DateTime(ctx, x.Created), Seen: i18n.DateTime(ctx, x.Seen), Current: x.ID == who.Session,
			End: web.URL(ctx, "identity.session.end", x.ID)})
	}
	keys, err := authenticatorsOf(tx, string(who.Person))
	if err != nil {
		return err
	}
	for _, k := range keys {
		p := pages.Passkey{Label: k.Label, Since: i18n.DateTime(ctx, k.Created), Revoked: !k.Revoked.IsZero(),
			Revoke: web.URL(ctx, "identity.authenticator.revoke", k.ID), Used: i18n.T(ctx, "identity.passkeys.never")}
		if p.Label == "" {
			p.Label = i18n.T(ctx, "identity.method.passkey")
		}
		if !k.LastUsed.IsZero() {
			p.Used = i18n.DateTime(ctx, k.LastUsed)
		}
		v.Passkeys = append(v.Passkeys, p)
	}
	events, err := eventsOf(tx, string(who.Person), 20)
	for _, e := range events {
		v.Events = append(v.Events, pages.Event{What: i18n.T(ctx, "identity.event."+e.Kind), When: i18n.DateTime(ctx, e.At)})
	}
	return err
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

// Me is who a session speaks for.
type Me struct {
	Body struct {
		Officer civic.OfficerID `json:"officer,omitempty" doc:"Your appointment, if you act for an agency."`
		Agency  civic.AgencyID  `json:"agency,omitempty" doc:"Object identifier of that agency."`
		Roles   []access.Role   `json:"roles" doc:"Your duties, in force now."`
		Since   string          `json:"since" doc:"When you signed in, RFC 3339." format:"date-time"`
	}
}

func (s *Service) getMe(ctx context.Context, _ *struct{}) (*Me, error) {
	who := access.From(ctx)
	var m Me
	m.Body.Officer, m.Body.Agency, m.Body.Roles = who.Officer, who.Agency, append([]access.Role{}, who.Roles...)
	m.Body.Since = who.Since.UTC().Format("2006-01-02T15:04:05Z")
	return &m, nil
}
