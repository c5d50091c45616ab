package identity

import "testing"

// Vectors of the house's pseudonym format, version 1.
func TestPseudonymVectors(t *testing.T) {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	const person = "018f6c00-0000-7000-8000-000000000001"
	for sector, want := range map[string]string{
		"2.16.886.101.20003.20011": "vnkNmmUSryQRTSid5-WombBGRiHiOJeitzb1eL7K8Lo",
		"12345675":                 "Q95MKUOlHCd3zSY-vuegQqgNadxXO7JaXaOjsQiDkCI",
	} {
		if got := sectorPseudonym(key, sector, person); got != want {
			t.Errorf("sectorPseudonym(%s) = %s, want %s", sector, got, want)
		}
	}
}

func TestPseudonymsDoNotMeet(t *testing.T) {
	key := make([]byte, 32)
	seen := map[string]string{}
	for _, room := range []string{"opendata", "mydata", "casework", "opendata2"} {
		for _, person := range []string{"p1", "p2"} {
			id := string(roomPseudonym(key, room, person))
			if len(id) != 43 {
				t.Errorf("a pseudonym has %d characters, want 43", len(id))
			}
			if other, ok := seen[id]; ok {
				t.Errorf("%s and %s/%s share a pseudonym", other, room, person)
			}
			seen[id] = room + "/" + person
		}
	}
}
