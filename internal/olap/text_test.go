package olap_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gongdao/gongdao/internal/olap"
)

// Every fault has a sentence in zh-TW with the same verbs, and no sentence is
// left over.
func TestEveryFaultSpeaks(t *testing.T) {
	raw, err := fs.ReadFile(olap.Text, "zh-TW.toml")
	if err != nil {
		t.Fatal(err)
	}
	spoken := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^"(\S+)" = "(.*)"$`).FindAllStringSubmatch(string(raw), -1) {
		spoken[m[1]] = m[2]
	}
	if _, err := fs.ReadFile(olap.Text, "en.toml"); err != nil {
		t.Error(err)
	}
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`Errorf\("(olap\.[a-z-]+)",\s*"((?:[^"\\]|\\.)*)"`)
	verbs := regexp.MustCompile(`%[a-z]`)
	seen := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range made.FindAllStringSubmatch(string(source), -1) {
			seen[m[1]] = true
			want, got := verbs.FindAllString(m[2], -1), verbs.FindAllString(spoken[m[1]], -1)
			if spoken[m[1]] == "" || strings.Join(got, "") != strings.Join(want, "") {
				t.Errorf("%s: zh-TW %q, English %q", m[1], spoken[m[1]], m[2])
			}
		}
	}
	for code := range spoken {
		if !seen[code] {
			t.Errorf("%s has a sentence and no fault", code)
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d faults were found", len(seen))
	}
}
