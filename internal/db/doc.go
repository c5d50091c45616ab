// Package db keeps the rows of every room in SQLite or PostgreSQL, under one
// SQL text, and the facts that rooms emit in the same transaction.
//
// Read and Write take a function over a *Tx. The function may run again, so it
// has no effect outside the transaction. On SQLite up to 64 waiting writes
// share one durable commit (group commit); on PostgreSQL every transaction is
// serializable and is tried again when the server says it must be.
//
// Invariants, each with a test of the same name:
//   - FailedWriteLeavesNothing: a write that fails or panics leaves no row and
//     no fact, and its neighbours in a group commit are intact.
//   - NestedWriteFails: a write inside a write fails by name; it never waits
//     for itself.
//   - NewerSchemaRefused: a database newer than the program is not opened.
//   - TextIsClean: text with NUL or invalid UTF-8 is refused on both engines.
//   - ReadsGoOnWhileWriterIsBusy: a slow write stops no read.
//   - BackupIsConsistent: a backup taken under load holds whole transactions
//     and gapless facts.
//
// After a statement that failed a transaction takes no other and keeps nothing:
// INSERT … ON CONFLICT asks instead of trying. One result is open at a time.
//
// SQL uses ? for placeholders and none inside literals or comments, and the
// types TEXT, BIGINT, BOOLEAN, DOUBLE PRECISION and BYTEA.
package db
