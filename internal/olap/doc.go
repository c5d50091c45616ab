// Package olap answers questions about large tables, and reads files made by
// strangers, in child processes that can be killed.
//
// DuckDB never runs in the portal. The program starts itself again as a worker,
// which gives up its rights before it opens anything (no new privileges,
// address space, file size, files, network), and then serves either queries
// over one read-only directory or one named task over the files it was given.
// The worker encodes the answer; the portal only copies bytes.
//
// Invariants, each with a test of the same name:
//   - WorkerDiesOnTime: no query outlives its deadline by more than KillGrace.
//   - PortalMemoryUnmoved: the portal's memory does not depend on the query.
//   - WorkerReadsItsDirectoryOnly: no other file can be opened, none written.
//   - WorkerHasNoNetwork: a worker has no socket of any kind.
//   - WorkerSeesNoSecrets: nothing of the portal's environment is inherited.
//   - NoOrphans: workers die with the portal, however it ends.
//   - CrashStaysOutside: a worker that crashes is a fault, not an outage.
//
// Without cgo, or on systems other than Linux, New fails and names the flavour
// that can.
package olap
