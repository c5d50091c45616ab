package db

import (
	"strconv"
	"strings"
	"sync"
)

// rebinder rewrites ? to $1, $2 … and remembers the result. Statements are
// constants of the program, so the memory has a bound; one that is not is
// rewritten each time once maxRebound is reached.
type rebinder struct {
	mu   sync.RWMutex
	seen map[string]string // guarded by mu
}

const maxRebound = 4096

func (r *rebinder) bind(q string) string {
	if strings.IndexByte(q, '?') < 0 {
		return q
	}
	r.mu.RLock()
	out, ok := r.seen[q]
	r.mu.RUnlock()
	if ok {
		return out
	}
	out = rebind(q)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string]string{}
	}
	if len(r.seen) < maxRebound {
		r.seen[q] = out
	}
	return out
}

func rebind(q string) string {
	var b strings.Builder
	b.Grow(len(q) + 8)
	n := 0
	for {
		i := strings.IndexByte(q, '?')
		if i < 0 {
			b.WriteString(q)
			return b.String()
		}
		n++
		b.WriteString(q[:i])
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		q = q[i+1:]
	}
}
