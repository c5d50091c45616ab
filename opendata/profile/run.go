package profile

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/gongdao/gongdao/fault"
)

// run is one reading of one file.
type run struct {
	ctx  context.Context
	in   Source
	out  Sink
	say  func(Progress)
	file *os.File
	size int64
	plan plan
	lost []Fix // fixes whose column the file lacks
	cols map[int]*columnPlan
}

func (r *run) do() (p Profile, err error) {
	if r.plan, err = readRecipe(r.in.Recipe); err != nil {
		return p, err
	}
	if r.file, err = os.Open(r.in.Path); err != nil {
		return p, fmt.Errorf("profile: open the delivered file: %w", err)
	}
	defer r.file.Close() // nothing was written to it
	info, err := r.file.Stat()
	if err != nil {
		return p, fmt.Errorf("profile: open the delivered file: %w", err)
	}
	r.size = info.Size()
	r.say(Progress{Stage: "identify", Total: r.size})
	format, err := identify(r.file, r.size)
	if err != nil {
		return p, err
	}
	c, s, err := r.detect(r.plan.encoding)
	if err != nil {
		return p, err
	}
	if s.nul >= 0 {
		return p, fault.Malformed.Errorf("opendata.profile.nul",
			"byte %d (line %d) is a NUL, which no text holds: the file is damaged or not a table; export it again", s.nul+c.skip, s.nulRow)
	}
	if c.decode != nil { // the brackets of JSON and HTML show only now
		head, err := r.beginning(c, 4096)
		if err != nil {
			return p, err
		}
		if format, err = identifyText(head); err != nil {
			return p, err
		}
	}
	t := &reading{run: r, codec: c, survey: s}
	t.p = Profile{Format: format, Bytes: r.size, Encoding: c.name, BOM: c.skip > 0, LineEnding: s.ending(), Recipe: r.in.Recipe}
	if format == FormatGeoJSON {
		return t.geojson()
	}
	return t.csv()
}

// reading is one table on its way from the first pass to the profile.
type reading struct {
	*run
	codec  codec
	survey survey
	p      Profile
	g      *gathered
	head   heading
	width  int
	order  []int // for each column of the profile its place in a row
	verd   []verdict
	pairs  []pair
	fixed  map[int]string // types that the format gives, by place
	loose  bool
	far    *tally // features whose coordinates are no degrees
}

func (t *reading) csv() (Profile, error) {
	delim, err := t.chooseDelimiter()
	if err != nil {
		return t.p, err
	}
	if err := t.readCSV(delim); err != nil {
		return t.p, err
	}
	t.decideShape()
	t.decideTypes()
	led, err := t.writeTable(func() reader { return t.tokeniser(delim, "write") })
	if err != nil {
		return t.p, err
	}
	return t.finish(led)
}

func (t *reading) chooseDelimiter() (byte, error) {
	switch t.plan.delim {
	case "":
		return t.firstDelimiter(t.codec, t.survey)
	case "none":
		return 0, nil
	}
	return t.plan.delim[0], nil
}

// readCSV reads the whole file once, and again if another delimiter turns out
// to do better over the whole of it.
func (t *reading) readCSV(delim byte) error {
	var err error
	if t.g, err = t.gather(t.tokeniser(delim, "profile"), 2, t.prepare); err != nil {
		return err
	}
	if t.plan.delim == "" {
		found := trial{delim, 0, leastShare}
		if delim != 0 {
			found.width, found.share = t.g.shape.best(2)
		}
		first := found
		for _, d := range rivals(t.survey, found, t.g.shape.rows) {
			other, err := try(t.tokeniser(d, "profile"))
			if err == nil && other.better(found) {
				found = other
			}
		}
		if found.delim != first.delim {
			delim = found.delim
			if t.g, err = t.gather(t.tokeniser(delim, "profile"), 2, t.prepare); err != nil {
				return err
			}
		}
	}
	if delim != 0 {
		t.p.Delimiter = string(delim)
	}
	return nil
}

