package opendata

import (
	"context"
	"io"
	"net/http"

	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/opendata/explore"
	"github.com/gongdao/gongdao/opendata/query"
	"github.com/gongdao/gongdao/opendata/search"
)

// exploreRoutes serves the Explore API v2.1, each path with and without a slash
// at its end: clients send both.
func (s *Service) exploreRoutes() []web.Route {
	api := explore.New(explore.Needs{Catalog: exploreCatalog{s}, Rows: exploreRows{s}, Log: s.needs.Log, Now: s.needs.Now,
		Origin: func(r *http.Request) string { return web.Origin(r.Context()) }})
	var out []web.Route
	for _, e := range explore.Endpoints() {
		r := web.Route{Name: "opendata.explore." + e.Name, Pattern: "GET " + explore.Base + e.Path, Who: access.Anyone, Doc: e.Doc,
			Handler: web.Plain(api.Serve), Cache: web.Public, CORS: true}
		slash := r
		slash.Name, slash.Pattern = r.Name+".slash", r.Pattern+"/{$}"
		out = append(out, r, slash)
	}
	return out
}

// exploreCatalog shows the catalogue to the Explore API: one dataset a table.
type exploreCatalog struct{ s *Service }

func (c exploreCatalog) Datasets(ctx context.Context, lang string) ([]*explore.Dataset, error) {
	found, err := c.s.index.words.Search(ctx, search.Ask{Sort: search.Title, Limit: c.s.index.words.Len()})
	if err != nil {
		return nil, err
	}
	out := make([]*explore.Dataset, 0, len(found.Hits))
	for _, h := range found.Hits {
		card, ok := c.s.index.get(h.ID)
		if !ok {
			continue
		}
		d, err := c.view(ctx, card, lang)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (c exploreCatalog) Dataset(ctx context.Context, id, lang string) (*explore.Dataset, error) {
	d, r, v, err := c.s.At(ctx, id, 0)
	if err != nil {
		return nil, err
	}
	publisher, err := c.s.needs.Agencies.Agency(ctx, string(d.Agency))
	if err != nil {
		return nil, err
	}
	return c.view(ctx, Card{Dataset: d, Publisher: publisher, Resource: r, Latest: v}, lang)
}

func (c exploreCatalog) view(ctx context.Context, card Card, lang string) (*explore.Dataset, error) {
	known, err := c.s.profileOf(ctx, card.Latest)
	if err != nil {
		return nil, err
	}
	d := card.Dataset
	title, is := d.Title.In(lang)
	description, _ := d.Description.In(lang)
	publisher, _ := card.Publisher.Name.In(lang)
	own := i18n.In(i18n.With(ctx, c.s.needs.Catalogue, i18n.Lang(lang)), i18n.Lang(lang))
	m := explore.Metas{Title: title, Description: description, Keywords: d.Keywords, Publisher: publisher, Licence: licenceName(own, d.Licence),
		LicenceURL: licenceURL(d.Licence), Language: is, Frequency: frequency(own, d.Frequency), Modified: d.ChangedAt,
		DataProcessed: card.Latest.PublishedAt, MetadataProcessed: d.ChangedAt}
	if d.Theme != "" {
		m.Themes = []string{i18n.T(own, "opendata.theme."+d.Theme)}
	}
	if source, _ := d.Source.In(lang); source != "" {
		m.References = source
	}
	return &explore.Dataset{ID: ExploreID(d.Slug, card.Resource.Position), UID: card.Resource.ID, Schema: known.schema,
		Records: card.Latest.Rows, Metas: m, Handle: card.Latest,
		Attachments: []explore.Attachment{{ID: "raw", Title: card.Latest.FileName, MimeType: "application/octet-stream", URL: web.Origin(ctx) + string(web.URL(ctx, "opendata.raw", d.Slug))}}}, nil
}

// exploreRows answers the Explore API's questions with the room's one engine.
type exploreRows struct{ s *Service }

func (e exploreRows) Rows(ctx context.Context, a explore.Ask, w io.Writer) (int64, error) {
	ask := Ask{Version: a.Dataset.Handle.(Version), Query: a.Query, Format: olap.Format(a.Format), Export: a.Export, Compression: a.Compression,
		Names: !a.UseLabels, CSV: olap.CSVOptions{Delimiter: a.Delimiter, ListSeparator: a.ListSep, QuoteAll: a.QuoteAll, BOM: a.BOM}}
	if !a.Export {
		return e.s.Rows(ctx, ask, w)
	}
	release, err := e.s.exports.enter(web.Address(ctx))
	if err != nil {
		return 0, err
	}
	defer release()
	return e.s.Rows(ctx, ask, w)
}

func (e exploreRows) Count(ctx context.Context, d *explore.Dataset, q *query.Query) (int64, error) {
	v, ok := d.Handle.(Version)
	if !ok {
		return 0, fault.NotFound.Errorf("opendata.not-found", "there is no such dataset or version here; it may have another name now, so try the search")
	}
	return e.s.Count(ctx, v, q)
}
