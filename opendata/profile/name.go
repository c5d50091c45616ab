package profile

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const longestName = 100 // characters

// reserved are words of the query language and columns that have a meaning of
// their own; a column called so gets a _ behind.
var reserved = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "like": true, "is": true, "null": true, "true": true, "false": true, "as": true,
	"asc": true, "desc": true, "_row": true, "_overflow": true, "_id": true, "_timestamp": true, "_size": true, "_line": true,
}

// machineNames makes names that queries can use without quotes: letters, digits
// and _, Han kept; unique whatever the case.
func machineNames(labels []string) (names []string, repeated []int) {
	taken, next := map[string]bool{}, map[string]int{}
	for i, label := range labels {
		name := machineName(label)
		if name == "" {
			name = fmt.Sprintf("column_%d", i+1)
		}
		unique, low := name, strings.ToLower(name)
		for taken[strings.ToLower(unique)] {
			next[low] = max(next[low]+1, 2)
			unique = fmt.Sprintf("%s_%d", name, next[low])
		}
		if unique != name {
			repeated = append(repeated, i)
		}
		taken[strings.ToLower(unique)] = true
		names = append(names, unique)
	}
	return names, repeated
}

func machineName(label string) string {
	var b strings.Builder
	gap, n := false, 0
	digits := true
	for _, c := range norm.NFKC.String(label) {
		if !unicode.IsLetter(c) && !unicode.IsNumber(c) && c != '_' {
			gap = b.Len() > 0
			continue
		}
		if gap && !strings.HasSuffix(b.String(), "_") && c != '_' {
			b.WriteByte('_')
		}
		if gap = false; n == longestName {
			break
		}
		n++
		digits = digits && unicode.IsNumber(c)
		b.WriteRune(c)
	}
	name := b.String()
	switch {
	case strings.Trim(name, "_") == "":
		return ""
	case digits:
		name = "_" + name
	case reserved[strings.ToLower(name)]:
		name += "_"
	}
	return name
}

// labelsOf gives each column its label; empty lists those without one.
func labelsOf(first titles, rows, width int, given []string) (labels []string, empty []int) {
	for i := range width {
		label := ""
		switch {
		case rows == 0 && i < len(given):
			label = given[i]
		case rows == 2 && i < len(first[1]) && first[1][i] != "":
			label = first[1][i]
		case rows > 0 && i < len(first[0]):
			label = first[0][i]
		}
		if label == "" {
			empty = append(empty, i)
			label = fmt.Sprintf("column_%d", i+1)
		}
		labels = append(labels, label)
	}
	return labels, empty
}

// nameSource returns the texts that machine names are made from: with two
// header rows the first, which is written for machines.
func nameSource(first titles, rows int, labels []string) []string {
	if rows != 2 {
		return labels
	}
	list := make([]string, len(labels))
	for i := range labels {
		list[i] = labels[i]
		if i < len(first[0]) && first[0][i] != "" {
			list[i] = first[0][i]
		}
	}
	return list
}
