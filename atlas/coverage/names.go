package coverage

import (
	"strings"

	"github.com/gongdao/gongdao/civic"
)

const nationName = "臺灣"

// official holds names that the boundaries write otherwise than the official
// lists: counties with 台, and villages whose rare characters stand in brackets.
var official = map[string]string{
	"63000":       "臺北市",
	"66000":       "臺中市",
	"67000":       "臺南市",
	"10014":       "臺東縣",
	"67000180018": "𦰡拔里",
	"67000300008": "石𥕢里",
	"65000200004": "石𥕢里",
}

// display returns the name as people should read it.
func display(code string, name civic.Text) civic.Text {
	if zh, ok := official[code]; ok {
		name.ZhTW = zh
	}
	name.ZhTW = strings.TrimSpace(name.ZhTW)
	name.En = strings.Join(strings.Fields(name.En), " ")
	return name
}
