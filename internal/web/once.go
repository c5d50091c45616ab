package web

import (
	"context"
	"strings"
	"time"
)

// OnceID returns the id for the once field of a new form, a UUIDv7; typed, what
// came back with a refused form, is kept if it is one. The page is then for one
// reader and is not stored by caches.
//
// The room puts the id into its row under a unique index, together with who
// sent it, and answers a second one with the first result.
func OnceID(ctx context.Context, typed string) string {
	now := time.UnixMilli(0)
	if s := stateOf(ctx); s != nil {
		s.unstorable = true
		if s.web != nil {
			now = s.web.needs.Now()
		}
	}
	if IsOnceID(typed) {
		return typed
	}
	return newID(now)
}

// IsOnceID reports whether s has the form of an id that OnceID gives.
func IsOnceID(s string) bool {
	if len(s) != 36 || s[14] != '7' {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || (!dash && strings.IndexByte("0123456789abcdef", s[i]) < 0) {
			return false
		}
	}
	return true
}
