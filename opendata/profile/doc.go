// Package profile reads one delivered file as a whole and says what it holds:
// its encoding, its shape, the type of every column, what is wrong and where,
// and how each fault is repaired. It writes the table in one normal form.
//
// It is the part of the publishing pipeline between receiving and loading:
// identify, decode, dialect, profile. It knows no database and runs in a child
// process that may be killed. Nothing is believed from a sample and nothing is
// changed without a finding.
//
// Invariants, each with a test of the same name:
//   - EveryCellAccountedFor: cells read = loaded + missing + reported.
//   - LeadingZerosSurvive: a zero in front is never lost.
//   - NoTypeFromASample: the last row can overturn a type.
//   - EncodingNeverGuessed: a file is read in an encoding that all of its bytes obey, or refused.
//   - UserDefinedBytesNeverMapped: 造字 become private use and are reported, never a real character.
//   - EveryFindingSaysWhereAndHow: each has a place, both languages, and what to do.
//   - RecipeReplays: the same file and recipe give the same table, byte for byte.
//
// Standards: RFC 4180 (CSV), RFC 7946 (GeoJSON), code page 950 (Big5).
package profile
