// Package search finds datasets by what people type: any part of a title, in
// any of the spellings that one name has.
//
// Text is folded (standards/hanvariant) and cut into tokens here; db.Search
// keeps them. Runs of Han characters become overlapping pairs, so that a phrase
// of pairs is an exact substring; runs of letters and digits become words; the
// single characters of title, keywords and agency stand in a column of their
// own. Folded titles also stay in memory and are scanned, because parts of
// words are in no index. The index is derived: whoever opens it fills it with
// Replace from the tables.
//
// Invariants, each with a test of the same name:
//   - SearchFindsEveryTitleSubstring: every dataset whose folded title holds
//     the folded query is found.
//   - FacetCountsAddUp: a facet's counts are what choosing its values finds.
package search
