// Package gongdao composes the house: it opens the pipes, then the rooms, joins
// them in the switchboard, and opens the doors. Read it as a list; every
// definition is one jump away.
//
// The law that keeps the rooms apart is arch_test.go; how we write is STYLE.md.
package gongdao
