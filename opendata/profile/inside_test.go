package profile

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"testing"
)

// tokens reads a whole text and returns its rows.
func tokens(text []byte, delim byte, target int) (rows [][]string, s *shape, err error) {
	t := newTokeniser(textStream(text), delim, false)
	t.target = target
	var b batch
	for {
		err := t.next(&b)
		if err == io.EOF {
			return rows, &t.shape, nil
		}
		if err != nil {
			return rows, &t.shape, err
		}
		for i := range b.rows() {
			var row []string
			for _, c := range b.row(i) {
				row = append(row, string(b.value(c)))
			}
			rows = append(rows, row)
		}
	}
}

// FuzzTokenise: the size of the pieces that are read changes nothing, every
// byte of a cell comes from the text, and what another reader takes as RFC 4180
// is read as it reads it.
func FuzzTokenise(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "\"a\"\"b\",c\r\n\"x\ny\",z", "a,\"b\nc,d\n", "\"a\"b,c\n", "\n\n,,\n a , b \n", "\"", "a\r\nb\rc\n", "\"\"\"\",\"\"\n",
	} {
		f.Add([]byte(s), uint16(3))
	}
	f.Fuzz(func(t *testing.T, text []byte, target uint16) {
		if bytes.IndexByte(text, 0) >= 0 || len(text) > 1<<16 {
			return
		}
		rows, s, err := tokens(text, ',', 1<<20)
		again, s2, err2 := tokens(text, ',', int(target)+1)
		if fmt.Sprint(rows) != fmt.Sprint(again) || fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Fatalf("in one piece %q, %v; in pieces of %d %q, %v", rows, err, target+1, again, err2)
		}
		if s.read != s2.read || s.rows != s2.rows || s.unterminated.count != s2.unterminated.count || s.misplaced.count != s2.misplaced.count {
			t.Fatalf("in one piece %+v, in pieces %+v", s, s2)
		}
		r := csv.NewReader(bytes.NewReader(text))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		// The other reader drops carriage returns inside quotes and takes an empty
		// line for nothing and a line of blanks for a row.
		if err != nil || bytes.IndexByte(text, '\r') >= 0 {
			return
		}
		var kept [][]string
		for _, row := range want {
			for _, c := range row {
				if len(trim([]byte(c))) > 0 {
					kept = append(kept, row)
					break
				}
			}
		}
		if fmt.Sprintf("%q", kept) != fmt.Sprintf("%q", rows) {
			t.Fatalf("read %q, another reader %q", rows, kept)
		}
	})
}

func TestEstimates(t *testing.T) {
	for _, n := range []int{10, 1000, 20_000, 200_000} {
		h := newHLL()
		for i := range n {
			v := fmt.Appendf(nil, "%08d", i)
			h.add(hashOf(v))
			h.add(hashOf(v))
		}
		if got := h.estimate(); math.Abs(float64(got)-float64(n)) > 0.03*float64(n)+1 {
			t.Errorf("%d different values are estimated as %d", n, got)
		}
	}
	var s numbers
	const n = 200_000
	for i := range n {
		s.add(float64(i*7919%n), nil, 1)
	}
	for _, q := range quantiles(s.sortedSample()) {
		if math.Abs(q.Value-q.P*n) > 0.02*n {
			t.Errorf("quantile %v of 0…%d is estimated as %v", q.P, n, q.Value)
		}
	}
	if s.mean() != float64(n-1)/2 || s.min != 0 || s.max != n-1 {
		t.Errorf("mean %v, from %v to %v", s.mean(), s.min, s.max)
	}
}

// TestFrequentValuesStay: a value that is in more than a thousandth of the
// cells is among the top whatever the others are.
func TestFrequentValuesStay(t *testing.T) {
	c := newColumn(1024, 1<<20)
	for i := range 200_000 {
		v := fmt.Appendf(nil, "單號%07d", i)
		switch {
		case i%5 == 0:
			v = []byte("常見")
		case i%50 == 1:
			v = []byte("少見")
		}
		c.value(v, int64(i), int64(i))
	}
	v := decide(c, "字")
	s := statsOf(c, converterOf(c, v), v.typ, 200_000, 200_000)
	if s.Exact || len(s.Top) < 2 || s.Top[0].Value != "常見" || s.Top[1].Value != "少見" {
		t.Fatalf("top = %+v", s.Top)
	}
	if got := s.Top[0].Count; got > 40_000 || got < 30_000 {
		t.Errorf("常見 is counted %d times, it comes 40,000 times", got)
	}
	if d := float64(s.Distinct); d < 150_000 || d > 162_000 {
		t.Errorf("%v different values, there are 156,002", d)
	}
}

func TestHashOfShortValues(t *testing.T) {
	seen := map[[2]uint64]string{}
	for n := range 100_000 {
		for _, v := range []string{fmt.Sprint(n), fmt.Sprintf("%08d", n)} {
			key := [2]uint64{hashOf([]byte(v)), uint64(len(v))}
			if other, taken := seen[key]; taken && other != v {
				t.Fatalf("%q and %q have one hash", v, other)
			}
			seen[key] = v
		}
	}
}

func TestWholeUTF8(t *testing.T) {
	for _, tt := range []struct {
		text string
		end  bool
		n    int
		ok   bool
	}{
		{"abc", false, 3, true},
		{"臺北", false, 6, true},
		{"臺北"[:5], false, 3, true},
		{"臺北"[:5], true, 3, false},
		{"a\x80", false, 1, false},
		{"\xF0\x9F\x98", false, 0, true},
		{"\xC3", true, 0, false},
		{"", true, 0, true},
	} {
		if n, err := wholeUTF8([]byte(tt.text), tt.end); n != tt.n || (err == nil) != tt.ok {
			t.Errorf("wholeUTF8(%q, %v) = %d, %v", tt.text, tt.end, n, err)
		}
	}
}
