// Package bus tells listeners what other rooms have done: each listener gets
// the facts of one kind in the order in which they were committed, at least
// once, from its own bookmark.
//
// Facts are rows of the outbox that internal/db writes in the transaction that
// made them true. A pump wakes the listeners at once when this process commits
// a fact and looks every 250 ms for those of other processes. A listener that
// fails is tried again after 1 s, doubling to 5 min; it never skips by itself.
//
// Invariants, each with a test of the same name:
//   - FactIffCommitted: a fact is heard if and only if its transaction was
//     committed, under kill -9 at any moment.
//   - FactOrderPerRoom: each listener hears 1, 2, 3 … of a room, without gaps.
//   - ListenersAreIdempotent: a crash between the listener and its bookmark
//     delivers again; nothing is lost.
//   - OneHolder: replicas take turns; a listener runs in one process at a time.
package bus
