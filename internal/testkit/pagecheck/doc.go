// Package pagecheck looks at finished pages as a browser would, without one:
// policy, structure, labels, links, both languages. Rooms and the root run it
// over their routes. What needs a layout is left to the browser tests.
package pagecheck
