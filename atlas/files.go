package atlas

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/atlas/drawing"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/i18n"
	"github.com/gongdao/gongdao/internal/web"
)

// simplifications are the tolerances, in metres, that GeoJSON is offered at. A
// fixed list bounds what can be asked for.
var simplifications = [...]int{0, 25, 50, 100, 200, 400}

// getLayer answers GET /atlas/layers/{layer}.geojson: RFC 7946, for a country
// or, with ?within=CODE, the part of one area; ?simplify=200 moves borders by at
// most so many metres, ?labels=1 gives a point inside each area instead.
func (s *Service) getLayer(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutSuffix(web.PathValue(r, "file"), ".geojson")
	if !ok {
		return errNoLayer(web.PathValue(r, "file"))
	}
	return s.geoJSON(w, r, name)
}

// getFile answers GET /atlas/{layer}.geojson, .topojson and .svg: whole layers.
func (s *Service) getFile(w http.ResponseWriter, r *http.Request) error {
	name, kind, _ := strings.Cut(web.PathValue(r, "file"), ".")
	switch kind {
	case "geojson":
		return s.geoJSON(w, r, name)
	case "topojson":
		return s.topoJSON(w, r, name)
	case "svg":
		return s.outline(w, r, name)
	}
	return errNoLayer(web.PathValue(r, "file"))
}

// asked is what a request for a layer wants.
type asked struct {
	h      *holding
	level  coverage.Level
	within string
	metres int
	labels bool
}

func (s *Service) asked(r *http.Request, layer string) (a asked, err error) {
	if a.h, err = s.current(r.Context()); err != nil {
		return a, err
	}
	var ok bool
	if a.level, ok = coverage.LevelOf(layer); !ok {
		return a, errNoLayer(layer)
	}
	if within := web.Query(r, "within"); within != "" {
		if l, _, ok := a.h.find(bareCode(within)); !ok || l > a.level {
			return a, errNoArea(within)
		}
		a.within = strings.TrimSuffix(bareCode(within), coverage.NationCode)
	}
	a.labels = web.Query(r, "labels") == "1"
	simplify := web.Query(r, "simplify")
	for _, metres := range simplifications {
		if simplify == "" || simplify == strconv.Itoa(metres) {
			a.metres = metres
			return a, nil
		}
	}
	return a, fault.Invalid.Errorf("atlas.bad-simplify", "simplify is one of 0, 25, 50, 100, 200 and 400 metres")
}

// name is the same for all requests that want the same bytes.
func (a asked) name(kind string) string {
	return fmt.Sprintf("%.16s-%s-%s-%d-%t-%s", a.h.topology, a.level, a.within, a.metres, a.labels, kind)
}

func (s *Service) geoJSON(w http.ResponseWriter, r *http.Request, layer string) error {
	a, err := s.asked(r, layer)
	if err != nil {
		return err
	}
	packed, err := s.answers.get(a.name("geojson"), func(b *bytes.Buffer) error {
		return a.h.areas.WriteGeoJSON(b, coverage.GeoJSON{Level: a.level, Within: a.within, Tolerance: float64(a.metres), Labels: a.labels})
	})
	if err != nil {
		return err
	}
	return send(w, r, "application/geo+json", a.name("geojson"), packed)
}

func (s *Service) topoJSON(w http.ResponseWriter, r *http.Request, layer string) error {
	a, err := s.asked(r, layer)
	if err != nil {
		return err
	}
	a.within, a.metres, a.labels = "", 0, false
	packed, err := s.answers.get(a.name("topojson"), func(b *bytes.Buffer) error {
		doc, err := a.h.areas.Encode(a.level)
		b.Write(doc)
		return err
	})
	if err != nil {
		return err
	}
	return send(w, r, "application/json", a.name("topojson"), packed)
}

// outline draws the borders of a layer as a file: ?theme=light, dark or print,
// ?within=CODE, ?lang=en.
func (s *Service) outline(w http.ResponseWriter, r *http.Request, layer string) error {
	a, err := s.asked(r, layer)
	if err != nil {
		return err
	}
	theme := drawing.Light
	switch t := drawing.Theme(web.Query(r, "theme")); t {
	case drawing.Dark, drawing.Print:
		theme = t
	}
	lang := i18n.ZhTW
	if web.Query(r, "lang") == string(i18n.En) {
		lang = i18n.En
	}
	ctx := i18n.With(r.Context(), s.words, lang)
	name := a.name("svg-" + string(theme) + "-" + string(lang))
	packed, err := s.answers.get(name, func(b *bytes.Buffer) error {
		b.Write(drawing.SVG(a.h.areas, a.h.plain(ctx, a.level, a.within, ""), theme))
		return nil
	})
	if err != nil {
		return err
	}
	return send(w, r, "image/svg+xml; charset=utf-8", name, packed)
}
