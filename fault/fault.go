// Package fault names the ways a request can fail, so that every door (HTTP,
// command line, remote port) tells people and programs the same thing.
//
// A fault has a Kind, which decides status and exit code; a stable code such
// as "mydata.no-purpose"; and an English sentence that says what is wrong and
// what to do. The zh-TW sentence stands under the same code in the room's
// text/zh-TW.toml, with the same verbs.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is a class of failure. It is itself an error, so that
// errors.Is(err, fault.NotFound) works through any wrapping.
type Kind string

// The kinds. Their HTTP status is given in brackets.
const (
	Malformed    Kind = "malformed"    // not readable as what it claims to be (400)
	Unidentified Kind = "unidentified" // nobody, or credentials refused (401)
	Forbidden    Kind = "forbidden"    // known, not permitted (403)
	NotFound     Kind = "not-found"    // absent or hidden; never say which (404)
	Conflict     Kind = "conflict"     // no lawful move from this state (409)
	Gone         Kind = "gone"         // withdrawn or destroyed by rule (410)
	Stale        Kind = "stale"        // If-Match names an older version (412)
	TooLarge     Kind = "too-large"    // over a documented limit (413)
	Misdirected  Kind = "misdirected"  // this host is not served here (421)
	Invalid      Kind = "invalid"      // readable, not acceptable; carries fields (422)
	TooMany      Kind = "too-many"     // quota used up; says when to come back (429)
	Internal     Kind = "internal"     // unnamed; logged in full, shown as an apology (500)
	Upstream     Kind = "upstream"     // another system failed; names it (502)
	Busy         Kind = "busy"         // full or draining; says when to come back (503)
	TimedOut     Kind = "timed-out"    // our own deadline passed; says how to ask for less (504)
)

// Error makes a Kind usable as the target of errors.Is.
func (k Kind) Error() string { return string(k) }

// Errorf returns a fault of this kind. code is stable and names the sentence in
// the catalogues; format is the English sentence. A %w verb keeps its operand
// in the chain.
func (k Kind) Errorf(code, format string, args ...any) *Error {
	return &Error{Kind: k, Code: code, Format: format, Args: args}
}

// Field is what is wrong with one part of the input.
type Field struct {
	Location string // a JSON path such as "body.title", a form field, or "row 12, column 3"
	Code     string // as in Error
	Format   string // English sentence
	Args     []any
}

// Message returns the English sentence.
func (f Field) Message() string { return sentence(f.Format, f.Args) }

// Error is a named failure that a person or a program can act on.
type Error struct {
	Kind       Kind
	Code       string        // "<room>.<what>", stable
	Format     string        // English sentence with fmt verbs
	Args       []any         // operands of Format, also of the zh-TW sentence
	Fields     []Field       // Invalid: one entry for each thing that is wrong
	RetryAfter time.Duration // TooMany, Busy: when to come back; 0 if unknown
}

// Error returns the English sentence.
func (e *Error) Error() string { return sentence(e.Format, e.Args) }

// Unwrap gives errors.Is and errors.As the kind and whatever %w wrapped.
func (e *Error) Unwrap() []error {
	chain := []error{e.Kind}
	for _, a := range e.Args {
		if err, ok := a.(error); ok {
			chain = append(chain, err)
		}
	}
	return chain
}

// At returns e with one more thing that is wrong with the input.
func (e *Error) At(location, code, format string, args ...any) *Error {
	c := *e
	c.Fields = append(c.Fields[:len(c.Fields):len(c.Fields)], Field{location, code, format, args})
	return &c
}

// After returns e with the time after which another try makes sense.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Of returns the first fault in err's chain. An error without one becomes
// Internal, so that nothing of it reaches a reader. Of(nil) is nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	var k Kind
	if errors.As(err, &k) {
		return &Error{Kind: k, Code: "fault." + string(k), Format: string(k)}
	}
	return &Error{Kind: Internal, Code: "fault.internal",
		Format: "something went wrong on our side; nothing you did is lost, please try again"}
}

func sentence(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Errorf(format, args...).Error()
}
