package figure_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gongdao/gongdao/atlas/figure"
)

func TestClean(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	in := map[string]figure.Cell{
		"a": {Value: 3}, "b": {Value: 0}, "c": {Value: nan}, "d": {Value: inf}, "e": {Value: -1},
		"f": {Value: 7, Low: 6, High: 8, Mark: figure.Suppressed}, "g": {Value: 9, Mark: figure.Withheld},
		"h": {Value: 5, Mark: figure.Missing}, "i": {Value: 1.5},
	}
	got, aside := figure.Clean(figure.Share, in)
	want := map[string]figure.Cell{
		"a": {Mark: figure.Missing}, "b": {Mark: figure.Zero}, "c": {Mark: figure.Missing}, "d": {Mark: figure.Missing},
		"e": {Mark: figure.Missing}, "f": {Mark: figure.Suppressed}, "g": {Mark: figure.Suppressed}, "h": {Mark: figure.Missing},
		"i": {Mark: figure.Missing},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("share (-want +got):\n%s", diff)
	}
	wantAside := []figure.SetAside{{"a", figure.OverOne}, {"c", figure.NotANumber}, {"d", figure.NotANumber}, {"e", figure.Negative}, {"i", figure.OverOne}}
	if diff := cmp.Diff(wantAside, aside); diff != "" {
		t.Errorf("set aside (-want +got):\n%s", diff)
	}
	index, aside := figure.Clean(figure.Index, map[string]figure.Cell{"a": {Value: -1}, "b": {Value: 0}})
	if diff := cmp.Diff(map[string]figure.Cell{"a": {Value: -1}, "b": {Value: 0}}, index); diff != "" || aside != nil {
		t.Errorf("an index may be negative or 0; set aside %v, (-want +got):\n%s", aside, diff)
	}
}

func TestClassify(t *testing.T) {
	for _, tt := range []struct {
		name   string
		method figure.Method
		k      int
		values []float64
		want   []float64
	}{
		{"three clear groups", figure.Jenks, 3, []float64{1, 2, 3, 101, 102, 103, 1001, 1002}, []float64{1, 100, 1000, 1100}},
		{"quantiles of a run", figure.Quantile, 4, []float64{1, 2, 3, 4, 5, 6, 7, 8}, []float64{1, 2, 4, 6, 8}},
		{"equal width", figure.Equal, 5, []float64{0, 3, 10}, []float64{0, 2, 4, 6, 8, 10}},
		{"fewer values than classes", figure.Jenks, 5, []float64{4, 4, 9}, []float64{4, 4, 9}},
		{"one value", figure.Jenks, 5, []float64{7, 7, 7}, []float64{7, 7}},
		{"one value, equal width", figure.Equal, 5, []float64{7, 7}, []float64{7, 7}},
		{"one value, quantiles", figure.Quantile, 5, []float64{7, 7}, []float64{7, 7}},
		{"ties larger than a class", figure.Quantile, 4, []float64{1, 5, 5, 5, 5, 5, 5, 9}, []float64{1, 5, 9}},
		{"none", figure.Jenks, 5, nil, nil},
		{"below zero", figure.Jenks, 3, []float64{-9, -8, 0.5, 0.6, 12}, []float64{-9, 0, 10, 12}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := figure.ClassifyValues(tt.method, tt.k, tt.values)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, c.Breaks); diff != "" {
				t.Errorf("breaks of %v (-want +got):\n%s", tt.values, diff)
			}
		})
	}
}

func TestClassifyRefuses(t *testing.T) {
	for _, k := range []int{-1, 1, 2, 8, 100} {
		if _, err := figure.ClassifyValues(figure.Jenks, k, nil); !errors.Is(err, figure.ErrClasses) {
			t.Errorf("%d classes: %v, want ErrClasses", k, err)
		}
	}
	if _, err := figure.ClassifyValues("pretty", 5, nil); !errors.Is(err, figure.ErrClasses) {
		t.Errorf("an unknown method: %v, want ErrClasses", err)
	}
	c, err := figure.ClassifyValues("", 0, []float64{1, 2, 3, 4, 5, 6})
	if err != nil || c.Len() != 5 || c.Method != figure.Jenks {
		t.Errorf("the default = %v, %v, want 5 classes by jenks", c, err)
	}
}

