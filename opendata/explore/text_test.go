package explore_test

import (
	"testing"

	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/faultscan"
	"github.com/gongdao/gongdao/opendata/explore"
)

func TestEveryFaultSpeaks(t *testing.T) {
	c, err := i18n.Load(explore.Sentences())
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
}
