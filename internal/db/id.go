package db

import (
	"crypto/rand"
	"encoding/hex"
	"time"
)

// newID returns a UUIDv7 (RFC 9562 section 5.7) for the given time. The twelve
// bits of rand_a hold the fraction of the millisecond (section 6.2, method 3).
func newID(at time.Time) string {
	var u [16]byte
	_, _ = rand.Read(u[8:]) // never fails since Go 1.24
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	frac := uint16(uint64(at.Nanosecond()) % 1e6 * 4096 / 1e6)
	u[6] = 0x70 | byte(frac>>8)
	u[7] = byte(frac)
	u[8] = 0x80 | u[8]&0x3f
	var s [36]byte
	hex.Encode(s[0:8], u[0:4])
	hex.Encode(s[9:13], u[4:6])
	hex.Encode(s[14:18], u[6:8])
	hex.Encode(s[19:23], u[8:10])
	hex.Encode(s[24:36], u[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}
