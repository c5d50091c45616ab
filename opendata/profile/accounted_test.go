package profile_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/standards/big5"
	"pgregory.net/rapid"
)

// TestEveryCellAccountedFor follows every cell from the file into the table,
// with another reader of CSV on both sides.
func TestEveryCellAccountedFor(t *testing.T) {
	t.Run("made-up tables", func(t *testing.T) {
		dir := t.TempDir()
		rapid.Check(t, func(t *rapid.T) { accountMadeUp(t, dir) })
	})
	for _, archive := range []string{"population.tar.gz", "youbike-2025.tar.gz", "elections-2020.tar.gz"} {
		t.Run(archive, func(t *testing.T) {
			dir := t.TempDir()
			files, refused, n := 0, 0, 0
			corpus(t, archive, func(d delivered) {
				// All of them take a minute; a few of each kind take a second.
				if n++; os.Getenv("GONGDAO_ALL_FILES") == "" && n%22 != 1 {
					return
				}
				files++
				p, table, err := tryRead(t, dir, d.content, profile.Source{Name: d.name})
				if err != nil {
					refused++
					t.Logf("%s is refused: %v", d.name, err)
					return
				}
				accountFile(t, d, p, rowsOf(t, table))
				if n%44 == 1 {
					accountOtherEncodings(t, dir, d)
				}
			})
			t.Logf("%d files, %d refused", files, refused)
			if 200*refused > files {
				t.Errorf("%d of %d files are refused", refused, files)
			}
		})
	}
}

// accountFile compares a real file with its table, cell by cell.
func accountFile(t *testing.T, d delivered, p profile.Profile, table [][]string) {
	t.Helper()
	if p.Encoding == "big5" {
		text, _, err := big5.Append(nil, d.content)
		if err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		d.content = text
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(d.content, []byte("\xEF\xBB\xBF"))))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", d.name, err)
	}
	read := int64(0)
	for _, row := range rows {
		read += int64(len(row))
	}
	c := p.Cells
	if c.Read != read || c.Read != c.Loaded+c.Missing+c.Reported {
		t.Errorf("%s: %d cells, and the profile says %+v", d.name, read, c)
	}
	rows = rows[p.HeaderRows:]
	if int64(len(rows)) != p.Rows || len(table) != len(rows)+1 {
		t.Fatalf("%s: %d rows, the profile says %d, the table has %d", d.name, len(rows), p.Rows, len(table)-1)
	}
	for i, row := range rows {
		for k, col := range p.Columns {
			if got, want := table[i+1][k+1], stored(col, row[k]); got != want {
				t.Fatalf("%s: row %d, %s (%s): %q is stored as %q, want %q", d.name, i+1, col.Label, col.Type, row[k], got, want)
			}
		}
	}
}

var zeros = regexp.MustCompile(`^(-?)0+([0-9])`)

var guard = regexp.MustCompile(`^'[0-9]+$`)

// stored says what a column should make of a cell that its type takes.
func stored(col profile.Column, cell string) string {
	cell = strings.Trim(cell, " \t\r\n\u00a0\u3000")
	switch {
	case cell == "" || slices.Contains(col.Missing, cell):
		return ""
	case col.Type == profile.TypeDatetime:
		at, err := time.ParseInLocation(time.DateTime, cell, time.FixedZone("", 8*3600))
		if err != nil {
			return err.Error()
		}
		return at.UTC().Format(time.DateTime)
	case col.Type == profile.TypeText || col.Type == profile.TypeCode:
		if guard.MatchString(cell) {
			return cell[1:]
		}
	case col.Type == profile.TypeInt || col.Type == profile.TypeNumber:
		if plain := strings.TrimLeft(strings.ReplaceAll(cell, ",", ""), "+'"); plain != "" {
			return zeros.ReplaceAllString(plain, "$1$2") // they stand there only where a person set the type
		}
	case col.Type == profile.TypeDate && len(cell) == 7:
		if year, err := strconv.Atoi(cell[:3]); err == nil {
			return fmt.Sprintf("%d-%s-%s", year+1911, cell[3:5], cell[5:])
		}
	}
	return cell
}

// accountOtherEncodings writes the file in Big5 and in UTF-16: each must give
// the same table, byte for byte.
func accountOtherEncodings(t *testing.T, dir string, d delivered) {
	t.Helper()
	text := strings.TrimPrefix(string(d.content), "\uFEFF")
	inBig5, text := toBig5(text) // what Big5 lacks is replaced in both
	_, want, err := tryRead(t, dir, []byte(text), profile.Source{})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"big5":     inBig5,
		"utf-16le": toUTF16(binary.LittleEndian, text, true),
		"utf-16be": toUTF16(binary.BigEndian, text, false),
	} {
		p, got, err := tryRead(t, dir, content, profile.Source{})
		if err != nil {
			t.Errorf("%s in %s: %v", d.name, name, err)
			continue
		}
		if ascii := len(inBig5) == utf8.RuneCountInString(text); p.Encoding != name && !(ascii && name == "big5") {
			t.Errorf("%s: found %s, want %s", d.name, p.Encoding, name)
		}
		if !bytes.Equal(got, want) {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			t.Errorf("%s in %s: another table: %q, want %q", d.name, name, head(got[max(at-20, 0):])[:40], head(want[max(at-20, 0):])[:40])
		}
	}
}

