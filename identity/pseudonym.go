package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"github.com/gongdao/gongdao/civic"
)

// roomPseudonym is a person's id within one room:
// b64url(HMAC-SHA-256(pair, "gongdao/room/v1" ‖ 00 ‖ room ‖ 00 ‖ person)),
// 43 characters. The key is never rotated: with it the pseudonyms would change.
func roomPseudonym(pair []byte, room string, person string) civic.PersonID {
	return civic.PersonID(keyed(pair, "gongdao/room/v1", room, person))
}

// sectorPseudonym is a person's id towards one party outside, by the party's
// legal id. Same construction, other label.
func sectorPseudonym(pair []byte, sector, person string) string {
	return keyed(pair, "gongdao/sub/v1", sector, person)
}

func keyed(key []byte, label, party, person string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(label + "\x00" + party + "\x00" + person))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
