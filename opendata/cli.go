package opendata

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/cli"
)

// Use gives a command the room: that of the running program, or one opened for
// the command.
type Use func(context.Context, func(context.Context, *Service) error) error

// Commands lists the room's commands.
func Commands(use Use) []cli.Command {
	return []cli.Command{
		{Name: "opendata import", Args: "PATH...", MinArgs: 1, MaxArgs: -1, Short: "Turn files into published datasets, one line a file.",
			Long: "Import files, or all files of folders, and publish them.\n\nEach file becomes a dataset named after it, or with --as-versions all become, in\nname order, the versions of one resource. A file that was imported before and\nhas not changed is left alone. Exit code 1 if any file was refused.",
			Flags: []cli.Flag{
				{Name: "agency", Default: "", Usage: "who publishes: id or short name; not needed where there is one agency"},
				{Name: "dataset", Default: "", Usage: "slug of the dataset, instead of one from the file's name"},
				{Name: "title", Default: "", Usage: "title of the dataset"},
				{Name: "as-versions", Default: false, Usage: "the files are versions of one resource"},
				{Name: "encoding", Default: "", Usage: "encoding to believe where the bytes leave a doubt, such as big5"},
				{Name: "source", Default: "", Usage: "where the data came from, shown with it"},
				{Name: "draft", Default: false, Usage: "leave the versions for review instead of publishing them"},
				{Name: "jobs", Default: 2, Usage: "files at a time"},
				{Name: "json", Default: false, Usage: "one JSON object a file"},
			},
			Run: func(ctx context.Context, c *cli.Call) error {
				return use(ctx, func(ctx context.Context, s *Service) error { return s.importCommand(AsOperator(ctx), c) })
			}},
	}
}

// job is one file of an import command.
type job struct {
	path string // to open
	name string // as printed and kept
}

// outcome is what became of a file, as --json prints it.
type outcome struct {
	Path     string         `json:"path"`
	Status   string         `json:"status"` // loaded, unchanged, review, refused
	Dataset  string         `json:"dataset,omitempty"`
	Version  int64          `json:"version,omitempty"`
	Rows     int64          `json:"rows"`
	Columns  []outcomeField `json:"columns,omitempty"`
	Encoding string         `json:"encoding,omitempty"`
	Findings int64          `json:"findings"`
	Seconds  float64        `json:"seconds"`
	Code     string         `json:"code,omitempty"`
	Problem  string         `json:"problem,omitempty"`
	summary  string
}

type outcomeField struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Type  string `json:"type"`
}

func (s *Service) importCommand(ctx context.Context, c *cli.Call) error {
	agency, err := s.agencyOf(ctx, c.String("agency"))
	if err != nil {
		return cli.Usage{Err: err}
	}
	files, err := collect(c)
	if err != nil {
		return cli.Usage{Err: err}
	}
	run := importRun{s: s, c: c, agency: agency, files: files}
	run.work(ctx)
	if !c.Bool("json") {
		fmt.Fprintf(c.Stdout, "%d of %d files loaded\n", len(files)-run.failed, len(files))
	}
	if run.failed > 0 {
		return cli.Failed
	}
	return ctx.Err()
}

func (s *Service) agencyOf(ctx context.Context, asked string) (civic.AgencyID, error) {
	if asked != "" {
		a, err := s.needs.Agencies.Agency(ctx, asked)
		if errors.Is(err, fault.NotFound) {
			return "", fmt.Errorf("there is no agency %s", asked)
		}
		return a.ID, err
	}
	list, err := s.needs.Agencies.Agencies(ctx)
	if err != nil {
		return "", err
	}
	if len(list) != 1 {
		var names []string
		for _, a := range list {
			names = append(names, a.Short)
		}
		return "", fmt.Errorf("say who publishes with --agency; there are: %s", strings.Join(names, " "))
	}
	return list[0].ID, nil
}

// collect lists the files that the arguments name, folders in name order.
func collect(c *cli.Call) ([]job, error) {
	var out []job
	for _, arg := range c.Args {
		root := arg
		if !filepath.IsAbs(root) {
			root = filepath.Join(c.Dir, arg)
		}
		st, err := os.Stat(root)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", arg, errors.Unwrap(err))
		}
		if !st.IsDir() {
			out = append(out, job{root, filepath.Base(root)})
			continue
		}
		err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ".") {
				return err
			}
			rel, err := filepath.Rel(root, path)
			out = append(out, job{path, filepath.Join(filepath.Base(root), rel)})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b job) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// importRun is one import command under way.
type importRun struct {
	s      *Service
	c      *cli.Call
	agency civic.AgencyID
	files  []job

	mu     sync.Mutex // guards the output and failed
	failed int
}

