package figure

// jenksEnds divides ascending values, each counted so often, into at most k
// classes with the least sum of squared distances from the class means, and
// returns the index of each class's largest value. Equal values are one entry,
// so they are never divided.
//
// It is k-means in one dimension, solved exactly by dynamic programming: the
// best last class of a longer list never begins earlier, so each layer is
// filled by divide and conquer in n·log n steps.
// Source: Fisher, "On grouping for maximum homogeneity" (1958); Grønlund and
// others, "Fast exact k-means, k-medians and Bregman divergence clustering in
// 1D" (2017), section 2.
func jenksEnds(values []float64, counts []int, k int) []int {
	n := len(values)
	if n <= k {
		ends := make([]int, n)
		for i := range ends {
			ends[i] = i
		}
		return ends
	}
	j := newJenks(values, counts)
	from := make([][]int32, k) // from[c][i]: where class c begins if it ends at i
	cost := make([]float64, n)
	for i := range cost {
		cost[i] = j.spread(0, i)
	}
	next := make([]float64, n)
	for c := 1; c < k; c++ {
		from[c] = make([]int32, n)
		j.layer(cost, next, from[c], c, n-1, c, n-1)
		cost, next = next, cost
	}
	ends := make([]int, k)
	end := n - 1
	for c := k - 1; c >= 0; c-- {
		ends[c] = end
		if c > 0 {
			end = int(from[c][end]) - 1
		}
	}
	return ends
}

// jenks answers what a class costs, from running sums. Values are moved to
// their mean first, so that the sums of squares do not cancel.
type jenks struct{ weight, sum, square []float64 }

func newJenks(values []float64, counts []int) jenks {
	n := len(values)
	mean, total := 0.0, 0.0
	for i, v := range values {
		total += float64(counts[i])
		mean += (v - mean) * float64(counts[i]) / total
	}
	j := jenks{make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)}
	for i, v := range values {
		w, x := float64(counts[i]), v-mean
		j.weight[i+1] = j.weight[i] + w
		j.sum[i+1] = j.sum[i] + w*x
		j.square[i+1] = j.square[i] + w*x*x
	}
	return j
}

// spread returns the sum of squared distances from the mean of values a to b.
func (j jenks) spread(a, b int) float64 {
	s := j.sum[b+1] - j.sum[a]
	return max(0, j.square[b+1]-j.square[a]-s*s/(j.weight[b+1]-j.weight[a]))
}

// layer fills best[lo..hi] and from[lo..hi] with the cheapest division whose
// last class begins within [first, last]; the earliest of equals is taken.
func (j jenks) layer(before, best []float64, from []int32, lo, hi, first, last int) {
	for lo <= hi {
		mid := (lo + hi) / 2
		at, least := first, before[first-1]+j.spread(first, mid)
		for b := first + 1; b <= min(last, mid); b++ {
			if c := before[b-1] + j.spread(b, mid); c < least {
				at, least = b, c
			}
		}
		best[mid], from[mid] = least, int32(at)
		j.layer(before, best, from, lo, mid-1, first, at)
		lo, first = mid+1, at
	}
}
