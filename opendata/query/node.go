package query

import (
	"strings"
	"unicode"
)

// op says what a node is.
type op string

const (
	opField   op = "field"
	opString  op = "string"
	opNumber  op = "number"
	opDate    op = "date"
	opGeom    op = "geom"
	opBool    op = "bool"
	opNull    op = "null"
	opStar    op = "*"
	opMeasure op = "measure" // text: the number, unit: the unit
	opNamed   op = "named"   // text: the name, args[0]: the number
	opCall    op = "call"    // text: the function in lower case
	opArith   op = "arith"   // text: + - * /
	opNeg     op = "neg"
	opAnd     op = "and"
	opOr      op = "or"
	opNot     op = "not"
	opCompare op = "compare" // text: = != < <= > >=
	opLike    op = "like"
	opIn      op = "in"      // args[0] among the rest
	opMember  op = "member"  // args[0], a literal, among the values of field args[1]
	opBetween op = "between" // args: value, low, high; a missing bound is opStar
	opIsNull  op = "is null"
	opIsBool  op = "is bool" // text: true or false
)

// node is one element of the tree. Everything but pos is part of its meaning.
type node struct {
	op             op
	text, unit     string
	args           []*node
	not            bool // opLike, opIn, opMember, opBetween, opIsNull, opIsBool
	openLo, openHi bool // opBetween: the bound itself is left out
	typ            Type
	field          *Field
	pos            int // where it began in its clause, in characters
}

// Binding strength of operators, weakest first.
const (
	bindOr = iota + 1
	bindAnd
	bindNot
	bindCompare
	bindAdd
	bindMul
	bindNeg
	bindPrimary
)

func (n *node) binding() int {
	switch n.op {
	case opOr:
		return bindOr
	case opAnd:
		return bindAnd
	case opNot:
		return bindNot
	case opCompare, opLike, opIn, opMember, opBetween, opIsNull, opIsBool:
		return bindCompare
	case opArith:
		if n.text == "+" || n.text == "-" {
			return bindAdd
		}
		return bindMul
	case opNeg:
		return bindNeg
	}
	return bindPrimary
}

// String returns the canonical text, which parses to the same tree.
func (n *node) String() string {
	var b strings.Builder
	n.write(&b, bindOr)
	return b.String()
}

// write appends the text of n, in brackets if it binds weaker than least.
func (n *node) write(b *strings.Builder, least int) {
	if n.binding() < least {
		b.WriteByte('(')
		n.write(b, bindOr)
		b.WriteByte(')')
		return
	}
	switch n.op {
	case opAnd, opOr:
		n.list(b, " "+string(n.op)+" ", n.args, n.binding()+1)
	case opNot:
		b.WriteString("not ")
		n.args[0].write(b, bindNot)
	case opArith:
		n.args[0].write(b, n.binding())
		b.WriteString(" " + n.text + " ")
		n.args[1].write(b, n.binding()+1)
	case opNeg:
		b.WriteByte('-')
		n.args[0].write(b, bindNeg)
	case opCompare, opLike, opIn, opMember, opBetween, opIsNull, opIsBool:
		n.args[0].write(b, bindAdd)
		n.writePredicate(b)
	default:
		n.writePrimary(b)
	}
}

func (n *node) list(b *strings.Builder, sep string, args []*node, least int) {
	for i, a := range args {
		if i > 0 {
			b.WriteString(sep)
		}
		a.write(b, least)
	}
}

// writePredicate appends what follows the first operand.
func (n *node) writePredicate(b *strings.Builder) {
	not := ""
	if n.not {
		not = " not"
	}
	switch n.op {
	case opCompare:
		b.WriteString(" " + n.text + " ")
		n.args[1].write(b, bindAdd)
	case opLike:
		b.WriteString(not + " like ")
		n.args[1].write(b, bindAdd)
	case opIn:
		b.WriteString(not + " in (")
		n.list(b, ", ", n.args[1:], bindAdd)
		b.WriteByte(')')
	case opMember:
		b.WriteString(not + " in ")
		n.args[1].write(b, bindPrimary)
	case opBetween:
		b.WriteString(not + " in " + bracket(n.openLo, "]", "["))
		n.bound(b, n.args[1])
		b.WriteString(" .. ")
		n.bound(b, n.args[2])
		b.WriteString(bracket(n.openHi, "[", "]"))
	case opIsNull:
		b.WriteString(" is" + not + " null")
	case opIsBool:
		b.WriteString(" is" + not + " " + n.text)
	}
}

func bracket(open bool, yes, no string) string {
	if open {
		return yes
	}
	return no
}

func (n *node) bound(b *strings.Builder, v *node) {
	if v.op != opStar {
		v.write(b, bindNeg)
	}
}

func (n *node) writePrimary(b *strings.Builder) {
	switch n.op {
	case opField:
		b.WriteString(name(n.text))
	case opString:
		b.WriteString(quote(n.text, '"'))
	case opDate, opGeom:
		b.WriteString(string(n.op) + quote(n.text, '\''))
	case opMeasure:
		b.WriteString(n.text + " " + n.unit)
	case opNamed:
		b.WriteString(n.text + "=")
		n.args[0].write(b, bindNeg)
	case opCall:
		if n.text == countDistinct {
			b.WriteString("count(distinct ")
		} else {
			b.WriteString(n.text + "(")
		}
		n.list(b, ", ", n.args, bindOr)
		b.WriteByte(')')
	case opStar, opNull:
		b.WriteString(string(n.op))
	default: // opNumber, opBool
		b.WriteString(n.text)
	}
}

// keywords can only be field names in back quotes.
const keywords = " and or not as asc desc in is like null true false to distinct "

func keyword(word string) bool { return strings.Contains(keywords, " "+strings.ToLower(word)+" ") }

// name writes a field name or alias, in back quotes where it would be read as
// something else.
func name(s string) string {
	if s == "" || keyword(s) || strings.ContainsFunc(s, func(r rune) bool { return !wordRune(r) }) ||
		unicode.IsNumber([]rune(s)[0]) {
		return quote(s, '`')
	}
	return s
}

var escapes = map[rune]string{'\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

func quote(s string, q rune) string {
	var b strings.Builder
	b.WriteRune(q)
	for _, r := range s {
		if e, ok := escapes[r]; ok && (q != '`' || r == '\\') {
			b.WriteString(e)
			continue
		}
		if r == q {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteRune(q)
	return b.String()
}

// walk calls f for n and everything under it, parents first.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, a := range n.args {
		a.walk(f)
	}
}

// height counts the levels of the tree.
func (n *node) height() int {
	h := 0
	for _, a := range n.args {
		h = max(h, a.height())
	}
	return h + 1
}
