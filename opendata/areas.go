package opendata

import "context"

// enoughAreas is the share of a table's areas that must be found on the map for
// the table to be shown on it at all.
const enoughAreas = 0.5

// levelDepth orders levels: a table of villages is drawn by village, although
// its county column fits as well.
var levelDepth = map[string]int{"county": 1, "town": 2, "village": 3}

// findAreas asks the gazetteer about every way in which a table may name areas
// and keeps the one that is deepest and fits best; nil if none fits.
func (s *Service) findAreas(ctx context.Context, list []place) (*Areas, error) {
	if s.needs.Gazetteer == nil {
		return nil, nil
	}
	var best *Areas
	for _, p := range list {
		keys := make([]AreaKey, len(p.Keys))
		for i, k := range p.Keys {
			if p.Code != "" {
				keys[i].Code = k[0]
			} else {
				keys[i].Names = k
			}
		}
		m, err := s.needs.Gazetteer.Match(ctx, keys)
		if err != nil {
			return nil, err
		}
		a := &Areas{Level: m.Level, Code: p.Code, Names: p.Names, Keys: len(keys), Matched: m.Matched}
		if m.Level == "" || float64(m.Matched) < enoughAreas*float64(len(keys)) {
			continue
		}
		for i, code := range m.Codes {
			if code == "" && len(a.Missing) < 20 {
				a.Missing = append(a.Missing, keyText(keys[i]))
			}
		}
		if best == nil || levelDepth[a.Level] > levelDepth[best.Level] ||
			a.Level == best.Level && a.Matched*best.Keys > best.Matched*a.Keys {
			best = a
		}
	}
	return best, nil
}

func keyText(k AreaKey) string {
	if k.Code != "" {
		return k.Code
	}
	s := ""
	for _, n := range k.Names {
		s += n
	}
	return s
}
