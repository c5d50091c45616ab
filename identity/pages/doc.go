// Package pages draws the sign-in, account and officers' pages. It is fed with
// plain values in the reader's language and holds no rules.
package pages

import "github.com/a-h/templ"

// SignIn is the page that explains the ways to sign in.
type SignIn struct {
	Return  string // where to go afterwards; already checked
	Options templ.SafeURL
	Finish  templ.SafeURL
	People  []DemoPerson // demonstration only
	Act     templ.SafeURL
}

// DemoPerson is a made-up person that a visitor of the demonstration may be.
type DemoPerson struct {
	ID, Name, Role string
}

// Link is the page behind a one-time link: it asks for one press of a button,
// so that a preview of the link does not use it up.
type Link struct {
	Action templ.SafeURL
}

// Account is a person's own page.
type Account struct {
	Name     string
	Office   string // "data steward, Ministry of …"; empty for citizens
	Waiting  bool   // an officer whose duties begin when she has a passkey
	Sessions []Session
	Passkeys []Passkey
	Events   []Event
	Options  templ.SafeURL
	Finish   templ.SafeURL
	SignOut  templ.SafeURL
	Done     string // what just happened
}

// Session is one signed-in browser.
type Session struct {
	Device, Method, Since, Seen string
	Current                     bool
	End                         templ.SafeURL
}

// Passkey is one means of signing in.
type Passkey struct {
	Label, Since, Used string
	Revoked, Copied    bool
	Revoke             templ.SafeURL
}

// Event is one line of the account's history.
type Event struct{ What, When string }

// Officers is an agency's list of officers.
type Officers struct {
	Agency string
	List   []Officer
	Roles  []Choice
	Action templ.SafeURL
	Form   Appointment
	Link   string // one-time link of an officer, shown once
	Done   string
}

// Officer is one row.
type Officer struct {
	Name, Roles, Until string
	Ended              bool
	Link               templ.SafeURL // makes another one-time link; empty once she has a passkey
	Dismiss            templ.SafeURL
}

// Choice is one answer to a question.
type Choice struct {
	Value, Text, Hint string
	Chosen            bool
}

// Appointment is the form that makes an officer, as typed.
type Appointment struct {
	Once, Name       string
	Year, Month, Day string            // end of the office
	Errors           map[string]string // by field
}
