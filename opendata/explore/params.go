package explore

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gongdao/gongdao/opendata/query"
)

// Limits of one answer without and with group_by. The reference says that
// offset+limit is less than the window; the service it describes takes the
// window itself, and so do we.
const (
	defaultLimit  = 10
	maxLimit      = 100
	maxWindow     = 10_000
	maxGroupLimit = 20_000
)

// request is what every endpoint reads from the query string. Parameters it
// does not know are ignored, as Explore does.
type request struct {
	values url.Values
	lang   string // zh-TW or en
}

func read(r *http.Request) request {
	v := r.URL.Query()
	q := request{values: v, lang: "zh-TW"}
	if l := v.Get("lang"); l != "" && !strings.HasPrefix(strings.ToLower(l), "zh") {
		q.lang = "en"
	}
	return q
}

// list returns all values of a parameter, without empty ones.
func (q request) list(name string) []string {
	var out []string
	for _, v := range q.values[name] {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// params are the clauses of the query. Several values of one clause are joined
// as Explore joins them: where by and, lists by comma.
func (q request) params() query.Params {
	return query.Params{
		Select:   strings.Join(q.list("select"), ","),
		Where:    q.list("where"),
		GroupBy:  strings.Join(q.list("group_by"), ","),
		OrderBy:  strings.Join(q.list("order_by"), ","),
		Refine:   q.list("refine"),
		Exclude:  q.list("exclude"),
		Timezone: q.values.Get("timezone"),
		Lang:     q.lang,
	}
}

// page reads limit and offset within the bounds of a query.
func (q request) page(grouped bool) (limit, offset int, err error) {
	most, window, limit := maxLimit, maxWindow, defaultLimit
	if grouped {
		most, window, limit = maxGroupLimit, maxGroupLimit, maxGroupLimit
	}
	if limit, err = q.number("limit", limit, -1, most); err != nil {
		return 0, 0, err
	}
	if limit == -1 {
		limit = most
	}
	if offset, err = q.number("offset", 0, 0, window); err != nil {
		return 0, 0, err
	}
	if offset+limit > window {
		if q.values.Get("limit") != "" && q.values.Get("limit") != "-1" {
			return 0, 0, badParameter("offset+limit", strconv.Itoa(offset+limit), "offset + limit <= "+strconv.Itoa(window))
		}
		limit = window - offset
	}
	return limit, offset, nil
}

// number reads an integer between low and high.
func (q request) number(name string, otherwise, low, high int) (int, error) {
	text := q.values.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, badParameter(name, text, strconv.Itoa(low)+" <= "+name+" <= "+strconv.Itoa(high))
	}
	return n, nil
}

// flag reads true or false.
func (q request) flag(name string, otherwise bool) (bool, error) {
	switch text := strings.ToLower(q.values.Get(name)); text {
	case "":
		return otherwise, nil
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	default:
		return false, badParameter(name, text, "true or false")
	}
}

// choice reads one of a few words.
func (q request) choice(name, otherwise string, words ...string) (string, error) {
	text := q.values.Get(name)
	if text == "" {
		return otherwise, nil
	}
	for _, w := range words {
		if text == w {
			return text, nil
		}
	}
	return "", badParameter(name, text, strings.Join(words, " or "))
}
