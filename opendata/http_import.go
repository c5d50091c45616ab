package opendata

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata/pages"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

func (s *Service) getImport(r *http.Request) (templ.Component, error) {
	i, err := s.Import(r.Context(), web.PathValue(r, "id"))
	if err != nil {
		return nil, err
	}
	v, err := s.importView(r.Context(), i)
	if err != nil {
		return nil, err
	}
	if done := web.Query(r, "done"); done == "published" || done == "described" {
		v.Done = i18n.T(r.Context(), "opendata.done."+done)
	}
	return pages.ImportPage(v), nil
}

// importAgain shows the page of an import with what went wrong.
func (s *Service) importAgain(w http.ResponseWriter, r *http.Request, i Import, wrong error) error {
	f := fault.Of(wrong)
	if f.Kind != fault.Invalid && f.Kind != fault.Conflict {
		return wrong
	}
	v, err := s.importView(r.Context(), i)
	if err != nil {
		return err
	}
	if v.Describe != nil {
		v.Describe.Errors = ui.ErrorsOf(r.Context(), wrong)
	}
	return web.Show(w, r, pages.ImportPage(v), web.Status(f.Kind))
}

// stages are what people see of an import's way, in order.
var stages = []string{"received", "decode", "profile", "load", "areas", "review"}

func (s *Service) importView(ctx context.Context, i Import) (pages.Import, error) {
	v := pages.Import{ID: i.ID, Title: i.FileName, State: i.State, Word: i18n.T(ctx, "opendata.state."+i.State),
		File: i18n.Bytes(ctx, i.Bytes), Live: i.State == Waiting || i.State == Working,
		Events: web.URL(ctx, "opendata.import.events", i.ID), Refresh: web.URL(ctx, "opendata.import", i.ID),
		Publish: web.URL(ctx, "opendata.import.publish", i.ID), Discard: web.URL(ctx, "opendata.import.discard", i.ID)}
	if i.Stage == "unchanged" {
		v.Word = i18n.T(ctx, "opendata.stage.unchanged")
	}
	v.Steps = stepsOf(ctx, i)
	if v.Live {
		v.Progress = ui.ProgressParams{ID: "progress-bar", Label: i18n.T(ctx, "opendata.stage."+stageName(i.Stage)), Value: i.Done, Max: i.Total}
		if i.Total > 0 {
			v.Progress.Text = i18n.T(ctx, "opendata.percent", i.Done*100/i.Total)
		}
	}
	fix := web.URL(ctx, "opendata.import.fix", i.ID)
	if i.Problem != nil {
		v.Problem = say(ctx, i.Problem.Text)
		v.Encoding = &pages.EncodingForm{Action: fix}
		for _, e := range []string{"utf-8", "big5", "utf-16le", "utf-16be", "gb18030"} {
			v.Encoding.Items = append(v.Encoding.Items, ui.SelectItem{Value: e, Text: strings.ToUpper(e)})
		}
	}
	for _, f := range i.Wish.Recipe {
		v.Recipe = append(v.Recipe, fixText(ctx, f))
	}
	if i.Version == "" {
		return v, nil
	}
	return v, s.reviewView(ctx, i, fix, &v)
}

func (s *Service) reviewView(ctx context.Context, i Import, fix templ.SafeURL, v *pages.Import) error {
	d, version, err := s.DraftOf(ctx, i)
	if err != nil {
		return err
	}
	v.Title = say(ctx, d.Title)
	v.File = i18n.T(ctx, "opendata.import.file", i.FileName, i18n.Bytes(ctx, i.Bytes))
	if i.State == Done {
		v.Page = web.URL(ctx, "opendata.dataset", d.Slug)
		return nil
	}
	if i.State != InReview {
		return nil
	}
	p, err := s.profileOf(ctx, version)
	if err != nil {
		return err
	}
	v.Summary = i18n.T(ctx, "opendata.import.summary", i18n.N(ctx, "opendata.rows", version.Rows),
		i18n.N(ctx, "opendata.columns", int64(len(p.Columns))), i18n.N(ctx, "opendata.findings", int64(len(p.Findings))))
	v.Facts = readingFacts(ctx, &p.Profile)
	v.Findings = findingViews(ctx, p.Findings, func(f profile.Fix) *pages.FixButton {
		text, err := json.Marshal(f)
		if err != nil {
			return nil
		}
		return &pages.FixButton{Action: fix, Text: fixText(ctx, f), Fix: string(text)}
	})
	if p.Personal.Blocks() {
		v.Blocked = i18n.N(ctx, "opendata.import.blocked", p.Personal.NationalIDs)
	}
	if v.Rows, err = s.draftRows(ctx, version, p); err != nil {
		return err
	}
	form := describeView(ctx, d)
	form.Return = i.ID
	v.Describe = &form
	return nil
}

