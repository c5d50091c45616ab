package pages

import (
	"github.com/a-h/templ"

	"github.com/gongdao/gongdao/internal/web/ui"
)

// Desk is the console's first page: drop a file, see what is under way.
type Desk struct {
	Agency   string
	Upload   Upload
	Imports  ui.DataTableParams
	Datasets ui.DataTableParams
	Done     string
}

// Upload is the form that takes a file.
type Upload struct {
	Action    templ.SafeURL
	Once      string
	Limit     int64 // bytes
	LimitText string
	Title     string
	Dataset   string
	Datasets  []ui.SelectItem
	Encoding  string
	Label     string
	Errors    ui.Errors
}

// Import is the page of one import: progress, then review.
type Import struct {
	ID       string
	Title    string
	File     string // name and size
	State    string // waiting, working, review, published, refused, discarded
	Word     string // state in the reader's language
	Live     bool   // goes on by itself
	Steps    ui.StepsParams
	Progress ui.ProgressParams
	Events   templ.SafeURL
	Refresh  templ.SafeURL
	Problem  string // why it was refused
	Summary  string
	Facts    []Fact
	Findings []Finding
	Rows     *ui.DataTableParams
	Describe *Describe
	Publish  templ.SafeURL
	Discard  templ.SafeURL
	Page     templ.SafeURL // of the published dataset
	Blocked  string        // why publishing needs a signed reason
	Recipe   []string      // fixes that were applied
	Encoding *EncodingForm
	Done     string
}

// EncodingForm lets the publisher say how the file is written.
type EncodingForm struct {
	Action templ.SafeURL
	Items  []ui.SelectItem
}

// Describe is the form of what a dataset tells about itself, as typed.
type Describe struct {
	Action        templ.SafeURL
	Revision      string
	TitleZh       string
	TitleEn       string
	DescriptionZh string
	DescriptionEn string
	Theme         string
	Themes        []ui.SelectItem
	Keywords      string
	Frequency     string
	Frequencies   []ui.SelectItem
	SourceZh      string
	SourceEn      string
	Errors        ui.Errors
	Return        string
}

// Edit is the page that changes a published dataset's description.
type Edit struct {
	Title    string
	Describe Describe
	Versions ui.DataTableParams
	Done     string
	Page     templ.SafeURL
}
