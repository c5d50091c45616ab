package identity_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gongdao/gongdao/identity"
)

var update = flag.Bool("update", false, "write goldens anew")

// golden compares with testdata/name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, got, 0o644))
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run with -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Facts are read years later by rooms that are not written yet: their form only
// grows.
func TestFactsAsStored(t *testing.T) {
	facts := map[string]any{
		"identity.OfficerAppointed":     identity.OfficerAppointed{ID: "f1", Officer: "o1", Agency: agencyID},
		"identity.OfficerLeft":          identity.OfficerLeft{ID: "f2", Officer: "o1", Agency: agencyID},
		"identity.AuthenticatorBound":   identity.AuthenticatorBound{ID: "f3", Authenticator: "a1", Method: "passkey"},
		"identity.AuthenticatorRevoked": identity.AuthenticatorRevoked{ID: "f4", Authenticator: "a1", Method: "passkey"},
	}
	b, err := json.MarshalIndent(facts, "", "  ")
	must(t, err)
	golden(t, "facts.json", append(b, '\n'))
	src, err := os.ReadFile("events.go")
	must(t, err)
	declared := regexp.MustCompile(`(?m)^type (\w+) struct`).FindAllSubmatch(src, -1)
	if len(declared) != len(facts) {
		t.Errorf("events.go declares %d facts, %d are shown here", len(declared), len(facts))
	}
	for _, d := range declared {
		if _, ok := facts["identity."+string(d[1])]; !ok {
			t.Errorf("%s is not shown here", d[1])
		}
	}
}
