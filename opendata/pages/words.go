package pages

import (
	"strconv"

	"github.com/a-h/templ"
)

func pageTitle(h Head, tab string) string {
	if tab == "" {
		return h.Title
	}
	return h.Title + " · " + tab
}

func langOf(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang}
}

func exampleID(i int) string { return "example-" + strconv.Itoa(i+1) }

func severityTag(s string) string {
	switch s {
	case "error":
		return "govuk-tag--red"
	case "warning":
		return "govuk-tag--yellow"
	}
	return "govuk-tag--grey"
}
