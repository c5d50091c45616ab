package gongdao_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/papers"
)

// step is one of the seven steps of the story that shows the rooms are one house.
type step struct {
	name  string
	parts []part
}

// part is what a step needs from a few rooms. Its walk is written when the
// last of them works; until then it names what it waits for.
type part struct {
	name  string
	rooms []string
	walk  func(t *testing.T, h *house)
}

// story is the way of one citizen, one agency and one analyst through the
// house, in order. A later part may rely on what an earlier one left behind.
var story = []step{
	{"a citizen signs in and opens a life event", []part{
		{"signs in with a passkey", []string{"identity"}, signInWithPasskey},
		{"opens the life event: a child is born", []string{"casework"}, nil},
	}},
	{"the form asks only what the rule still needs", []part{
		{"answers, agrees once, sees the values before they are used", []string{"casework", "mydata", "exchange"}, nil},
	}},
	{"each fetch crosses the exchange between two agencies", []part{
		{"signed by both, logged, timestamped, bound to purpose and consent", []string{"exchange", "mydata", "ledger"}, nil},
	}},
	{"the rule decides and an officer confirms", []part{
		{"a sealed letter and receipts, citing articles of law", []string{"casework", "ledger"}, nil},
	}},
	{"her dashboard shows who read what, why, on which basis", []part{
		{"checks a receipt offline, withdraws, the next fetch is refused", []string{"mydata", "ledger", "exchange"}, nil},
	}},
	{"the agency's monthly counts become open data", []part{
		{"counts by township pass the disclosure gate", []string{"casework", "evidence", "opendata"}, nil},
		{"a file becomes typed, queryable, on a map", []string{"opendata", "atlas"}, publishFile},
	}},
	{"an analyst publishes a finding anyone can re-run", []part{
		{"opens an issue, links registers lawfully, finds where supply falls short", []string{"evidence"}, nil},
	}},
}

// TestStory walks the seven steps in one process, on each engine. A part whose
// rooms are missing is skipped by name; README may not call those rooms working.
func TestStory(t *testing.T) {
	status := roomStatus(t)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var h *house
			if anyWalk() {
				h = openHouse(t, engine)
			}
			for i, s := range story {
				t.Run(fmt.Sprintf("%d %s", i+1, s.name), func(t *testing.T) {
					for _, p := range s.parts {
						t.Run(p.name, func(t *testing.T) { p.take(t, h, status) })
					}
				})
			}
		})
	}
}

// take walks the part, or says why nobody can yet.
func (p part) take(t *testing.T, h *house, status map[string]string) {
	var missing []string
	for _, room := range p.rooms {
		if status[room] != working {
			missing = append(missing, room)
		}
	}
	switch {
	case p.walk != nil && len(missing) > 0:
		t.Errorf("this part can be walked, and README.md does not call %s working", strings.Join(missing, ", "))
	case p.walk == nil && len(missing) == 0:
		t.Errorf("README.md calls %s working, and nobody has walked this part of the story", strings.Join(p.rooms, ", "))
	case p.walk == nil:
		t.Skipf("waits for %s", strings.Join(missing, ", "))
	default:
		p.walk(t, h)
	}
}

func anyWalk() bool {
	return slices.ContainsFunc(story, func(s step) bool {
		return slices.ContainsFunc(s.parts, func(p part) bool { return p.walk != nil })
	})
}

// What README.md may say of a room.
const (
	working = "working" // its directory exists and a part of the story walks through it
	inWork  = "in work" // its directory exists
	planned = "planned" // its directory does not exist
)

// roomStatus reads the table of rooms in README.md.
func roomStatus(t *testing.T) map[string]string {
	t.Helper()
	table, ok := papers.With(papers.Tables(read(t, "README.md")), "room", "status")
	if !ok {
		t.Fatal("README.md has no table of rooms with a status")
	}
	status := map[string]string{}
	for _, row := range table.Rows {
		for _, room := range papers.Quoted(row["room"]) {
			status[room] = row["status"]
		}
	}
	return status
}
