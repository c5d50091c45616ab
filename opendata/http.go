package opendata

import (
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/web"
)

// Routes lists what the room answers to.
func (s *Service) Routes() []web.Route {
	all := s.pageRoutes()
	all = append(all, s.deskRoutes()...)
	all = append(all, s.apiRoutes()...)
	return append(all, s.exploreRoutes()...)
}

func (s *Service) pageRoutes() []web.Route {
	under := web.Nav{Area: "opendata", Parent: "opendata.datasets", Title: "opendata.dataset", Unlisted: "one page a dataset; the search lists them"}
	routes := []web.Route{
		{Name: "opendata.datasets", Pattern: "GET /dataset", Who: access.Anyone, Doc: "Search the catalogue.",
			Handler: web.Page(s.getSearch), Nav: web.Nav{Area: "opendata", Order: 10, Title: "opendata.title"}},
		{Name: "opendata.dataset", Pattern: "GET /dataset/{slug}", Who: access.Anyone, Doc: "Look at the rows of a dataset.",
			Handler: s.datasetPage("", s.previewTab), Nav: under},
		{Name: "opendata.download", Pattern: "GET /dataset/{slug}/download/{format}", Who: access.Anyone, Doc: "Download a table as csv, json, jsonl, geojson or parquet.",
			Handler: web.Plain(s.getDownload), Cache: web.Private, CORS: true},
		{Name: "opendata.raw", Pattern: "GET /dataset/{slug}/raw", Who: access.Anyone, Doc: "Download the file as it was delivered.",
			Handler: web.Plain(s.getRaw), Cache: web.Private, CORS: true},
		{Name: "opendata.mapdata", Pattern: "GET /dataset/{slug}/map/figure.json", Who: access.Anyone, Doc: "What the map of a dataset shades.",
			Handler: web.Plain(s.getMapData), Cache: web.Public, CORS: true},
		{Name: "opendata.maptable", Pattern: "GET /dataset/{slug}/map/table.csv", Who: access.Anyone, Doc: "The map of a dataset as a table.",
			Handler: web.Plain(s.getMapTable), Cache: web.Public, CORS: true},
		{Name: "opendata.chart.svg", Pattern: "GET /dataset/{slug}/chart/figure.svg", Who: access.Anyone, Doc: "The chart of a dataset as a picture.",
			Handler: web.Plain(s.getChartSVG), Cache: web.Public, CORS: true},
	}
	tab := func(name, doc string, h web.Handler) {
		routes = append(routes, web.Route{Name: "opendata.dataset." + name, Pattern: "GET /dataset/{slug}/" + name, Who: access.Anyone, Doc: doc, Handler: h,
			Nav: web.Nav{Area: "opendata", Parent: "opendata.dataset", Title: "opendata.tab." + name, Unlisted: "a tab of a dataset's page"}})
	}
	tab("columns", "What the columns of a dataset hold.", s.datasetPage("columns", s.columnsTab))
	tab("chart", "A chart of a dataset.", s.datasetPage("chart", s.chartTab))
	tab("map", "A map of a dataset.", s.datasetPage("map", s.mapTab))
	routes[len(routes)-1].CSP = web.CSP{Img: []string{"blob:"}}
	tab("api", "How programs ask a dataset.", s.datasetPage("api", s.apiTab))
	tab("versions", "Every delivery of a dataset.", s.datasetPage("versions", s.versionsTab))
	tab("quality", "What was found in a dataset's file.", s.datasetPage("quality", s.qualityTab))
	tab("licence", "What one may do with a dataset.", s.datasetPage("licence", s.licenceTab))
	return routes
}
