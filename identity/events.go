package identity

import "github.com/gongdao/gongdao/civic"

// OfficerAppointed says that a person acts for an agency from now on.
type OfficerAppointed struct {
	ID      string          `json:"id"` // of the fact
	Officer civic.OfficerID `json:"officer"`
	Agency  civic.AgencyID  `json:"agency"`
}

// OfficerLeft says that an officer no longer acts for the agency.
type OfficerLeft struct {
	ID      string          `json:"id"` // of the fact
	Officer civic.OfficerID `json:"officer"`
	Agency  civic.AgencyID  `json:"agency"`
}

// AuthenticatorBound says that somebody has a new means of signing in.
type AuthenticatorBound struct {
	ID            string `json:"id"` // of the fact
	Authenticator string `json:"authenticator"`
	Method        string `json:"method"`
}

// AuthenticatorRevoked says that a means of signing in works no longer.
type AuthenticatorRevoked struct {
	ID            string `json:"id"` // of the fact
	Authenticator string `json:"authenticator"`
	Method        string `json:"method"`
}
