package identity

import (
	"context"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/access"
)

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
	m.Body.Since = rfc3339(who.Since)
	return &m, nil
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// SessionList is where a person is signed in.
type SessionList struct {
	Body struct {
		Sessions []SessionEntry `json:"sessions" doc:"Your live sessions, newest first."`
	}
}

// SessionEntry is one signed-in browser.
type SessionEntry struct {
	ID      string `json:"id" doc:"Names the session; it is not its token." format:"uuid"`
	Method  string `json:"method" doc:"How you proved who you are." enum:"passkey,link,demo"`
	Device  string `json:"device" doc:"Browser and system in plain words; empty if unknown."`
	Since   string `json:"since" doc:"When you signed in, RFC 3339." format:"date-time"`
	Seen    string `json:"seen" doc:"When it was last used, to the minute, RFC 3339." format:"date-time"`
	Ends    string `json:"ends" doc:"When it ends in any case, RFC 3339." format:"date-time"`
	Current bool   `json:"current" doc:"This request belongs to it."`
}

func (s *Service) getSessions(ctx context.Context, _ *struct{}) (*SessionList, error) {
	list, err := s.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	var out SessionList
	out.Body.Sessions = make([]SessionEntry, len(list))
	for i, v := range list {
		out.Body.Sessions[i] = SessionEntry{ID: v.ID, Method: v.Method, Device: v.Device, Since: rfc3339(v.Created),
			Seen: rfc3339(v.Seen), Ends: rfc3339(v.Ends), Current: v.ID == access.From(ctx).Session}
	}
	return &out, nil
}
