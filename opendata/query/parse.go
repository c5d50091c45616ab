package query

import "strings"

// parser reads one clause by recursive descent, one function a binding strength.
type parser struct {
	clause Clause
	text   string
	toks   []token
	i      int
	depth  int
}

// budget counts the tokens of all clauses of one query.
type budget struct{ tokens int }

func (b *budget) parser(c Clause, text string) (*parser, error) {
	toks, err := lex(c, text, MaxTokens-b.tokens)
	if err != nil {
		return nil, err
	}
	b.tokens += len(toks) - 1
	return &parser{clause: c, text: text, toks: toks}, nil
}

func (p *parser) peek() token { return p.toks[p.i] }

func (p *parser) after() token { return p.toks[min(p.i+1, len(p.toks)-1)] }

func (p *parser) take() token {
	t := p.toks[p.i]
	if t.kind != tokEnd {
		p.i++
	}
	return t
}

func (p *parser) mark(m string) bool {
	if p.peek().is(m) {
		p.i++
		return true
	}
	return false
}

func (p *parser) word(w string) bool {
	if p.peek().word(w) {
		p.i++
		return true
	}
	return false
}

func (p *parser) want(m string) error {
	if !p.mark(m) {
		return p.unexpected(m)
	}
	return nil
}

func (p *parser) unexpected(want string) error {
	return unexpected(p.clause, p.peek(), p.text, want)
}

func (p *parser) end() error {
	if p.peek().kind != tokEnd {
		return p.unexpected("an operator or the end")
	}
	return nil
}

// deeper counts nesting; the caller defers p.shallower.
func (p *parser) deeper() error {
	if p.depth++; p.depth > MaxDepth {
		return tooLarge(p.clause, p.peek().pos, "depth", "%s: brackets are nested more than %d deep", MaxDepth)
	}
	return nil
}

func (p *parser) shallower() { p.depth-- }

// expr reads or-expressions, the weakest binding.
func (p *parser) expr() (*node, error) {
	return p.chain(opOr, func() (*node, error) { return p.chain(opAnd, p.negation) })
}

// chain reads operands joined by one keyword into one flat node.
func (p *parser) chain(o op, operand func() (*node, error)) (*node, error) {
	first, err := operand()
	if err != nil || !p.peek().word(string(o)) {
		return first, err
	}
	n := &node{op: o, args: []*node{first}, pos: first.pos}
	for p.word(string(o)) {
		a, err := operand()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, a)
	}
	return flat(n), nil
}

// flat lifts bracketed operands of the same kind, since both associate.
func flat(n *node) *node {
	var args []*node
	for _, a := range n.args {
		if a.op == n.op {
			args = append(args, a.args...)
		} else {
			args = append(args, a)
		}
	}
	n.args = args
	return n
}

func (p *parser) negation() (*node, error) {
	t := p.peek()
	if !p.word("not") {
		return p.comparison()
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	a, err := p.negation()
	if err != nil {
		return nil, err
	}
	return &node{op: opNot, args: []*node{a}, pos: t.pos}, nil
}

func (p *parser) comparison() (*node, error) {
	x, err := p.sum()
	if err != nil {
		return nil, err
	}
	t := p.peek()
	if t.kind == tokMark && strings.Contains(" = : != < <= > >= ", " "+t.text+" ") {
		return p.compare(x)
	}
	if p.word("is") {
		return p.is(x)
	}
	not := false
	if t.word("not") && (p.after().word("like") || p.after().word("in")) {
		not = p.word("not")
	}
	switch {
	case p.word("like"):
		s, err := p.primary()
		if err != nil {
			return nil, err
		}
		return &node{op: opLike, args: []*node{x, s}, not: not, pos: x.pos}, nil
	case p.word("in"):
		return p.in(x, not)
	}
	return x, nil
}

func (p *parser) compare(x *node) (*node, error) {
	t := p.take()
	if (t.is(":") || t.is("=")) && (p.peek().is("[") || p.peek().is("]")) {
		return p.between(x, false)
	}
	y, err := p.sum()
	if err != nil {
		return nil, err
	}
	text := t.text
	if text == ":" {
		text = "="
	}
	return &node{op: opCompare, text: text, args: []*node{x, y}, pos: x.pos}, nil
}

func (p *parser) is(x *node) (*node, error) {
	n := &node{args: []*node{x}, not: p.word("not"), pos: x.pos}
	switch t := p.peek(); {
	case p.word("null"):
		n.op = opIsNull
	case p.word("true"), p.word("false"):
		n.op, n.text = opIsBool, strings.ToLower(t.text)
	default:
		return nil, p.unexpected("null, true or false")
	}
	return n, nil
}

func (p *parser) in(x *node, not bool) (*node, error) {
	t := p.peek()
	switch {
	case t.is("[") || t.is("]"):
		return p.between(x, not)
	case t.kind == tokWord || t.kind == tokQuoted:
		f, err := p.primary()
		if err != nil {
			return nil, err
		}
		return &node{op: opMember, args: []*node{x, f}, not: not, pos: x.pos}, nil
	}
	if err := p.want("("); err != nil {
		return nil, err
	}
	n := &node{op: opIn, args: []*node{x}, not: not, pos: x.pos}
	for {
		v, err := p.signed()
		if err != nil {
			return nil, err
		}
		if n.args = append(n.args, v); len(n.args) > MaxIn+1 {
			return nil, tooLarge(p.clause, v.pos, "in", "%s: a list holds more than %d values", MaxIn)
		}
		if !p.mark(",") {
			return n, p.want(")")
		}
	}
}

// between reads [1 .. 10], ]1 .. 10[ and every mix; a bound may be missing.
func (p *parser) between(x *node, not bool) (*node, error) {
	n := &node{op: opBetween, not: not, pos: x.pos, openLo: p.peek().is("]")}
	p.take()
	lo, err := p.bound()
	if err != nil {
		return nil, err
	}
	if !p.mark("..") && !p.word("to") {
		return nil, p.unexpected("..")
	}
	hi, err := p.bound()
	if err != nil {
		return nil, err
	}
	n.args = []*node{x, lo, hi}
	if n.openHi = p.peek().is("["); n.openHi {
		p.take()
		return n, nil
	}
	return n, p.want("]")
}

func (p *parser) bound() (*node, error) {
	t := p.peek()
	if t.is("..") || t.is("[") || t.is("]") || t.word("to") {
		return &node{op: opStar, pos: t.pos}, nil
	}
	if p.mark("*") {
		return &node{op: opStar, pos: t.pos}, nil
	}
	return p.signed()
}
