package profile_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/gongdao/gongdao/opendata/profile"
)

// BenchmarkRun reads the file that GONGDAO_BENCH_CSV names, or a made-up one
// of 40,000 rows, and writes its normal form.
func BenchmarkRun(b *testing.B) {
	path := os.Getenv("GONGDAO_BENCH_CSV")
	if path == "" {
		path = madeUp(b, 40_000)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	out := b.TempDir() + "/out.csv"
	b.SetBytes(info.Size())
	for b.Loop() {
		if _, err := profile.Run(b.Context(), profile.Source{Path: path}, profile.Sink{Path: out}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// madeUp writes a table like those of agencies: codes, names, dates, numbers.
func madeUp(b *testing.B, rows int) string {
	b.Helper()
	var w bytes.Buffer
	w.WriteString("案件編號,縣市,鄉鎮市區,發生日期,更新時間,經度,緯度,金額,狀態,說明\n")
	cities := []string{"臺北市", "新北市", "桃園市", "臺中市", "臺南市", "高雄市"}
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		fmt.Fprintf(&w, "%08d,%s,大安區,112/%02d/%02d,2023-05-%02d 08:%02d:00,%.5f,%.5f,%d,受理,\"第 %d 案,請查照\"\n", i, cities[dice.IntN(6)],
			1+dice.IntN(12), 1+dice.IntN(28), 1+dice.IntN(28), dice.IntN(60), 120+2*dice.Float64(), 22+3*dice.Float64(), dice.IntN(1_000_000), dice.IntN(500))
	}
	path := b.TempDir() + "/made-up.csv"
	if err := os.WriteFile(path, w.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
