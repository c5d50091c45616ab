package query_test

import (
	"testing"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/faultscan"
	"github.com/gongdao/gongdao/opendata/query"
)

func TestEveryFaultSpeaks(t *testing.T) {
	c, err := i18n.Load(query.Sentences())
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := faultscan.Check(".", c)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrong {
		t.Error(w)
	}
	found, _, err := faultscan.Scan(".")
	if err != nil || len(found) < 30 {
		t.Errorf("only %d faults were found: %v", len(found), err)
	}
	for _, f := range found {
		t.Logf("%s %q", f.Code, f.Format)
	}
}
