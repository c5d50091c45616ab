package ui

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/internal/i18n"
)

// themeLight is the colour of the browser's own frame: the paper.
const themeLight = "#fffdf9"

// title is "Error: page – section – Gongdao".
func title(ctx context.Context, h Head) string {
	t := or(h.Title, h.Section)
	if h.Title != "" && h.Section != "" && h.Section != h.Title {
		t += " – " + h.Section
	}
	if t != "" {
		t += " – "
	}
	t += i18n.T(ctx, "ui.name")
	if h.Failed {
		return i18n.T(ctx, "ui.error.prefix", i18n.T(ctx, "ui.error.word")) + t
	}
	return t
}

func fonts(h Head, s *Shell) []string {
	list := s.Preload
	if h.Display && s.AssetURL("fonts/display.woff2") != "" {
		list = append(list[:len(list):len(list)], s.AssetURL("fonts/display.woff2"))
	}
	return list
}

func crumbs(list []Crumb) []BreadcrumbsItem {
	items := make([]BreadcrumbsItem, len(list))
	for i, c := range list {
		items[i] = BreadcrumbsItem{Text: c.Title, Href: templ.URL(c.Href)}
	}
	return items
}

func otherLang(s *Shell) i18n.Lang {
	if s.Lang == i18n.En {
		return i18n.ZhTW
	}
	return i18n.En
}

func languages(list []LanguageLink) []LanguageNavigationItem {
	items := make([]LanguageNavigationItem, len(list))
	for i, l := range list {
		items[i] = LanguageNavigationItem{Text: l.Title, Href: templ.URL(l.Href), Lang: l.Lang.HTML(), Current: l.Current}
	}
	return items
}

// given returns the strings that are not empty.
func given(list ...string) []string {
	var some []string
	for _, s := range list {
		if s != "" {
			some = append(some, s)
		}
	}
	return some
}

// day writes an ISO 8601 day as the reader does; what is not one, as it is.
func day(ctx context.Context, iso string) string {
	d, err := civic.ParseDate(iso)
	if err != nil {
		return iso
	}
	return i18n.Day(ctx, d)
}

// dateLabel names a box: our three words, else the name itself.
func dateLabel(ctx context.Context, name string) string {
	switch name {
	case "year", "month", "day":
		return i18n.T(ctx, "ui.date."+name)
	case "":
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// gt is a sample text of the gallery.
func gt(ctx context.Context, key string) string { return i18n.T(ctx, "ui.gallery."+key) }
