package opendata

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/olap"
	"github.com/gongdao/gongdao/internal/web"
	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

func (s *Service) apiRoutes() []web.Route {
	get := func(name, path, doc string, h web.Handler) web.Route {
		return web.Route{Name: "opendata." + name, Pattern: "GET /api/opendata/v1/" + path, Who: access.Anyone, Doc: doc, Handler: h, Cache: web.Public, CORS: true}
	}
	return []web.Route{
		get("catalogue", "datasets", "Search the catalogue.", web.JSON(s.apiDatasets)),
		get("show", "datasets/{id}", "One dataset with its tables.", web.JSON(s.apiDataset)),
		get("profile", "resources/{rid}/profile", "What was found in a table's file: columns, statistics, findings.", web.JSON(s.apiProfile)),
		get("rows", "resources/{rid}/rows", "Rows of a table: select, filter, group, sort.", web.JSON(s.apiRows)),
		get("export", "resources/{rid}/export/{format}", "A whole table, or what a query leaves of it, as csv, json, jsonl, geojson or parquet.", web.Plain(s.apiExport)),
		get("bytes", "resources/{rid}/raw", "The file as it was delivered.", web.Plain(s.apiRaw)),
		{Name: "opendata.imports", Pattern: "GET /api/opendata/v1/imports/{id}", Who: access.Holding(access.Steward), Doc: "How far an import is.", Handler: web.JSON(s.apiImport)},
	}
}

// apiText is a text in the API.
type apiText = civic.Text

type apiTable struct {
	ID       string       `json:"id" doc:"Identifier of the table, for resources/{rid}."`
	Explore  string       `json:"explore_id" doc:"Name of the table in the Explore API."`
	Name     apiText      `json:"name" doc:"Title of the table."`
	Version  int64        `json:"version" doc:"Number of the latest version."`
	Rows     int64        `json:"rows" doc:"Rows of the latest version."`
	Fields   []apiField   `json:"fields" doc:"Columns of the latest version, in order."`
	Versions []apiVersion `json:"versions,omitempty" doc:"Every version, newest first."`
}

type apiField struct {
	Name  string `json:"name" doc:"Name in queries."`
	Label string `json:"label" doc:"Name in the file."`
	Type  string `json:"type" doc:"text, int, double, boolean, date, datetime, geo_point_2d or geo_shape."`
}

type apiVersion struct {
	Number    int64  `json:"number" doc:"1, 2, 3 … in order of publication."`
	Label     string `json:"label,omitempty" doc:"What the delivery calls itself."`
	State     string `json:"state" doc:"published or withdrawn."`
	Published string `json:"published" format:"date-time" doc:"When it was published, RFC 3339."`
	Rows      int64  `json:"rows" doc:"Rows of the table."`
	Bytes     int64  `json:"bytes" doc:"Size of the file as delivered, in bytes."`
	SHA256    string `json:"sha256" doc:"Of the file as delivered."`
}

type apiDatasetView struct {
	ID          string     `json:"id" doc:"Slug, stable for ever."`
	Title       apiText    `json:"title" doc:"Title."`
	Description apiText    `json:"description" doc:"Description."`
	Publisher   apiText    `json:"publisher" doc:"Agency that publishes."`
	PublisherID string     `json:"publisher_id" doc:"Object identifier of the agency."`
	Theme       string     `json:"theme,omitempty" doc:"Category."`
	Keywords    []string   `json:"keywords" doc:"Keywords."`
	Licence     string     `json:"licence" doc:"SPDX identifier."`
	Frequency   string     `json:"frequency,omitempty" doc:"Code of the EU frequency list."`
	Source      apiText    `json:"source" doc:"Where the data came from."`
	MadeUp      bool       `json:"made_up" doc:"True: produced by a generator, no real data."`
	Published   string     `json:"published" format:"date-time" doc:"First publication, RFC 3339."`
	Changed     string     `json:"changed" format:"date-time" doc:"Last change, RFC 3339."`
	Tables      []apiTable `json:"tables,omitempty" doc:"Its tables."`
}

func viewOf(d Dataset, a Agency) apiDatasetView {
	return apiDatasetView{ID: d.Slug, Title: d.Title, Description: d.Description, Publisher: a.Name, PublisherID: string(d.Agency), Theme: d.Theme,
		Keywords: orEmpty(d.Keywords), Licence: string(d.Licence), Frequency: d.Frequency, Source: d.Source, MadeUp: d.MadeUp,
		Published: i18n.Machine(d.PublishedAt), Changed: i18n.Machine(d.ChangedAt)}
}

