package opendata

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
)

// Class says who may reuse a dataset (開放、依申請提供、不予提供).
type Class string

// The classes. Only open datasets are served by this room so far.
const (
	Open     Class = "open"
	Applied  Class = "applied"
	Withheld Class = "withheld"
)

// OGDL is the licence a dataset has unless its agency says otherwise:
// 政府資料開放授權條款第 1 版, irrevocable, usable as CC BY 4.0 (clause 4(2)).
const OGDL civic.LicenceID = "OGDL-Taiwan-1.0"

// Dataset is what an agency promises to keep publishing (資料集, dcat:Dataset).
type Dataset struct {
	ID          string
	Slug        string // 2–100 of [a-z0-9_-], stable for ever
	Agency      civic.AgencyID
	Title       civic.Text
	Description civic.Text
	Theme       string   // one of Themes
	Keywords    []string // as the agency wrote them
	Licence     civic.LicenceID
	Frequency   string // one of Frequencies
	Class       Class
	Source      civic.Text // where the data came from
	MadeUp      bool       // produced by a generator; labelled wherever it is shown
	Revision    int64
	CreatedAt   time.Time
	ChangedAt   time.Time
	PublishedAt time.Time // zero until a first version is published
}

// Resource is one table of a dataset (dcat:Distribution in all its formats).
type Resource struct {
	ID       string
	Dataset  string
	Position int64 // 1-based
	Name     civic.Text
}

// Themes are the service categories of the national platform that datasets are
// filed under (資料集詮釋資料標準規範, categoryCode).
func Themes() []string {
	return []string{"birth", "schooling", "military", "career", "investment", "leisure", "health", "housing",
		"care", "retirement", "life", "safety", "transport", "environment", "culture", "finance", "government", "other"}
}

// Frequencies are codes of the EU frequency list that accrualPeriodicity maps to.
func Frequencies() []string {
	return []string{"CONT", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "ANNUAL", "IRREG", "NEVER"}
}

var slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{1,99}$`)

// maxTitle is how many characters a title may have (資料集詮釋資料標準規範, title).
const maxTitle = 255

// check says everything that is wrong with what a publisher wrote.
func (d *Dataset) check() error {
	bad := fault.Invalid.Errorf("opendata.dataset-invalid", "some of what you wrote cannot be published yet")
	if !slugForm.MatchString(d.Slug) {
		bad = bad.At("slug", "opendata.slug-form", "use 2 to 100 small letters, digits, hyphens or underscores")
	}
	switch n := utf8.RuneCountInString(d.Title.ZhTW); {
	case d.Title.Empty():
		bad = bad.At("title_zh", "opendata.title-missing", "give the dataset a title")
	case n > maxTitle || utf8.RuneCountInString(d.Title.En) > maxTitle:
		bad = bad.At("title_zh", "opendata.title-long", "keep the title within 255 characters")
	}
	if utf8.RuneCountInString(d.Description.ZhTW) > 4000 || utf8.RuneCountInString(d.Description.En) > 4000 {
		bad = bad.At("description_zh", "opendata.description-long", "keep the description within 4,000 characters")
	}
	if d.Theme != "" && !contains(Themes(), d.Theme) {
		bad = bad.At("theme", "opendata.theme-unknown", "choose a category from the list")
	}
	if d.Frequency != "" && !contains(Frequencies(), d.Frequency) {
		bad = bad.At("frequency", "opendata.frequency-unknown", "choose a frequency from the list")
	}
	if len(d.Keywords) > 50 {
		bad = bad.At("keywords", "opendata.keywords-many", "give at most 50 keywords")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// slugOf makes a slug from a file name or title. Han is not romanised: a name
// without two usable letters gives the empty string, and the caller numbers it.
func slugOf(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
			continue
		}
		dash = true
	}
	s := b.String()
	if len(s) > 80 {
		s = strings.Trim(s[:80], "-")
	}
	if len(s) < 2 {
		return ""
	}
	return s
}