// big5Of is the inverse of the decoder, for the official characters.
var big5Of = func() map[rune]string {
	m := map[rune]string{}
	for lead := 0xFE; lead >= 0x81; lead-- {
		for trail := 0xFE; trail >= 0x40; trail-- {
			pair := []byte{byte(lead), byte(trail)}
			out, _, err := big5.Append(nil, pair)
			if c, _ := utf8.DecodeRune(out); err == nil && !big5.IsUserDefined(c) {
				m[c] = string(pair)
			}
		}
	}
	return m
}()

func toBig5(text string) (encoded []byte, kept string) {
	var b strings.Builder
	for _, c := range text {
		pair, ok := big5Of[c]
		switch {
		case c < utf8.RuneSelf:
			encoded = append(encoded, byte(c))
		case ok:
			encoded = append(encoded, pair...)
		default:
			c = '？'
			encoded = append(encoded, big5Of[c]...)
		}
		b.WriteRune(c)
	}
	return encoded, b.String()
}

func toUTF16(order binary.AppendByteOrder, text string, mark bool) (b []byte) {
	if mark {
		b = order.AppendUint16(b, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// accountMadeUp makes a table of dirty cells, writes it by RFC 4180, and looks
// every cell up in the result.
func accountMadeUp(t *rapid.T, dir string) {
	width := rapid.IntRange(2, 6).Draw(t, "width")
	kinds := make([]string, width)
	for i := range kinds {
		kinds[i] = rapid.SampledFrom([]string{"int", "text", "code", "number", "dirty"}).Draw(t, "kind")
	}
	var rows [][]string
	header := make([]string, width)
	for i := range header {
		header[i] = fmt.Sprintf("欄位%c", 'A'+i)
	}
	rows = append(rows, header)
	for range rapid.IntRange(1, 30).Draw(t, "rows") {
		row := make([]string, width)
		for i, kind := range kinds {
			row[i] = cellOf(kind).Draw(t, "cell")
		}
		switch rapid.IntRange(0, 12).Draw(t, "shape") {
		case 0:
			row = row[:rapid.IntRange(1, width).Draw(t, "short")]
		case 1:
			row = append(row, rapid.SampledFrom([]string{"", "多出來的", "7"}).Draw(t, "extra"))
		}
		rows = append(rows, row)
	}
	delim := rapid.SampledFrom([]rune{',', '\t', ';', '|'}).Draw(t, "delimiter")
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = delim, rapid.Bool().Draw(t, "CRLF")
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	typ := rapid.SampledFrom([]string{"", "int", "date"}).Draw(t, "set type")
	one := 1
	recipe := []profile.Fix{
		{Kind: profile.SetHeader, Header: &one},
		{Kind: profile.SetDelimiter, Delimiter: string(delim)},
	}
	if typ != "" {
		recipe = append(recipe, profile.Fix{Kind: profile.SetType, Column: header[0], Type: typ})
	}
	p, table := read(t, dir, b.Bytes(), profile.Source{Recipe: recipe})
	lookUp(t, p, rows[1:], table)
}

func cellOf(kind string) *rapid.Generator[string] {
	switch kind {
	case "int":
		return rapid.OneOf(rapid.StringMatching(`-?[1-9][0-9]{0,6}`), rapid.SampledFrom([]string{"", "0", "1,234", "-", " 8 "}))
	case "number":
		return rapid.OneOf(rapid.StringMatching(`[1-9][0-9]{0,3}\.[0-9]{1,4}`), rapid.SampledFrom([]string{"", "12", "…"}))
	case "code":
		return rapid.OneOf(rapid.StringMatching(`0[0-9]{3}`), rapid.StringMatching(`'[0-9]{3}`))
	case "dirty":
		return rapid.StringMatching("[a,;|\"\t 0-9里'　-]{0,8}")
	}
	return rapid.SampledFrom([]string{"臺北市", "a \"quoted\" word", "兩行\n的值", "約 300", "N/A", "", "A,B"})
}

// lookUp finds each cell in the table, or in what is reported.
func lookUp(t *rapid.T, p profile.Profile, rows, table [][]string) {
	refused, empty := map[string]int64{}, int64(0)
	at := 0
	for _, row := range rows {
		if blank(row) {
			empty++
			continue
		}
		at++
		if at >= len(table) {
			t.Fatalf("the table ends before row %d", at)
		}
		for k, cell := range row {
			if k >= len(p.Columns) {
				continue
			}
			got := table[at][k+1]
			if want := stored(p.Columns[k], cell); got != want {
				if got != "" || want == "" {
					t.Fatalf("row %d, %s (%s): %q is stored as %q, want %q", at, p.Columns[k].Name, p.Columns[k].Type, cell, got, want)
				}
				refused[p.Columns[k].Label]++
			}
		}
		if extra := row[min(len(row), len(p.Columns)):]; !blank(extra) && !strings.Contains(table[at][len(table[at])-1], strings.Trim(extra[0], " ")) {
			t.Fatalf("row %d: %q beyond the last column is lost", at, extra)
		}
	}
	if at != len(table)-1 || int64(at) != p.Rows {
		t.Fatalf("%d rows, the table has %d and the profile says %d", at, len(table)-1, p.Rows)
	}
	for _, f := range p.Findings {
		if f.Code == "cell.refused" {
			refused[f.Column] -= f.Count
		}
		if f.Code == "row.blank" {
			empty -= f.Count
		}
	}
	for label, n := range refused {
		if n != 0 {
			t.Fatalf("%s: %d cells are neither in the table nor reported", label, n)
		}
	}
	if empty != 0 {
		t.Fatalf("%d blank rows are not reported", empty)
	}
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.Trim(c, " \t\r\n\u00a0\u3000") != "" })
}

func toUTF16BE(text string) []byte { return toUTF16(binary.BigEndian, text, true) }
