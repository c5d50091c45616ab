package opendata

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata/pages"
	"github.com/gongdao/gongdao/opendata/profile"
)

func (s *Service) deskRoutes() []web.Route {
	steward := access.Holding(access.Steward)
	small := int64(64 << 10)
	return []web.Route{
		{Name: "opendata.desk", Pattern: "GET /desk/data", Who: steward, Doc: "Import files and keep your agency's datasets.",
			Handler: web.Page(s.getDesk), Cache: web.Private, Nav: web.Nav{Area: "desk", Order: 20, Title: "opendata.desk.title"}},
		{Name: "opendata.upload", Pattern: "POST /desk/data", Who: steward, Doc: "Take in a file.",
			Handler: web.Plain(s.postUpload), Bilingual: true, MaxBody: s.cfg.maxFile() + 1<<20},
		{Name: "opendata.import", Pattern: "GET /desk/data/imports/{id}", Who: steward, Doc: "Watch and review one import.",
			Handler: web.Page(s.getImport), Cache: web.Private, Nav: web.Nav{Area: "desk", Parent: "opendata.desk", Title: "opendata.import", Unlisted: "one page an import"}},
		{Name: "opendata.import.events", Pattern: "GET /desk/data/imports/{id}/events", Who: steward, Doc: "Progress of one import as events.",
			Handler: web.Plain(s.getEvents), Cache: web.Private},
		{Name: "opendata.import.publish", Pattern: "POST /desk/data/imports/{id}/publish", Who: steward, Doc: "Publish what an import made.",
			Handler: web.Plain(s.postPublish), Bilingual: true, MaxBody: small},
		{Name: "opendata.import.discard", Pattern: "POST /desk/data/imports/{id}/discard", Who: steward, Doc: "Give up what an import made.",
			Handler: web.Plain(s.postDiscard), Bilingual: true, MaxBody: small},
		{Name: "opendata.import.fix", Pattern: "POST /desk/data/imports/{id}/fix", Who: steward, Doc: "Read a file again with one more fix.",
			Handler: web.Plain(s.postFix), Bilingual: true, MaxBody: small},
		{Name: "opendata.edit", Pattern: "GET /desk/data/datasets/{slug}", Who: steward, Doc: "Change what a dataset tells about itself.",
			Handler: web.Page(s.getEdit), Cache: web.Private, Nav: web.Nav{Area: "desk", Parent: "opendata.desk", Title: "opendata.edit", Unlisted: "one page a dataset"}},
		{Name: "opendata.describe", Pattern: "POST /desk/data/datasets/{slug}", Who: steward, Doc: "Save what a dataset tells about itself.",
			Handler: web.Plain(s.postDescribe), Bilingual: true, MaxBody: 256 << 10},
		{Name: "opendata.withdraw", Pattern: "POST /desk/data/versions/{id}/withdraw", Who: steward, Doc: "Stop offering a version, with a reason.",
			Handler: web.Plain(s.postWithdraw), Bilingual: true, MaxBody: small},
	}
}

func (s *Service) getDesk(r *http.Request) (templ.Component, error) {
	v := pages.Desk{}
	if done := web.Query(r, "done"); done == "discarded" || done == "published" {
		v.Done = i18n.T(r.Context(), "opendata.done."+done)
	}
	return s.deskPage(r.Context(), v)
}

func (s *Service) deskPage(ctx context.Context, v pages.Desk) (templ.Component, error) {
	who := access.From(ctx)
	agency, err := s.needs.Agencies.Agency(ctx, string(who.Agency))
	if err != nil {
		return nil, err
	}
	v.Agency = say(ctx, agency.Name)
	imports, err := s.Imports(ctx, who.Agency, 20)
	if err != nil {
		return nil, err
	}
	v.Imports = importTable(ctx, imports)
	var own []Dataset
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		own, err = datasetsOfAgency(tx, who.Agency)
		return err
	})
	v.Datasets = ownTable(ctx, own)
	v.Upload.Action, v.Upload.Once = web.URL(ctx, "opendata.upload"), web.OnceID(ctx, v.Upload.Once)
	v.Upload.Limit, v.Upload.LimitText = s.cfg.maxFile(), i18n.Bytes(ctx, s.cfg.maxFile())
	v.Upload.Datasets = []ui.SelectItem{{Text: i18n.T(ctx, "opendata.upload.new")}}
	for _, d := range own {
		if !d.PublishedAt.IsZero() {
			v.Upload.Datasets = append(v.Upload.Datasets, ui.SelectItem{Value: d.Slug, Text: say(ctx, d.Title)})
		}
	}
	return pages.DeskPage(v), err
}

