// Package identity answers who is asking (多元身分識別): people, officers and
// agencies, the means by which they prove it, and the sessions that follow.
//
// Invariants, each with a test of the same name:
//   - LinkWorksOnce: a one-time link signs in once, also when two try at once.
//   - OnlyHashesOfTokens: no token of a session or link is stored in the clear.
//   - EndedSessionIsOut: a session that was ended is refused from then on.
//   - PseudonymsDoNotMeet: two rooms cannot tell that they know the same person.
//   - DutiesEnd: an officer whose office has ended holds no duty.
//   - OfficersNeverPhished: an officer has duties only in a session that a
//     passkey opened; a made-up officer of a demonstration in any.
//   - OneCeremonyOnce: a WebAuthn challenge takes one answer, for five minutes.
//   - NewProofNewToken: signing in again in the same browser ends what was before.
//
// Standards: WebAuthn Level 3; RFC 9562 (ids).
package identity
