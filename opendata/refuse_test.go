package opendata_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/config"
	"github.com/gongdao/gongdao/internal/testkit/dbtest"
	"github.com/gongdao/gongdao/opendata"
	"github.com/gongdao/gongdao/opendata/query"
)

func TestHostileFilesAreRefusedInBothLanguages(t *testing.T) {
	each(t, func(r *rig) {
		for _, tt := range []struct{ name, body string }{
			{"a page of an error as CSV", "<!DOCTYPE html>\n<html><body>503 Service Unavailable</body></html>\n"},
			{"a zip archive", "PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("\x00\x01", 200)},
			{"a PDF", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"},
			{"UTF-16 cut within a character", "\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00\x31"},
			{"five thousand columns", strings.Repeat("c,", 4999) + "c\n" + strings.Repeat("1,", 4999) + "1\n"},
			{"NUL bytes", "a,b\n1,\x00\n22,3\n333,4\n"},
			{"bytes of no encoding", "a,b\n\xff\xff\xff,1\n"},
			{"a cell of two megabytes", "a,b\n\"" + strings.Repeat("x", 2<<20) + "\",1\n"},
			{"nothing but line feeds", "\n\n\n\n"},
			{"broken GeoJSON", `{"type":"FeatureCollection","features":[{"type":"Feature"`},
		} {
			i := r.send("x.csv", tt.body, opendata.Wish{Publish: true})
			if i.State != opendata.Refused || i.Problem == nil {
				r.t.Errorf("%s: state %s, want refused with a problem", tt.name, i.State)
				continue
			}
			p := i.Problem
			if p.Code == "" || p.Text.En == "" || !strings.ContainsFunc(p.Text.ZhTW, func(c rune) bool { return unicode.Is(unicode.Han, c) }) || strings.Contains(p.Text.ZhTW, "%!") {
				r.t.Errorf("%s: problem %+v, want a sentence in both languages", tt.name, p)
			}
		}
		if n := r.count(`SELECT count(*) FROM opendata_dataset`) + r.count(`SELECT count(*) FROM opendata_version`); n != 0 || len(r.tables()) != 0 {
			r.t.Errorf("refused files left %d rows and tables %v", n, r.tables())
		}
		v := r.published("fine.csv", shelters, opendata.Wish{})
		if got := r.ask(v, query.Params{Select: "count(*) as n"}); got != "[[3]]" {
			r.t.Errorf("after all that a good file answers %s, want [[3]]", got)
		}
	})
}

func TestReceiveBoundsWhatItTakes(t *testing.T) {
	t.Parallel()
	r := openRig(t, dbtest.SQLite(t), t.TempDir(), opendata.Config{MaxFile: 1000})
	for _, tt := range []struct {
		name, body string
		want       error
	}{
		{"an empty file", "", fault.Invalid},
		{"a byte too much", strings.Repeat("a", 1001), fault.TooLarge},
		{"just enough", strings.Repeat("a", 1000), nil},
	} {
		if _, err := r.Receive(r.ctx, strings.NewReader(tt.body), opendata.Order{Agency: mine, FileName: "x"}); !errors.Is(err, tt.want) {
			t.Errorf("Receive(%s) = %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestReadingIsBounded: a file that takes too long ends its worker, and says so.
func TestReadingIsBounded(t *testing.T) {
	t.Parallel()
	r := openRig(t, dbtest.SQLite(t), t.TempDir(), opendata.Config{IngestTime: config.Duration(200 * time.Millisecond)})
	i := r.send("slow.csv", big(400_000), opendata.Wish{})
	if i.State != opendata.Refused || !strings.Contains(i.Problem.Code, "olap.") {
		t.Errorf("a file past its time = %s %+v, want refused", i.State, i.Problem)
	}
}

func TestQueryDiesOnTime(t *testing.T) {
	t.Parallel()
	r := openRig(t, dbtest.SQLite(t), t.TempDir(), opendata.Config{QueryTime: config.Duration(400 * time.Millisecond)})
	v := r.published("big.csv", big(400_000), opendata.Wish{})
	slow := make([]string, 0, 150)
	for range 150 {
		slow = append(slow, `search("一個很長的詞, 找不到的") or lower(鄉鎮市區) like "%安%平%區%x"`)
	}
	q, err := r.Parse(r.ctx, v, query.Params{Select: "count(*) as n", Where: []string{strings.Join(slow, " or ")}})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	_, err = r.Rows(r.ctx, opendata.Ask{Version: v, Query: q}, new(bytes.Buffer))
	if !errors.Is(err, fault.TimedOut) {
		t.Fatalf("Rows(slow) = %v after %v, want timed out", err, time.Since(begin))
	}
	if got := r.ask(v, query.Params{Select: "count(*) as n"}); got != "[[400000]]" {
		t.Errorf("the next question answers %s", got)
	}
}

// TestProblemNamesItsParts: "some of what you wrote cannot be published yet"
// did not say which.
func TestProblemNamesItsParts(t *testing.T) {
	each(t, func(r *rig) {
		i := r.send("x.csv", shelters, opendata.Wish{Slug: "Not A Slug", Title: civic.Text{ZhTW: "標題"}})
		if i.State != opendata.Refused || !strings.Contains(i.Problem.Text.En, "2 to 100 small letters") {
			r.t.Errorf("problem = %+v, want what is wrong with the slug", i.Problem)
		}
	})
}
