package query

import "strings"

func (p *parser) sum() (*node, error) {
	return p.arith("+-", func() (*node, error) { return p.arith("*/", p.signed) })
}

// arith reads operands joined by one of the marks, from left to right.
func (p *parser) arith(marks string, operand func() (*node, error)) (*node, error) {
	x, err := operand()
	for err == nil {
		t := p.peek()
		if t.kind != tokMark || len(t.text) != 1 || !strings.Contains(marks, t.text) {
			return x, nil
		}
		p.take()
		var y *node
		if y, err = operand(); err == nil {
			x = &node{op: opArith, text: t.text, args: []*node{x, y}, pos: x.pos}
		}
	}
	return nil, err
}

func (p *parser) signed() (*node, error) {
	t := p.peek()
	if p.mark("+") {
		return p.signedAfter(t, false)
	}
	if p.mark("-") {
		return p.signedAfter(t, true)
	}
	return p.primary()
}

func (p *parser) signedAfter(t token, minus bool) (*node, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	x, err := p.signed()
	if err != nil || !minus {
		return x, err
	}
	if x.op == opNumber { // a negative literal
		x.text, x.pos = negate(x.text), t.pos
		return x, nil
	}
	return &node{op: opNeg, args: []*node{x}, pos: t.pos}, nil
}

func negate(number string) string {
	if positive, ok := strings.CutPrefix(number, "-"); ok {
		return positive
	}
	return "-" + number
}

func (p *parser) primary() (*node, error) {
	t := p.peek()
	switch t.kind {
	case tokString:
		return p.literal(opString), nil
	case tokDate:
		return p.literal(opDate), nil
	case tokGeom:
		return p.literal(opGeom), nil
	case tokNumber:
		return p.literal(opNumber), nil
	case tokQuoted:
		return p.literal(opField), nil
	case tokWord:
		return p.named()
	}
	if !p.mark("(") {
		return nil, p.unexpected("a field or a value")
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	n, err := p.expr()
	if err != nil {
		return nil, err
	}
	return n, p.want(")")
}

func (p *parser) literal(o op) *node {
	t := p.take()
	return &node{op: o, text: t.text, pos: t.pos}
}

// named reads what begins with a word: a constant, a call or a field.
func (p *parser) named() (*node, error) {
	t := p.peek()
	switch {
	case p.after().is("("):
		return p.call()
	case p.word("null"):
		return &node{op: opNull, pos: t.pos}, nil
	case p.word("true"), p.word("false"):
		return &node{op: opBool, text: strings.ToLower(t.text), pos: t.pos}, nil
	case keyword(t.text):
		return nil, p.unexpected("a field or a value; write a field of that name in `back quotes`")
	}
	return p.literal(opField), nil
}

// countDistinct is the name in the tree of count(distinct …).
const countDistinct = "count distinct"

func (p *parser) call() (*node, error) {
	t := p.take()
	n := &node{op: opCall, text: strings.ToLower(t.text), pos: t.pos}
	p.take()
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	if n.text == "count" && p.word("distinct") {
		n.text = countDistinct
	}
	if p.mark(")") {
		return n, nil
	}
	for {
		a, err := p.argument()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, a)
		if !p.mark(",") {
			return n, p.want(")")
		}
	}
}

// argument reads one argument: *, name=number, a number with a unit, or an
// expression. A trailing * after a name is a pattern of include and exclude.
func (p *parser) argument() (*node, error) {
	t := p.peek()
	if p.mark("*") {
		return &node{op: opStar, pos: t.pos}, nil
	}
	if t.kind == tokWord && p.after().is("=") && namedArgument(t.text) {
		return p.namedArgument()
	}
	if m, ok := p.measure(); ok {
		return m, nil
	}
	return p.expr()
}

func (p *parser) namedArgument() (*node, error) {
	t := p.take()
	p.take()
	v, err := p.signed()
	if err != nil {
		return nil, err
	}
	return &node{op: opNamed, text: strings.ToLower(t.text), args: []*node{v}, pos: t.pos}, nil
}

// measure reads 1km, 1.5 km and 1 month.
func (p *parser) measure() (*node, bool) {
	t := p.peek()
	if t.kind == tokNumber && p.after().kind == tokWord && unit(p.after().text) {
		p.i += 2
		return &node{op: opMeasure, text: t.text, unit: canonicalUnit(p.toks[p.i-1].text), pos: t.pos}, true
	}
	if t.kind != tokWord {
		return nil, false
	}
	cut := len(t.text) - len(strings.TrimLeft(t.text, "0123456789"))
	if cut == 0 || !unit(t.text[cut:]) {
		return nil, false
	}
	p.take()
	return &node{op: opMeasure, text: t.text[:cut], unit: canonicalUnit(t.text[cut:]), pos: t.pos}, true
}
