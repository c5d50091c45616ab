package query

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// checker gives every node of one clause its type and field.
type checker struct {
	schema  *Schema
	clause  Clause
	zone    *time.Location
	allow   []role           // what calls may stand here beside scalars
	aliases map[string]*node // names that other clauses gave
	inAgg   bool             // inside an aggregate
	inCall  bool             // inside any call
}

func (c *checker) may(r role) bool {
	if r == scalar {
		return true
	}
	for _, a := range c.allow {
		if a == r {
			return true
		}
	}
	return false
}

// pseudo are fields that every table has; they are answered only when named.
func (c *checker) pseudo(name string) *Field {
	switch {
	case name == "_id" && c.schema.Row != "":
		return &Field{Name: "_id", Type: Text, Column: c.schema.Row, pseudo: true}
	case name == "_timestamp" && !c.schema.Updated.IsZero():
		return &Field{Name: "_timestamp", Type: Datetime, pseudo: true}
	case name == "_size":
		return &Field{Name: "_size", Type: Int, pseudo: true}
	}
	return nil
}

// value types n as something that has a value.
func (c *checker) value(n *node) error {
	switch n.op {
	case opField:
		return c.fieldValue(n)
	case opString:
		n.typ = Text
	case opNumber:
		return c.number(n)
	case opBool:
		n.typ = Boolean
	case opNull:
		n.typ = null
	case opDate:
		return c.date(n)
	case opArith, opNeg:
		return c.arithmetic(n)
	case opCall:
		return c.call(n)
	case opGeom:
		return unsupported(c.clause, n.pos, "geom'…'", "use it in within_distance")
	default:
		return refuse(c.clause, n.pos, "not-value", "%s: at character %d a value is expected, not a condition", string(c.clause), n.pos+1).
			hint("conditions stand in where only")
	}
	return nil
}

func (c *checker) fieldValue(n *node) error {
	if a, ok := c.aliases[n.text]; ok {
		pos := n.pos
		*n = *clone(a)
		inner := *c
		inner.aliases = nil
		if err := inner.value(n); err != nil {
			return err
		}
		n.pos = pos
		return nil
	}
	f := c.schema.Field(n.text)
	if f == nil {
		f = c.pseudo(n.text)
	}
	if f == nil {
		return unknownField(c.clause, n.pos, n.text, c.candidates())
	}
	n.text, n.field, n.typ = f.Name, f, f.Type
	return nil
}

func (c *checker) candidates() []string {
	var aliases []string
	for a := range c.aliases {
		aliases = append(aliases, a)
	}
	slices.Sort(aliases)
	return append(c.schema.names(), aliases...)
}

func clone(n *node) *node {
	m := *n
	m.args = make([]*node, len(n.args))
	for i, a := range n.args {
		m.args[i] = clone(a)
	}
	if n.args == nil {
		m.args = nil
	}
	return &m
}

func (c *checker) number(n *node) error {
	f, err := strconv.ParseFloat(n.text, 64)
	if err != nil {
		return refuse(c.clause, n.pos, "number", "%s: the number at character %d is too large", string(c.clause), n.pos+1)
	}
	n.typ = Double
	if _, err := strconv.ParseInt(n.text, 10, 64); err == nil {
		n.typ = Int
	} else if !strings.Contains(n.text, ".") && f != 0 && (f > 1e300 || f < -1e300) {
		return refuse(c.clause, n.pos, "number", "%s: the number at character %d is too large", string(c.clause), n.pos+1)
	}
	return nil
}

func (c *checker) arithmetic(n *node) error {
	n.typ = Int
	for _, a := range n.args {
		if err := c.value(a); err != nil {
			return err
		}
		if !a.typ.numeric() {
			return refuse(c.clause, a.pos, "arithmetic", "%s: at character %d, %s is no number to calculate with", string(c.clause), a.pos+1, string(a.typ)).
				hint("calculate with fields of type int or double")
		}
		if a.typ == Double || n.text == "/" {
			n.typ = Double
		}
	}
	return nil
}

// call types a function call and its arguments.
func (c *checker) call(n *node) error {
	f, ok := functions[n.text]
	switch {
	case !ok:
		return unknownFunction(c.clause, n.pos, n.text, offered(append([]role{scalar}, c.allow...)...))
	case f.role == refused:
		return unsupported(c.clause, n.pos, n.text+"()", "use "+f.form)
	case !c.may(f.role) || c.inAgg && f.role == aggregate || c.inCall && f.role >= predicate:
		return refuse(c.clause, n.pos, "misplaced", "%s: %s() cannot stand at character %d", string(c.clause), n.text, n.pos+1).
			hint("here may stand " + strings.Join(offered(append([]role{scalar}, c.allow...)...), ", "))
	}
	inner := *c
	inner.inAgg, inner.inCall = c.inAgg || f.role == aggregate, true
	if err := inner.arguments(n, f); err != nil {
		return err
	}
	n.typ = f.result
	if f.result == "" {
		n.typ = n.args[0].typ
	}
	switch {
	case n.text == "ifnull" && n.args[1].typ == Double:
		n.typ = Double
	case n.text == "range":
		n.typ = Text
	}
	return nil
}

func (c *checker) arguments(n *node, f function) error {
	switch n.text {
	case "now":
		return c.nowArguments(n, f)
	case "count":
		if len(n.args) == 1 && n.args[0].op == opStar {
			return nil
		}
		f.args = "x"
	case "ifnull":
		return c.ifnull(n, f)
	case "search", "suggest", "startswith":
		return c.search(n, f)
	case "range":
		return c.rangeArguments(n, f)
	}
	if len(n.args) != len(f.args) {
		return signature(c.clause, n.pos, f.form)
	}
	for i, kind := range []byte(f.args) {
		if err := c.argument(n.args[i], kind, f); err != nil {
			return err
		}
	}
	if n.text == "date_format" {
		return c.datePattern(n.args[1])
	}
	return nil
}

func (c *checker) datePattern(s *node) error {
	if _, ok := pieces(s.text); !ok {
		return refuse(c.clause, s.pos, "date-format", "%s: %q at character %d is no date format; write YYYY-MM-dd HH:mm:ss",
			string(c.clause), clip(s.text, 60), s.pos+1).hint("write YYYY-MM-dd HH:mm:ss, and free text in single quotes")
	}
	return nil
}

// argument types one argument by its letter in function.args.
func (c *checker) argument(a *node, kind byte, f function) error {
	bad := signature(c.clause, a.pos, f.form)
	ok := false
	switch kind {
	case 'S':
		a.typ, ok = Text, a.op == opString
	case 'G':
		if a.op != opGeom {
			return bad
		}
		return c.point(a)
	case 'L':
		_, length := metres[a.unit]
		a.typ, ok = measure, a.op == opMeasure && length || a.op == opNumber
		if a.op == opNumber { // metres
			a.op, a.unit = opMeasure, "m"
		}
	case 'N', 'P':
		if a.op != opNumber {
			return bad
		}
		v, _ := strconv.ParseFloat(a.text, 64)
		ok = kind == 'N' || v >= 0 && v <= 100
		if err := c.number(a); err != nil {
			return err
		}
	default:
		if err := c.value(a); err != nil {
			return err
		}
		ok = map[byte]bool{'t': a.typ == Text, 'n': a.typ.numeric(), 'd': a.typ.temporal(),
			'g': a.typ == GeoPoint && a.op == opField, 'x': !a.typ.geo() && a.typ != null}[kind]
	}
	if !ok {
		return bad
	}
	return nil
}
