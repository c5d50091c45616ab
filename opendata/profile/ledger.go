package profile

// ledger counts what was done with every cell.
type ledger struct {
	rows                      int64
	loaded, missing, reported int64
	deeds                     []*[deeds]tally // by column; nil where there is nothing to tell
	filled                    []int64
	outside                   []tally
	short, long, extra        tally
}

func newLedger(columns int) *ledger {
	return &ledger{filled: make([]int64, columns), outside: make([]tally, columns), deeds: make([]*[deeds]tally, columns)}
}

// of returns the tallies of a column, made when there is something to count.
func (l *ledger) of(column int) *[deeds]tally {
	if l.deeds[column] == nil {
		l.deeds[column] = &[deeds]tally{}
	}
	return l.deeds[column]
}

func (l *ledger) join(o *ledger) {
	l.rows += o.rows
	l.loaded += o.loaded
	l.missing += o.missing
	l.reported += o.reported
	l.short.join(&o.short)
	l.long.join(&o.long)
	l.extra.join(&o.extra)
	for i := range l.deeds {
		l.filled[i] += o.filled[i]
		l.outside[i].join(&o.outside[i])
		if o.deeds[i] == nil {
			continue
		}
		for d := range o.deeds[i] {
			l.of(i)[d].join(&o.deeds[i][d])
		}
	}
}
