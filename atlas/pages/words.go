package pages

import (
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

func facts(list []Fact) []ui.SummaryRow {
	rows := make([]ui.SummaryRow, len(list))
	for i, f := range list {
		rows[i] = ui.SummaryRow{Key: ui.SummaryText{Text: f.Name}, Value: ui.SummaryText{Text: f.Value}}
	}
	return rows
}
