package bus_test

import (
	"testing"

	"github.com/gongdao/gongdao/internal/bus"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/testkit/faultscan"
)

func TestEveryFaultSpeaks(t *testing.T) {
	c, err := i18n.Load(bus.Text)
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
