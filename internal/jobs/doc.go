// Package jobs does work that waits, repeats or may fail, outside the request
// that asked for it. A job is a row, inserted in the transaction that needs it:
// it runs if and only if that transaction commits, at least once.
//
// It wraps River: on SQLite River shares the writer connection with db.Write,
// on PostgreSQL its pool. Job arguments lie in clear in the database and carry
// ids only, never personal data.
//
// Invariants, each with a test of the same name:
//   - JobIffCommitted: a job inserted in a write that fails does not exist.
//   - KilledJobRunsAgain: a job whose process died by kill -9 runs again, at
//     once when the same node starts, else after its timeout.
//   - WritesGoOnBesideJobs: River's own writes and group commits do not wait
//     for each other for ever.
package jobs