// draftRows shows the first rows of a draft as readers will see them.
func (s *Service) draftRows(ctx context.Context, version Version, p *profileOf) (*ui.DataTableParams, error) {
	q, err := query.Build(p.schema, query.Form{Limit: 10, Timezone: "Asia/Taipei"})
	if err != nil {
		return nil, err
	}
	cells, err := s.Cells(ctx, version, q)
	if err != nil {
		return nil, err
	}
	v := shown{version: version, profile: &p.Profile}
	t := s.rowTable(ctx, v, rowsAsk{}, p, cells)
	return &t, nil
}

func stageName(stage string) string {
	switch stage {
	case "identify":
		return "decode"
	case "write":
		return "profile"
	}
	return stage
}

func stepsOf(ctx context.Context, i Import) ui.StepsParams {
	p := ui.StepsParams{Label: i18n.T(ctx, "opendata.import.steps")}
	now := stageName(i.Stage)
	state := ui.StepDone
	for _, stage := range stages {
		st := state
		if stage == now {
			st, state = ui.StepCurrent, ui.StepTodo
		}
		if i.State == Done || i.State == Refused && stage == "received" {
			st = ui.StepDone
		}
		if i.State == Refused && stage == "decode" {
			st, state = ui.StepFailed, ui.StepTodo
		}
		p.Items = append(p.Items, ui.Step{Title: i18n.T(ctx, "opendata.stage."+stage), State: st})
	}
	return p
}

func fixText(ctx context.Context, f profile.Fix) string {
	what := f.Column
	switch {
	case f.Encoding != "":
		what = strings.ToUpper(f.Encoding)
	case len(f.Values) > 0:
		what = strings.TrimSpace(f.Column + " " + strings.Join(f.Values, " "))
	case f.Delimiter != "":
		what = f.Delimiter
	case f.Type != "":
		what = strings.TrimSpace(f.Column + " " + i18n.T(ctx, "opendata.kind."+f.Type))
	}
	return i18n.T(ctx, "opendata.fix."+f.Kind, what)
}

func decodeFix(text string, f *profile.Fix) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(f)
}

func describeView(ctx context.Context, d Dataset) pages.Describe {
	v := pages.Describe{Action: web.URL(ctx, "opendata.describe", d.Slug), Revision: strconv.FormatInt(d.Revision, 10),
		TitleZh: d.Title.ZhTW, TitleEn: d.Title.En, DescriptionZh: d.Description.ZhTW, DescriptionEn: d.Description.En,
		Theme: d.Theme, Keywords: strings.Join(d.Keywords, ", "), Frequency: d.Frequency, SourceZh: d.Source.ZhTW, SourceEn: d.Source.En}
	v.Themes, v.Frequencies = []ui.SelectItem{{}}, []ui.SelectItem{{}}
	for _, t := range Themes() {
		v.Themes = append(v.Themes, ui.SelectItem{Value: t, Text: i18n.T(ctx, "opendata.theme."+t)})
	}
	for _, f := range Frequencies() {
		v.Frequencies = append(v.Frequencies, ui.SelectItem{Value: f, Text: i18n.T(ctx, "opendata.frequency."+f)})
	}
	return v
}

func (s *Service) getEdit(r *http.Request) (templ.Component, error) {
	w, err := s.owned(r)
	if err != nil {
		return nil, err
	}
	v := s.editView(r.Context(), w, describeView(r.Context(), w.Dataset))
	if done := web.Query(r, "done"); done == "described" || done == "withdrawn" {
		v.Done = i18n.T(r.Context(), "opendata.done."+done)
	}
	return pages.EditPage(v), nil
}

// owned returns the dataset of the address if it is of the reader's agency.
func (s *Service) owned(r *http.Request) (Whole, error) {
	w, err := s.Show(r.Context(), web.PathValue(r, "slug"))
	if err == nil {
		err = mayPublishFor(r.Context(), w.Dataset.Agency)
	}
	return w, err
}

