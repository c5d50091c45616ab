//go:build cgo && linux

package olap

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gongdao/gongdao/fault"
)

func TestAppendWide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		high, low := rapid.Uint64().Draw(t, "high"), rapid.Uint64().Draw(t, "low")
		want := new(big.Int).SetUint64(high)
		want.Lsh(want, 64).Add(want, new(big.Int).SetUint64(low))
		if got := string(appendWide(nil, high, low)); got != want.String() {
			t.Errorf("appendWide(%d, %d) = %s, want %s", high, low, got, want)
		}
	})
}

func TestAppendDate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.Int64Range(-719_528, 2_932_896).Draw(t, "days") // 0000-01-01 to 9999-12-31
		want := time.Unix(days*86_400, 0).UTC().Format(time.DateOnly)
		if got := string(appendDate(nil, days)); got != want {
			t.Errorf("appendDate(%d) = %s, want %s", days, got, want)
		}
	})
	for _, days := range []int64{-719_529, 2_932_897} {
		if got := appendDate(nil, days); len(got) > 0 {
			t.Errorf("appendDate(%d) = %s, want nothing", days, got)
		}
	}
}

func TestAppendTimestamp(t *testing.T) {
	zones := map[string]*time.Location{}
	for _, name := range []string{"UTC", "Asia/Taipei", "America/St_Johns", "Asia/Kathmandu"} {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones[name] = z
	}
	rapid.Check(t, func(t *rapid.T) {
		us := rapid.Int64Range(-2_000_000_000_000_000, 200_000_000_000_000_000).Draw(t, "microseconds") // from 1906: older offsets have seconds
		zone := zones[rapid.SampledFrom([]string{"UTC", "Asia/Taipei", "America/St_Johns", "Asia/Kathmandu"}).Draw(t, "zone")]
		at := time.UnixMicro(us).In(zone)
		layout := "2006-01-02T15:04:05.000000-07:00"
		if us%1e6 == 0 {
			layout = "2006-01-02T15:04:05-07:00"
		}
		if _, offset := at.Zone(); offset%60 != 0 {
			t.Skip("RFC 3339 has no seconds of offset")
		}
		if got, want := string(appendTimestamp(nil, us, zone)), at.Format(layout); got != want {
			t.Errorf("appendTimestamp(%d) = %s, want %s", us, got, want)
		}
	})
}

func TestAppendString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatalf("appendString(%q) is no JSON: %v", s, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); strings.ReplaceAll(got, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Errorf("appendString(%q) reads %q, want %q", s, got, want)
		}
	})
}

func TestValuesTravel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range []any{rapid.Int64().Draw(t, "int"), rapid.Uint64().Draw(t, "uint"), rapid.Float64().Draw(t, "float"), rapid.String().Draw(t, "text"), rapid.Bool().Draw(t, "bool")} {
			packed, err := pack(v)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := packed.unpack(); err != nil || got != v {
				t.Errorf("pack(%v) arrived as %v, %v", v, got, err)
			}
		}
	})
}

// A worker that was taken over can send what it likes; the portal must not
// keep it all, nor fall over.
func TestFaultOfNonsense(t *testing.T) {
	for _, raw := range []string{`{"args":[{"t":"int","v":"x"}]}`, `{"args":[{"t":"nothing","v":"1"}]}`, `{"fields":[{"args":[{"t":"big","v":"\"x\""}]}]}`} {
		var w wireFault
		if err := json.Unmarshal([]byte(raw), &w); err != nil {
			t.Fatal(err)
		}
		if f, err := w.unpack(); err == nil {
			t.Errorf("unpack(%s) = %v, want an error", raw, f)
		}
	}
	w := packFault(fault.Invalid.Errorf("a.b", "%v", struct{ A int }{1}))
	if f, err := w.unpack(); err != nil || f.Error() != "{1}" {
		t.Errorf("a struct arrived as %v, %v", f, err)
	}
}