type datasetsIn struct {
	Q         string `query:"q" maxLength:"500" doc:"Words that must stand in title, keywords, publisher, description or columns."`
	Agency    string `query:"agency" maxLength:"40" doc:"Short name of the publisher."`
	Theme     string `query:"theme" maxLength:"40" doc:"Category."`
	Frequency string `query:"frequency" maxLength:"20" doc:"Frequency code."`
	Licence   string `query:"licence" maxLength:"60" doc:"SPDX identifier."`
	Map       bool   `query:"map" doc:"Only what can be shown on a map."`
	Limit     int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Results on a page."`
	Cursor    string `query:"cursor" maxLength:"40" doc:"next of the page before."`
}

type datasetsOut struct {
	Body struct {
		Total   int                       `json:"total" doc:"How many datasets match."`
		Results []apiDatasetView          `json:"results" doc:"This page of them."`
		Facets  map[string]map[string]int `json:"facets" doc:"Property → value → how many match."`
		Next    string                    `json:"next,omitempty" doc:"Cursor of the next page."`
	}
}

func (s *Service) apiDatasets(ctx context.Context, in *datasetsIn) (*datasetsOut, error) {
	offset, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := s.Find(ctx, Find{Words: in.Q, Agency: in.Agency, Theme: in.Theme, Frequency: in.Frequency, Licence: in.Licence, Map: in.Map, Limit: in.Limit, Offset: offset})
	if err != nil {
		return nil, err
	}
	out := new(datasetsOut)
	out.Body.Total, out.Body.Facets, out.Body.Results = found.Total, found.Facets, []apiDatasetView{}
	for _, c := range found.Cards {
		out.Body.Results = append(out.Body.Results, viewOf(c.Dataset, c.Publisher))
	}
	if next := offset + len(found.Cards); next < found.Total {
		out.Body.Next = writeCursor(next)
	}
	return out, nil
}

func writeCursor(n int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(n)))
}

func readCursor(c string) (int, error) {
	if c == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(c)
	n, e := strconv.Atoi(string(b))
	if err != nil || e != nil || n < 0 {
		const sentence = "give the cursor that the page before named as next"
		return 0, fault.Invalid.Errorf("opendata.cursor", sentence).At("query.cursor", "opendata.cursor", sentence)
	}
	return n, nil
}

type datasetIn struct {
	ID string `path:"id" maxLength:"100" doc:"Slug of the dataset."`
}

type datasetOut struct{ Body apiDatasetView }

func (s *Service) apiDataset(ctx context.Context, in *datasetIn) (*datasetOut, error) {
	w, err := s.Show(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &datasetOut{Body: viewOf(w.Dataset, w.Publisher)}
	for _, t := range w.Tables {
		if t.Latest.ID == "" {
			continue
		}
		known, err := s.profileOf(ctx, t.Latest)
		if err != nil {
			return nil, err
		}
		v := apiTable{ID: t.Resource.ID, Explore: ExploreID(w.Dataset.Slug, t.Resource.Position), Name: t.Resource.Name,
			Version: t.Latest.Number, Rows: t.Latest.Rows, Fields: fieldsOf(known.schema)}
		for _, x := range t.Versions {
			v.Versions = append(v.Versions, apiVersion{x.Number, x.Label, string(x.State), i18n.Machine(x.PublishedAt), x.Rows, x.Bytes, x.SHA256})
		}
		out.Body.Tables = append(out.Body.Tables, v)
	}
	return out, nil
}

func fieldsOf(schema *query.Schema) []apiField {
	out := make([]apiField, len(schema.Fields))
	for i, f := range schema.Fields {
		out[i] = apiField{f.Name, f.Label, string(f.Type)}
		if f.Label == "" {
			out[i].Label = f.Name
		}
	}
	return out
}

type tableIn struct {
	RID     string `path:"rid" maxLength:"40" doc:"Identifier of the table."`
	Version int64  `query:"version" minimum:"0" doc:"Number of a version; the latest without it."`
}

// resource finds a published table by its identifier.
func (s *Service) resource(ctx context.Context, rid string, number int64) (v Version, err error) {
	err = s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := resourceByID(tx, rid)
		if err != nil {
			return err
		}
		v, err = pickVersion(tx, r.ID, number)
		return err
	})
	return v, err
}

type profileOut struct{ Body profile.Profile }

func (s *Service) apiProfile(ctx context.Context, in *tableIn) (*profileOut, error) {
	v, err := s.resource(ctx, in.RID, in.Version)
	if err != nil {
		return nil, err
	}
	p, err := s.Profile(ctx, v)
	if err != nil {
		return nil, err
	}
	return &profileOut{*p}, nil
}

