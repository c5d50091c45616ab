package ui

import "strconv"

// shades says which of the nine shades of a map k classes take, from little to
// much: the same steps as the drawing's.
var shades = [...][]int{
	1: {5}, 2: {3, 7}, 3: {2, 5, 8}, 4: {1, 4, 6, 9}, 5: {1, 3, 5, 7, 9}, 6: {1, 3, 4, 6, 7, 9}, 7: {1, 2, 4, 5, 6, 8, 9},
}

// mark returns the CSS class of the colour of item i. The shade of a map's
// class depends on how many classes there are.
func (p LegendParams) mark(i int) string {
	class := p.Items[i].Class
	n, ok := mapClass(class)
	if !ok {
		return or(map[string]string{"zero": "gd-zero", "missing": "gd-missing", "suppressed": "gd-zero"}[class], class)
	}
	k := 0
	for _, item := range p.Items {
		if _, ok := mapClass(item.Class); ok {
			k++
		}
	}
	if k >= len(shades) || n >= k {
		return class
	}
	return "gd-ramp-" + strconv.Itoa(shades[k][n])
}

// mapClass reads "c0", "c1" and so on.
func mapClass(s string) (n int, ok bool) {
	if len(s) != 2 || s[0] != 'c' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	return int(s[1] - '0'), true
}
