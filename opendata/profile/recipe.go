package profile

import (
	"slices"

	"github.com/gongdao/gongdao/fault"
)

// The kinds of a Fix that can be applied.
const (
	SetEncoding     = "set_encoding"
	SetDelimiter    = "set_delimiter"
	SetHeader       = "set_header"
	SetType         = "set_type"
	TreatAsMissing  = "treat_as_missing"
	GuardCode       = "guard_code"
	Rename          = "rename"
	SwapCoordinates = "swap_coordinates"
)

// later are kinds that are known and cannot be applied yet.
var later = []string{"drop_rows", "derive_roc_date", "set_crs", "replace_character", "split_file"}

// settable are the types that set_type knows.
var settable = []string{TypeCode, TypeInt, TypeNumber, TypeDate, TypeDatetime, TypeBoolean, TypeText}

// Check reports whether the fix can be applied to some file. It does not ask
// whether the column exists: a delivery may lack one, which is a finding.
// Errors: fault.Invalid, with what is wrong.
func (f Fix) Check() error {
	invalid := func(code, format string, args ...any) error {
		return fault.Invalid.Errorf("opendata.profile."+code, format, args...)
	}
	switch f.Kind {
	case SetEncoding:
		if _, ok := namedCodec(f.Encoding); !ok {
			return invalid("unknown-encoding",
				"%q is not an encoding that can be read: use utf-8, utf-16le, utf-16be, big5, gb18030 or shift_jis", f.Encoding)
		}
	case SetDelimiter:
		if !slices.Contains([]string{",", "\t", ";", "|", "none"}, f.Delimiter) {
			return invalid("fix-delimiter", "%q is not a delimiter: use a comma, a tab, a semicolon, a vertical bar, or none", f.Delimiter)
		}
	case SetHeader:
		if f.Header == nil || *f.Header < 0 || *f.Header > 2 {
			return invalid("fix-header", "set_header needs the number of header rows: 0, 1 or 2")
		}
	case SetType:
		if !slices.Contains(settable, f.Type) {
			return invalid("fix-type", "%q is not a type: use code, int, number, date, datetime, boolean or text", f.Type)
		}
	case TreatAsMissing:
		if len(f.Values) == 0 {
			return invalid("fix-values", "treat_as_missing needs the values that mean that there is none")
		}
	case Rename:
		if machineName(f.To) == "" {
			return invalid("fix-name", "rename needs a new name with a letter or a digit in it")
		}
	case GuardCode, SwapCoordinates:
	default:
		if slices.Contains(later, f.Kind) {
			return invalid("fix-later", "%s cannot be applied yet: leave it out of the recipe and repair the file before you send it", f.Kind)
		}
		return invalid("fix-unknown", "%q is not a kind of repair", f.Kind)
	}
	if f.Column == "" && slices.Contains([]string{SetType, TreatAsMissing, GuardCode, Rename}, f.Kind) {
		return invalid("fix-column", "%s needs the name of a column", f.Kind)
	}
	return nil
}

// plan is a recipe sorted by stage.
type plan struct {
	encoding string
	delim    string
	header   *int
	names    []string
	swap     bool
	columns  []Fix // in order
}

// readRecipe checks a recipe and sorts it. A later fix of the file wins over an
// earlier one.
func readRecipe(recipe []Fix) (plan, error) {
	var p plan
	for i, f := range recipe {
		if err := f.Check(); err != nil {
			return p, fault.Of(err).At(recipePlace(i), "opendata.profile.fix-place", "repair %d of the recipe", i+1)
		}
		switch f.Kind {
		case SetEncoding:
			p.encoding = f.Encoding
		case SetDelimiter:
			p.delim = f.Delimiter
		case SetHeader:
			p.header, p.names = f.Header, f.Names
		case SwapCoordinates:
			p.swap = true
		default:
			p.columns = append(p.columns, f)
		}
	}
	return p, nil
}

func recipePlace(i int) string {
	return "recipe[" + string(appendInt(nil, int64(i))) + "]"
}

// columnPlan is what a recipe says about one column.
type columnPlan struct {
	typ     string
	missing map[string]bool
	label   string
}

// bind finds the columns that the fixes name. index gives the place of a name
// or label; lost are the fixes whose column the file does not have.
func (p plan) bind(index map[string]int) (columns map[int]*columnPlan, lost []Fix) {
	columns = map[int]*columnPlan{}
	for _, f := range p.columns {
		at, ok := index[f.Column]
		if !ok {
			lost = append(lost, f)
			continue
		}
		c := columns[at]
		if c == nil {
			c = &columnPlan{}
			columns[at] = c
		}
		switch f.Kind {
		case SetType:
			c.typ = f.Type
		case GuardCode:
			c.typ = TypeCode
		case TreatAsMissing:
			if c.missing == nil {
				c.missing = map[string]bool{}
			}
			for _, v := range f.Values {
				c.missing[string(trim([]byte(v)))] = true
			}
		case Rename:
			c.label = f.To
			index[f.To] = at
		}
	}
	return columns, lost
}

// nameIndex gives the place of each name that a column may be called by,
// whatever the header will turn out to be; the likeliest reading comes first.
func nameIndex(first titles, width int, p plan) map[string]int {
	index := map[string]int{}
	try := []int{1, 2, 0}
	if p.header != nil {
		try = []int{*p.header}
	}
	for _, rows := range try {
		labels, _ := labelsOf(first, rows, width, p.names)
		names, _ := machineNames(nameSource(first, rows, labels))
		for _, list := range [][]string{names, labels} {
			for i, n := range list {
				if _, taken := index[n]; !taken {
					index[n] = i
				}
			}
		}
	}
	return index
}
