// Package blob keeps bytes under the SHA-256 of their content: what was
// delivered is written once and never rewritten.
//
// Invariants, each with a test of the same name:
//   - OriginalNeverChanges: a stored blob is read-only, and Verify notices any
//     change of its bytes.
//   - PartialNeverVisible: a blob is either whole under its digest or absent,
//     even if the program is killed while it writes.
package blob
