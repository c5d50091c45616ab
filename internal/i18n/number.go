package i18n

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gongdao/gongdao/civic"
)

// number is anything Number can write.
type number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~float32 | ~float64
}

// Number writes n with half-width digits and a comma between thousands, as both
// languages do: 1,234 or -1,234.5. A float keeps the digits it needs.
func Number[N number](_ context.Context, n N) string {
	if one := N(1); one/2 == 0 { // whole numbers divide so
		return group(strconv.FormatInt(int64(n), 10))
	}
	return group(strconv.FormatFloat(float64(n), 'f', -1, 64))
}

// Decimal writes f with exactly places digits after the point.
func Decimal(_ context.Context, f float64, places int) string {
	return group(strconv.FormatFloat(f, 'f', places, 64))
}

// Bytes writes a size in decimal units, with two significant digits below ten:
// 999 B, 1.4 kB, 23 MB.
func Bytes(ctx context.Context, n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	f, u := float64(n), 0
	for math.Abs(f) >= 999.5 && u < len(units)-1 {
		f /= 1000
		u++
	}
	if u > 0 && math.Abs(f) < 9.95 {
		return Decimal(ctx, f, 1) + " " + units[u]
	}
	return Decimal(ctx, f, 0) + " " + units[u]
}

// Money writes an amount: 新臺幣 1,200 元, NT$1,200.
func Money(ctx context.Context, m civic.Money) string {
	s := group(strconv.FormatInt(int64(m), 10))
	if LangOf(ctx) == En {
		if rest, negative := strings.CutPrefix(s, "-"); negative {
			return "-NT$" + rest
		}
		return "NT$" + s
	}
	return "新臺幣 " + s + " 元"
}

// group puts a comma between thousands of a decimal number.
func group(s string) string {
	whole, fraction := s, ""
	if i := strings.IndexByte(s, '.'); i >= 0 {
		whole, fraction = s[:i], s[i:]
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	if len(whole) <= 3 {
		return s
	}
	var b strings.Builder
	b.WriteString(sign)
	first := len(whole) % 3
	b.WriteString(whole[:first])
	for i := first; i < len(whole); i += 3 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(whole[i : i+3])
	}
	b.WriteString(fraction)
	return b.String()
}

// grouped is a whole number inside a sentence: %d, %s and %v write 1,234; other
// verbs and widths do as they do for an int64.
type grouped int64

// Format implements fmt.Formatter.
func (g grouped) Format(f fmt.State, verb rune) {
	_, wide := f.Width()
	if wide || (verb != 'd' && verb != 's' && verb != 'v') {
		fmt.Fprintf(f, fmt.FormatString(f, verb), int64(g))
		return
	}
	fmt.Fprint(f, group(strconv.FormatInt(int64(g), 10)))
}
