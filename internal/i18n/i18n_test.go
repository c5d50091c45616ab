package i18n_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
)

// part is a room's text folder.
func part(zh, en string) fs.FS {
	return fstest.MapFS{"zh-TW.toml": {Data: []byte(zh)}, "en.toml": {Data: []byte(en)}}
}

func reader(t *testing.T, lang i18n.Lang, parts ...fs.FS) context.Context {
	t.Helper()
	c, err := i18n.Load(parts...)
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(t.Context(), c, lang)
}

func texts() fs.FS {
	return part(`
"a.title" = "標題 100%"
"a.from" = "%[2]s 給 %[1]s"
"a.count" = { other = "%d 件，%s" }
"a.code" = "%s 超過 %d 天"
"a.wrap" = "讀不到：%w"`, `
"a.title" = "Title 100%"
"a.from" = "to %s from %s"
"a.count" = { one = "one case", other = "%d cases, %s" }`)
}

func TestT(t *testing.T) {
	zh, en := reader(t, i18n.ZhTW, texts()), reader(t, i18n.En, texts())
	for _, tt := range []struct {
		name, got, want string
	}{
		{"as written", i18n.T(zh, "a.title"), "標題 100%"},
		{"operands in another order", i18n.T(zh, "a.from", "A", "B"), "B 給 A"},
		{"operands in their order", i18n.T(en, "a.from", "A", "B"), "to A from B"},
		{"a text of two languages", i18n.T(en, "a.from", civic.Text{ZhTW: "甲", En: "A"}, "B"), "to A from B"},
		{"a missing key", i18n.T(en, "a.none"), "⟦a.none⟧"},
		{"no catalogue", i18n.T(t.Context(), "a.title"), "⟦a.title⟧"},
		{"one in English", i18n.N(en, "a.count", 1, "x"), "one case"},
		{"several in English", i18n.N(en, "a.count", 1234, "x"), "1,234 cases, x"},
		{"none in English", i18n.N(en, "a.count", 0, "x"), "0 cases, x"},
		{"one in Chinese", i18n.N(zh, "a.count", 1, "x"), "1 件，x"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	if lang := i18n.LangOf(t.Context()); lang != i18n.ZhTW {
		t.Errorf("LangOf() = %s without With, want zh-TW", lang)
	}
	if !i18n.Has(zh, "a.code") || i18n.Has(en, "a.code") {
		t.Error("Has does not tell the languages apart")
	}
	if got := i18n.T(i18n.In(zh, i18n.En), "a.from", "A", "B"); got != "to A from B" {
		t.Errorf("In: %q", got)
	}
}

func TestFault(t *testing.T) {
	zh, en := reader(t, i18n.ZhTW, texts()), reader(t, i18n.En, texts())
	long := fault.Invalid.Errorf("a.code", "%s is longer than %d days", "x", 3650)
	wrapped := fault.Upstream.Errorf("a.wrap", "cannot read: %w", long)
	for _, tt := range []struct {
		name string
		ctx  context.Context
		f    *fault.Error
		want string
	}{
		{"Chinese under the same code", zh, long, "x 超過 3,650 天"},
		{"English from the code", en, long, "x is longer than 3,650 days"},
		{"a fault inside a fault", zh, wrapped, "讀不到：x 超過 3,650 天"},
		{"a code the catalogue lacks", zh, fault.Gone.Errorf("a.gone", "gone"), "gone"},
		{"an error that is no fault", en, fault.Upstream.Errorf("a.wrap", "cannot read: %w", errors.New("reset")), "cannot read: reset"},
		{"none", zh, nil, ""},
	} {
		if got := i18n.Fault(tt.ctx, tt.f); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	f := long.At("x", "a.code", "%s is longer than %d days", "y", 7).Fields[0]
	if got := i18n.Field(zh, f); got != "y 超過 7 天" {
		t.Errorf("Field: %q", got)
	}
}

func TestNumbers(t *testing.T) {
	zh, en := reader(t, i18n.ZhTW), reader(t, i18n.En)
	for _, tt := range []struct{ got, want string }{
		{i18n.Number(en, 0), "0"},
		{i18n.Number(en, 999), "999"},
		{i18n.Number(zh, 1234), "1,234"},
		{i18n.Number(zh, int64(-1234567)), "-1,234,567"},
		{i18n.Number(zh, 1234.5), "1,234.5"},
		{i18n.Number(zh, int64(9223372036854775807)), "9,223,372,036,854,775,807"},
		{i18n.Number(zh, uint32(100000)), "100,000"},
		{i18n.Decimal(en, 1234.567, 1), "1,234.6"},
		{i18n.Bytes(en, 999), "999 B"},
		{i18n.Bytes(en, 1000), "1.0 kB"},
		{i18n.Bytes(en, 1449), "1.4 kB"},
		{i18n.Bytes(en, 23_000_000), "23 MB"},
		{i18n.Bytes(en, 999_999), "1.0 MB"},
		{i18n.Money(zh, 1200), "新臺幣 1,200 元"},
		{i18n.Money(en, 1200), "NT$1,200"},
		{i18n.Money(en, -1200), "-NT$1,200"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func TestDates(t *testing.T) {
	zh, en := reader(t, i18n.ZhTW), reader(t, i18n.En)
	// 17:05 UTC is already the next day in Taipei.
	at := time.Date(2026, 11, 22, 17, 5, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{i18n.Date(zh, at), "115年11月23日（星期一）"},
		{i18n.Date(en, at), "23 November 2026"},
		{i18n.DateShort(zh, at), "115/11/23"},
		{i18n.DateShort(en, at), "23 Nov 2026"},
		{i18n.Time(en, at), "01:05"},
		{i18n.DateTime(zh, at), "115年11月23日（星期一）01:05"},
		{i18n.DateTime(en, at), "23 November 2026, 01:05"},
		{i18n.DateTimeShort(zh, at), "115/11/23 01:05"},
		{i18n.Day(zh, civic.Date{Year: 1912, Month: 1, Day: 1}), "1年1月1日（星期一）"},
		{i18n.Day(zh, civic.Date{Year: 1911, Month: 10, Day: 10}), "民前1年10月10日（星期二）"},
		{i18n.DayShort(zh, civic.Date{Year: 2024, Month: 2, Day: 29}), "113/02/29"},
		{i18n.Machine(at), "2026-11-22T17:05:00Z"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		part []fs.FS
		want string
	}{
		{"an unquoted key", []fs.FS{part(`a.title = "x"`, "")}, "quoted"},
		{"a table by that name", []fs.FS{part("[a]\ntitle = \"x\"", "")}, "quoted"},
		{"a number", []fs.FS{part(`"a.n" = 3`, "")}, "neither"},
		{"a table without other", []fs.FS{part(`"a.n" = { one = "x" }`, "")}, "other"},
		{"broken TOML", []fs.FS{part(`"a`, "")}, "zh-TW.toml"},
		{"a key of two rooms", []fs.FS{part(`"a.n" = "x"`, ""), part(`"a.n" = "y"`, "")}, "another room"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := i18n.Load(tt.part...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load() = %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := i18n.Load(fstest.MapFS{}); err != nil {
		t.Errorf("Load() of a room without texts = %v", err)
	}
}

// The check itself is checked: it must find what it is for.
func TestCataloguesAgree(t *testing.T) {
	for _, tt := range []struct{ name, zh, en, want string }{
		{"the same", `"a.x" = "%s 有 %d"`, `"a.x" = "%s has %d"`, ""},
		{"the same in another order", `"a.x" = "%[2]d 個 %[1]s"`, `"a.x" = "%s has %d"`, ""},
		{"one verb twice", `"a.x" = "%[1]s %[1]s"`, `"a.x" = "%s"`, ""},
		{"a code, whose English stands in the code", `"fault.x" = "x"`, ``, ""},
		{"only Chinese", `"a.x" = "x"`, ``, "a.x: only zh-TW has it"},
		{"only English", ``, `"a.x" = "x"`, "a.x: only en has it"},
		{"a verb is missing", `"a.x" = "%s"`, `"a.x" = "%s has %d"`, "a.x: zh-TW has the verbs [1s], en [1s 2d]"},
		{"another letter", `"a.x" = "%s"`, `"a.x" = "%d"`, "a.x: zh-TW has the verbs [1s], en [1d]"},
		{"counts in one language", `"a.x" = "%d"`, `"a.x" = { one = "one", other = "%d" }`, "counts in one language only"},
		{"a template", `"a.x" = "{{.N}}"`, `"a.x" = "{{.N}}"`, "not templates"},
		{"no form for one", `"a.x" = { other = "%d" }`, `"a.x" = { other = "%d" }`, "en lacks the form one"},
		{"unreadable", `"a`, ``, "zh-TW.toml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(i18n.Check(part(tt.zh, tt.en), "fault."), "\n")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("Check() = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTaiwanWords(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"本局提供資料、資訊與網路服務，使用者請登入。", ""},
		{"依行政程序法辦理登錄，並保存十年。", ""},
		{"數據機已關閉", ""},
		{"請下載數據", "資料"},
		{"信息公開", "資訊"},
		{"請先登錄", "登入"},
		{"服務質量", "品質"},
		{"网络", "simplified"},
		{"使用應用程序", "應用程式"},
	} {
		got := strings.Join(i18n.TaiwanWords(part(fmt.Sprintf("\"a.x\" = %q", tt.text), "")), "\n")
		if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("TaiwanWords(%s) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestVerbs(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"100%", ""},
		{"100%%", ""},
		{"%s and %d", "1s 2d"},
		{"%[2]s, %s", "2s 3s"},
		{"%5.2f %+v %w", "1f 2s 3s"},
		{"50%，", ""},
		{"to 200%. Choose", ""},
		{"%[", ""},
	} {
		if got := i18n.Verbs(tt.text); got != tt.want {
			t.Errorf("Verbs(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
	if got := i18n.Blank("%s over %[1]d 5%% 中 %5.2f"); got != "… over … 5% 中 …" {
		t.Errorf("Blank: %q", got)
	}
}

func FuzzVerbs(f *testing.F) {
	for _, s := range []string{"%s", "%[1]s", "%", "%[", "%5.", "%%", "中%d文"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		_ = i18n.Verbs(s)
		_ = i18n.Blank(s)
	})
}

func BenchmarkT(b *testing.B) {
	c, err := i18n.Load(texts())
	if err != nil {
		b.Fatal(err)
	}
	ctx := i18n.With(b.Context(), c, i18n.ZhTW)
	b.Run("as written", func(b *testing.B) {
		for b.Loop() {
			_ = i18n.T(ctx, "a.title")
		}
	})
	b.Run("two operands", func(b *testing.B) {
		for b.Loop() {
			_ = i18n.T(ctx, "a.from", "A", "B")
		}
	})
}
