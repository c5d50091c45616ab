// Package civic holds the words every room shares: who acts, for what purpose,
// on which legal basis, and text in the two languages of the house.
//
// It imports the standard library only and holds no rules of any room.
package civic
