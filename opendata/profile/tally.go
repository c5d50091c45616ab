package profile

import (
	"slices"
	"unicode/utf8"
)

const (
	keptRows  = 100
	keptValue = 200 // bytes
)

// tally counts one thing exactly and keeps where it was first.
type tally struct {
	count int64
	rows  []int64 // the first ones, as numbered in batches
	line  int64   // of the first
	value string  // of the first
}

func (t *tally) add(row, line int64, value []byte) {
	t.count++
	if len(t.rows) < keptRows || row < t.rows[0] {
		t.keep(row, line, value)
	}
}

// keep notes a place. Rows come in order, except those that were held back.
func (t *tally) keep(row, line int64, value []byte) {
	n := len(t.rows)
	switch {
	case n == 0 || row < t.rows[0]:
		t.line, t.value = line, clip(value)
		t.rows = slices.Insert(t.rows, 0, row)
		t.rows = t.rows[:min(n+1, keptRows)]
	case t.rows[n-1] != row:
		t.rows = append(t.rows, row)
	}
}

// join adds o, whose rows may lie before or after those of t.
func (t *tally) join(o *tally) {
	if o.count == 0 {
		return
	}
	if t.count == 0 || o.rows[0] < t.rows[0] {
		t.line, t.value = o.line, o.value
	}
	t.count += o.count
	if len(t.rows) > 0 && len(o.rows) > 0 && t.rows[len(t.rows)-1] < o.rows[0] {
		if room := keptRows - len(t.rows); room > 0 {
			t.rows = append(t.rows, o.rows[:min(room, len(o.rows))]...)
		}
		return
	}
	t.rows = append(t.rows[:len(t.rows):len(t.rows)], o.rows...)
	slices.Sort(t.rows)
	t.rows = slices.Compact(t.rows)
	t.rows = t.rows[:min(len(t.rows), keptRows)]
}

// clip cuts a value for showing, at a character.
func clip(v []byte) string {
	if len(v) <= keptValue {
		return string(v)
	}
	n := keptValue
	for n > 0 && !utf8.RuneStart(v[n]) {
		n--
	}
	return string(v[:n]) + "…"
}
