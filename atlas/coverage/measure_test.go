package coverage

import (
	"math"
	"testing"
)

// TestEqualArea: the projection of the whole ellipsoid has the surface of GRS
// 80, 510,065,621.7 km² (Moritz, "Geodetic Reference System 1980").
func TestEqualArea(t *testing.T) {
	got := 4 * math.Pi * semiMajorKM * equalArea(90)
	if want := 510_065_621.724; math.Abs(got-want) > 0.1 {
		t.Errorf("surface = %.3f km², want %.3f", got, want)
	}
	// One degree square at 24° N; R₁ and the meridian radius give it to a part in 10⁴.
	a := semiMajorKM * math.Pi / 180 * (equalArea(24.5) - equalArea(23.5))
	m := semiMajorKM * (1 - e2) / math.Pow(1-e2*math.Pow(math.Sin(24*math.Pi/180), 2), 1.5)
	n := semiMajorKM / math.Sqrt(1-e2*math.Pow(math.Sin(24*math.Pi/180), 2))
	want := m * n * math.Cos(24*math.Pi/180) * math.Pow(math.Pi/180, 2)
	if math.Abs(a/want-1) > 1e-4 {
		t.Errorf("a degree square at 24° N = %.3f km², want %.3f", a, want)
	}
}

func TestPositionsAreWrittenShort(t *testing.T) {
	for _, tt := range []struct {
		p    Point
		want string
	}{
		{Point{X: 121_5645000, Y: 25_0340000}, "[121.5645,25.034]"},
		{Point{X: 121_0000000, Y: 24_0000001}, "[121,24.0000001]"},
		{Point{X: -1, Y: 0}, "[-0.0000001,0]"},
	} {
		if got := string(appendPosition(nil, tt.p, 7)); got != tt.want {
			t.Errorf("appendPosition(%v) = %s, want %s", tt.p, got, tt.want)
		}
	}
}
