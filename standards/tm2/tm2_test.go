package tm2_test

import (
	"fmt"
	"math"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/standards/tm2"
)

// metresPerDegree is generous: no degree on the ground is longer.
const metresPerDegree = 111_700

// TestPROJVectors holds coordinates that PROJ 9.1.1 printed.
func TestPROJVectors(t *testing.T) {
	for _, tt := range []struct {
		zone     tm2.Zone
		lon, lat float64
		e, n     float64
	}{
		{tm2.Taiwan, 121.5645, 25.0340, 306965.5326, 2769662.2237},
		{tm2.Taiwan, 121, 24, 250000.0000, 2655023.1250},
		{tm2.Penghu, 119.5660, 23.5697, 307776.2417, 2607484.0730},
		{tm2.Penghu, 118.3186, 24.4367, 180908.1443, 2703557.7519},
	} {
		e, n := tt.zone.Project(tt.lon, tt.lat)
		if math.Abs(e-tt.e) > 0.001 || math.Abs(n-tt.n) > 0.001 {
			t.Errorf("EPSG:%d of %v, %v = %.4f, %.4f, want %.4f, %.4f", tt.zone, tt.lon, tt.lat, e, n, tt.e, tt.n)
		}
		lon, lat := tt.zone.Unproject(tt.e, tt.n)
		if math.Hypot(lon-tt.lon, lat-tt.lat)*metresPerDegree > 0.001 {
			t.Errorf("EPSG:%d back from %v, %v = %.9f, %.9f, want %v, %v", tt.zone, tt.e, tt.n, lon, lat, tt.lon, tt.lat)
		}
	}
}

// TestCoordinatesRoundTrip: there and back within a millimetre over the whole
// bounding box of Taiwan, in the zone each place belongs to.
func TestCoordinatesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lon := rapid.Float64Range(118, 122.2).Draw(t, "lon")
		lat := rapid.Float64Range(20.5, 26.6).Draw(t, "lat")
		zone := tm2.Taiwan
		if lon < 120 {
			zone = tm2.Penghu
		}
		e, n := zone.Project(lon, lat)
		lon2, lat2 := zone.Unproject(e, n)
		if off := math.Hypot(lon2-lon, lat2-lat) * metresPerDegree; off > 0.001 {
			t.Fatalf("%v, %v came back as %v, %v: %.4f m off", lon, lat, lon2, lat2, off)
		}
	})
}

func BenchmarkProject(b *testing.B) {
	for b.Loop() {
		tm2.Taiwan.Project(121.5645, 25.0340)
	}
}

// TestSameAsPROJ asks PROJ itself about a grid of points over both zones.
func TestSameAsPROJ(t *testing.T) {
	cs2cs := judge.Need(t, "proj")
	for _, tt := range []struct {
		zone     tm2.Zone
		from, to float64 // longitudes
	}{{tm2.Penghu, 118, 120}, {tm2.Taiwan, 119.8, 122.4}} {
		var in strings.Builder
		var points [][2]float64
		for lon := tt.from; lon <= tt.to; lon += 0.2 {
			for lat := 20.5; lat <= 26.6; lat += 0.3 {
				points = append(points, [2]float64{lon, lat})
				fmt.Fprintf(&in, "%.9f %.9f\n", lat, lon) // EPSG:4326 documents are lat, lon
			}
		}
		cmd := exec.Command(cs2cs, "-f", "%.5f", "EPSG:4326", "+to", fmt.Sprintf("EPSG:%d", tt.zone))
		cmd.Stdin = strings.NewReader(in.String())
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("cs2cs: %v", err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(lines) != len(points) {
			t.Fatalf("cs2cs answered %d lines to %d points", len(lines), len(points))
		}
		for i, p := range points {
			var e, n float64
			if _, err := fmt.Sscan(lines[i], &e, &n); err != nil {
				t.Fatalf("cs2cs line %q: %v", lines[i], err)
			}
			if ge, gn := tt.zone.Project(p[0], p[1]); math.Hypot(ge-e, gn-n) > 0.001 {
				t.Errorf("EPSG:%d of %v = %.4f, %.4f, PROJ says %.4f, %.4f", tt.zone, p, ge, gn, e, n)
			}
		}
	}
}
