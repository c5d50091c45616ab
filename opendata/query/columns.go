package query

import "time"

// Columns lists what an answer holds, in order.
func (q *Query) Columns() []Column {
	s, err := q.SQL(Options{Now: time.Unix(0, 0)}) // the columns do not depend on the clock
	if err != nil {
		return nil
	}
	return s.Columns
}
