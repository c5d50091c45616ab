package opendata

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/cli"
	"github.com/gongdao/gongdao/opendata/profile"
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
	if err == nil {
		err = s.christen(ctx, c, files)
	}
	if err != nil {
		return cli.Usage{Err: err}
	}
	run := importRun{s: s, c: c, agency: agency, files: files, bar: watched(c, len(files))}
	run.work(ctx)
	if !c.Bool("json") {
		fmt.Fprintf(c.Stdout, "%s of %s files loaded\n", grouped(int64(run.loaded)), grouped(int64(len(files))))
	}
	if run.failed > 0 {
		return cli.ErrFailed
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

// importRun is one import command under way.
type importRun struct {
	s      *Service
	c      *cli.Call
	agency civic.AgencyID
	files  []job
	bar    *bar // nil where nobody watches

	mu     sync.Mutex // guards the output, loaded and failed
	loaded int
	failed int
}

// bar shows on a terminal how far a command is; the lines about files go above
// it. A nil bar shows nothing.
type bar struct {
	w           io.Writer
	done, total int
}

func watched(c *cli.Call, total int) *bar {
	if !c.TTY || total < 2 {
		return nil
	}
	return &bar{w: c.Stderr, total: total}
}

// clear takes the bar away, so that a line can be printed.
func (b *bar) clear() {
	if b != nil {
		io.WriteString(b.w, "\r\x1b[K")
	}
}

// step draws the bar one file further.
func (b *bar) step() {
	if b == nil {
		return
	}
	const width = 30
	if b.done++; b.done == b.total {
		return
	}
	full := width * b.done / b.total
	fmt.Fprintf(b.w, "[%s%s] %d/%d", strings.Repeat("█", full), strings.Repeat("░", width-full), b.done, b.total)
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
	switch {
	case err != nil:
		o.refuse(err)
	case i.Problem != nil:
		o.Code, o.Problem = i.Problem.Code, i.Problem.Text.En
	default:
		if err := r.s.describeOutcome(ctx, i, &o); err != nil {
			o.refuse(err)
		}
	}
	o.Seconds = r.s.needs.Now().Sub(begin).Seconds()
	return o
}

// refuse says why in the words of the fault; the operator is told in full what
// has no words of its own.
func (o *outcome) refuse(err error) {
	known := fault.Of(err)
	o.Status, o.Code, o.Problem = "refused", known.Code, known.Error()
	if known.Kind == fault.Internal {
		o.Problem = err.Error()
	}
}

func (r *importRun) importFile(ctx context.Context, f job) (Import, error) {
	file, err := os.Open(f.path)
	if err != nil {
		return Import{}, err
	}
	defer file.Close()
	o := Order{Agency: r.agency, FileName: f.name, Wish: Wish{Slug: f.slug, Encoding: r.c.String("encoding"), Publish: !r.c.Bool("draft"),
		Title:  civic.Text{ZhTW: f.title},
		Source: civic.Text{ZhTW: r.c.String("source"), En: r.c.String("source")}}}
	if r.c.Bool("as-versions") {
		o.Wish.Label = titleOf(f.name)
	}
	i, err := r.s.Receive(ctx, file, o)
	if err != nil {
		return i, err
	}
	return r.s.Work(ctx, i.ID)
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
	o.summary = read(p)
	return nil
}

// read says in a few words how a file was read.
func read(p *profile.Profile) string {
	header := "header"
	switch p.HeaderRows {
	case 0:
		header = "no header"
	case 2:
		header = "two header rows"
	}
	if p.Format == profile.FormatGeoJSON {
		header = "GeoJSON"
	}
	encoding := strings.ToUpper(p.Encoding)
	if p.Encoding == "big5" {
		encoding = "Big5"
	}
	delimiter := map[string]string{",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}[p.Delimiter]
	return strings.Join(slices.DeleteFunc([]string{encoding, delimiter, header}, func(s string) bool { return s == "" }), ", ")
}

// grouped writes 1204 as 1,204.
func grouped(n int64) string { return message.NewPrinter(language.English).Sprint(n) }

// counted writes 1 finding, 2 findings.
func counted(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + one + "s"
}

func (r *importRun) report(o outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bar.clear()
	defer r.bar.step()
	if o.Status == "refused" {
		r.failed++
	} else {
		r.loaded++
	}
	if r.c.Bool("json") {
		json.NewEncoder(r.c.Stdout).Encode(o)
		return
	}
	if o.Status == "refused" {
		fmt.Fprintf(r.c.Stdout, "refused  %s  %s\n", o.Path, o.Problem)
		return
	}
	fmt.Fprintf(r.c.Stdout, "%s  %s  %s × %d  %s  %.2f s  %s\n", o.Status, o.Path, counted(o.Rows, "row"), len(o.Columns), o.summary, o.Seconds, counted(o.Findings, "finding"))
}
