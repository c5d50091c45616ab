// Package opendata releases data that people really can use (資料開放與再利用):
// a file goes in, and a typed, searchable, queryable dataset with a page, an API
// and a map comes out. Old versions stay true and addressable.
//
// Invariants, each with a test of the same name:
//   - OriginalNeverChanges: the bytes a publisher sent are kept as they came.
//   - NothingHalfPublished: killed at any moment, a version is whole or absent.
//   - VersionIsImmutable: after publication only a version's state can change.
//   - OldVersionAnswers: a published version answers queries for ever.
//   - SameAnswerInEveryDialect: one question, asked in any API, has one answer.
//   - CacheNeverCrossesVersion: an answer belongs to the version it was asked of.
//   - OfficersActForTheirAgency: nobody publishes for another agency.
//
// Standards: Opendatasoft Explore API v2.1, OpenAPI 3.1, RFC 4180, RFC 7946.
package opendata
