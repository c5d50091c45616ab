// Package chart draws bars, lines and histograms as SVG, without script.
//
// A chart that stands in a page is written twice, for wide and for narrow
// screens, so that its words stay readable; the stylesheet shows one of them.
// It has presentation attributes and classes only: the colours are the page's
// (internal/web/ui/_chart.scss). As a file of its own it is written once, with
// fixed colours. Han letters are taken as 1 em wide, ASCII as 0.55 em.
//
// Invariants, each with a test of the same name:
//   - BarsStartAtZero: the length of a bar is its value.
//   - MissingBreaksTheLine: a line never runs over a value that is not there.
//   - WordsAreEscaped: no label can become markup.
//   - SameChartSameBytes: the same spec gives the same bytes.
//   - NoChartOverLimit: a drawing of at most MaxMarks marks is at most MaxBytes long.
package chart
