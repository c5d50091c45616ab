package profile

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// seen is one value of a column and what is known of it, so that a value that
// comes again is not looked at again.
type seen struct {
	hash  uint64
	count int64
	lexeme
	at, n   uint32 // in the arena; at most keptBytes of it
	size    uint32 // of the whole value
	letters uint32 // characters of the whole value
	marks   marks
}

// keptBytes is how much of a long value is kept; beyond it the 64-bit hash and
// the length stand for the rest.
const keptBytes = 256

// table counts values. Up to limit it is exact; then it spills: it keeps the
// frequent ones and counts them from below (Misra and Gries), with an error of
// at most lost.
type table struct {
	slots   []uint32 // 1 + index of entries; 0 is free; a power of two
	entries []seen
	arena   []byte
	limit   int // entries
	room    int // bytes of arena
	spilled bool
	lost    int64
}

func newTable(limit, room int) *table {
	return &table{slots: make([]uint32, 64), limit: limit, room: room}
}

// find returns the entry of v, or nil.
func (t *table) find(hash uint64, v []byte) *seen {
	mask := uint64(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		at := t.slots[i]
		if at == 0 {
			return nil
		}
		e := &t.entries[at-1]
		if e.hash == hash && int(e.size) == len(v) && bytes.Equal(t.arena[e.at:e.at+e.n], v[:e.n]) {
			return e
		}
	}
}

// full reports whether another value would go over the limit.
func (t *table) full() bool { return len(t.entries) >= t.limit || len(t.arena) >= t.room }

// add puts in a value that find did not find.
func (t *table) add(e seen, v []byte) *seen {
	if 2*(len(t.entries)+1) > len(t.slots) {
		t.slots = make([]uint32, 2*len(t.slots))
		t.index()
	}
	e.at, e.n, e.size = uint32(len(t.arena)), uint32(min(len(v), keptBytes)), uint32(len(v))
	t.arena = append(t.arena, v[:e.n]...)
	t.entries = append(t.entries, e)
	t.slot(e.hash, uint32(len(t.entries)))
	return &t.entries[len(t.entries)-1]
}

func (t *table) slot(hash uint64, at uint32) {
	mask := uint64(len(t.slots) - 1)
	i := hash & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = at
}

func (t *table) index() {
	clear(t.slots)
	for i := range t.entries {
		t.slot(t.entries[i].hash, uint32(i+1))
	}
}

// value returns the text of an entry, cut after keptBytes at a character.
func (t *table) value(e *seen) []byte {
	v := t.arena[e.at : e.at+e.n]
	if e.size > e.n {
		for len(v) > 0 && !utf8.Valid(v[len(v)-min(len(v), utf8.UTFMax):]) && !utf8.RuneStart(v[len(v)-1]) {
			v = v[:len(v)-1]
		}
		if len(v) > 0 && v[len(v)-1] >= 0xC0 {
			v = v[:len(v)-1]
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
		v := t.arena[e.at : e.at+e.n]
		e.at = uint32(len(arena))
		arena = append(arena, v...)
		entries = append(entries, e)
	}
	t.entries, t.arena = entries, arena
	t.lost += off
	if len(t.slots) != 4*spilledLimit {
		t.slots = make([]uint32, 4*spilledLimit)
	}
	t.index()
}

// hashOf mixes v eight bytes at a time. It is fixed, so that a profile is the
// same every time; it is not meant to withstand an enemy, and nothing that
// decides what is stored rests on it alone.
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
	hi, lo := bits.Mul64(h^w^k1, k0)
	h = hi ^ lo
	return h ^ h>>29
}
