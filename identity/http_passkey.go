package identity

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/web"
)

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
	token, err := s.FinishPasskey(r.Context(), k.Label, k.Credential, r.UserAgent())
	if err != nil {
		return err
	}
	if token != "" {
		http.SetCookie(w, s.cookie(token))
	}
	return answerJSON(w, map[string]string{"location": string(web.WithQuery(web.URL(r.Context(), "identity.account"), "done", "passkey-added"))})
}
