package opendata

import (
	"container/list"
	"sync"
)

// answers remembers what was asked of immutable versions. The key holds the
// version, so an answer can never be given for another one.
type answers struct {
	mu   sync.Mutex // guards the rest
	max  int64
	size int64
	byID map[answerKey]*list.Element
	used *list.List // of *answer, most recent first
}

// answerKey names one answer: the version, the canonical text of the query, and
// the form in which it was written.
type answerKey struct{ version, query, form string }

type answer struct {
	key  answerKey
	body []byte
	rows int64
}

// maxAnswer is the largest body that is worth remembering, in bytes.
const maxAnswer = 1 << 20

func newAnswers(max int64) *answers {
	if max <= 0 {
		max = 64 << 20
	}
	return &answers{max: max, byID: map[answerKey]*list.Element{}, used: list.New()}
}

func (a *answers) get(k answerKey) ([]byte, int64, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.byID[k]
	if !ok {
		return nil, 0, false
	}
	a.used.MoveToFront(e)
	v := e.Value.(*answer)
	return v.body, v.rows, true
}

// put keeps body, which the caller must not change any more.
func (a *answers) put(k answerKey, body []byte, rows int64) {
	if len(body) > maxAnswer {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.byID[k]; ok {
		return
	}
	a.byID[k] = a.used.PushFront(&answer{k, body, rows})
	a.size += weight(k, body)
	for a.size > a.max {
		last := a.used.Back()
		v := a.used.Remove(last).(*answer)
		delete(a.byID, v.key)
		a.size -= weight(v.key, v.body)
	}
}

// forget drops every answer of a version.
func (a *answers) forget(version string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for k, e := range a.byID {
		if k.version == version {
			v := a.used.Remove(e).(*answer)
			delete(a.byID, k)
			a.size -= weight(k, v.body)
		}
	}
}

func weight(k answerKey, body []byte) int64 {
	const bookkeeping = 200 // map, list and struct, roughly
	return int64(len(k.version)+len(k.query)+len(k.form)+len(body)) + bookkeeping
}
