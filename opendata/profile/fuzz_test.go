package profile_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/opendata/profile"
)

// FuzzRun: whatever is delivered is read with every cell accounted for, or
// refused with a fault that a person can act on.
func FuzzRun(f *testing.F) {
	big5, _ := toBig5("縣市,數\n臺北市,1\n")
	for _, s := range [][]byte{
		[]byte("縣市,數\n臺北市,1\n"), big5, toUTF16(binary.LittleEndian, "a,b\n1,2\n", false), []byte("a;b\r\n\"1\";'02\r\n"),
		[]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"properties":{"a":[1,{"b":"\u0000"}]},"geometry":{"type":"Point","coordinates":[1,2,3]}}]}`),
		[]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1,"a":2},"geometry":{"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[[1,2]]}]}}],"bbox":[1,2]}`),
		[]byte("日期,時\n112/05/08,2023-05-08 上午 9:05\n民國一百年一月一日,112年5月\n"),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		p, table, err := tryRead(t, t.TempDir(), content, profile.Source{})
		if err != nil {
			var known *fault.Error
			if !errors.As(err, &known) {
				t.Fatalf("an unnamed failure: %v", err)
			}
			return
		}
		rows := rowsOf(t, table)
		if c := p.Cells; c.Read != c.Loaded+c.Missing+c.Reported || int64(len(rows)-1) != p.Rows {
			t.Fatalf("%+v, %d rows, the table has %d", c, p.Rows, len(rows)-1)
		}
		for _, c := range p.Columns {
			if c.Stats.Filled+c.Stats.Missing != p.Rows {
				t.Fatalf("%s: %d filled and %d missing of %d", c.Name, c.Stats.Filled, c.Stats.Missing, p.Rows)
			}
		}
	})
}
