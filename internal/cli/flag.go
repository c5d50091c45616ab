package cli

import "github.com/spf13/pflag"

// getter reads one flag after parsing.
type getter struct {
	name string
	get  func() any
}

func flags(set *pflag.FlagSet, list []Flag) []getter {
	var out []getter
	for _, f := range list {
		switch def := f.Default.(type) {
		case bool:
			p := set.Bool(f.Name, def, f.Usage)
			out = append(out, getter{f.Name, func() any { return *p }})
		case int:
			p := set.Int(f.Name, def, f.Usage)
			out = append(out, getter{f.Name, func() any { return *p }})
		case string:
			p := set.String(f.Name, def, f.Usage)
			out = append(out, getter{f.Name, func() any { return *p }})
		default:
			panic("cli: flag " + f.Name + " has a default of an unknown type")
		}
	}
	return out
}
