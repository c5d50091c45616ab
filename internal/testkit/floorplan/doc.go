// Package floorplan reads the repository and says where it breaks the law of
// the house: which package may import which, who owns a third-party engine,
// how large files may grow, and what a room may name. The law itself, with its
// reasons, is the Plan in arch_test.go at the top of the repository.
//
// Every complaint is one sentence that names the place and the remedy. The
// checks are tested on small trees in testdata/law, one for each way to fail.
package floorplan
