package pages

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/web/ui"
)

// words turns the texts of an island into its attributes.
func words(list []Word) templ.Attributes {
	attributes := templ.Attributes{}
	for _, w := range list {
		attributes["data-t-"+w.Name] = w.Text
	}
	return attributes
}

// classInks tells the island which shade each class has: "c0:1 c1:3".
func classInks(legend []LegendRow) string {
	var inks []string
	for _, row := range legend {
		if ink, ok := strings.CutPrefix(row.Colour, "var(--gd-map-"); ok {
			ink, _, _ = strings.Cut(ink, ",")
			inks = append(inks, row.Class+":"+ink)
		}
	}
	return strings.Join(inks, " ")
}

func facts(list []Fact) []ui.SummaryRow {
	rows := make([]ui.SummaryRow, len(list))
	for i, f := range list {
		rows[i] = ui.SummaryRow{Key: ui.SummaryText{Text: f.Name}, Value: ui.SummaryText{Text: f.Value}}
	}
	return rows
}
