package query

import "strings"

// metres is what one unit of length is.
var metres = map[string]float64{
	"mm": 0.001, "cm": 0.01, "m": 1, "km": 1000, "ft": 0.3048, "yd": 0.9144, "mi": 1609.344,
}

// span is a unit of time: fixed ones have a length, calendar ones a name.
type span struct {
	micros   int64  // of one; 0 for a calendar unit
	calendar string // argument of date_trunc
}

// spans holds the units of time by canonical name.
var spans = map[string]span{
	"millisecond": {micros: 1_000},
	"second":      {micros: 1_000_000},
	"minute":      {micros: 60_000_000},
	"hour":        {micros: 3_600_000_000},
	"day":         {micros: 86_400_000_000},
	"week":        {calendar: "week"},
	"month":       {calendar: "month"},
	"quarter":     {calendar: "quarter"},
	"year":        {calendar: "year"},
}

// shortSpans are case sensitive: m is a minute, M a month.
var shortSpans = map[string]string{
	"ms": "millisecond", "s": "second", "m": "minute", "h": "hour", "d": "day",
	"w": "week", "M": "month", "q": "quarter", "y": "year",
}

// unit reports whether word can follow a number in 1km or 1 month.
func unit(word string) bool {
	_, length := metres[word]
	_, short := shortSpans[word]
	_, long := spans[strings.TrimSuffix(word, "s")]
	return length || short || long
}

// canonicalUnit gives long units of time in the singular.
func canonicalUnit(word string) string {
	if _, ok := spans[strings.TrimSuffix(word, "s")]; ok {
		return strings.TrimSuffix(word, "s")
	}
	return word
}

// timeUnit returns the unit of time that word names.
func timeUnit(word string) (span, bool) {
	if long, ok := shortSpans[word]; ok {
		word = long
	}
	s, ok := spans[word]
	return s, ok
}

// nowArguments are the named arguments of now().
const nowArguments = " year years month months day days hour hours minute minutes second seconds microsecond microseconds" +
	" weekday mondays tuesdays wednesdays thursdays fridays saturdays sundays "

// facetArguments are those of facet().
const facetArguments = " name sort limit disjunctive hierarchical separator "

func namedArgument(word string) bool {
	return strings.Contains(nowArguments+facetArguments, " "+strings.ToLower(word)+" ")
}
