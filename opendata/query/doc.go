// Package query is the one query tree of the open data room: ODSQL text, the
// filter forms of pages and facet refinements are all parsed into a Query,
// checked against a Schema, written back as canonical text (the cache key) and
// compiled to DuckDB SQL.
//
// Invariants, each with a test of the same name:
//   - NoUserTextInSQL: every literal, alias, pattern and zone that a reader
//     typed is a bound parameter; identifiers in SQL come from the Schema only.
//   - CanonicalReparses: the canonical text of a query parses to the same tree.
//   - EveryErrorHasPlace: a refused text names clause, position and remedy.
//   - SameAnswerInMemory: Eval and DuckDB agree on every predicate and scalar.
//
// Source: Opendatasoft Explore API v2.1, "Opendatasoft Query Language (ODSQL)".
// What differs from it is listed in docs/divergences/explore.md.
package query
