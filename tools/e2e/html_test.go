package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gongdao/gongdao/internal/testkit/judge"
	"github.com/gongdao/gongdao/tools/browser"
)

// TestHTMLValidate: every page as it is sent, before any script, by
// html-validate's preset "standard".
func TestHTMLValidate(t *testing.T) {
	h := need(t)
	dir := t.TempDir()
	names := map[string]string{} // path of the page by file
	for _, lang := range []string{"zh", "en"} {
		visits := map[string]*visit{}
		for i, p := range h.judged() {
			v := visits[p.person]
			if v == nil {
				v = h.open(t, p.person, browser.Look{})
				visits[p.person] = v
			}
			answer, err := v.Context().Request().Get(h.portal + p.in(lang))
			if err != nil {
				t.Fatal(err)
			}
			body, err := answer.Body()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, fmt.Sprintf("%s-%02d.html", lang, i))
			names[file] = p.in(lang)
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	c := exec.Command("node", filepath.Join(judge.Need(t, "html-validate"), "bin", "html-validate.mjs"), "--preset", "standard", "--formatter", "json", dir)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	var report []struct {
		FilePath string
		Messages []struct {
			RuleID, Message, Selector string
			Line, Severity            int
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v: %.300s", err, out)
	}
	for _, f := range report {
		for i, m := range f.Messages {
			if i == 5 {
				t.Errorf("%s: and %d more", names[f.FilePath], len(f.Messages)-i)
				break
			}
			t.Errorf("%s:%d: %s: %s (%s)", names[f.FilePath], m.Line, m.RuleID, m.Message, m.Selector)
		}
	}
}
