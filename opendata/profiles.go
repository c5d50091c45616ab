package opendata

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/gongdao/gongdao/opendata/profile"
	"github.com/gongdao/gongdao/opendata/query"
)

// profileOf is a profile with the schema that queries are checked against. Both
// are immutable.
type profileOf struct {
	profile.Profile
	schema *query.Schema
}

// maxProfiles bounds the memory of profiles; a wide one takes about 200 kB.
const maxProfiles = 200

// Profile returns what was found in a version's file.
func (s *Service) Profile(ctx context.Context, v Version) (*profile.Profile, error) {
	p, err := s.profileOf(ctx, v)
	if err != nil {
		return nil, err
	}
	return &p.Profile, nil
}

func (s *Service) profileOf(ctx context.Context, v Version) (*profileOf, error) {
	key := v.Profile + v.ID
	s.mu.Lock()
	p := s.profiles[key]
	s.mu.Unlock()
	if p != nil {
		return p, nil
	}
	r, err := s.needs.Blobs.Get(ctx, v.Profile)
	if err != nil {
		return nil, fmt.Errorf("opendata: profile of %s: %w", v.ID, err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	p = new(profileOf)
	if err := json.Unmarshal(b, &p.Profile); err != nil {
		return nil, fmt.Errorf("opendata: profile of %s: %w", v.ID, err)
	}
	p.schema = schemaOf(&p.Profile, v)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.profiles) >= maxProfiles {
		clear(s.profiles)
	}
	s.profiles[key] = p
	return p, nil
}

// schemaOf lists the fields that queries of a version may name.
func schemaOf(p *profile.Profile, v Version) *query.Schema {
	s := &query.Schema{Row: "_row", Updated: v.PublishedAt}
	for _, c := range p.Columns {
		s.Fields = append(s.Fields, query.Field{Name: c.Name, Label: c.Label, Type: fieldType(c), Column: c.Name, Facet: facetable(c, p.Rows)})
	}
	for _, pt := range p.Points {
		if pt.CRS == "EPSG:4326" {
			s.Fields = append(s.Fields, query.Field{Name: pt.Name, Label: pt.Name, Type: query.GeoPoint, Lon: pt.Lon, Lat: pt.Lat})
		}
	}
	if p.Overflow {
		s.Fields = append(s.Fields, query.Field{Name: "_overflow", Type: query.Text, Column: "_overflow"})
	}
	return s
}

func fieldType(c profile.Column) query.Type {
	switch c.Type {
	case profile.TypeInt:
		return query.Int
	case profile.TypeNumber:
		return query.Double
	case profile.TypeDate:
		return query.Date
	case profile.TypeDatetime:
		return query.Datetime
	case profile.TypeBoolean:
		return query.Boolean
	case profile.TypeGeoShape:
		return query.GeoShape
	}
	return query.Text
}

// facetable columns divide a table into a few parts worth choosing from.
func facetable(c profile.Column, rows int64) bool {
	switch c.Type {
	case profile.TypeText, profile.TypeCode, profile.TypeBoolean:
		return c.Stats.Distinct > 1 && c.Stats.Distinct <= 200 && c.Stats.Distinct*4 <= rows
	}
	return false
}
