package gongdao

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/atlas"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/internal/web/ui"
	"github.com/gongdao/gongdao/opendata"
)

// routes lists the pages that belong to no room.
func (a *App) routes() []web.Route {
	list := []web.Route{
		{Name: "root.home", Pattern: "GET /{$}", Who: access.Anyone, Doc: "The first page.", Handler: web.Page(a.getHome),
			Nav: web.Nav{Area: "", Order: 1, Title: "root.home.title"}},
		{Name: "root.search", Pattern: "GET /search", Who: access.Anyone, Doc: "Search everything there is; so far that is open data.",
			Handler: web.Plain(a.getSearch), Bilingual: true},
		{Name: "root.desk", Pattern: "GET /desk", Who: access.Officer, Doc: "What an officer can do here.", Handler: web.Page(a.getDesk),
			Nav: web.Nav{Area: "desk", Order: 10, Title: "root.desk.title"}},
	}
	if a.cfg.Demo {
		list = append(list,
			web.Route{Name: "root.samples", Pattern: "GET /samples", Who: access.Anyone, Doc: "Files to try the console with.", Handler: web.Page(getSamples),
				Nav: web.Nav{Area: "about", Order: 80, Title: "root.samples.title"}},
			web.Route{Name: "root.sample", Pattern: "GET /samples/{name}", Who: access.Anyone, Doc: "One file to try the console with.", Handler: web.Plain(getSample)})
	}
	return list
}

// dress adds to the shell of every page what only the house knows.
func (a *App) dress(ctx context.Context, s *ui.Shell) {
	if a.cfg.Demo {
		s.Agency = i18n.T(ctx, "root.demo.agency")
	}
}

func otherLang(ctx context.Context) string {
	if i18n.LangOf(ctx) == i18n.En {
		return i18n.ZhTW.HTML()
	}
	return i18n.En.HTML()
}

func (a *App) getHome(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	found, err := a.Opendata.Find(ctx, opendata.Find{Limit: 6})
	if err != nil {
		return nil, err
	}
	v := homeView{Search: web.URL(ctx, "opendata.datasets"), All: web.URL(ctx, "opendata.datasets"), Datasets: i18n.Number(ctx, found.Total),
		Rows: i18n.Number(ctx, a.Opendata.Rowcount())}
	for _, w := range []string{"root.try.1", "root.try.2", "root.try.3"} {
		word := i18n.T(ctx, w)
		v.Words = append(v.Words, ui.NavItem{Title: word, Href: string(web.WithQuery(v.Search, "q", word))})
	}
	for _, c := range found.Cards {
		v.Cards = append(v.Cards, opendata.CardView(ctx, c))
	}
	villages, err := a.Areas(ctx, atlas.LevelVillage)
	if err != nil {
		return nil, err
	}
	v.Areas = i18n.Number(ctx, len(villages))
	v.Map = a.homeMap(ctx)
	if a.cfg.Demo {
		v.Samples = web.URL(ctx, "root.samples")
	}
	other, title := i18n.En, "root.home.other.en"
	if i18n.LangOf(ctx) == i18n.En {
		other, title = i18n.ZhTW, "root.home.other.zh"
	}
	v.Other = ui.NavItem{Title: i18n.T(ctx, title), Href: string(web.URL(web.InLang(ctx, other), "root.home"))}
	return homePage(v), nil
}

// homeMap draws the newest dataset that lies on the map; nil if there is none.
func (a *App) homeMap(ctx context.Context) *homeMap {
	found, err := a.Opendata.Find(ctx, opendata.Find{Map: true, Limit: 1})
	if err != nil || len(found.Cards) == 0 {
		return nil
	}
	c := found.Cards[0]
	m, _, err := a.Opendata.Map(ctx, c.Dataset, c.Latest, opendata.MapAsk{Lang: i18n.LangOf(ctx)})
	if err != nil {
		a.log.WarnContext(ctx, "no map on the first page", "dataset", c.Dataset.Slug, "err", err)
		return nil
	}
	title, _ := c.Dataset.Title.In(string(i18n.LangOf(ctx)))
	h := &homeMap{Title: title, SVG: m.SVG, Href: web.URL(ctx, "opendata.dataset.map", c.Dataset.Slug)}
	if c.Dataset.MadeUp {
		h.Note = i18n.T(ctx, "opendata.madeup")
	}
	return h
}

// getSearch leads a search from any page to the catalogue.
func (a *App) getSearch(w http.ResponseWriter, r *http.Request) error {
	to := web.URL(r.Context(), "opendata.datasets")
	if q := web.Query(r, "q"); q != "" {
		to = web.WithQuery(to, "q", q)
	}
	http.Redirect(w, r, string(to), http.StatusSeeOther)
	return nil
}

func (a *App) getDesk(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	who := access.From(ctx)
	v := deskView{Name: who.Name}
	add := func(allowed bool, route, title, text string) {
		if allowed {
			v.Cards = append(v.Cards, ui.CardParams{Title: i18n.T(ctx, title), Text: i18n.T(ctx, text), Href: web.URL(ctx, route), HeadingLevel: 2})
		}
	}
	add(who.Holds(access.Steward), "opendata.desk", "opendata.desk.title", "root.desk.data")
	add(who.Holds(access.Administrator), "identity.officers", "identity.officers.title", "root.desk.officers")
	add(true, "web.status", "web.status.title", "root.desk.status")
	return deskPage(v), nil
}

func getSamples(r *http.Request) (templ.Component, error) {
	ctx := r.Context()
	var list []sampleView
	for _, s := range samples {
		list = append(list, sampleView{Name: s.name, Text: i18n.T(ctx, "root.sample."+s.key), Href: web.URL(ctx, "root.sample", s.name)})
	}
	return samplesPage(list), nil
}

func getSample(w http.ResponseWriter, r *http.Request) error {
	for _, s := range samples {
		if s.name == web.PathValue(r, "name") {
			body := s.make()
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Content-Disposition", `attachment; filename="`+s.name+`"`)
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, err := w.Write(body)
			return err
		}
	}
	return fault.NotFound.Errorf("root.no-sample", "there is no such sample file")
}
