package opendata

import (
	"io"
	"net/http"
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

// A reader of an export takes paceBytes in paceTime, or loses the connection:
// one that hardly reads would keep one of the few export places.
const (
	paceBytes = 256 << 10
	paceTime  = 30 * time.Second
)

// steady returns w such that writing fails when its reader is too slow, if w is
// an answer to a client. Only time spent writing counts, not what the query
// takes. end gives what is still buffered its own time to go out.
func steady(w io.Writer, now func() time.Time) (out io.Writer, end func()) {
	rw, ok := w.(http.ResponseWriter)
	if !ok {
		return w, func() {}
	}
	p := &paced{w: rw, control: http.NewResponseController(rw), now: now}
	return p, p.renew
}

// paced is a writer to one client.
type paced struct {
	w       http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
	sent    int           // bytes of the present chunk
	spent   time.Duration // writing them
	late    bool          // a write failed; there is nothing to renew
}

// Write implements io.Writer.
func (p *paced) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		piece := b[done:min(len(b), done+paceBytes-p.sent)]
		began := p.now()
		p.until(began.Add(paceTime - p.spent))
		n, err := p.w.Write(piece)
		done += n
		if err != nil {
			p.late = true
			return done, err
		}
		p.sent, p.spent = p.sent+n, p.spent+p.now().Sub(began)
		if p.sent >= paceBytes {
			p.sent, p.spent = 0, 0
		}
	}
	return done, nil
}

func (p *paced) renew() {
	if !p.late {
		p.until(p.now().Add(paceTime))
	}
}

// until sets the deadline. A writer that has none, as of a test, goes without.
func (p *paced) until(t time.Time) {
	_ = p.control.SetWriteDeadline(t)
}
