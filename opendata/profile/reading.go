package profile

import (
	"fmt"
	"slices"
)

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
	t.inspectHeader()
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
