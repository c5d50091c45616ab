package i18n

import (
	"fmt"
	"sort"
	"strings"
)

// verb is one operand of a sentence: its number, from 1, and its letter.
type verb struct {
	operand int
	letter  byte
}

// Verbs returns the operands of a sentence in the order of their numbers, such
// as "1d 2s", so that sentences in two languages can be compared. Flags, widths
// and the order in the sentence do not count; %v, %s and %w count as the same,
// since a fault's English sentence may wrap an error. One verb used twice
// counts once.
func Verbs(text string) string {
	seen := map[string]bool{}
	var all []string
	for _, v := range verbsOf(text) {
		letter := v.letter
		if letter == 'v' || letter == 'w' {
			letter = 's'
		}
		s := fmt.Sprintf("%d%c", v.operand, letter)
		if !seen[s] {
			seen[s] = true
			all = append(all, s)
		}
	}
	sort.Strings(all)
	return strings.Join(all, " ")
}

// verbsOf reads the verbs of a format as package fmt does, for formats without
// * widths.
func verbsOf(text string) []verb {
	var found []verb
	next := 1
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		end, operand := verbEnd(text, i+1)
		if operand > 0 {
			next = operand
		}
		if i = end; i < len(text) && isLetter(text[i]) {
			found = append(found, verb{next, text[i]})
			next++
		}
	}
	return found
}

// verbEnd skips flags, width, precision and operand number after a percent sign
// at i-1. It returns where the verb's letter should stand, and the number.
func verbEnd(text string, i int) (end, operand int) {
	skip := func(set string) {
		for i < len(text) && strings.IndexByte(set, text[i]) >= 0 {
			i++
		}
	}
	skip("+-# 0")
	skip("0123456789")
	if i < len(text) && text[i] == '.' {
		i++
		skip("0123456789")
	}
	if i < len(text) && text[i] == '[' {
		for i++; i < len(text) && text[i] >= '0' && text[i] <= '9' && operand < 1000; i++ {
			operand = operand*10 + int(text[i]-'0')
		}
		i++ // the closing bracket
	}
	return i, operand
}

func isLetter(c byte) bool {
	c |= 0x20
	return c >= 'a' && c <= 'z'
}

// highest returns the number of the last operand that is used.
func highest(verbs []verb) int {
	most := 0
	for _, v := range verbs {
		most = max(most, v.operand)
	}
	return most
}

// Blank returns a sentence with … in place of its operands, for a page that
// explains the sentence itself.
func Blank(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		end, _ := verbEnd(text, i+1)
		switch {
		case end < len(text) && text[end] == '%':
			b.WriteByte('%')
		case end < len(text) && isLetter(text[end]):
			b.WriteString("…")
		default:
			b.WriteByte('%')
			end = i
		}
		i = end
	}
	return b.String()
}
