package atlas

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/internal/web"
)

// getStyle answers GET /atlas/styles/{layer}.json: a MapLibre style of the
// layer, ?theme=light or dark, ?within=CODE. Areas take their colour from the
// feature-state "shade" ("1" to "9", or "zero"). It has no glyphs and no sprite: names are drawn with the reader's own fonts, and
// nothing comes from another origin.
func (s *Service) getStyle(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutSuffix(web.PathValue(r, "file"), ".json")
	if !ok {
		return errNoLayer(web.PathValue(r, "file"))
	}
	a, err := s.asked(r, name)
	if err != nil {
		return err
	}
	theme := drawing.Light
	if web.Query(r, "theme") == string(drawing.Dark) {
		theme = drawing.Dark
	}
	doc, err := json.Marshal(style(a, theme))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(doc)
	return err
}

// object is a JSON object; encoding/json writes its members in order of name.
type object = map[string]any

// style is a document of the MapLibre Style Specification 8.
func style(a asked, t drawing.Theme) object {
	source := func(l coverage.Level, query string) object {
		return object{"type": "geojson", "data": "/atlas/layers/" + l.String() + ".geojson?" + query, "promoteId": "code"}
	}
	sources := object{
		"areas": source(a.level, "simplify=200"),
		"names": source(a.level, "labels=1"),
		"land":  source(coverage.County, "simplify=200"),
	}
	doc := object{
		"version": 8,
		"name":    "Gongdao " + a.level.String(),
		"center":  []float64{120.9, 23.7},
		"zoom":    6.5,
		"sources": sources,
	}
	outline := "land"
	if a.within == "" { // the main island and Penghu first; the rest is a step away
		doc["metadata"] = object{"gongdao:bounds": []float64{119.2, 21.8, 122.2, 25.4}}
	} else { // a part is drawn finely, and so is its own border
		l, _, _ := a.h.find(a.within)
		within := "within=" + a.within
		sources["areas"], sources["names"] = source(a.level, within+"&simplify=25"), source(a.level, within+"&labels=1")
		sources["outline"] = source(l, within+"&simplify=25")
		outline = "outline"
	}
	doc["layers"] = styleLayers(t, outline)
	return doc
}

// styleLayers draws the land, the areas on it, and the line of outline.
func styleLayers(t drawing.Theme, outline string) []object {
	line := func(id, source string, ink drawing.Ink, opacity float64, near float64) object {
		width := []any{"interpolate", []any{"linear"}, []any{"zoom"}, 6, near / 3, 10, near}
		return object{"id": id, "type": "line", "source": source, "layout": object{"line-join": "round"},
			"paint": object{"line-color": t.Colour(ink), "line-width": width, "line-opacity": opacity}}
	}
	return []object{
		{"id": "paper", "type": "background", "paint": object{"background-color": t.Colour(drawing.Paper)}},
		{"id": "land", "type": "fill", "source": "land", "paint": object{"fill-color": t.Colour(drawing.Land)}},
		{"id": "areas", "type": "fill", "source": "areas", "paint": object{"fill-color": classColour(t), "fill-antialias": true}},
		line("borders", "areas", drawing.Line, 0.75, 1.3),
		line("outline", outline, drawing.Border, 0.8, 1.5),
		{"id": "pointed", "type": "line", "source": "areas", "layout": object{"line-join": "round"}, "paint": object{
			"line-color": t.Colour(drawing.Pointed),
			"line-width": []any{"case", []any{"boolean", []any{"feature-state", "pointed"}, false}, 3, 0},
		}},
		{"id": "names", "type": "symbol", "source": "names", "minzoom": 8,
			"layout": object{"text-field": []any{"get", "name"}, "text-size": 13, "text-padding": 4},
			"paint":  object{"text-color": t.Colour(drawing.Text), "text-halo-color": t.Colour(drawing.Paper), "text-halo-width": 1.4}},
	}
}

// classColour gives each class its shade. Which of the nine shades a class has
// depends on how many there are, so the state holds the shade: "1" to "9".
func classColour(t drawing.Theme) []any {
	match := []any{"match", []any{"to-string", []any{"feature-state", "shade"}}}
	for _, ink := range []drawing.Ink{"1", "2", "3", "4", "5", "6", "7", "8", "9", drawing.None} {
		match = append(match, string(ink), t.Colour(ink))
	}
	return append(match, t.Colour("2"))
}