// TestIntervals: the first class is closed, the others open below.
func TestIntervals(t *testing.T) {
	c := figure.Classes{Breaks: []float64{0, 10, 20, 30}}
	for v, want := range map[float64]int{-0.1: -1, 0: 0, 10: 0, 10.1: 1, 20: 1, 20.5: 2, 30: 2, 30.5: -1} {
		if got := c.Of(v); got != want {
			t.Errorf("Of(%v) = %d, want %d", v, got, want)
		}
	}
	if got := c.Of(math.NaN()); got != -1 {
		t.Errorf("Of(NaN) = %d, want -1", got)
	}
}

// TestJenksIsOptimal compares with every possible division.
func TestJenksIsOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1000, 1000), 1, 11).Draw(t, "values")
		for range rapid.IntRange(0, 3).Draw(t, "repeats") {
			values = append(values, values[0])
		}
		k := rapid.IntRange(figure.MinClasses, figure.MaxClasses).Draw(t, "k")
		c, err := figure.ClassifyValues(figure.Jenks, k, values)
		if err != nil {
			t.Fatal(err)
		}
		groups := make([][]float64, c.Len())
		for _, v := range values {
			i := c.Of(v)
			if i < 0 {
				t.Fatalf("%v is in no class of %v", v, c.Breaks)
			}
			groups[i] = append(groups[i], v)
		}
		got := 0.0
		for _, g := range groups {
			got += spread(g)
		}
		slices.Sort(values)
		if want := least(values, k); got > want+1e-6*(1+want) {
			t.Fatalf("breaks %v cost %v, the best division costs %v", c.Breaks, got, want)
		}
	})
}

// least tries every division of sorted values into at most k classes.
func least(values []float64, k int) float64 {
	if k == 1 || len(values) < 2 {
		return spread(values)
	}
	best := spread(values)
	for i := 1; i < len(values); i++ {
		best = min(best, spread(values[:i])+least(values[i:], k-1))
	}
	return best
}

func spread(values []float64) (sum float64) {
	mean := 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return sum
}

// TestEveryValueHasItsClass: breaks ascend, hold every value, and never divide
// equal values, whatever the method.
func TestEveryValueHasItsClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 1, 60).Draw(t, "values")
		m := rapid.SampledFrom([]figure.Method{figure.Jenks, figure.Quantile, figure.Equal}).Draw(t, "method")
		k := rapid.IntRange(figure.MinClasses, figure.MaxClasses).Draw(t, "k")
		c, err := figure.ClassifyValues(m, k, values)
		if err != nil {
			t.Fatal(err)
		}
		if c.Len() > k || !slices.IsSorted(c.Breaks) {
			t.Fatalf("breaks %v for %d classes", c.Breaks, k)
		}
		for _, v := range values {
			if c.Of(v) < 0 {
				t.Fatalf("%v is in no class of %v", v, c.Breaks)
			}
		}
	})
}

// TestSameBreaksAcrossTime: slices of one figure share breaks.
func TestSameBreaksAcrossTime(t *testing.T) {
	may := map[string]figure.Cell{"a": {Value: 1}, "b": {Value: 5}, "c": {Value: 9}}
	june := map[string]figure.Cell{"a": {Value: 100}, "b": {Mark: figure.Suppressed, Value: 777}, "c": {Value: 3}}
	c, err := figure.Classify(figure.Equal, 3, may, june)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{1, 34, 67, 100}, c.Breaks); diff != "" {
		t.Errorf("breaks (-want +got):\n%s", diff)
	}
}

func TestSimplest(t *testing.T) {
	for _, tt := range []struct{ lo, hi, want float64 }{
		{203.4, 251, 210}, {0.0312, 0.0388, 0.032}, {5, 6, 5}, {-3, 4, 0}, {-7.25, -7.1, -7.2}, {99, 101, 100}, {1234.5678, 1234.5679, 1234.5678},
	} {
		if got := figure.Simplest(tt.lo, tt.hi); got != tt.want {
			t.Errorf("Simplest(%v, %v) = %v, want %v", tt.lo, tt.hi, got, tt.want)
		}
	}
}

func BenchmarkJenks(b *testing.B) {
	values := make([]float64, 7701)
	for i := range values {
		values[i] = math.Exp(float64(i*7919%7701) / 900)
	}
	for b.Loop() {
		if _, err := figure.ClassifyValues(figure.Jenks, 7, values); err != nil {
			b.Fatal(err)
		}
	}
}
