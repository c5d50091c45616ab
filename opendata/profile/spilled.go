package profile

// spill goes over from exact counting to estimates.
func (c *column) spill() {
	c.hll = newHLL()
	for i := range c.table.entries {
		e := &c.table.entries[i]
		c.hll.add(e.hash)
		if f := familyOf[e.class]; f != noFamily {
			c.sum(f).add(e.num, c.table.value(e), e.count)
		}
	}
	c.table.spill()
}

// idleAfter is how many values are looked up before the table is judged: where
// hardly any comes twice it is asked only now and then.
const (
	idleAfter = 8192
	idleStep  = 16
)

// beyond takes a value after the table has spilled.
func (c *column) beyond(h uint64, v []byte, row, line int64) {
	if c.idle && c.filled%idleStep != 0 {
		e := c.learn(h, v)
		c.tell(&e, v, row, line)
		c.estimateOne(&e, v)
		return
	}
	e := c.table.find(h, v)
	if c.asked++; e != nil {
		c.hits++
	} else {
		e = c.meet(h, v)
	}
	if c.asked == idleAfter {
		c.idle = c.hits < idleAfter/100
		c.asked, c.hits = 0, 0
	}
	e.count++
	c.tell(e, v, row, line)
	c.estimateOne(e, v)
}

func (c *column) estimateOne(e *seen, v []byte) {
	c.hll.add(e.hash)
	if f := familyOf[e.class]; f != noFamily {
		c.sum(f).add(e.num, v, 1)
	}
}
