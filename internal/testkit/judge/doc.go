// Package judge keeps the register of outside judges: tools, clients, codecs
// and vectors that this project did not write and that its tests are measured
// by. The register is conformance/judges.toml; a test calls Need before it
// asks a judge, and the run ends with one line that says how many were asked.
//
// Promises, each a test of the same name:
//   - NeedSkipsOnlyTheAbsent: a judge that is here is always asked.
//   - RunCountsWhatRan: a judge whose tests were all skipped did not run.
//   - RegisterNamesItsTests: every judge is asked by at least one test, and
//     every test that asks one names a judge of the register.
package judge
