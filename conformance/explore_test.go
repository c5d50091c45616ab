package conformance

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/internal/testkit/program"
)

// asked is what explore.mjs prints: answers as the client of Opendatasoft
// hands them to its user.
type asked struct {
	Datasets struct {
		Total   int `json:"total_count"`
		Results []struct {
			Dataset string `json:"dataset_id"`
		} `json:"results"`
	}
	Dataset struct {
		ID     string                               `json:"dataset_id"`
		Fields []struct{ Name, Label, Type string } `json:"fields"`
		Metas  struct {
			Default struct {
				Records int64 `json:"records_count"`
			} `json:"default"`
		} `json:"metas"`
	}
	All, Taipei struct {
		Total   int64            `json:"total_count"`
		Results []map[string]any `json:"results"`
	}
	ByCounty struct {
		Results []struct {
			County    string `json:"縣市"`
			N, People int64
		} `json:"results"`
	}
	Exported          []map[string]string
	CSV               string
	Missing, Nonsense string
}

// opendatasoft: a client that was written for the portals of its maker finds in
// ours what it expects, and the answers agree with each other.
func opendatasoft(t *testing.T, d *program.Demo, rows int64) {
	judge.Need(t, "opendatasoft-client")
	var got asked
	if err := json.Unmarshal([]byte(run(t, "node", "explore.mjs", d.Portal, villages)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Datasets.Total < 3 || len(got.Datasets.Results) != got.Datasets.Total {
		t.Errorf("the catalogue has %d datasets and lists %d", got.Datasets.Total, len(got.Datasets.Results))
	}
	if got.Dataset.ID != villages || len(got.Dataset.Fields) != 6 || got.Dataset.Metas.Default.Records != rows {
		t.Errorf("the dataset is %+v, want %s with 6 fields and %d records", got.Dataset, villages, rows)
	}
	if got.All.Total != rows || len(got.All.Results) != 1 {
		t.Errorf("all records: %d in all, %d sent; want %d and 1", got.All.Total, len(got.All.Results), rows)
	}
	if len(got.Taipei.Results) != 3 || got.Taipei.Results[0]["人口數"].(float64) < got.Taipei.Results[2]["人口數"].(float64) {
		t.Errorf("the largest villages of Taipei are %v, want three, largest first", got.Taipei.Results)
	}
	var sum, taipei int64
	for _, c := range got.ByCounty.Results {
		sum += c.N
		if c.County == "臺北市" {
			taipei = c.N
		}
	}
	if sum != rows || taipei != got.Taipei.Total || len(got.ByCounty.Results) < 20 {
		t.Errorf("grouped by county there are %d records in %d counties and %d in Taipei; want %d, 22 and %d",
			sum, len(got.ByCounty.Results), taipei, rows, got.Taipei.Total)
	}
	if int64(len(got.Exported)) != taipei {
		t.Errorf("the export of Taipei has %d records, want %d: an export has no limit", len(got.Exported), taipei)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.CSV, "\ufeff")))
	r.Comma = ';'
	if lines, err := r.ReadAll(); err != nil || len(lines) != 3 || len(lines[0]) != 6 {
		t.Errorf("the CSV is %q, %v; want a header and two records of six cells, parted by semicolons", got.CSV, err)
	}
	if got.Missing != "NotFoundError" || got.Nonsense != "UserError" {
		t.Errorf("a missing dataset is %s and a broken query %s; want NotFoundError, UserError", got.Missing, got.Nonsense)
	}
}