func (t *reading) tokeniser(delim byte, stage string) *tokeniser {
	in := open(t.file, t.size, t.codec)
	tok := newTokeniser(in, delim, t.survey.lf == 0 && t.survey.cr > 0)
	in.mark = func(done int64) { t.say(Progress{Stage: stage, Done: done, Total: t.size, Rows: tok.rows}) }
	tok.watchCR = tok.newline == '\n' && t.survey.cr > t.survey.crlf
	return tok
}

// prepare binds the recipe to the columns once the first rows are known, and
// returns what makes the state of a column. Memory is shared out among them.
func (t *reading) prepare(first titles, width int) func(at int) *column {
	t.cols, t.lost = t.plan.bind(nameIndex(first, width, t.plan))
	return t.columnMaker(width)
}

func (t *reading) columnMaker(width int) func(at int) *column {
	limit := min(8192, max(256, 1<<20/max(width, 1)))
	room := min(2<<20, max(16<<10, 64<<20/max(width, 1)))
	return func(at int) *column {
		c := newColumn(limit, room)
		if p := t.cols[at]; p != nil {
			c.missing = p.missing
		}
		c.opaque = t.fixed[at] == TypeGeoShape
		return c
	}
}

// writeTable reads the file a second time and writes the normal form.
func (t *reading) writeTable(again func() reader) (*ledger, error) {
	l := &layout{skip: int64(t.head.rows), width: t.width, drop: t.head.dropped, order: t.order, names: t.head.names, loose: t.loose, comma: t.p.Delimiter == ","}
	for i, at := range t.order {
		l.cols = append(l.cols, converterOf(t.g.columns[at], t.verd[i]))
	}
	for _, p := range t.pairs {
		if p.swapped && !t.plan.swap || p.given {
			continue
		}
		x, y := longitudes, latitudes
		if p.crs != "EPSG:4326" {
			x, y = eastings, northings
		}
		l.bound(p.lon, x)
		l.bound(p.lat, y)
	}
	for at := t.width; at < len(t.g.columns) && !t.loose; at++ {
		l.over = l.over || t.g.columns[at].filled > 0
	}
	t.p.Overflow = l.over
	return t.write(again(), l)
}

func (l *layout) bound(at int, s span) {
	l.cols[at].ranged, l.cols[at].lo, l.cols[at].hi = true, s.lo, s.hi
}

// finish counts, reports and checks that every cell is accounted for.
func (t *reading) finish(led *ledger) (Profile, error) {
	t.p.Rows = led.rows
	s := t.g.shape
	t.p.Cells = Cells{Read: s.read, Loaded: led.loaded, Missing: led.missing + s.blankCells, Reported: led.reported}
	if c := t.p.Cells; c.Read != c.Loaded+c.Missing+c.Reported || led.rows != t.dataRows() {
		return t.p, fmt.Errorf("profile: %d cells were read, %d are loaded, %d missing and %d reported", c.Read, c.Loaded, c.Missing, c.Reported)
	}
	for i := range t.p.Columns {
		c := &t.p.Columns[i]
		c.Stats.Filled, c.Stats.Missing = led.filled[i], led.rows-led.filled[i]
		c.Stats.Distinct = min(c.Stats.Distinct, c.Stats.Filled)
		if markedAs(&t.g.columns[t.order[i]].marked, holdsID).count > 0 {
			c.Stats.Top, c.Stats.Min, c.Stats.Max = nil, "", "" // a profile is read by more people than the file
		}
		if d := led.deeds[i]; d != nil && d[marker].count > 0 {
			c.Missing = t.markersOf(t.order[i])
		}
	}
	t.report(led)
	t.say(Progress{Stage: "write", Done: t.size, Total: t.size, Rows: t.p.Rows, Findings: len(t.p.Findings)})
	return t.p, nil
}

// markersOf lists what was read as missing in a column.
func (t *reading) markersOf(at int) []string {
	c := t.g.columns[at]
	list := slices.Concat(c.kinds[isMarker].examples, c.kinds[isNull].examples)
	slices.Sort(list)
	return slices.Compact(list)
}