func (s *Service) editView(ctx context.Context, w Whole, form pages.Describe) pages.Edit {
	v := pages.Edit{Title: say(ctx, w.Dataset.Title), Describe: form, Page: web.URL(ctx, "opendata.dataset", w.Dataset.Slug)}
	v.Versions = ui.DataTableParams{ID: "versions", Caption: i18n.T(ctx, "opendata.tab.versions"), HideCaption: true, Empty: i18n.T(ctx, "opendata.versions.none"),
		Columns: []ui.DataColumn{{Title: i18n.T(ctx, "opendata.version.number"), Numeric: true}, {Title: i18n.T(ctx, "opendata.version.label")},
			{Title: i18n.T(ctx, "opendata.version.published")}, {Title: i18n.T(ctx, "opendata.version.rows"), Numeric: true}, {Title: i18n.T(ctx, "opendata.withdraw.title")}}}
	for _, t := range w.Tables {
		for _, x := range t.Versions {
			act := ui.TableCell{HTML: pages.Withdraw(web.URL(ctx, "opendata.withdraw", x.ID), x.ID)}
			if x.State == Withdrawn {
				act = ui.TableCell{Text: i18n.T(ctx, "opendata.version.gone", say(ctx, x.Reason))}
			}
			v.Versions.Rows = append(v.Versions.Rows, []ui.TableCell{{Text: i18n.Number(ctx, x.Number), Format: "numeric"}, {Text: x.Label},
				{Text: i18n.DateTimeShort(ctx, x.PublishedAt)}, {Text: i18n.Number(ctx, x.Rows), Format: "numeric"}, act})
		}
	}
	return v
}

func (s *Service) postDescribe(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	whole, err := s.owned(r)
	if err != nil {
		return err
	}
	d := typedDataset(r, whole.Dataset)
	if err := s.Describe(ctx, d); err != nil {
		return s.describeAgain(w, r, whole, d, err)
	}
	to := web.URL(ctx, "opendata.edit", d.Slug)
	if id := r.FormValue("return"); id != "" {
		if _, err := s.Import(ctx, id); err == nil {
			to = web.URL(ctx, "opendata.import", id)
		}
	}
	http.Redirect(w, r, string(web.WithQuery(to, "done", "described")), http.StatusSeeOther)
	return nil
}

// describeAgain shows the form as it was typed, with what is wrong beside it.
func (s *Service) describeAgain(w http.ResponseWriter, r *http.Request, whole Whole, d Dataset, wrong error) error {
	f := fault.Of(wrong)
	if f.Kind != fault.Invalid && f.Kind != fault.Stale {
		return wrong
	}
	if f.Kind == fault.Stale {
		d.Revision = whole.Dataset.Revision
	}
	form := describeView(r.Context(), d)
	form.Errors, form.Return = ui.ErrorsOf(r.Context(), wrong), r.FormValue("return")
	return web.Show(w, r, pages.EditPage(s.editView(r.Context(), whole, form)), web.Status(f.Kind))
}

func typedDataset(r *http.Request, d Dataset) Dataset {
	field := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	d.Revision, _ = strconv.ParseInt(field("revision"), 10, 64)
	d.Title = civic.Text{ZhTW: field("title_zh"), En: field("title_en")}
	d.Description = civic.Text{ZhTW: field("description_zh"), En: field("description_en")}
	d.Theme, d.Frequency = field("theme"), field("frequency")
	d.Source = civic.Text{ZhTW: field("source_zh"), En: field("source_en")}
	d.Keywords = strings.FieldsFunc(field("keywords"), func(c rune) bool { return strings.ContainsRune(",、，;；\n", c) })
	for i, k := range d.Keywords {
		d.Keywords[i] = strings.TrimSpace(k)
	}
	return d
}

func (s *Service) postWithdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	slug, err := s.slugOfVersion(ctx, web.PathValue(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Withdraw(ctx, web.PathValue(r, "id"), titled(ctx, strings.TrimSpace(r.FormValue("reason")))); err != nil {
		whole, e := s.Show(ctx, slug)
		if e != nil {
			return err
		}
		return s.describeAgain(w, r, whole, whole.Dataset, err)
	}
	http.Redirect(w, r, string(web.WithQuery(web.URL(ctx, "opendata.edit", slug), "done", "withdrawn")), http.StatusSeeOther)
	return nil
}
