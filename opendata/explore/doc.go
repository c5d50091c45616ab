// Package explore speaks the Opendatasoft Explore API v2.1: it reads requests,
// asks the room for datasets and rows through two ports, and writes answers and
// errors in the shapes that clients of that API expect.
//
// Invariants, each with a test of the same name:
//   - BothSlashes: a path answers alike with and without a slash at its end.
//   - EveryErrorHasItsShape: no error leaves in another form than Explore's.
//   - BrokenExportsBreak: an export that fails midway never looks complete.
//
// Source: Opendatasoft Explore API v2.1 reference. Where we differ is listed in
// docs/divergences/explore.md.
package explore
