package ui

import "testing"

func TestLegendTakesTheShadesOfTheDrawing(t *testing.T) {
	five := LegendParams{Items: []LegendItem{{Class: "zero"}, {Class: "c0"}, {Class: "c1"}, {Class: "c2"}, {Class: "c3"}, {Class: "c4"}, {Class: "missing"}, {Class: "gd-series-2"}}}
	want := []string{"gd-zero", "gd-ramp-1", "gd-ramp-3", "gd-ramp-5", "gd-ramp-7", "gd-ramp-9", "gd-missing", "gd-series-2"}
	for i := range want {
		if got := five.mark(i); got != want[i] {
			t.Errorf("mark(%d) of class %s = %s, want %s", i, five.Items[i].Class, got, want[i])
		}
	}
}
