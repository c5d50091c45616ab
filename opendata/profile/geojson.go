package profile

import "slices"

// geojson reads the collection, types its properties and writes the table.
func (t *reading) geojson() (Profile, error) {
	rd := newFeatures(open(t.file, t.size, t.codec))
	t.loose = true
	t.fixed = map[int]string{placeGeometry: TypeGeoShape, placeLon: TypeNumber, placeLat: TypeNumber}
	rd.in.mark = func(done int64) { t.say(Progress{Stage: "profile", Done: done, Total: t.size, Rows: rd.rows}) }
	var err error
	t.g, err = t.gather(rd, 0, func(titles, int) func(int) *column {
		t.bindFeatures(rd)
		return t.columnMaker(64)
	})
	if err != nil {
		return t.p, err
	}
	return t.finishFeatures(rd)
}

func (t *reading) finishFeatures(rd *features) (Profile, error) {
	t.width = placeProperties + len(rd.names)
	for len(t.g.columns) < t.width {
		t.g.columns = append(t.g.columns, newColumn(256, 1<<10))
	}
	for _, c := range t.g.columns {
		c.settle()
	}
	labels := slices.Clone(rd.names)
	for i := range rd.names {
		t.order = append(t.order, placeProperties+i)
	}
	if rd.points > 0 {
		rd.read += 2 * rd.rows
		labels = append(labels, "geo_point_lon", "geo_point_lat")
		t.order = append(t.order, placeLon, placeLat)
	}
	labels = append(labels, "geo_shape")
	t.order = append(t.order, placeGeometry)
	for i, at := range t.order {
		if p := t.cols[at]; p != nil && p.label != "" {
			labels[i] = p.label
		}
	}
	t.head.labels = labels
	t.head.names, t.head.repeated = machineNames(labels)
	t.inspectProperties(rd)
	t.decideTypes()
	t.p.BBox = rd.box
	led, err := t.writeTable(func() reader {
		again := newFeatures(open(t.file, t.size, t.codec))
		again.in.mark = func(done int64) { t.say(Progress{Stage: "write", Done: done, Total: t.size, Rows: again.rows}) }
		return again
	})
	if err != nil {
		return t.p, err
	}
	t.far = &rd.far
	return t.finish(led)
}

// bindFeatures binds a recipe to the properties that the first features have.
func (t *reading) bindFeatures(rd *features) {
	names, _ := machineNames(rd.names)
	index := map[string]int{}
	for _, list := range [][]string{names, rd.names} {
		for i, n := range list {
			if _, taken := index[n]; !taken {
				index[n] = placeProperties + i
			}
		}
	}
	t.cols, t.lost = t.plan.bind(index)
}
