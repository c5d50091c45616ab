package profile

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// seen is one value of a column and what is known of it, so that a value that
// comes again is not looked at again. It fills one line of the cache.
type seen struct {
	hash  uint64
	count int64
	lexeme
	at      uint32 // in the arena
	size    uint32 // of the value
	letters uint32 // characters of it
	marks   marks
	_       [11]byte
}

// kept is how many bytes of the value are in the arena.
func (e *seen) kept() uint32 { return min(e.size, keptBytes) }

// keptBytes is how much of a long value is kept; beyond it the 64-bit hash and
// the length stand for the rest.
const keptBytes = 256

// table counts values. Up to limit it is exact; then it spills: it keeps the
// frequent ones and counts them from below (Misra and Gries), with an error of
// at most lost.
type table struct {
	slots   []slot // a power of two
	entries []seen
	arena   []byte
	limit   int // entries
	room    int // bytes of arena
	spilled bool
	lost    int64
}

// slot points to an entry; at is 1 + its index, 0 is free.
type slot struct{ tag, at uint32 }

func newTable(limit, room int) *table {
	return &table{slots: make([]slot, 64), limit: limit, room: room}
}

// find returns the entry of v, or nil.
func (t *table) find(hash uint64, v []byte) *seen {
	mask := uint64(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s.at == 0 {
			return nil
		}
		if s.tag != uint32(hash>>32) {
			continue
		}
		e := &t.entries[s.at-1]
		if e.hash != hash || int(e.size) != len(v) {
			continue
		}
		if len(v) <= 8 { // the hash is the value, mixed
			return e
		}
		if n := e.kept(); bytes.Equal(t.arena[e.at:e.at+n], v[:n]) {
			return e
		}
	}
}

// full reports whether another value would go over the limit.
func (t *table) full() bool { return len(t.entries) >= t.limit || len(t.arena) >= t.room }

// add puts in a value that find did not find.
func (t *table) add(e seen, v []byte) *seen {
	if 2*(len(t.entries)+1) > len(t.slots) {
		t.slots = make([]slot, 2*len(t.slots))
		t.index()
	}
	e.at, e.size = uint32(len(t.arena)), uint32(len(v))
	t.arena = append(t.arena, v[:e.kept()]...)
	t.entries = append(t.entries, e)
	t.put(e.hash, uint32(len(t.entries)))
	return &t.entries[len(t.entries)-1]
}

func (t *table) put(hash uint64, at uint32) {
	mask := uint64(len(t.slots) - 1)
	i := hash & mask
	for t.slots[i].at != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = slot{uint32(hash >> 32), at}
}

func (t *table) index() {
	clear(t.slots)
	for i := range t.entries {
		t.put(t.entries[i].hash, uint32(i+1))
	}
}

// value returns the text of an entry, cut after keptBytes at a character.
func (t *table) value(e *seen) []byte {
	v := t.arena[e.at : e.at+e.kept()]
	if e.size <= keptBytes {
		return v
	}
	for i := len(v) - 1; i >= 0 && i >= len(v)-utf8.UTFMax; i-- {
		if utf8.RuneStart(v[i]) {
			if !utf8.FullRune(v[i:]) {
				return v[:i]
			}
			break
		}
	}
	return v
}

const spilledLimit = 1024

// spill gives up exactness and keeps the most frequent values.
func (t *table) spill() {
	t.spilled = true
	t.limit = spilledLimit
	t.room = min(t.room, spilledLimit*keptBytes)
	t.prune()
}

// prune makes at least half of the table free: it takes a count off every
// entry and drops those that have none left.
func (t *table) prune() {
	keep := min(spilledLimit, t.limit) / 2
	counts := make([]int64, len(t.entries))
	for i := range t.entries {
		counts[i] = t.entries[i].count
	}
	slices.Sort(counts)
	off := counts[max(0, len(counts)-keep-1)]
	entries, arena := t.entries[:0], make([]byte, 0, len(t.arena)/2)
	for _, e := range t.entries {
		if e.count <= off {
			continue
		}
		e.count -= off
		v := t.arena[e.at : e.at+e.kept()]
		e.at = uint32(len(arena))
		arena = append(arena, v...)
		entries = append(entries, e)
	}
	t.entries, t.arena = entries, arena
	t.lost += off
	if len(t.slots) != 4*spilledLimit {
		t.slots = make([]slot, 4*spilledLimit)
	}
	t.index()
}

// hashOf mixes v eight bytes at a time. Values of at most eight bytes have
// hashes of their own, so that hash and length say which one it is. It is
// fixed, so that a profile is the same every time; it is not meant to withstand
// an enemy, and nothing that decides what is stored rests on it alone.
func hashOf(v []byte) uint64 {
	const k0, k1 = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
	h := uint64(len(v)) * k1
	for len(v) > 8 {
		hi, lo := bits.Mul64(h^binary.LittleEndian.Uint64(v), k0)
		h = hi ^ lo
		v = v[8:]
	}
	var w uint64
	switch n := len(v); {
	case n >= 4:
		w = uint64(binary.LittleEndian.Uint32(v)) | uint64(binary.LittleEndian.Uint32(v[n-4:]))<<32
	case n > 0:
		w = uint64(v[0]) | uint64(v[n/2])<<8 | uint64(v[n-1])<<16
	}
	h = (h ^ w) * k0 // each step can be undone
	h ^= h >> 32
	h *= k1
	return h ^ h>>29
}
