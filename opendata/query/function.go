package query

import "strings"

// role says where a function may stand.
type role int

const (
	scalar    role = iota
	aggregate      // select and order_by
	predicate      // where
	grouping       // group_by
	ordering       // order_by
	refused        // known to Explore, not offered here
)

// function is one function of ODSQL. args has a letter an argument:
//
//	t text   n number   d date or datetime   g geo_point_2d   x anything but geo
//	G geom literal   L length literal   S string literal   P number literal 0–100   N number literal
//
// result "" means the type of the first argument, and args "" a check of its own.
type function struct {
	role   role
	args   string
	result Type
	form   string // how it is written, for hints
}

// functions holds every function by name.
var functions = map[string]function{
	"length":      {scalar, "t", Int, "length(text)"},
	"lower":       {scalar, "t", Text, "lower(text)"},
	"upper":       {scalar, "t", Text, "upper(text)"},
	"year":        {scalar, "d", Int, "year(date)"},
	"month":       {scalar, "d", Int, "month(date)"},
	"day":         {scalar, "d", Int, "day(date)"},
	"hour":        {scalar, "d", Int, "hour(datetime)"},
	"minute":      {scalar, "d", Int, "minute(datetime)"},
	"second":      {scalar, "d", Int, "second(datetime)"},
	"date_format": {scalar, "dS", Text, "date_format(date, 'YYYY-MM')"},
	"distance":    {scalar, "gG", Double, "distance(geo_point, geom'POINT(121.5 25)')"},
	"ifnull":      {scalar, "", "", "ifnull(field, value of the same type)"},
	"now":         {scalar, "", Datetime, "now(days=-7)"},

	"count":       {aggregate, "", Int, "count(*) or count(field)"},
	countDistinct: {aggregate, "x", Int, "count(distinct field)"},
	"sum":         {aggregate, "n", "", "sum(number)"},
	"avg":         {aggregate, "n", Double, "avg(number)"},
	"min":         {aggregate, "x", "", "min(field)"},
	"max":         {aggregate, "x", "", "max(field)"},
	"median":      {aggregate, "n", Double, "median(number)"},
	"percentile":  {aggregate, "nP", Double, "percentile(number, 0 to 100)"},
	"bbox":        {aggregate, "g", GeoShape, "bbox(geo_point)"},

	"search":          {predicate, "", Boolean, `search(field, "words") or search("words")`},
	"suggest":         {predicate, "", Boolean, `suggest(field, "beginning") or suggest("beginning")`},
	"startswith":      {predicate, "", Boolean, `startswith(field, "beginning")`},
	"within_distance": {predicate, "gGL", Boolean, "within_distance(geo_point, geom'POINT(121.5 25)', 1km)"},
	"in_bbox":         {predicate, "gNNNN", Boolean, "in_bbox(geo_point, lat1, lon1, lat2, lon2)"},

	"range":  {grouping, "", "", "range(number, 10), range(number, *, 0, 10, *) or range(date, 1 month)"},
	"random": {ordering, "N", Double, "random(1)"},

	"intersects":  {refused, "", "", "in_bbox or within_distance"},
	"within":      {refused, "", "", "in_bbox or within_distance"},
	"disjoint":    {refused, "", "", "not in_bbox or not within_distance"},
	"polygon":     {refused, "", "", "in_bbox or within_distance"},
	"geometry":    {refused, "", "", "in_bbox or within_distance"},
	"geo_cluster": {refused, "", "", "a field that names the area"},
	"envelope":    {refused, "", "", "bbox(geo_point)"},
	"json_format": {refused, "", "", "the field itself"},
}

// offered lists the functions of the given roles by name, in a fixed order.
func offered(roles ...role) []string {
	order := strings.Fields("count sum avg min max median percentile bbox length lower upper year month day hour minute second" +
		" date_format distance ifnull now search suggest startswith within_distance in_bbox range random")
	var out []string
	for _, name := range order {
		for _, r := range roles {
			if functions[name].role == r {
				out = append(out, name)
			}
		}
	}
	return out
}
