package profile

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// hll estimates how many different hashes it was given, to about 0.8 %.
// Source: Ertl, New cardinality estimation algorithms for HyperLogLog sketches
// (2017), algorithm 6.
type hll struct{ regs []uint8 }

const hllBits = 14

func newHLL() *hll { return &hll{make([]uint8, 1<<hllBits)} }

func (h *hll) add(hash uint64) {
	// The table's hash is good in its low bits; HyperLogLog needs all of them.
	hash *= 0xFF51AFD7ED558CCD
	hash ^= hash >> 32
	hash *= 0xC4CEB9FE1A85EC53
	at := hash >> (64 - hllBits)
	rank := uint8(bits.LeadingZeros64(hash<<hllBits|1<<(hllBits-1)) + 1)
	if h.regs[at] < rank {
		h.regs[at] = rank
	}
}

func (h *hll) estimate() int64 {
	const m, q = 1 << hllBits, 64 - hllBits
	var counts [q + 2]float64
	for _, r := range h.regs {
		counts[r]++
	}
	z := m * tau(1-counts[q+1]/m)
	for k := q; k >= 1; k-- {
		z = 0.5 * (z + counts[k])
	}
	z += m * sigma(counts[0]/m)
	return int64(math.Round(m * m / (2 * math.Ln2 * z)))
}

func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		last := z
		z += x * y
		y += y
		if z == last {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		last := z
		y *= 0.5
		z -= (1 - x) * (1 - x) * y
		if z == last {
			return z / 3
		}
	}
}

// numbers sums up the values of one family: numbers, days or moments.
type numbers struct {
	n          int64
	sum, fix   float64 // Neumaier's sum
	min, max   float64
	minT, maxT []byte // as written
	sample     []float64
	skip       int64 // values to pass over before the next one enters the sample
	weight     float64
	dice       *rand.Rand
}

// sampled values give quantiles whose rank is right to about 1 %.
const sampled = 16384

// add counts value n times.
func (s *numbers) add(value float64, text []byte, n int64) {
	if s.n == 0 || value < s.min {
		s.min, s.minT = value, append(s.minT[:0], text...)
	}
	if s.n == 0 || value > s.max {
		s.max, s.maxT = value, append(s.maxT[:0], text...)
	}
	s.n += n
	s.plus(value * float64(n))
	for ; n > 0; n-- {
		if s.skip > 0 {
			taken := min(s.skip, n)
			s.skip -= taken
			if n -= taken; n == 0 {
				return
			}
		}
		s.draw(value)
	}
}

func (s *numbers) plus(x float64) {
	t := s.sum + x
	if math.Abs(s.sum) >= math.Abs(x) {
		s.fix += (s.sum - t) + x
	} else {
		s.fix += (x - t) + s.sum
	}
	s.sum = t
}

// draw is Li's algorithm L with fixed dice.
func (s *numbers) draw(value float64) {
	if len(s.sample) < sampled {
		s.sample = append(s.sample, value)
		if len(s.sample) == sampled {
			s.dice = rand.New(rand.NewPCG(1912, 1))
			s.weight = math.Exp(math.Log(s.uniform()) / sampled)
			s.jump()
		}
		return
	}
	s.sample[s.dice.IntN(sampled)] = value
	s.weight *= math.Exp(math.Log(s.uniform()) / sampled)
	s.jump()
}

func (s *numbers) jump() {
	s.skip = int64(math.Min(math.Log(s.uniform())/math.Log1p(-s.weight), 1<<60))
}

// uniform is in (0, 1].
func (s *numbers) uniform() float64 { return 1 - s.dice.Float64() }

func (s *numbers) mean() float64 { return (s.sum + s.fix) / float64(s.n) }

// weighted is a value and how often it counts.
type weighted struct {
	value float64
	count int64
}

// quantiles reads the usual ones off values in order.
func quantiles(sorted []weighted) []Quantile {
	total := int64(0)
	for _, w := range sorted {
		total += w.count
	}
	var list []Quantile
	i, below := 0, int64(0)
	for _, p := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		rank := int64(math.Ceil(p * float64(total)))
		for i < len(sorted) && below+sorted[i].count < rank {
			below += sorted[i].count
			i++
		}
		if i < len(sorted) {
			list = append(list, Quantile{p, sorted[i].value})
		}
	}
	return list
}

// bins cuts the span of the values into at most 20 equal parts; whole numbers
// with a short span get one each.
func bins(sorted []weighted, scale float64, whole bool) []Bin {
	if len(sorted) == 0 {
		return nil
	}
	from, to := sorted[0].value, sorted[len(sorted)-1].value
	n, step := 20, (to-from)/20
	if whole && to-from < 20 {
		n, step = int(to-from)+1, 1
	}
	if from == to {
		n, step = 1, 0
	}
	list := make([]Bin, n)
	for i := range list {
		list[i] = Bin{From: from + float64(i)*step, To: from + float64(i+1)*step}
	}
	if !whole || step != 1 {
		list[n-1].To = to
	}
	for _, w := range sorted {
		i := n - 1
		if step > 0 {
			i = min(int((w.value-from)/step), n-1)
		}
		list[i].Count += int64(math.Round(float64(w.count) * scale))
	}
	return list
}

func (s *numbers) sortedSample() []weighted {
	values := slices.Clone(s.sample)
	slices.Sort(values)
	list := make([]weighted, len(values))
	for i, v := range values {
		list[i] = weighted{v, 1}
	}
	return list
}
