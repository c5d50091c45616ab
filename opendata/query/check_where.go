package query

import "strconv"

// condition types n as something that is true or false.
func (c *checker) condition(n *node) error {
	switch n.op {
	case opAnd, opOr, opNot:
		for _, a := range n.args {
			if err := c.condition(a); err != nil {
				return err
			}
		}
	case opString: // full text
		if err := c.searchable(n); err != nil {
			return err
		}
	case opCompare:
		return c.compare(n)
	case opLike:
		return c.like(n)
	case opIn:
		return c.list(n)
	case opMember:
		return c.member(n)
	case opBetween:
		return c.between(n)
	case opIsNull, opIsBool:
		return c.is(n)
	case opField:
		if err := c.value(n); err != nil {
			return err
		}
		if n.typ != Boolean {
			return c.notCondition(n)
		}
	case opCall:
		return c.predicate(n)
	default:
		return c.notCondition(n)
	}
	n.typ = Boolean
	return nil
}

func (c *checker) notCondition(n *node) error {
	return refuse(c.clause, n.pos, "not-condition", "%s: at character %d a condition is expected, such as field = value",
		string(c.clause), n.pos+1).hint("write a condition such as field = value")
}

func (c *checker) predicate(n *node) error {
	if n.text == "distance" && len(n.args) == 3 { // its name in v2.0
		n.text = "within_distance"
	}
	if err := c.call(n); err != nil {
		return err
	}
	if functions[n.text].role != predicate {
		return c.notCondition(n)
	}
	return nil
}

// compare types a comparison. Null can only be asked for by is null.
func (c *checker) compare(n *node) error {
	a, b := n.args[0], n.args[1]
	for _, x := range n.args {
		if err := c.value(x); err != nil {
			return err
		}
		if x.typ == null {
			return refuse(c.clause, x.pos, "null", "%s: at character %d, ask for missing values with is null", string(c.clause), x.pos+1).
				hint("write field is null or field is not null")
		}
	}
	if err := c.align(a, b); err != nil {
		return err
	}
	if a.typ.geo() || a.typ == Boolean && n.text != "=" && n.text != "!=" {
		return incomparable(c.clause, b.pos, a.typ, b.typ)
	}
	n.typ = Boolean
	return nil
}

// align makes the types of a and b comparable, reading a literal of the wrong
// kind the way Explore does: a string beside a date is a date, a number beside
// a text is its digits.
func (c *checker) align(a, b *node) error {
	if a.literal() && !b.literal() {
		a, b = b, a
	}
	switch {
	case a.typ.numeric() && b.op == opString:
		if _, err := strconv.ParseFloat(b.text, 64); err == nil && plainNumber(b.text) {
			b.op = opNumber
			return c.number(b)
		}
	case a.typ.temporal() && b.op == opString:
		b.op = opDate
		return c.date(b)
	case a.typ == Text && b.op == opNumber:
		b.op, b.typ = opString, Text
		return nil
	case a.typ == Boolean && b.op == opString && (b.text == "true" || b.text == "false"):
		b.op, b.typ = opBool, Boolean
		return nil
	}
	if a.typ == b.typ || a.typ.numeric() && b.typ.numeric() || a.typ.temporal() && b.typ.temporal() {
		return nil
	}
	return incomparable(c.clause, b.pos, a.typ, b.typ)
}

// plainNumber reports whether s has the form of a number literal.
func plainNumber(s string) bool {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	toks, err := lex(InWhere, s, 2)
	return err == nil && len(toks) == 2 && toks[0].kind == tokNumber && toks[0].source == s
}

func (c *checker) like(n *node) error {
	if err := c.value(n.args[0]); err != nil {
		return err
	}
	if n.args[0].typ != Text || n.args[1].op != opString {
		return signature(c.clause, n.pos, `field like "words"`)
	}
	n.args[1].typ, n.typ = Text, Boolean
	return c.searchable(n.args[1])
}

func (c *checker) list(n *node) error {
	if err := c.value(n.args[0]); err != nil {
		return err
	}
	for _, v := range n.args[1:] {
		if err := c.value(v); err != nil {
			return err
		}
		if !v.literal() {
			return signature(c.clause, v.pos, `field in ("a", "b")`)
		}
		if err := c.align(n.args[0], v); err != nil {
			return err
		}
	}
	if n.args[0].typ.geo() {
		return incomparable(c.clause, n.pos, n.args[0].typ, n.args[1].typ)
	}
	n.typ = Boolean
	return nil
}

func (c *checker) member(n *node) error {
	v, f := n.args[0], n.args[1]
	if err := c.value(v); err != nil {
		return err
	}
	if err := c.value(f); err != nil {
		return err
	}
	if !v.literal() || f.op != opField || f.typ.geo() {
		return signature(c.clause, n.pos, `"value" in field`)
	}
	if err := c.align(f, v); err != nil {
		return err
	}
	n.typ = Boolean
	return nil
}

func (c *checker) between(n *node) error {
	x := n.args[0]
	if err := c.value(x); err != nil {
		return err
	}
	if !x.typ.numeric() && !x.typ.temporal() {
		return signature(c.clause, n.pos, "number in [1 .. 10] or date in [date'2023' .. date'2024']")
	}
	for _, b := range n.args[1:] {
		if b.op == opStar {
			b.typ = star
			continue
		}
		if err := c.value(b); err != nil {
			return err
		}
		if err := c.align(x, b); err != nil {
			return err
		}
	}
	n.typ = Boolean
	return nil
}

func (c *checker) is(n *node) error {
	if err := c.value(n.args[0]); err != nil {
		return err
	}
	if n.op == opIsBool && n.args[0].typ != Boolean {
		return incomparable(c.clause, n.pos, n.args[0].typ, Boolean)
	}
	if n.args[0].typ == null {
		return signature(c.clause, n.pos, "field is null")
	}
	n.typ = Boolean
	return nil
}