func (r *importRun) work(ctx context.Context) {
	jobs := max(1, min(r.c.Int("jobs"), 16))
	if r.c.Bool("as-versions") || r.c.String("dataset") != "" {
		jobs = 1 // versions come one after the other
	}
	next := make(chan job)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for f := range next {
				r.report(r.one(ctx, f))
			}
		})
	}
	for _, f := range r.files {
		if ctx.Err() != nil {
			break
		}
		next <- f
	}
	close(next)
	workers.Wait()
}

func (r *importRun) one(ctx context.Context, f job) outcome {
	begin := r.s.needs.Now()
	o := outcome{Path: f.name, Status: "refused"}
	i, err := r.importFile(ctx, f)
	o.Seconds = r.s.needs.Now().Sub(begin).Seconds()
	switch {
	case err != nil:
		known := fault.Of(err)
		o.Code, o.Problem = known.Code, err.Error()
	case i.Problem != nil:
		o.Code, o.Problem = i.Problem.Code, i.Problem.Text.En
	default:
		if err := r.s.describeOutcome(ctx, i, &o); err != nil {
			o.Status, o.Problem = "refused", err.Error()
		}
	}
	return o
}

func (r *importRun) importFile(ctx context.Context, f job) (Import, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return Import{}, err
	}
	defer file.Close()
	o := Order{Agency: r.agency, FileName: f.name, Wish: Wish{Slug: r.slug(f), Encoding: r.c.String("encoding"), Publish: !r.c.Bool("draft"),
		Title:  civic.Text{ZhTW: r.c.String("title")},
		Source: civic.Text{ZhTW: r.c.String("source"), En: r.c.String("source")}}}
	if o.Wish.Title.Empty() {
		o.Wish.Title = civic.Text{ZhTW: r.title(f)}
	}
	if r.c.Bool("as-versions") {
		o.Wish.Label = titleOf(f.name)
	}
	i, err := r.s.Receive(ctx, file, o)
	if err != nil {
		return i, err
	}
	return r.s.Work(ctx, i.ID)
}

// slug names the dataset of a file: its path, or for versions what they have in
// common. A name without letters gets a number from its digest.
func (r *importRun) slug(f job) string {
	if s := r.c.String("dataset"); s != "" {
		return s
	}
	name := strings.TrimSuffix(f.name, filepath.Ext(f.name))
	if r.c.Bool("as-versions") {
		name = r.commonName()
	}
	if s := slugOf(name); s != "" {
		return s
	}
	return "dataset-" + shortDigest(name)
}

func (r *importRun) commonName() string {
	dir := filepath.Dir(r.files[0].name)
	if dir == "." {
		return strings.TrimSuffix(r.files[0].name, filepath.Ext(r.files[0].name))
	}
	return dir
}

func (r *importRun) title(f job) string {
	if r.c.Bool("as-versions") {
		return strings.ReplaceAll(r.commonName(), string(filepath.Separator), " ")
	}
	return strings.ReplaceAll(strings.TrimSuffix(f.name, filepath.Ext(f.name)), string(filepath.Separator), " ")
}

// describeOutcome fills in what the version holds.
func (s *Service) describeOutcome(ctx context.Context, i Import, o *outcome) error {
	d, v, err := s.DraftOf(ctx, i)
	if err != nil {
		return err
	}
	p, err := s.Profile(ctx, v)
	if err != nil {
		return err
	}
	o.Status, o.Dataset, o.Version, o.Rows, o.Encoding, o.Findings = "loaded", d.Slug, v.Number, v.Rows, v.Encoding, v.Findings
	switch {
	case i.Stage == "unchanged":
		o.Status = "unchanged"
	case i.State == InReview:
		o.Status = "review"
	}
	for _, c := range p.Columns {
		o.Columns = append(o.Columns, outcomeField{c.Name, c.Label, c.Type})
	}
	header := "header"
	if p.HeaderRows == 0 {
		header = "no header"
	}
	delimiter := map[string]string{",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}[p.Delimiter]
	o.summary = strings.Join(slices.DeleteFunc([]string{strings.ToUpper(p.Encoding), delimiter, header}, func(s string) bool { return s == "" }), ", ")
	return nil
}

func (r *importRun) report(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o.Status == "refused" {
		r.failed++
	}
	if r.c.Bool("json") {
		json.NewEncoder(r.c.Stdout).Encode(o)
		return
	}
	if o.Status == "refused" {
		fmt.Fprintf(r.c.Stdout, "refused  %s  %s\n", o.Path, o.Problem)
		return
	}
	fmt.Fprintf(r.c.Stdout, "%s  %s  %d rows × %d  %s  %.2f s  %d findings\n", o.Status, o.Path, o.Rows, len(o.Columns), o.summary, o.Seconds, o.Findings)
}
