// Package atlas holds the official areas of the country, joins tables to them,
// and draws what was joined: maps that are whole without a script, that print,
// and that say the same in a table.
//
// Invariants, each with a test of the same name:
//   - JoinByCodeOnly: names become codes only through Match, which takes a
//     single fit and lists the rest; a name beside a code is a label and is
//     reported if it differs.
//   - SharedBordersStayShared: in every drawing both neighbours have the same
//     coordinates along their border.
//   - ZeroMissingSuppressedDiffer: three fills, three legend rows, three texts
//     in the table.
//   - SuppressedNowhere: a suppressed value is in no drawing, table, figure,
//     class count or description.
//   - RatesNotCounts: a count is drawn by shade only with a reason, which is
//     printed under the map.
//   - SameMapSameBytes: a drawing is reproducible, byte for byte.
//
// Codes are text: those of Kinmen and Lienchiang begin with 0.
//
// Standards: TopoJSON 1.0 (standards/topojson), RFC 7946 (GeoJSON), EPSG:3825
// and EPSG:3826 (standards/tm2), MapLibre Style Specification 8.
package atlas
