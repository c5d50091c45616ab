// Package clock gives tests a clock that moves only when it is told to.
package clock

import (
	"sync"
	"time"
)

// Clock is a fake clock. It is safe for use by many goroutines.
type Clock struct {
	mu sync.Mutex
	at time.Time // guarded by mu
}

// New returns a clock that stands at the given time.
func New(at time.Time) *Clock { return &Clock{at: at} }

// At returns a clock that stands at an RFC 3339 time; it panics on another text.
func At(text string) *Clock {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return New(at)
}

// Now returns where the clock stands. Pass the method value as Needs.Now.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Add moves the clock, also backwards, and returns where it stands then.
func (c *Clock) Add(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	return c.at
}

// Set moves the clock to a time.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}
