// Package web is the door for browsers and programs: routes as data, one guard
// before every handler, one path for every error.
//
// A room hands in a list of Routes. From it come the mux, the links, the
// navigation, /sitemap, /openapi.json and the permission matrix. A handler is
// one of four forms: Page and Form for people, JSON for native APIs, Plain for
// foreign-shaped APIs and files. It answers or returns an error, never both.
//
// Every request passes, in this order: request id, panic catch, Host, language
// prefix, body limit, cross-origin protection, authentication, the route's Who,
// handler, error path.
//
// Invariants, each with a test of the same name:
//   - EveryAnswerHasCSP: every HTML answer carries the policy, errors too.
//   - SignedInIsNotStored: nothing personal may be stored by a cache; public
//     pages have an ETag and set no cookie.
//   - FormKeepsInput: a refused form comes back with what was typed.
//   - PostTwiceIsOnce: a form sent twice carries the same id, so that the room
//     can answer with the first result.
//   - SitemapIsComplete: every page is listed once, or says why not.
//   - ValueIsNeverEchoed: a refused JSON value does not come back.
//
// Standards: RFC 9110, RFC 9457 (problems), OpenAPI 3.1, CSP Level 3.
package web
