package profile

import (
	"slices"
	"strings"

	"github.com/gongdao/gongdao/standards/hanvariant"
)

// span is a range of coordinates.
type span struct{ lo, hi float64 }

func (s span) has(v float64) bool { return v >= s.lo && v <= s.hi }

// Where Taiwan is: longitude and latitude in degrees, and the metres of TWD97
// in zone 121 (EPSG:3826). TWD67 looks the same and must be declared.
var (
	longitudes = span{114, 124}
	latitudes  = span{10, 27}
	eastings   = span{80_000, 400_000}
	northings  = span{2_300_000, 2_850_000}
)

// pair is two columns that are one place.
type pair struct {
	lon, lat int
	crs      string
	swapped  bool // the names say the opposite of the values
	given    bool // by the geometry of features
}

// pairs finds columns that are coordinates, by name and by the middle of their
// values, or, for neighbours with three decimals, by their values alone.
// Features bring theirs with the columns geo_point_lon and geo_point_lat.
func pairs(columns []Column, c []*column, features bool) (list []pair) {
	used := map[int]bool{}
	if n := len(columns); features && n > 2 && columns[n-2].Label == "geo_point_lat" {
		list = append(list, pair{lon: n - 3, lat: n - 2, crs: "EPSG:4326", given: true})
		used[n-3], used[n-2] = true, true
	}
	for i, x := range columns {
		if !isNumeric(x.Type) || axis(x.Label) != 'x' || used[i] {
			continue
		}
		j := nearest(columns, i, used)
		if j < 0 {
			continue
		}
		if p, ok := placed(columns, i, j); ok {
			used[i], used[j] = true, true
			list = append(list, p)
		}
	}
	for i := 0; i+1 < len(columns); i++ {
		if used[i] || used[i+1] || !fine(columns, c, i) || !fine(columns, c, i+1) {
			continue
		}
		for _, p := range []pair{{lon: i, lat: i + 1}, {lon: i + 1, lat: i}} {
			if all(columns[p.lon], longitudes) && all(columns[p.lat], latitudes) {
				p.crs = "EPSG:4326"
				used[i], used[i+1] = true, true
				list = append(list, p)
			}
		}
	}
	return list
}

// fine reports numbers with at least three decimals, as degrees have.
func fine(columns []Column, c []*column, i int) bool {
	return columns[i].Type == TypeNumber && c[i].maxScale >= 3 && axis(columns[i].Label) == 0
}

func all(c Column, s span) bool {
	q := c.Stats.Quantiles
	return len(q) > 0 && s.has(q[0].Value) && s.has(q[len(q)-1].Value)
}

func middle(c Column) float64 {
	if q := c.Stats.Quantiles; len(q) > 2 {
		return q[2].Value
	}
	return 0
}

// placed says in which system the pair is, if in one that we know.
func placed(columns []Column, x, y int) (pair, bool) {
	a, b := middle(columns[x]), middle(columns[y])
	switch {
	case longitudes.has(a) && latitudes.has(b):
		return pair{lon: x, lat: y, crs: "EPSG:4326"}, true
	case longitudes.has(b) && latitudes.has(a):
		return pair{lon: x, lat: y, crs: "EPSG:4326", swapped: true}, true
	case eastings.has(a) && northings.has(b):
		return pair{lon: x, lat: y, crs: "EPSG:3826"}, true
	case eastings.has(b) && northings.has(a):
		return pair{lon: x, lat: y, crs: "EPSG:3826", swapped: true}, true
	}
	return pair{}, false
}

// nearest returns the column nearest to i that is named as the other axis.
func nearest(columns []Column, i int, used map[int]bool) int {
	for off := 1; off < len(columns); off++ {
		for _, j := range []int{i + off, i - off} {
			if j >= 0 && j < len(columns) && !used[j] && isNumeric(columns[j].Type) && axis(columns[j].Label) == 'y' {
				return j
			}
		}
	}
	return -1
}

// axis reads a name: 'x' for longitude or easting, 'y' for the other, 0 for neither.
func axis(label string) byte {
	name := hanvariant.Fold(label)
	switch {
	case strings.Contains(name, "經度"):
		return 'x'
	case strings.Contains(name, "緯度"):
		return 'y'
	}
	list := words(name)
	last := ""
	if len(list) > 0 {
		last = list[len(list)-1]
	}
	switch {
	case slices.ContainsFunc(list, func(w string) bool { return w == "longitude" || w == "lng" || w == "lon" || w == "long" }), last == "x", last == "coordx", last == "twdx", last == "e":
		return 'x'
	case slices.ContainsFunc(list, func(w string) bool { return w == "latitude" || w == "lat" }), last == "y", last == "coordy", last == "twdy", last == "n":
		return 'y'
	}
	return 0
}
