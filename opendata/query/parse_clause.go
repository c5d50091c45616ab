package query

import "strings"

// item is one element of select or group_by. key names it in the answer: the
// alias, or the text as it was typed, as Explore answers.
type item struct {
	*node
	key     string
	aliased bool
}

// pick is one element of select that stands for fields: *, include or exclude.
type pick struct {
	exclude bool
	prefix  bool // pattern*
	name    string
	at      int // how many items stand before it
	pos     int
}

// selection is a parsed select clause, before fields are known.
type selection struct {
	picks []pick
	items []item
}

// order is one element of order_by.
type order struct {
	*node
	desc bool
}

func (b *budget) selectClause(text string) (*selection, error) {
	p, err := b.parser(InSelect, text)
	if err != nil {
		return nil, err
	}
	s := &selection{}
	for {
		t := p.peek()
		if pk, ok, err := p.pick(); err != nil {
			return nil, err
		} else if ok {
			pk.at = len(s.items)
			s.picks = append(s.picks, pk)
		} else if it, err := p.item(t); err != nil {
			return nil, err
		} else {
			s.items = append(s.items, it)
		}
		if !p.mark(",") {
			return s, p.end()
		}
	}
}

// pick reads *, include(pattern) and exclude(pattern).
func (p *parser) pick() (pick, bool, error) {
	t := p.peek()
	if t.is("*") {
		p.take()
		return pick{prefix: true, pos: t.pos}, true, nil
	}
	if !(t.word("include") || t.word("exclude")) || !p.after().is("(") {
		return pick{}, false, nil
	}
	p.take()
	p.take()
	pk := pick{exclude: t.word("exclude"), pos: p.peek().pos}
	if n := p.peek(); n.kind == tokWord || n.kind == tokQuoted || n.kind == tokNumber {
		pk.name = p.take().text
		pk.prefix = p.mark("*")
	} else if pk.prefix = p.mark("*"); !pk.prefix {
		return pick{}, false, p.unexpected("the name of a field, perhaps with * behind it")
	}
	return pk, true, p.want(")")
}

// item reads an expression and perhaps its alias; start is its first token.
func (p *parser) item(start token) (item, error) {
	n, err := p.sum()
	if err != nil {
		return item{}, err
	}
	key := strings.TrimSpace(slice(p.text, start.pos, p.peek().pos))
	if n.op == opField {
		key = n.text
	}
	if !p.word("as") {
		return item{n, key, false}, nil
	}
	t := p.take()
	if t.kind != tokQuoted && (t.kind != tokWord || keyword(t.text)) || t.text == "" {
		return item{}, unexpected(p.clause, t, p.text, "a name; write a keyword in `back quotes`")
	}
	return item{n, t.text, true}, nil
}

// slice cuts characters from..to out of s.
func slice(s string, from, to int) string { return string([]rune(s)[from:to]) }

func (b *budget) groupClause(text string) ([]item, error) {
	p, err := b.parser(InGroupBy, text)
	if err != nil {
		return nil, err
	}
	var items []item
	for {
		it, err := p.item(p.peek())
		if err != nil {
			return nil, err
		}
		items = append(items, it)
		if !p.mark(",") {
			return items, p.end()
		}
	}
}

func (b *budget) orderClause(text string) ([]order, error) {
	p, err := b.parser(InOrderBy, text)
	if err != nil {
		return nil, err
	}
	var list []order
	for {
		n, err := p.sum()
		if err != nil {
			return nil, err
		}
		desc := false
		for n.op == opNeg { // -field sorts downwards, also what is no number
			n, desc = n.args[0], !desc
		}
		if p.word("desc") {
			desc = !desc
		} else {
			p.word("asc")
		}
		list = append(list, order{n, desc})
		if !p.mark(",") {
			return list, p.end()
		}
	}
}

func (b *budget) whereClause(text string) (*node, error) {
	p, err := b.parser(InWhere, text)
	if err != nil {
		return nil, err
	}
	n, err := p.expr()
	if err != nil {
		return nil, err
	}
	return n, p.end()
}
