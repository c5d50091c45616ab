package query

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func (c *checker) nowArguments(n *node, f function) error {
	for _, a := range n.args {
		if a.op != opNamed || !strings.Contains(nowArguments, " "+a.text+" ") || a.args[0].op != opNumber {
			return signature(c.clause, a.pos, f.form)
		}
		v, err := strconv.Atoi(a.args[0].text)
		if err != nil || v > 1_000_000_000 || v < -1_000_000_000 || !inPart(a.text, v) {
			return signature(c.clause, a.pos, f.form)
		}
		a.args[0].typ = Int
	}
	return nil
}

// inPart reports whether v can be the part of a moment that name sets; plural
// names add and take any number.
func inPart(name string, v int) bool {
	low, high, ok := 0, 0, true
	switch name {
	case "year":
		low, high = 1, 9999
	case "month":
		low, high = 1, 12
	case "day":
		low, high = 1, math.MaxInt32
	case "hour":
		high = 23
	case "minute", "second":
		high = 59
	case "microsecond":
		high = 999_999
	case "weekday":
		high = 6
	default:
		ok = false
	}
	return !ok || v >= low && v <= high
}

func (c *checker) ifnull(n *node, f function) error {
	if len(n.args) != 2 {
		return signature(c.clause, n.pos, f.form)
	}
	for _, a := range n.args {
		if err := c.value(a); err != nil {
			return err
		}
	}
	a, b := n.args[0], n.args[1]
	if err := c.align(a, b); err != nil || a.typ.geo() || a.typ == null || b.typ == null {
		return signature(c.clause, n.pos, f.form)
	}
	return nil
}

// search types search, suggest and startswith: fields, then one string. A *
// stands for every text field and is dropped.
func (c *checker) search(n *node, f function) error {
	if len(n.args) == 0 || n.args[len(n.args)-1].op != opString {
		return signature(c.clause, n.pos, f.form)
	}
	last := len(n.args) - 1
	if last == 1 && n.args[0].op == opStar {
		n.args, last = n.args[1:], 0
	}
	for _, a := range n.args[:last] {
		if a.op != opField {
			return signature(c.clause, a.pos, f.form)
		}
		if err := c.fieldValue(a); err != nil {
			return err
		}
		if a.typ != Text || a.op != opField {
			return signature(c.clause, a.pos, f.form)
		}
	}
	n.args[last].typ = Text
	return c.searchable(n.args[last])
}

// maxSearch bounds one search text, in characters.
const maxSearch = 200

func (c *checker) searchable(s *node) error {
	if len([]rune(s.text)) > maxSearch {
		return tooLarge(c.clause, s.pos, "search", "%s: a search is at most %d characters long", maxSearch)
	}
	return nil
}

// rangeArguments types range(number, width), range(number, *, 0, 10, *) and
// range(date, 1 month).
func (c *checker) rangeArguments(n *node, f function) error {
	bad := signature(c.clause, n.pos, f.form)
	if len(n.args) < 2 || len(n.args) > MaxIn {
		return bad
	}
	x := n.args[0]
	if err := c.value(x); err != nil {
		return err
	}
	if !x.typ.numeric() && !x.typ.temporal() {
		return bad
	}
	if len(n.args) == 2 && n.args[1].op != opStar {
		return c.width(x, n.args[1], bad)
	}
	var last *node
	for i, a := range n.args[1:] {
		if a.op == opStar {
			if i > 0 && i < len(n.args)-2 {
				return bad
			}
			a.typ = star
			continue
		}
		if err := c.value(a); err != nil {
			return err
		}
		if !a.literal() || c.align(x, a) != nil || last != nil && !c.less(last, a) {
			return bad
		}
		last = a
	}
	if last == nil || len(n.args) == 2 {
		return bad
	}
	return nil
}

// less orders two literals of one kind.
func (c *checker) less(a, b *node) bool {
	if a.op == opNumber {
		return a.float() < b.float()
	}
	x, _ := moment(a.text, c.zone)
	y, _ := moment(b.text, c.zone)
	return x.Before(y)
}

func (n *node) float() float64 {
	v, _ := strconv.ParseFloat(n.text, 64) // checked when it was typed
	return v
}

func (n *node) literal() bool {
	switch n.op {
	case opString, opNumber, opDate, opBool:
		return true
	}
	return false
}

// width types the width of equal ranges.
func (c *checker) width(x, w *node, bad error) error {
	if x.typ.numeric() {
		v, err := strconv.ParseFloat(w.text, 64)
		if w.op != opNumber || err != nil || v <= 0 || math.IsInf(v, 0) {
			return bad
		}
		return c.number(w)
	}
	u, ok := timeUnit(w.unit)
	v, err := strconv.Atoi(w.text)
	if w.op != opMeasure || !ok || err != nil || v < 1 || v > 1_000_000 || u.micros == 0 && v != 1 {
		return bad
	}
	w.typ = measure
	return nil
}

var wktPoint = regexp.MustCompile(`(?i)^\s*POINT\s*\(\s*([-+0-9.eE]+)\s+([-+0-9.eE]+)\s*\)\s*$`)

// point reads a geom literal that is one point, WKT or GeoJSON, longitude first.
func (c *checker) point(n *node) error {
	if _, _, ok := n.lonLat(); !ok {
		return refuse(c.clause, n.pos, "point", "%s: the geometry at character %d is no point; write POINT(121.5 25), longitude first",
			string(c.clause), n.pos+1).hint("write geom'POINT(121.5 25)', longitude first")
	}
	n.typ = GeoPoint
	return nil
}

func (n *node) lonLat() (lon, lat float64, ok bool) {
	if m := wktPoint.FindStringSubmatch(n.text); m != nil {
		lon, err1 := strconv.ParseFloat(m[1], 64)
		lat, err2 := strconv.ParseFloat(m[2], 64)
		return lon, lat, err1 == nil && err2 == nil && onEarth(lon, lat)
	}
	var g struct {
		Type        string
		Coordinates []float64
	}
	if json.Unmarshal([]byte(n.text), &g) != nil || g.Type != "Point" || len(g.Coordinates) < 2 {
		return 0, 0, false
	}
	return g.Coordinates[0], g.Coordinates[1], onEarth(g.Coordinates[0], g.Coordinates[1])
}

func onEarth(lon, lat float64) bool { return lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90 }

// dateForms are the accepted spellings of a moment, most common first.
var dateForms = []string{
	"2006-01-02", "2006/01/02", "2006-01", "2006/01", "2006", "2006-1-2", "2006/1/2", "2006/1",
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04",
	"2006-01-02T15:04:05.999999999-0700", "2006-01-02T15", "20060102", "20060102T150405Z07:00",
}

// moment reads a date literal. A moment without an offset is in zone.
func moment(s string, zone *time.Location) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	for _, form := range dateForms {
		if t, err := time.ParseInLocation(form, s, zone); err == nil && t.Year() >= 1 && t.Year() <= 9999 {
			return t, true
		}
	}
	return time.Time{}, false
}

func (c *checker) date(n *node) error {
	if _, ok := moment(n.text, c.zone); !ok {
		return refuse(c.clause, n.pos, "date", "%s: %q at character %d is not a date; write 2024-04-01",
			string(c.clause), clip(n.text, 40), n.pos+1).
			terse("Invalid date to parse '" + clip(n.text, 40) + "'").hint("write date'2024-04-01'")
	}
	n.typ = Datetime
	return nil
}
