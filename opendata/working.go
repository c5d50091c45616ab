package opendata

import "sync"

// working is the set of imports that this process carries at the moment. The
// zero value is empty.
type working struct {
	mu  sync.Mutex // guards ids
	ids map[string]bool
}

// start adds id; false if it was there.
func (w *working) start(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ids[id] {
		return false
	}
	if w.ids == nil {
		w.ids = map[string]bool{}
	}
	w.ids[id] = true
	return true
}

func (w *working) stop(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ids, id)
}
