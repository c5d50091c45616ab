package opendata

import (
	"sync"
	"time"

	"github.com/gongdao/gongdao/fault"
)

// gate bounds how many exports one address runs at a time.
type gate struct {
	max int
	mu  sync.Mutex     // guards now
	now map[string]int // exports under way, by address
}

// enter takes a place; the caller gives it back with release.
// Errors: fault.TooMany.
func (g *gate) enter(address string) (release func(), err error) {
	most := g.max
	if most <= 0 {
		most = 2
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now == nil {
		g.now = map[string]int{}
	}
	if g.now[address] >= most {
		return nil, fault.TooMany.Errorf("opendata.exports-many", "you have %d downloads under way; wait until one has finished", most).After(30 * time.Second)
	}
	g.now[address]++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.now[address]--; g.now[address] <= 0 {
			delete(g.now, address)
		}
	}, nil
}