type rowsIn struct {
	RID     string `path:"rid" maxLength:"40" doc:"Identifier of the table."`
	Version int64  `query:"version" minimum:"0" doc:"Number of a version; the latest without it."`
	Select  string `query:"select" maxLength:"16384" doc:"What to answer, for example county, sum(people) as n; everything without it."`
	Where   string `query:"where" maxLength:"16384" doc:"A condition, for example year = 2024 and county like \"臺\"."`
	GroupBy string `query:"group_by" maxLength:"16384" doc:"What to group by."`
	OrderBy string `query:"order_by" maxLength:"16384" doc:"What to sort by, for example n desc."`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Rows on a page."`
	Offset  int    `query:"offset" minimum:"0" maximum:"10000000" doc:"Rows to pass over."`
}

type rowsOut struct {
	Body struct {
		Total   int64      `json:"total" doc:"Rows or groups that match."`
		Fields  []apiField `json:"fields" doc:"What stands in each row, in order."`
		Rows    [][]any    `json:"rows" doc:"Values; null where there is none."`
		Version int64      `json:"version" doc:"Number of the version that answered."`
		Next    *int       `json:"next,omitempty" doc:"Offset of the next page."`
	}
}

func (s *Service) apiRows(ctx context.Context, in *rowsIn) (*rowsOut, error) {
	v, err := s.resource(ctx, in.RID, in.Version)
	if err != nil {
		return nil, err
	}
	p := query.Params{Select: in.Select, GroupBy: in.GroupBy, OrderBy: in.OrderBy, Limit: in.Limit, Offset: in.Offset}
	if in.Where != "" {
		p.Where = []string{in.Where}
	}
	q, err := s.Parse(ctx, v, p)
	if err != nil {
		return nil, err
	}
	out := new(rowsOut)
	if out.Body.Rows, err = s.Cells(ctx, v, q); err != nil {
		return nil, err
	}
	if out.Body.Total, err = s.Count(ctx, v, q); err != nil {
		return nil, err
	}
	for _, c := range q.Columns() {
		out.Body.Fields = append(out.Body.Fields, apiField{c.Name, c.Label, string(c.Type)})
	}
	out.Body.Version = v.Number
	if next := in.Offset + len(out.Body.Rows); int64(next) < out.Body.Total && len(out.Body.Rows) > 0 {
		out.Body.Next = &next
	}
	return out, nil
}

func (s *Service) apiExport(w http.ResponseWriter, r *http.Request) error {
	f, ok := fileFormats[web.PathValue(r, "format")]
	if !ok {
		return fault.NotFound.Errorf("opendata.format-unknown", "tables come as csv, json, jsonl, geojson and parquet")
	}
	number, err := askedVersion(r)
	if err != nil {
		return err
	}
	v, err := s.resource(r.Context(), web.PathValue(r, "rid"), number)
	if err != nil {
		return err
	}
	p := query.Params{Select: web.Query(r, "select"), GroupBy: web.Query(r, "group_by"), OrderBy: web.Query(r, "order_by")}
	if where := web.Query(r, "where"); where != "" {
		p.Where = []string{where}
	}
	q, err := s.Parse(r.Context(), v, p)
	if err != nil {
		return err
	}
	release, err := s.exports.enter(web.Address(r.Context()))
	if err != nil {
		return err
	}
	defer release()
	w.Header().Set("Content-Type", f.media)
	_, err = s.Rows(r.Context(), Ask{Version: v, Query: q, Format: f.format, CSV: olap.CSVOptions{CRLF: true}, Export: true}, w)
	return err
}

func (s *Service) apiRaw(w http.ResponseWriter, r *http.Request) error {
	number, err := askedVersion(r)
	if err != nil {
		return err
	}
	v, err := s.resource(r.Context(), web.PathValue(r, "rid"), number)
	if err != nil {
		return err
	}
	return s.sendRaw(w, r, v)
}

type importIn struct {
	ID string `path:"id" maxLength:"40" doc:"Identifier of the import."`
}

type importOut struct {
	Body struct {
		ID      string   `json:"id" doc:"Identifier of the import."`
		State   string   `json:"state" doc:"waiting, working, review, published, refused or discarded."`
		Stage   string   `json:"stage" doc:"What is being done."`
		Done    int64    `json:"done" doc:"How far the stage is."`
		Total   int64    `json:"total" doc:"Of how much; 0 if nobody knows."`
		Problem *Problem `json:"problem,omitempty" doc:"Why the file was refused."`
		Version string   `json:"version,omitempty" doc:"Identifier of the version it made."`
	}
}

func (s *Service) apiImport(ctx context.Context, in *importIn) (*importOut, error) {
	i, err := s.Import(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := new(importOut)
	b := &out.Body
	b.ID, b.State, b.Stage, b.Done, b.Total, b.Problem, b.Version = i.ID, i.State, i.Stage, i.Done, i.Total, i.Problem, i.Version
	return out, nil
}
