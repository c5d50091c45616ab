// Package conformance holds the tests in which somebody else judges the whole
// program: unmodified clients and readers against the running demonstration.
// The register of all such judges is judges.toml.
package conformance