func importTable(ctx context.Context, list []Import) ui.DataTableParams {
	t := ui.DataTableParams{ID: "imports", Caption: i18n.T(ctx, "opendata.imports.title"), HideCaption: true, Columns: []ui.DataColumn{
		{Title: i18n.T(ctx, "opendata.imports.file")}, {Title: i18n.T(ctx, "opendata.imports.size"), Numeric: true},
		{Title: i18n.T(ctx, "opendata.imports.state")}, {Title: i18n.T(ctx, "opendata.imports.when")}}}
	for _, i := range list {
		t.Rows = append(t.Rows, []ui.TableCell{{HTML: pages.Anchor(i.FileName, web.URL(ctx, "opendata.import", i.ID))},
			{Text: i18n.Bytes(ctx, i.Bytes), Format: "numeric"},
			{HTML: ui.Tag(ui.TagParams{Text: i18n.T(ctx, "opendata.state."+i.State), Classes: stateTag(i.State)})},
			{Text: i18n.DateTimeShort(ctx, i.CreatedAt)}})
	}
	return t
}

func stateTag(state string) string {
	switch state {
	case Done:
		return "govuk-tag--green"
	case Refused:
		return "govuk-tag--red"
	case InReview:
		return "govuk-tag--yellow"
	}
	return "govuk-tag--grey"
}

func ownTable(ctx context.Context, own []Dataset) ui.DataTableParams {
	t := ui.DataTableParams{ID: "datasets", Caption: i18n.T(ctx, "opendata.desk.datasets"), HideCaption: true, Columns: []ui.DataColumn{
		{Title: i18n.T(ctx, "opendata.desk.dataset")}, {Title: i18n.T(ctx, "opendata.imports.state")}, {Title: i18n.T(ctx, "opendata.desk.changed")}}}
	for _, d := range own {
		state := "published"
		if d.PublishedAt.IsZero() {
			state = "review"
		}
		t.Rows = append(t.Rows, []ui.TableCell{{HTML: pages.Anchor(say(ctx, d.Title), web.URL(ctx, "opendata.edit", d.Slug))},
			{HTML: ui.Tag(ui.TagParams{Text: i18n.T(ctx, "opendata.state."+state), Classes: stateTag(state)})},
			{Text: i18n.DateTimeShort(ctx, d.ChangedAt)}})
	}
	return t
}

// postUpload streams the file to its place while it arrives; the fields before
// it in the form say what it is for.
func (s *Service) postUpload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	form, i, err := s.takeUpload(r)
	if err == nil {
		http.Redirect(w, r, string(web.URL(ctx, "opendata.import", i.ID)), http.StatusSeeOther)
		return nil
	}
	known := fault.Of(err)
	if known.Kind != fault.Invalid && known.Kind != fault.TooLarge {
		return err
	}
	form.Errors = ui.ErrorsOf(ctx, err)
	c, err := s.deskPage(ctx, pages.Desk{Upload: form})
	if err != nil {
		return err
	}
	return web.Show(w, r, c, web.Status(known.Kind))
}

func (s *Service) takeUpload(r *http.Request) (form pages.Upload, i Import, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return form, i, fault.Malformed.Errorf("opendata.upload-malformed", "the upload was not readable; please send the form again")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, i, noFile()
		}
		if err != nil {
			return form, i, fault.Malformed.Errorf("opendata.upload-malformed", "the upload was not readable; please send the form again")
		}
		if part.FormName() == "file" {
			i, err = s.receivePart(r.Context(), part, form)
			return form, i, err
		}
		value, err := io.ReadAll(io.LimitReader(part, 4<<10))
		if err != nil {
			return form, i, err
		}
		switch text := strings.TrimSpace(string(value)); part.FormName() {
		case "once":
			form.Once = text
		case "title":
			form.Title = text
		case "dataset":
			form.Dataset = text
		case "label":
			form.Label = text
		}
	}
}

