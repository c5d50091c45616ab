package minguo_test

import (
	"testing"
	"time"

	"github.com/gongdao/gongdao/standards/minguo"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     minguo.Date
	}{
		{"slashes", "112/4/1", minguo.Date{2023, 4, 1}},
		{"points", "112.04.01", minguo.Date{2023, 4, 1}},
		{"hyphens", "112-04-01", minguo.Date{2023, 4, 1}},
		{"seven digits", "1120401", minguo.Date{2023, 4, 1}},
		{"the first day", "0010101", minguo.Date{1912, 1, 1}},
		{"a zero in front", "0620915", minguo.Date{1973, 9, 15}},
		{"with the era", "民國112年5月8日", minguo.Date{2023, 5, 8}},
		{"with the whole name", "中華民國 112 年 5 月 8 日", minguo.Date{2023, 5, 8}},
		{"without the era", "99年12月31日", minguo.Date{2010, 12, 31}},
		{"era and slashes", "民國99/1/2", minguo.Date{2010, 1, 2}},
		{"spelled out", "民國一百一十二年四月一日", minguo.Date{2023, 4, 1}},
		{"spelled out shortly", "民國一百十二年十月廿一日", minguo.Date{2023, 10, 21}},
		{"a hundred and three", "民國一百零三年十二月三十日", minguo.Date{2014, 12, 30}},
		{"one numeral after another", "一一二年一〇月一日", minguo.Date{2023, 10, 1}},
		{"the first year", "民國元年元月一日", minguo.Date{1912, 1, 1}},
		{"before the Republic", "民前5年3月2日", minguo.Date{1907, 3, 2}},
		{"before the Republic, longer", "民國前1年", minguo.Date{1911, 0, 0}},
		{"full width", "１１２／０４／０１", minguo.Date{2023, 4, 1}},
		{"a leap day", "113/2/29", minguo.Date{2024, 2, 29}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := minguo.Parse(tt.in); err != nil || got != tt.want {
				t.Errorf("Parse(%q) = %v, %v, want %v", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, in string }{
		{"nothing", ""},
		{"a day that does not exist", "112/2/29"},
		{"month 13", "1121301"},
		{"year 0", "000/1/1"},
		{"a two-digit year that may be a day", "12/05/08"},
		{"a Gregorian year", "2023/5/8"},
		{"a bare year", "112"},
		{"five digits", "11203"},
		{"a day without a month", "1120015"},
		{"Han that is no numeral", "民國台年"},
		{"the era alone", "民國"},
		{"half of the name", "中華112年"},
		{"something after the day", "112年4月1日上午"},
		{"ten hundreds", "十百年"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := minguo.Parse(tt.in); err == nil {
				t.Errorf("Parse(%q) = %v, want an error", tt.in, got)
			}
		})
	}
}

func TestUnknownStaysUnknown(t *testing.T) {
	for in, want := range map[string]minguo.Date{
		"112年":     {2023, 0, 0},
		"112年5月":   {2023, 5, 0},
		"1120500":  {2023, 5, 0},
		"1120000":  {2023, 0, 0},
		"民國112年5月": {2023, 5, 0},
	} {
		if got, err := minguo.Parse(in); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
}

func TestFormat(t *testing.T) {
	day := minguo.Date{2023, 4, 1}
	for _, tt := range []struct {
		name  string
		d     minguo.Date
		style minguo.Style
		want  string
	}{
		{"Han", day, minguo.Han, "112年4月1日"},
		{"era", day, minguo.Era, "民國112年4月1日"},
		{"official letter", day, minguo.Formal, "中華民國112年4月1日"},
		{"slashes", day, minguo.Slash, "112/04/01"},
		{"compact", day, minguo.Compact, "1120401"},
		{"a month", minguo.Date{2023, 4, 0}, minguo.Slash, "112年4月"},
		{"before the Republic", minguo.Date{1907, 3, 2}, minguo.Slash, "民前5年3月2日"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.d.Format(tt.style); got != tt.want {
				t.Errorf("Format(%v) = %q, want %q", tt.d, got, tt.want)
			}
		})
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := minguo.Date{Year: rapid.IntRange(1000, 2900).Draw(t, "year")}
		if rapid.Bool().Draw(t, "month is known") {
			d.Month = time.Month(rapid.IntRange(1, 12).Draw(t, "month"))
			d.Day = rapid.IntRange(0, minguo.Days(d.Year, d.Month)).Draw(t, "day")
		}
		s := d.Format(rapid.SampledFrom([]minguo.Style{minguo.Han, minguo.Era, minguo.Formal, minguo.Slash, minguo.Compact}).Draw(t, "style"))
		if got, err := minguo.Parse(s); err != nil || got != d {
			t.Fatalf("%v is written %q and read %v, %v", d, s, got, err)
		}
	})
}

func TestYearAndOf(t *testing.T) {
	for g, roc := range map[int]int{2023: 112, 1912: 1, 1911: -1, 1907: -5} {
		if minguo.Of(g) != roc || minguo.Year(roc) != g {
			t.Errorf("Of(%d) = %d, Year(%d) = %d", g, minguo.Of(g), roc, minguo.Year(roc))
		}
	}
}

func FuzzMinguo(f *testing.F) {
	for _, s := range []string{"112/4/1", "1120401", "民國一百一十二年四月一日", "民前5年3月2日", "112年5月", "廿卅十百年"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := minguo.Parse(s)
		if err != nil {
			return
		}
		if !d.Valid() {
			t.Fatalf("Parse(%q) = %v, which does not exist", s, d)
		}
		if again, err := minguo.Parse(d.Format(minguo.Era)); err != nil || again != d {
			t.Fatalf("Parse(%q) = %v, written and read again %v, %v", s, d, again, err)
		}
	})
}
