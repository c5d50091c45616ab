package config

// nearest returns the known key with the smallest edit distance to name.
func nearest(name string, keys []field) string {
	best, at := "", 1<<30
	for _, f := range keys {
		if d := distance(name, f.name); d < at {
			best, at = f.name, d
		}
		// An unknown table is most likely a misspelt one.
		for i := range f.name {
			if f.name[i] == '.' {
				if d := distance(name, f.name[:i]); d < at {
					best, at = f.name[:i], d
				}
			}
		}
	}
	return best
}

// distance is the edit distance in bytes with swaps of neighbours (optimal
// string alignment); keys are ASCII.
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
