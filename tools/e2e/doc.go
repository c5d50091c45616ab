// Package e2e walks through the demonstration in a browser: every page in both
// languages, light and dark, narrow and wide, with scripts and without, by
// mouse, by keyboard and by passkey. `make test` runs the short form; `make
// e2e` (GONGDAO_SLOW=1) every combination.
//
// Promises, each a test of the same name:
//   - Axe, HTMLValidate: no page breaks WCAG 2.2 AA or the rules of HTML.
//   - EveryPageWithoutScript: a page without scripts says and offers the same.
//   - NoForeignOrigin: a page asks nobody but the portal for anything.
//   - KeyboardWalk, Reflow: everything is reached by Tab and fits 320 px.
package e2e
