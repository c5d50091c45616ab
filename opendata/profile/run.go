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

// decideShape settles width, header, names and labels.
func (t *reading) decideShape() {
	least := 1
	if t.p.Delimiter != "" {
		least = 2
	}
	t.width, _ = t.g.shape.best(least)
	if t.width == 0 {
		t.width, _ = t.g.shape.best(1)
	}
	if t.plan.header != nil {
		t.head.rows = min(*t.plan.header, t.g.held)
	} else {
		t.head.rows, t.head.assumed = decideHeader(t.g.first, t.width, t.g.columns, t.in.Described)
	}
	for i := range t.head.rows { // a header may name columns that most rows leave out
		for at, name := range t.g.first[i] {
			if name != "" && at >= t.width {
				t.width = at + 1
			}
		}
	}
	t.g.release(t.head.rows)
	for _, c := range t.g.columns {
		c.settle()
	}
	for len(t.g.columns) < t.width {
		t.g.columns = append(t.g.columns, newColumn(256, 1<<10))
	}
	t.dropUnnamed()
	labels, empty := labelsOf(t.g.first, t.head.rows, t.width, t.plan.names)
	source := nameSource(t.g.first, t.head.rows, labels)
	t.head.labels, t.head.empty = slices.Clone(labels), empty
	for at, c := range t.cols {
		if at < t.width && c.label != "" {
			labels[at], source[at] = c.label, c.label
		}
	}
	t.head.labels = labels
	t.head.names, t.head.repeated = machineNames(source)
	t.p.HeaderRows = t.head.rows
	for i := range t.width {
		t.order = append(t.order, i)
	}
}

// dropUnnamed leaves out columns at the end that have neither a name nor a
// value: the mark of a delimiter at the end of every row.
func (t *reading) dropUnnamed() {
	for t.head.rows > 0 && t.width > 1 {
		at := t.width - 1
		named := false
		for i := range t.head.rows {
			named = named || at < len(t.g.first[i]) && t.g.first[i][at] != ""
		}
		if named || t.g.columns[at].filled > 0 {
			return
		}
		t.width--
		t.head.dropped++
	}
}

// decideTypes gives every column its type and describes its values.
func (t *reading) decideTypes() {
	rows := t.dataRows()
	for i, at := range t.order {
		c := t.g.columns[at]
		v := decide(c, t.head.labels[i])
		if p := t.cols[at]; p != nil && p.typ != "" {
			v = force(c, p.typ)
		}
		if typ := t.fixed[at]; typ != "" {
			v = fixedVerdict(typ)
		}
		t.verd = append(t.verd, v)
		col := Column{Name: t.head.names[i], Label: t.head.labels[i], Type: v.typ, SQLType: v.sql, Unit: v.unit, Note: v.note}
		col.Stats = statsOf(c, converterOf(c, v), v.typ, rows, c.filled)
		t.p.Columns = append(t.p.Columns, col)
	}
	t.findPoints()
}

func (t *reading) dataRows() int64 { return max(t.g.shape.rows-int64(t.head.rows), 0) }

func fixedVerdict(typ string) verdict {
	if typ == TypeNumber {
		return verdict{typ: typ, sql: "DOUBLE", forced: true}
	}
	return verdict{typ: typ, sql: "VARCHAR", forced: true}
}

func (t *reading) findPoints() {
	columns := make([]*column, len(t.order))
	for i, at := range t.order {
		columns[i] = t.g.columns[at]
	}
	t.pairs = pairs(t.p.Columns, columns, t.loose)
	for i := range t.pairs {
		p := &t.pairs[i]
		if p.swapped && !t.plan.swap {
			continue // told; not repaired without being asked
		}
		if p.swapped {
			p.lon, p.lat = p.lat, p.lon
		}
		x, y := &t.p.Columns[p.lon], &t.p.Columns[p.lat]
		point := Point{Name: t.freeName("geo_point"), Lon: x.Name, Lat: y.Name, CRS: p.crs}
		if p.crs == "EPSG:4326" {
			x.Note, y.Note = "longitude", "latitude"
			t.p.Points = append(t.p.Points, point)
		} else {
			x.Note, y.Note = "easting", "northing"
			t.p.Projected = append(t.p.Projected, point)
		}
	}
}

// freeName returns a name that no column has.
func (t *reading) freeName(name string) string {
	unique := name
	for n := 2; slices.ContainsFunc(t.p.Columns, func(c Column) bool { return c.Name == unique }) ||
		slices.ContainsFunc(t.p.Points, func(p Point) bool { return p.Name == unique }) ||
		slices.ContainsFunc(t.p.Projected, func(p Point) bool { return p.Name == unique }); n++ {
		unique = fmt.Sprintf("%s_%d", name, n)
	}
	return unique
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
		if t.mark(t.g.columns[t.order[i]], holdsID).count > 0 {
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