func noFile() error {
	return fault.Invalid.Errorf("opendata.file-missing", "choose the file that holds your data").
		At("file", "opendata.file-missing", "choose the file that holds your data")
}

func (s *Service) receivePart(ctx context.Context, part *multipart.Part, form pages.Upload) (Import, error) {
	if part.FileName() == "" {
		return Import{}, noFile()
	}
	if !web.IsOnceID(form.Once) {
		form.Once = ""
	}
	who := access.From(ctx)
	once := form.Once
	if once != "" {
		once = string(who.Officer) + "/" + once // nobody can guess somebody else's import
	}
	return s.Receive(ctx, part, Order{Agency: who.Agency, FileName: part.FileName(), Once: once,
		Wish: Wish{Dataset: form.Dataset, Label: form.Label, Title: titled(ctx, form.Title)}})
}

// titled puts a title into the language its writer reads.
func titled(ctx context.Context, title string) civic.Text {
	if i18n.LangOf(ctx) == i18n.En {
		return civic.Text{En: title}
	}
	return civic.Text{ZhTW: title}
}

func (s *Service) postPublish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	i, err := s.Import(ctx, web.PathValue(r, "id"))
	if err != nil {
		return err
	}
	if _, err := s.PublishWith(ctx, i.Version, r.FormValue("reason")); err != nil {
		return s.importAgain(w, r, i, err)
	}
	http.Redirect(w, r, string(web.WithQuery(web.URL(ctx, "opendata.import", i.ID), "done", "published")), http.StatusSeeOther)
	return nil
}

func (s *Service) postDiscard(w http.ResponseWriter, r *http.Request) error {
	if err := s.Discard(r.Context(), web.PathValue(r, "id")); err != nil {
		return err
	}
	http.Redirect(w, r, string(web.WithQuery(web.URL(r.Context(), "opendata.desk"), "done", "discarded")), http.StatusSeeOther)
	return nil
}

func (s *Service) postFix(w http.ResponseWriter, r *http.Request) error {
	fix, err := readFix(r)
	if err != nil {
		return err
	}
	id := web.PathValue(r, "id")
	if err := s.Repair(r.Context(), id, fix); err != nil {
		return err
	}
	http.Redirect(w, r, string(web.URL(r.Context(), "opendata.import", id)), http.StatusSeeOther)
	return nil
}

func readFix(r *http.Request) (fix profile.Fix, err error) {
	if encoding := r.FormValue("encoding"); encoding != "" {
		return profile.Fix{Kind: "set_encoding", Encoding: encoding}, nil
	}
	if err := decodeFix(r.FormValue("fix"), &fix); err != nil {
		return fix, fault.Malformed.Errorf("opendata.fix-malformed", "this fix was not readable; go back and choose it again")
	}
	return fix, nil
}

// getEvents tells a page that it should look again; the page itself holds the
// figures. It ends with the import, after ten minutes, or with the reader.
func (s *Service) getEvents(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Minute)
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	last := ""
	for beat := 0; ; beat++ {
		i, err := s.Import(ctx, web.PathValue(r, "id"))
		if err != nil {
			return err
		}
		now := fmt.Sprint(i.State, i.Stage, i.Done)
		switch {
		case !i.Live() || i.State == InReview:
			fmt.Fprintf(w, "event: done\ndata: %s\n\n", i.State)
			return flush.Flush()
		case now != last:
			fmt.Fprintf(w, "event: change\ndata: %s\n\n", i.Stage)
		case beat%30 == 0:
			fmt.Fprint(w, ": still here\n\n")
		}
		last = now
		if err := flush.Flush(); err != nil {
			return nil // the reader left
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(500 * time.Millisecond):
		}
	}
}
