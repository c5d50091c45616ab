package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/judge"
)

// violation is what axe-core reports.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

const runAxe = `async () => JSON.stringify((await axe.run(document, {
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
	resultTypes: ["violations"],
})).violations)`

// TestAxe: WCAG 2.2 AA as axe-core reads it. Evaluate reaches the page past its
// content security policy, so the policy stays as readers get it.
func TestAxe(t *testing.T) {
	h := need(t)
	axe, err := os.ReadFile(filepath.Join(judge.Need(t, "axe-core"), "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	eachPage(t, h, looks(), func(t *testing.T, v *visit, p page) { v.axe(t, string(axe)) })
}

// axe fails t for every violation on the page as it stands.
func (v *visit) axe(t *testing.T, source string) {
	t.Helper()
	if _, err := v.Evaluate(source); err != nil {
		t.Fatalf("%s: axe-core does not load: %v", v.URL(), err)
	}
	var found []violation
	if err := json.Unmarshal([]byte(ask[string](v, runAxe)), &found); err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		n := f.Nodes[0]
		t.Errorf("%s: %s (%s), %d times: %s\n  %v\n  %.300s\n  %s", strings.TrimPrefix(v.URL(), v.h.portal), f.ID, f.Impact, len(f.Nodes), f.Help,
			n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", " "))
	}
}
